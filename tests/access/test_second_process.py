"""The second person's process: what comes and goes through its pipes, and how it begins and ends."""

from __future__ import annotations

import sys
from io import BytesIO
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from typing_extensions import override

from tests.access.few import Few, Person
from vault import platform
from vault.access import second
from vault.access.lending import RowSet
from vault.access.second import Answered, Asked, decoded, main
from vault.errors import (
    MalformedError,
)
from vault.log.approvals import Approval


def test_an_answer_that_says_nothing_approves_and_refuses_nothing() -> None:
    assert Answered() == Answered(b"", b"", RowSet(), "", "", "")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xc1", id="no MessagePack"),
        pytest.param(b"\x90", id="another type"),
        pytest.param(b"\x81\xa7refusal\xa1\xff", id="no UTF-8"),
        pytest.param(b"\x81\xa4more" + b"\x91" * 5000, id="nested deep"),
    ],
)
def test_what_is_no_answer_is_refused(sent: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        decoded(sent, Answered)
    assert caught.value.message == "the other process sent something else than was asked"


def test_a_question_comes_through_the_pipe_as_it_was(few: Few) -> None:
    asked = few.asked()
    assert decoded(msgspec.msgpack.encode(asked), Asked) == asked


class Machine:
    """What the process finds around it: its arguments, its pipes, its terminal, and the order of what it does."""

    def __init__(self, patch: pytest.MonkeyPatch, person: Person, sent: bytes, system: str, *words: str) -> None:
        self.done: list[object] = []
        self.answer = BytesIO()
        found = SimpleNamespace(
            platform=system,
            argv=["second", *words],
            stdin=SimpleNamespace(buffer=SimpleNamespace(read=lambda: self.read(sent))),
            stdout=SimpleNamespace(buffer=self.answer),
        )
        patch.setattr(second, "sys", found)
        patch.setattr(second, "read_tty_pages", person.ask_reason)
        patch.setattr(platform, "read_tty_passphrase", person.ask_passphrase)
        patch.setattr(platform, "harden_process", lambda: self.done.append("hardened"))
        patch.setattr(platform, "set_parent_death_signal", lambda signal, parent: self.done.append((signal, parent)))

    def read(self, sent: bytes) -> bytes:
        self.done.append("read")
        return sent

    def answered(self) -> Answered:
        assert main() == 0
        return decoded(self.answer.getvalue(), Answered)


KILLED_WITH_7 = (9, 7)


@pytest.mark.parametrize(
    ("system", "words", "done"),
    [
        ("linux", ["7"], ["hardened", KILLED_WITH_7, "read"]),
        ("linux", ["7", "8"], ["hardened", KILLED_WITH_7, "read"]),
        ("linux", [], ["hardened", "read"]),
        ("darwin", ["7"], ["hardened", "read"]),
    ],
)
def test_the_process_is_hardened_and_bound_to_its_parent_before_it_reads(
    few: Few, monkeypatch: pytest.MonkeyPatch, system: str, words: list[str], done: list[object]
) -> None:
    machine = Machine(monkeypatch, Person(), msgspec.msgpack.encode(few.asked()), system, *words)
    assert Approval.decode(machine.answered().approval).approver == few.second.seat
    assert machine.done == done


def test_the_person_is_asked_at_the_terminal(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person()
    Machine(monkeypatch, person, msgspec.msgpack.encode(few.asked()), "linux").answered()
    assert [prompt.splitlines()[0] for prompt in person.shown] == [
        "Oren Sabaluk, read this before you approve it:",
        "Passphrase of Oren Sabaluk: ",
    ]


def test_what_the_process_refuses_comes_back_as_words(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, Person(reasons=("",)), msgspec.msgpack.encode(few.asked()), "linux")
    assert machine.answered() == Answered(
        refusal="refused",
        message="the second person did not approve",
        advice="Nothing was done. Ask again, or ask another.",
    )


def test_a_wrong_passphrase_comes_back_as_one(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, Person(passphrase=b"other"), msgspec.msgpack.encode(few.asked()), "linux")
    assert machine.answered().refusal == "wrong-passphrase"


def test_what_is_no_question_is_refused_through_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Machine(monkeypatch, Person(), b"no question", "linux").answered()
    assert (answered.refusal, answered.message) == ("malformed", "the other process sent something else than was asked")


def test_who_presses_control_c_has_refused(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> str:
        raise KeyboardInterrupt

    machine = Machine(monkeypatch, Person(), msgspec.msgpack.encode(few.asked()), "linux")
    monkeypatch.setattr(second, "read_tty_pages", interrupted)
    assert machine.answered() == Answered(
        refusal="refused", message="the second person did not approve", advice="Nothing was done."
    )


class AsProgram(ModuleType):
    """A module that is `__main__` to its own code; its loader knows it by the name that it has as a module."""

    @property
    @override
    def __name__(self) -> str:  # type: ignore[override]  # no settable one is needed
        return second.__name__


def test_the_module_is_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = BytesIO()
    monkeypatch.setattr(platform, "harden_process", lambda: ())
    monkeypatch.setattr(sys, "argv", ["second"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(b"no question")))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=answer))
    program = AsProgram("__main__")
    monkeypatch.setitem(sys.modules, "__main__", program)
    loader: Any = second.__loader__
    with pytest.raises(SystemExit) as ended:
        loader.exec_module(program)
    assert ended.value.code == 0
    assert decoded(answer.getvalue(), Answered).refusal == "malformed"
