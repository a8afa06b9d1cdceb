"""Asking a second person at the same keyboard: what is asked, what may come back, and what is taken in of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.access.few import ATTEMPTS, NOW_MS, WANTED, Few, Person, ask, key_file, opens, sizes_of, takes_nothing_in
from vault import clock
from vault.access.delays import AttemptFile, Attempts
from vault.access.second import Answered, Asked
from vault.access.seconding import run_second_process
from vault.access.session import Session
from vault.errors import (
    MalformedError,
    NotFoundError,
    RefusedError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.ids import MemberId, make_id
from vault.log.approvals import Approval, approval_id
from vault.log.items import decode_items
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, open_from

OTHER = "the second process gave another approval than was asked for"


# ---- the process


class Process:
    """Stands for `subprocess.run`; keeps what it was called with."""

    def __init__(self, code: int = 0, answer: bytes = b"answer", fault: OSError | None = None) -> None:
        self.done, self.fault = subprocess.CompletedProcess((), code, answer), fault
        self.called: list[tuple[list[str], dict[str, object]]] = []

    def __call__(self, command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        self.called.append((command, options))
        if self.fault is not None:
            raise self.fault
        return self.done


def test_question_and_answer_go_through_pipes_and_all_else_stays_at_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process()
    monkeypatch.setattr(subprocess, "run", process)
    assert run_second_process(b"question") == b"answer"
    command = [sys.executable, "-I", "-m", "vault.access.second", str(os.getpid())]
    assert process.called == [(command, {"input": b"question", "stdout": subprocess.PIPE, "check": False})]


MIB = 1 << 20
ENDED = "the second person's process ended without an answer; nothing was done"
ENDINGS: list[object] = [
    pytest.param(Process(1), ENDED, id="another code than 0"),
    pytest.param(Process(-9), ENDED, id="killed"),
    pytest.param(Process(0, bytes(64 * MIB + 1)), ENDED, id="more than 64 MiB"),
    pytest.param(Process(fault=OSError()), "the second person's process cannot be started now", id="none"),
]


@pytest.mark.parametrize(("process", "words"), ENDINGS)
def test_a_process_that_did_not_answer_is_told_of(
    process: Process, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", process)
    with pytest.raises(TryAgainError) as caught:
        run_second_process(b"question")
    assert caught.value.message == words


def test_an_answer_can_have_64_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", Process(0, bytes(64 * MIB)))
    assert len(run_second_process(b"question")) == 64 * MIB


# ---- asking


def test_the_second_process_gets_the_question_and_the_logs_of_that_persons_seats_here_alone(
    few: Few, asking: Session
) -> None:
    asked: list[Asked] = []

    def asks(one: Asked) -> Asked:
        asked.append(one)
        return one

    ask(few, asking, Person(asks=asks))
    assert asked == [few.asked(lent=asked[0].lent)]
    assert [seat for seat, _ in asked[0].lent] == [few.second.seat]
    assert {row[0] for row in asked[0].lent[0][1].locals} == {few.second.seat}


def test_a_person_without_a_seat_on_this_device_is_not_asked(few: Few, asking: Session) -> None:
    with few.database.transaction() as rows:
        rows.delete_local(few.second.seat, Purpose.SESSION)
    person = Person()
    with pytest.raises(RefusedError, match="the second person has no seat on this device") as caught:
        ask(few, asking, person)
    assert caught.value.next_step == "Ask for the approval in a file: `casevault approval ask`."
    with pytest.raises(RefusedError, match="no seat on this device"):
        ask(few, asking, person, member=MemberId(make_id()))
    assert person.shown == []


def test_an_approval_is_taken_in_with_the_log_that_lists_it(few: Few, asking: Session) -> None:
    before = sizes_of(few)
    approval = ask(few, asking, Person())
    assert (approval.approver, approval.requester, approval.why) == (few.second.seat, few.asker.seat, "casework")
    assert sizes_of(few) == [before[0], before[1] + 2, before[2]]
    with few.database.reading() as rows:
        newest = rows.operation(few.second.log.origin, before[1] + 1)
    assert newest is not None
    assert [item.digest for item in decode_items(newest.list)] == [approval_id(approval.encode())]


def test_the_log_that_was_taken_in_goes_on_with_the_next_approval(few: Few, asking: Session) -> None:
    before = sizes_of(few)
    first, again = (ask(few, asking, Person()) for _ in range(2))
    assert first != again
    assert sizes_of(few)[1] == before[1] + 4


# ---- wrong passphrases, and other refusals


def test_a_wrong_passphrase_is_kept_as_at_unlock(few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    with pytest.raises(WrongPassphraseError, match="no key slot opens with this name and passphrase"):
        ask(few, asking, Person(passphrase=b"another"))
    known = AttemptFile.of(key_file(few.vault).header, asking.state).load()
    assert (known.count, known.last_ms) == (1, NOW_MS)
    hint = open_from(ATTEMPTS, asking.folder.attempts.read_bytes()[-1_144:], GrantContext(Purpose.ATTEMPT, few.vault))
    assert len(hint) == 8


@pytest.mark.parametrize(("earlier", "are_destroyed"), [(18, False), (19, True)])
def test_the_last_wrong_attempt_of_the_second_person_destroys_the_slots_too(
    few: Few, asking: Session, earlier: int, *, are_destroyed: bool
) -> None:
    AttemptFile.of(key_file(few.vault).header, asking.state)._save(Attempts(earlier, 0, 20))
    before = asking.folder.keys.read_bytes()
    with pytest.raises(WrongPassphraseError):
        ask(few, asking, Person(passphrase=b"another"))
    assert (asking.folder.keys.read_bytes() != before) is are_destroyed


def test_whoever_mistyped_at_unlock_waits_here_too_and_a_right_passphrase_ends_the_count(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    attempts = AttemptFile.of(key_file(few.vault).header, asking.state)
    for _ in range(4):
        attempts.note_wrong(NOW_MS - 500)
    waited: list[float] = []
    ask(few, asking, Person(), wait=waited.append)
    assert waited == [1.5]
    assert attempts.load().count == 0


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("refused", RefusedError),
        ("not-found", NotFoundError),
        ("malformed", MalformedError),
        ("verification-failed", VerificationError),
        ("a code of a newer program", VerificationError),
    ],
)
def test_what_the_second_process_met_is_raised_here_and_no_wrong_attempt(
    few: Few, asking: Session, code: str, kind: type[VaultError]
) -> None:
    told = Answered(refusal=code, message="it says so", advice="Do that.")
    with pytest.raises(VaultError) as caught:
        ask(few, asking, Person(change=lambda _: told))
    assert (type(caught.value), caught.value.message, caught.value.next_step) == (kind, "it says so", "Do that.")
    assert not AttemptFile.of(key_file(few.vault).header, asking.state).path.exists()
    assert not asking.folder.attempts.exists()


# ---- another approval


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"act": "erase.begin"}, id="act"),
        pytest.param({"of": {"profile": "lawyer-named"}}, id="thing"),
        pytest.param({"expires_ms": NOW_MS + 2}, id="time"),
        pytest.param({"reasons": ("audit",)}, id="reason"),
    ],
)
def test_an_approval_of_something_else_is_not_taken_in(few: Few, asking: Session, changed: dict[str, Any]) -> None:
    other = msgspec.structs.replace(WANTED, **changed)
    reason = other.reasons[0]
    person = Person(reasons=(reason,), asks=lambda asked: msgspec.structs.replace(asked, wanted=other))
    takes_nothing_in(few, asking, person, OTHER)


def test_an_approval_for_another_seat_is_not_taken_in(few: Few, asking: Session) -> None:
    takes_nothing_in(
        few, asking, Person(asks=lambda one: msgspec.structs.replace(one, requester=few.third.seat)), OTHER
    )


def test_an_approval_by_somebody_else_who_may_approve_is_not_taken_in(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(few, monkeypatch, few.third)
    lent = ((bytes(few.third.seat), few.lent(few.third)),)
    takes_nothing_in(few, asking, Person(asks=lambda one: msgspec.structs.replace(one, lent=lent)), OTHER)


def test_an_approval_that_the_second_seat_did_not_sign_is_not_taken_in(few: Few, asking: Session) -> None:
    def forged(answered: Answered) -> Answered:
        unsigned = Approval.decode(answered.approval)
        return msgspec.structs.replace(answered, approval=unsigned.signed(b"s" * 64).encode())

    takes_nothing_in(few, asking, Person(change=forged), OTHER)


def test_a_seat_that_was_ended_while_its_person_typed_approves_nothing(few: Few, asking: Session) -> None:
    def ended(answered: Answered) -> Answered:
        standing = asking.directory.standing
        left = {seat: one for seat, one in standing.certificates.items() if seat != few.second.seat}
        asking.directory = replace(asking.directory, standing=replace(standing, certificates=left))
        return answered

    takes_nothing_in(few, asking, Person(change=ended), OTHER)
