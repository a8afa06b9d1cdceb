"""Cases: nothing of one is read before its view is in the log, and one view covers a case, session and reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.services.founded import MARKER, Filled
from tests.tables import each
from vault.access.session import Session
from vault.errors import InternalError, NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentId, make_id
from vault.log.payload import Payload, covered_digest
from vault.records.work import Work
from vault.services.cases import case_people, cases, notes
from vault.validity.audit_payloads import read_payloads
from vault.words.message import Message


def entries(session: Session) -> list[Payload]:
    with session.database.reading() as rows:
        found = read_payloads(rows, session.auditor(), session.log.origin)
        return [entry.payload for entry in found if entry.payload is not None]


def views(session: Session) -> list[Payload]:
    return [entry for entry in entries(session) if entry.act == "case.view"]


def test_each_case_reason_and_session_has_a_view_of_its_own_however_many_notes_are_shown(filled: Filled) -> None:
    with filled.open() as session:
        before = len(views(session))
        for _ in range(3):
            opened = cases.open_case(session, filled.cases[0])
            cases.open_case(session, filled.cases[0], why="supervision")
            cases.open_case(session, filled.cases[1])
        size = session.log.size
        for note in opened.notes:
            assert notes.show(session, note.record.hex()).value.text == note.value.text
        assert session.log.size == size
        assert [view.why for view in views(session)[before:]] == ["casework", "supervision", "casework"]
    with filled.open() as session:
        cases.open_case(session, filled.cases[0])
        assert len(views(session)) == before + 4


@each(["Pacific/Kiritimati", "Etc/GMT+12"])  # a day apart, at any time
def test_today_is_the_day_where_the_computer_is(zone: str, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now = session.log.now_ms() / 1000
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        day = cases.today(session)
        opened = cases.create(session, title="At night", kind="asylum").case
    time.tzset()
    assert day == str(datetime.fromtimestamp(now, ZoneInfo(zone)).date())
    assert cases.open_case(session, opened).head.value.opened == day


def test_a_view_says_what_it_covers_and_names_no_case(filled: Filled, filled_session: Session) -> None:
    opened = cases.open_case(filled_session, filled.cases[0])
    view = views(filled_session)[-1]
    heads = {opened.head.version, *(one.version for one in opened.persons), *(one.version for one in opened.notes)}
    assert view.dig == covered_digest(frozenset(heads))
    assert dict(view.covers) == {"case": 1, "person": 2, "note": 6}
    assert view.obj == opened.head.value.audit != filled.cases[0]


def test_no_plaintext_comes_before_its_view_is_durable(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the power between the entry and the reading, and again before the entry."""

    def cut(*args: object, **named: object) -> None:
        raise InternalError(Message("the test cut the power here"))

    session = filled.open()
    before = len(views(session))
    cases.find(session, filled.refs[0])
    session.audits[filled.cases[0]] = bytes(16)
    with monkeypatch.context() as broken:
        broken.setattr(Work, "commit", cut)
        broken.setattr(cases, "read_heads", lambda *args: pytest.fail("read before the entry"))
        with pytest.raises(InternalError, match="cut the power"):
            cases.open_case(session, filled.cases[0])
    assert len(views(session)) == before
    with monkeypatch.context() as broken:
        broken.setattr(cases, "read_heads", cut)
        with pytest.raises(InternalError, match="cut the power"):
            cases.open_case(session, filled.cases[0])
    assert len(views(session)) == before + 1
    session.close()
    with filled.open() as session:
        assert len(views(session)) == before + 1


def test_a_new_case_has_a_head_a_reference_and_a_pseudonym_of_its_own(session: Session) -> None:
    made = [cases.create(session, title=f"case {number}", kind="family") for number in range(3)]
    assert len({one.ref for one in made}) == len({one.case for one in made}) == 3
    opened = [cases.open_case(session, one.case) for one in made]
    assert [one.head.value.title for one in opened] == ["case 0", "case 1", "case 2"]
    assert len({one.head.value.audit for one in opened}) == 3
    assert not any(one.persons or one.notes for one in opened)


def test_a_list_is_in_the_log_with_its_count(filled: Filled, filled_session: Session) -> None:
    listed = cases.list_all(filled_session)
    assert [row.ref for row in listed] == sorted(filled.refs)
    assert {row.title for row in listed} == {f"{MARKER} first", f"{MARKER} second"}
    newest = entries(filled_session)[-1]
    assert (newest.act, dict(newest.covers)) == ("case.list", {"case": 2})
    assert len(cases.list_all(filled_session, limit=1)) == 1
    with pytest.raises(UsageError, match="between 1 and"):
        cases.list_all(filled_session, limit=0)


def test_a_case_is_found_by_reference_in_any_case_and_by_id(filled: Filled, filled_session: Session) -> None:
    case, ref = filled.cases[0], filled.refs[0]
    for text in (ref, ref.lower(), f"  {ref}\n", case.hex(), case.hex().upper()):
        assert cases.find(filled_session, text) == case


def test_what_names_no_case_is_not_found_and_says_no_more(filled_session: Session) -> None:
    size = filled_session.log.size
    for text in ("", "nope", "AAAA-AAAA", "7b" * 16, "00", "é", "K7QM_3XPD", "%", "' OR 1=1 --"):
        with pytest.raises(NotFoundError, match="you have no case with this"):
            cases.find(filled_session, text)
    assert filled_session.log.size == size


@each(
    [
        (lambda s, c: cases.open_case(s, CompartmentId(make_id())), RefusedError, "not granted"),
        (lambda s, c: cases.open_case(s, c, why="curiosity"), UsageError, "the reason must be one of"),
        (lambda s, c: cases.create(s, title="x", kind="burglary"), UsageError, "kind must be one of: asylum"),
        (lambda s, c: case_people.add(s, c, role="hero", names=["N"]), UsageError, "role must be one of"),
        (
            lambda s, c: case_people.add(s, c, role="client", names=["N"], documents=["passport"]),
            UsageError,
            "KIND:NUMBER",
        ),
        (lambda s, c: case_people.add(s, c, role="client", names=["N"], born="spring"), UsageError, "YYYY"),
    ]
)
def test_what_is_refused_leaves_no_entry(
    act: Callable[[Session, CompartmentId], object],
    error: type[VaultError],
    words: str,
    filled: Filled,
    filled_session: Session,
) -> None:
    size = filled_session.log.size
    with pytest.raises(error, match=words):
        act(filled_session, filled.cases[0])
    assert filled_session.log.size == size
