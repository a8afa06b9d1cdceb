"""The second person's process: what it asks, who may approve, what it signs, and how it answers its parent."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from tests.access.told import is_told
from tests.attacks.test_drawn_names import hostile, in_lines, in_other_outlines
from tests.attacks.test_questions_by_file import CODED, OTHER_PAGES, files_of, question
from tests.services.approvals.keyboard import WANTED, Keyboard, Person
from tests.services.colleague import PASSPHRASE
from vault import platform
from vault.errors import MalformedError, RefusedError, TryAgainError, VerificationError
from vault.log.approval import Approval
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw, public_key
from vault.services.approvals.pipe import run_second_process
from vault.services.approvals.pipe_process import PipeAnswer, PipeQuestion, decoded, main

# ---- asking the person


def test_a_reason_is_asked_for_three_times_and_then_the_passphrase(keyboard: Keyboard) -> None:
    asked, refused = keyboard.question(), "the second person did not approve"
    for typed, prompts, approves in (
        (("casework",), 1, True),
        ((" casework ",), 1, True),
        (("because", "casework"), 2, True),
        (("because", "so", "casework"), 3, True),
        (("",), 1, False),
        (("  ",), 1, False),
        (("because", "", "casework"), 2, False),
        (("because", "so", "no", "casework"), 3, False),
    ):
        person = Person(reasons=typed)
        if approves:
            assert Approval.decode(person.answer(asked).approval).why == "casework"
            assert person.shown[-1] == f"Passphrase of {keyboard.second.name}: "
        else:
            assert is_told(RefusedError, refused, person.answer, asked)
        assert (typed, len(person.shown), len(person.typed)) == (typed, prompts + approves, approves)
        # No passphrase outlives its use.
        assert not any(map(any, person.typed))


def test_what_is_shown_says_what_is_asked_and_takes_over_no_terminal(keyboard: Keyboard) -> None:
    person = Person(reasons=("",))
    wanted = msgspec.structs.replace(WANTED, of={**WANTED.of, "why": "safe\x1b[2Jty"})
    with pytest.raises(RefusedError):
        person.answer(keyboard.question(name="Oren\x1b[2J", wanted=wanted))
    assert "read this before you approve it" in person.shown[0]
    assert "To approve: a case is opened to somebody in an emergency (break.glass)" in person.shown[0]
    assert "\x1b" not in person.shown[0]


def test_a_report_that_the_second_process_does_not_make_itself_is_not_put_before_the_person(keyboard: Keyboard) -> None:
    for hide in (in_lines, in_other_outlines):
        person = Person()
        wanted = question(hostile(hide), expires_ms=WANTED.expires_ms)
        assert is_told(VerificationError, OTHER_PAGES, person.answer, keyboard.question(wanted=wanted))
        assert person.shown == []
    wanted = question(files_of(CODED), expires_ms=WANTED.expires_ms)
    answered = Person().answer(keyboard.question(wanted=wanted))
    assert Approval.decode(answered.approval).digest == wanted.digest
    nothing = question({}, expires_ms=WANTED.expires_ms)
    assert is_told(VerificationError, "no report", Person().answer, keyboard.question(wanted=nothing))


# ---- who may approve


def test_who_has_no_seat_session_key_or_role_here_or_asks_for_themselves_approves_nothing(keyboard: Keyboard) -> None:
    third, fourth, lent = keyboard.third, keyboard.fourth, keyboard.lent(keyboard.second)
    others = tuple(row for row in lent.locals if row[1] != Purpose.SESSION)
    keyless = ((bytes(keyboard.second.seat), msgspec.structs.replace(lent, locals=others)),)
    of_fourth = ((bytes(fourth.seat), keyboard.lent(fourth)),)
    for passphrase, changes, words in (
        (third.passphrase, {"name": third.name}, "this passphrase does not open this vault for the second person"),
        (PASSPHRASE, {"lent": keyless}, "the second person has no session key on this device"),
        (PASSPHRASE, {"requester": keyboard.second.seat}, "nobody can approve their own question"),
        (PASSPHRASE, {"requester": b"?" * 16}, "the member who asks is not in the newest list of members"),
        (fourth.passphrase, {"name": fourth.name, "lent": of_fourth}, "role does not allow approvals"),
    ):
        asked, person = keyboard.question(**changes), Person(passphrase)
        assert is_told(RefusedError, words, person.answer, asked)


def test_the_approval_is_of_exactly_what_was_asked_and_signed_by_the_seat_that_opens(keyboard: Keyboard) -> None:
    own = keyboard.second
    lent = tuple((bytes(who.seat), keyboard.lent(who)) for who in (keyboard.third, own))
    asked = keyboard.question(lent=lent)
    answered = [Person().answer(asked) for _ in range(2)]
    approval, again = (Approval.decode(one.approval) for one in answered)
    assert approval == Approval(
        vault=keyboard.session.vault,
        act="break.glass",
        digest=WANTED.digest,
        requester=keyboard.session.seat,
        approver=own.seat,
        role="caseworker",  # of several the first by name that may approve
        why="legal-referral",
        expires_ms=WANTED.expires_ms,
        nonce=approval.nonce,
        signature=approval.signature,
    )
    assert approval.is_signed_by(public_key(keyboard.secrets_of(own).identity_seed), is_signed_raw)
    assert approval.nonce != again.nonce
    assert {one.origin for one in answered} == {keyboard.log_of(own)}


# ---- the process


def test_a_process_that_did_not_answer_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, (script, words) in enumerate(
        (
            ("exit 1", "ended without an answer; nothing was done"),
            ("kill -9 $$", "ended without an answer; nothing was done"),
            (f"head -c {(64 << 20) + 1} /dev/zero", "ended without an answer; nothing was done"),
            ("", "cannot be started now"),
        )
    ):
        program = tmp_path / f"python{number}"
        if script:
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(program))
        assert is_told(TryAgainError, f"the second person's process {words}", run_second_process, b"question")


def test_the_real_process_refuses_what_is_no_question() -> None:
    answered = decoded(run_second_process(b"no question"), PipeAnswer)
    assert (answered.refusal, answered.message) == ("malformed", "the other process sent something else than was asked")
    assert (answered.approval, answered.origin) == (b"", b"")


def test_what_came_through_a_pipe_and_is_of_another_kind_is_refused(keyboard: Keyboard) -> None:
    asked = keyboard.question()
    assert decoded(msgspec.msgpack.encode(asked), PipeQuestion) == asked
    for sent in (b"", b"\xc1", b"\x90", b"\x81\xa7refusal\xa1\xff", b"\x81\xa4more" + b"\x91" * 5000):
        with pytest.raises(MalformedError, match=r"^the other process sent something else than was asked$"):
            decoded(sent, PipeAnswer)


ENDS: list[tuple[list[str], BaseException, str, list[object]]] = [
    (["7"], KeyboardInterrupt(), "refused", [(9, 7)]),
    ([], OSError(), "usage", []),
]


@pytest.mark.parametrize("ends", ENDS, ids=["Ctrl-C at the terminal", "no terminal, started by hand"])
def test_the_process_is_hardened_and_bound_to_its_parent_before_it_reads_and_tells_what_ends_it(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch, ends: tuple[list[str], BaseException, str, list[object]]
) -> None:
    words, fault, refusal, bound = ends
    done: list[object] = []
    answer, question, opening = BytesIO(), msgspec.msgpack.encode(keyboard.question()), os.open

    def read() -> bytes:
        done.append("read")
        return question

    def at_the_terminal(path: object, *given: int) -> int:
        if str(path) == "/dev/tty":
            raise fault
        return opening(path, *given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(sys, "argv", ["second", *words])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(read=read)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=answer))
    monkeypatch.setattr(os, "open", at_the_terminal)
    monkeypatch.setattr(platform, "harden_process", lambda: done.append("hardened"))
    monkeypatch.setattr(platform, "set_parent_death_signal", lambda signal, parent: done.append((signal, parent)))
    code = main()
    monkeypatch.undo()
    assert (code, done) == (0, ["hardened", *bound, "read"])
    assert decoded(answer.getvalue(), PipeAnswer).refusal == refusal
