"""Asking a second person at the same keyboard: what is asked, what may come back, and what is taken in of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tests.access.told import is_told, told_by
from tests.attacks.test_names_in_notes import hostile, in_lines, in_other_outlines
from tests.attacks.test_two_person import CODED, OTHER_PAGES, files_of, question
from tests.services.approvals.keyboard import WANTED, Keyboard, Person, listed_in
from tests.services.colleague import PASSPHRASE
from tests.tables import refuses
from vault import platform
from vault.errors import MalformedError, NotFoundError, RefusedError, TryAgainError, VerificationError
from vault.ids import CompartmentKind, MemberId, SeatId, make_id
from vault.log.approval import Approval, approval_id
from vault.log.items import decode_items
from vault.records.seatlog import Holder, SealedPlace, SeatLog, first_log
from vault.records.work import Entry, Work
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import is_signed_raw, make_signing_seed, public_key
from vault.services.approvals.pipe import run_second_process
from vault.services.approvals.pipe_process import PipeAnswer, PipeQuestion, RowSet, decoded, main
from vault.store.schema import open_in_memory

OTHER = "the second process gave another approval than was asked for"
MORE = "the second process wrote more than an approval; nothing was accepted"
NOT_HELD = "the second person's log does not verify with what came back; nothing was accepted"

Writing = Callable[[SeatLog], None]
Change = Callable[[PipeAnswer], PipeAnswer]


def taken_in(keyboard: Keyboard, table: dict[str, tuple[Person, str]]) -> list[str]:
    """Return of which of these persons' answers something was taken in, or not what was wrong was told."""
    before, wrong = keyboard.sizes(), []
    for name, (person, words) in table.items():
        told = told_by(keyboard.ask, person)
        if (told, keyboard.sizes()) != ((VerificationError, words), before):
            wrong.append(name)
    return wrong


def changing(change: Change) -> Person:
    return Person(change=change)


def test_the_second_process_gets_the_question_and_the_logs_of_that_persons_seats_here_alone(keyboard: Keyboard) -> None:
    session, asked = keyboard.session, keyboard.question()
    assert (asked.keys, asked.requester) == (session.folder.keys.read_bytes(), session.seat)
    assert (asked.name, asked.wanted) == (keyboard.second.name, WANTED)
    assert [seat for seat, _ in asked.lent] == [keyboard.second.seat]
    assert {row[0] for row in asked.lent[0][1].locals} == {keyboard.second.seat}


def test_a_person_without_a_session_or_a_seat_on_this_device_is_not_asked(keyboard: Keyboard) -> None:
    with keyboard.session.database.transaction() as rows:
        rows.delete_local(keyboard.second.seat, Purpose.SESSION)
    person = Person()
    refuses(RefusedError, "the second person has never unlocked this vault here", keyboard.ask, person)
    with pytest.raises(RefusedError, match="the second person does not use this device"):
        keyboard.ask(person, member=MemberId(make_id()))
    assert person.asked == []


def test_an_approval_is_taken_in_with_the_log_that_lists_it_and_that_log_goes_on(keyboard: Keyboard) -> None:
    before, origin = keyboard.sizes(), keyboard.log_of(keyboard.second)
    for number in (1, 2):
        approval = keyboard.ask(Person())
        assert (approval.approver, approval.requester) == (keyboard.second.seat, keyboard.session.seat)
        assert keyboard.sizes() == before | {origin: before[origin] + 2 * number}
        with keyboard.session.database.reading() as rows:
            newest = rows.operation(origin, before[origin] + 2 * number - 1)
        assert newest is not None
        assert [item.digest for item in decode_items(newest.list)] == [approval_id(approval.encode())]


def test_what_the_second_process_met_is_raised_here_and_leaves_nothing(keyboard: Keyboard) -> None:
    """A wrong passphrase counts: `tests/attacks/test_ways_in.py`."""
    before, hints = keyboard.sizes(), keyboard.session.folder.attempts.read_bytes()
    for code, kind in (
        ("refused", RefusedError),
        ("not-found", NotFoundError),
        ("malformed", MalformedError),
        ("verification-failed", VerificationError),
        ("a code of a newer program", VerificationError),
    ):

        def refuse(_: PipeAnswer, code: str = code) -> PipeAnswer:
            return PipeAnswer(refusal=code, message="it says so", advice="Do that.")

        assert told_by(keyboard.ask, changing(refuse)) == (kind, "it says so")
    assert (keyboard.sizes(), keyboard.session.folder.attempts.read_bytes()) == (before, hints)


def test_an_approval_of_something_or_for_or_by_somebody_else_is_not_taken_in(keyboard: Keyboard) -> None:
    third = keyboard.third

    def asking(passphrase: bytes = PASSPHRASE, **changes: Any) -> Person:
        return Person(passphrase, asks=lambda asked: msgspec.structs.replace(asked, **changes))

    def wanting(**changes: Any) -> Person:
        wanted = msgspec.structs.replace(WANTED, **changes)
        return replace(asking(wanted=wanted), reasons=wanted.reasons)

    def forged(answered: PipeAnswer) -> PipeAnswer:
        approval = Approval.decode(answered.approval).signed(b"s" * 64)
        return msgspec.structs.replace(answered, approval=approval.encode())

    of_third = ((bytes(third.seat), keyboard.lent(third)),)
    persons = {
        "act": wanting(act="erase", of={"versions": [b"v" * 32], "why": "mistake"}),
        "thing": wanting(of={**WANTED.of, "until": 1}),
        "time": wanting(expires_ms=WANTED.expires_ms + 1),
        "reason": wanting(reasons=("audit",)),
        "for another seat": asking(requester=third.seat),
        "by another who may": asking(third.passphrase, name=third.name, lent=of_third),
        "not signed": changing(forged),
    }
    assert taken_in(keyboard, {name: (person, OTHER) for name, person in persons.items()}) == []


def test_a_seat_that_was_ended_while_its_person_typed_approves_nothing(keyboard: Keyboard) -> None:
    session = keyboard.session

    def ended(answered: PipeAnswer) -> PipeAnswer:
        left = {seat: one for seat, one in session.directory.certificates.items() if seat != keyboard.second.seat}
        vars(session.directory)["certificates"] = left
        return answered

    assert taken_in(keyboard, {"ended": (changing(ended), OTHER)}) == []


def commit(log: SeatLog, **entry: Any) -> None:
    with Work(log) as work:
        work.commit(Entry(**({"act": "unlock.ok"} | entry)))


def new_period(log: SeatLog) -> None:
    log.period_is_over = True
    commit(log)


def keys_file(log: SeatLog) -> None:
    with Work(log) as work:
        work.list_keys_file(b"f" * 16, b"k" * 32)
        work.commit(Entry(act="keys.change"))


def new_case(log: SeatLog) -> None:
    with Work(log) as work:
        work.found(CompartmentKind.CASE, [Holder(SeatId(b"h" * 16), log.auditors[0].kem_public)])
        work.commit(Entry(act="case.create"))


def in_a_period(write: Writing) -> Writing:
    def writing(log: SeatLog) -> None:
        log.period_is_over = True
        write(log)

    return writing


def writing(keyboard: Keyboard, *others: Writing, then: Change = lambda answered: answered) -> Person:
    """Return the second person, whose process writes this before the approval and changes what it answers."""

    def change(answered: PipeAnswer) -> PipeAnswer:
        lent = keyboard.lent(keyboard.second)
        log = keyboard.resumed(keyboard.second, lent)
        return then(listed_in(log, lent, Approval.decode(answered.approval), *others))

    return changing(change)


def test_a_session_and_a_period_can_begin_before_an_approval(keyboard: Keyboard) -> None:
    origin = keyboard.log_of(keyboard.second)
    for others, count in (((), 1), ((commit,), 2), ((commit, commit), 3), ((new_period,), 3)):
        before = keyboard.sizes()
        keyboard.ask(writing(keyboard, *others))
        assert keyboard.sizes() == before | {origin: before[origin] + count}


def test_nothing_is_taken_in_that_was_written_beside_an_approval_or_behind_it(keyboard: Keyboard) -> None:
    def in_other_order(answered: PipeAnswer) -> PipeAnswer:
        return with_rows(operations=lambda rows: rows.operations[::-1])(answered)

    persons = {
        "three entries": writing(keyboard, commit, commit, commit),
        "a keys file": writing(keyboard, keys_file),
        "a keys file with a period": writing(keyboard, in_a_period(keys_file)),
        "a case": writing(keyboard, new_case),
        "a case with a period": writing(keyboard, in_a_period(new_case)),
        "no approval": writing(keyboard, commit, then=with_rows(operations=lambda rows: rows.operations[:1])),
        "the approval first": writing(keyboard, commit, then=in_other_order),
    }
    assert taken_in(keyboard, {name: (person, MORE) for name, person in persons.items()}) == []


def with_rows(**changed: Callable[[RowSet], Any]) -> Change:
    def change(answered: PipeAnswer) -> PipeAnswer:
        rows = {sort: make(answered.rows) for sort, make in changed.items()}
        return msgspec.structs.replace(answered, rows=msgspec.structs.replace(answered.rows, **rows))

    return change


ID, DIGEST = b"x" * 16, b"x" * 32


def test_no_row_is_taken_in_that_an_approval_does_not_need(keyboard: Keyboard) -> None:
    other, third, own = keyboard.log_of(keyboard.third), keyboard.third.seat, keyboard.second.seat
    changes = {
        "no operation": with_rows(operations=lambda _: ()),
        "a gap": with_rows(operations=lambda rows: rows.operations[1:]),
        "of another log": with_rows(operations=lambda rows: tuple((other, *row[1:]) for row in rows.operations)),
        "a genesis": with_rows(geneses=lambda _: ((DIGEST, b"g"),)),
        "a version": with_rows(versions=lambda _: ((DIGEST, 0, 0, ID, ID, ID, b"v"),)),
        "a version's key": with_rows(version_keys=lambda _: ((DIGEST, 0, 0, ID, b"w"),)),
        "an unreadable notice": with_rows(epochs=lambda rows: (*rows.epochs, (DIGEST, ID, b"n"))),
        "an unlisted grant": with_rows(grants=lambda rows: (*rows.grants, (DIGEST, ID, ID, ID, b"s"))),
        "a checkpoint": with_rows(checkpoints=lambda rows: (*rows.checkpoints, (other, 9, DIGEST, b"n"))),
        "a tile": with_rows(tiles=lambda rows: (*rows.tiles, (other, 0, 0, DIGEST))),
        "a row of another": with_rows(locals=lambda rows: (*rows.locals, (third, Purpose.SESSION, 1, b"b"))),
        "a keyring": with_rows(locals=lambda rows: (*rows.locals, (own, Purpose.KEYRING, 1, b"b"))),
    }
    table = {
        f"{name}, {begins.__name__}": (writing(keyboard, begins, then=change), MORE)
        for name, change in changes.items()
        for begins in (commit, new_period)
    }
    assert taken_in(keyboard, table) == []


def test_a_key_that_no_entry_lists_is_not_taken_in(keyboard: Keyboard) -> None:
    """Not even an audit key of the seat's own that was listed elsewhere."""
    lent = keyboard.lent(keyboard.second)
    honest = Person().answer(keyboard.question())
    elsewhere = listed_in(keyboard.resumed(keyboard.second, lent), lent, Approval.decode(honest.approval), new_period)
    assert len(elsewhere.rows.epochs) == 1
    person = writing(keyboard, commit, then=with_rows(epochs=lambda _: elsewhere.rows.epochs))
    assert taken_in(keyboard, {"an epoch": (person, MORE)}) == []


def test_an_approval_in_a_log_that_does_not_hold_or_is_not_theirs_is_not_taken_in(keyboard: Keyboard) -> None:
    session, lent = keyboard.session, keyboard.lent(keyboard.third)

    def of_another(answered: PipeAnswer) -> PipeAnswer:
        log = keyboard.resumed(keyboard.third, lent)
        added = listed_in(log, lent, Approval.decode(answered.approval), commit)
        return with_rows(locals=lambda _: ())(added)

    def of_nobody(answered: PipeAnswer) -> PipeAnswer:
        place = SealedPlace(session.vault, keyboard.second.seat, bytes(32))
        new = first_log(session.vault, make_signing_seed(), KemPrivate.from_seed(make_kem_seed()).public)
        log = new.opened(open_in_memory(), place, auditors=session.log.auditors, keyring=Keyring())
        return with_rows(locals=lambda _: ())(listed_in(log, RowSet(), Approval.decode(answered.approval), commit))

    changes = {
        "no checkpoint": with_rows(checkpoints=lambda _: ()),
        "another seat's log": of_another,
        "a log that nobody knows": of_nobody,
    }
    assert taken_in(keyboard, {name: (changing(change), NOT_HELD) for name, change in changes.items()}) == []


# The second person's process: what it asks, who may approve, what it signs, and how it answers its parent.
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


def test_who_has_no_seat_session_key_or_role_here_or_asks_for_themselves_approves_nothing(keyboard: Keyboard) -> None:
    third, fourth, lent = keyboard.third, keyboard.fourth, keyboard.lent(keyboard.second)
    others = tuple(row for row in lent.locals if row[1] != Purpose.SESSION)
    keyless = ((bytes(keyboard.second.seat), msgspec.structs.replace(lent, locals=others)),)
    of_fourth = ((bytes(fourth.seat), keyboard.lent(fourth)),)
    for passphrase, changes, words in (
        (third.passphrase, {"name": third.name}, "this passphrase does not open this vault for the second person"),
        (PASSPHRASE, {"lent": keyless}, "the second person has no session key on this device"),
        (PASSPHRASE, {"requester": keyboard.second.seat}, "nobody can approve their own question"),
        (PASSPHRASE, {"requester": b"?" * 16}, "the device that asks is not a device of a member here"),
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
        refuses(MalformedError, r"^the other process sent something else than was asked$", decoded, sent, PipeAnswer)


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
