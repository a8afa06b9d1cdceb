"""What recipients say of packages: receipt words and reply forms, from the right package alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.test_ledger import LAWYER, case, leave
from tests.tables import each, refuses
from vault.access.session import Session
from vault.acts.act import Agreed, Told
from vault.acts.after_sending import RECEIPT, REPLY
from vault.casework.story.referrals import Referral, Reply
from vault.casework.vocabulary import ReferralPurpose
from vault.errors import MalformedError, NotFoundError
from vault.export.reply import make_reply, receipt_words
from vault.ids import CompartmentId, make_id
from vault.progress import Working
from vault.services.cases import cases, story_records
from vault.services.exports import ledger, partners

__all__ = ["case"]


def reply(session: Session, case: CompartmentId, file: Path, content: bytes) -> Told:
    file.write_bytes(content)
    plan = REPLY.look(session, {"case": (case.hex(),), "file": (str(file),)})
    return REPLY.run(session, plan, Agreed(), Working())


def sent(session: Session, case: CompartmentId, out: Path) -> bytes:
    leave(session, case, LAWYER, out)
    return ledger.of_case(session, case)[0].kept.value.package


def test_four_words_say_that_a_package_was_opened(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    words = " ".join(word[:4].upper() for word in receipt_words(sent(session, case, tmp_path)))
    for _ in range(2):  # told again, it is heard once
        plan = RECEIPT.look(session, {"case": (case.hex(),), "words": (words,)})
        assert LAWYER in str(RECEIPT.run(session, plan, Agreed(), Working()).lines[0])
    (package,) = ledger.of_case(session, case)
    assert [(heard.answer, heard.numbers) for heard in package.heard] == [("", ())]


@each({"other words": "academic acid acne acquire", "three words": "academic acid acne", "none": ""})
def test_words_of_no_package_of_the_case_are_refused(
    words: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    if not ledger.of_case(session, case):
        sent(session, case, tmp_path)
    refuses(NotFoundError, "four words", RECEIPT.look, session, {"case": (case.hex(),), "words": (words,)})
    assert ledger.of_case(session, case)[0].heard == ()


def test_a_reply_stands_in_the_ledger_and_moves_the_referral(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    package, lawyer = sent(session, case, tmp_path), partners.find(session, LAWYER).record
    day = cases.today(session)
    record = story_records.add(session, case, Referral(lawyer, ReferralPurpose.LEGAL_REFERRAL, day))
    told = reply(session, case, tmp_path / "reply", make_reply(package, answer="conflict-of-interest", numbers=["R12"]))
    assert "R12" in " ".join(in_english(told.lines))
    (left,) = ledger.of_case(session, case)
    assert [(heard.answer, heard.numbers) for heard in left.heard] == [("conflict-of-interest", ("R12",))]
    (kept,) = story_records.list_in(session, case, (Referral.KIND,))
    assert (kept.record, kept.value.answer, kept.value.closed) == (record, Reply.CONFLICT, day)  # type: ignore[attr-defined]


def _changed(content: bytes, **said: object) -> bytes:
    return json.dumps(json.loads(content) | said, sort_keys=True, separators=(",", ":")).encode()


@each(
    {
        "of another package": (lambda _: make_reply(make_id(), answer="accepted"), NotFoundError),
        "another answer": (lambda made: _changed(made, answer="declined"), NotFoundError),
        "a number more": (lambda made: _changed(made, numbers=["R1"]), NotFoundError),
        "a name": (lambda made: _changed(made, name="Miralo"), MalformedError),
        "no such answer": (lambda made: _changed(made, answer="perhaps"), MalformedError),
        "no such number": (lambda made: _changed(made, numbers=["all"]), MalformedError),
        "numbers of numbers": (lambda made: _changed(made, numbers=[["R1"]]), MalformedError),
        "cut": (lambda made: made[:-2], MalformedError),
        "something else": (lambda _: b"Dear colleagues, we accept.", MalformedError),
        "nothing": (lambda _: b"", MalformedError),
        "deep": (lambda _: b"[" * 30_000, MalformedError),
    }
)
def test_a_foreign_or_altered_reply_is_refused_and_nothing_is_written(
    change: Callable[[bytes], bytes],
    error: type[Exception],
    session: Session,
    case: CompartmentId,
    tmp_path: Path,
) -> None:
    found = ledger.of_case(session, case)
    package = found[0].kept.value.package if found else sent(session, case, tmp_path)
    with pytest.raises(error):
        reply(session, case, tmp_path / "reply", change(make_reply(package, answer="accepted")))
    assert ledger.of_case(session, case)[0].heard == ()
