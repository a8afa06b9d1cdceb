"""Cases: nothing of one is read before its view is in the log, and one view covers a case, session and reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.services.colleague import admit
from tests.services.founded import MARKER, Filled
from tests.services.office import Office
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.person import Person, PersonChange
from vault.errors import InternalError, NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentId, MemberId, RecordId, SeatId, VersionId, make_id
from vault.index.case_pages import Sort
from vault.log.payload import Payload, covered_digest
from vault.policy.roles import Role
from vault.records.work import Work
from vault.services import case_papers, own_forms
from vault.services.approvals import erasing
from vault.services.backups import backups
from vault.services.cases import (
    case_changes,
    case_people,
    cases,
    editing,
    holds,
    intake,
    listing,
    notes,
    same_people,
    sections,
    story_records,
    two_versions,
    writing_down,
)
from vault.services.cases.editing import Place
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import logbook
from vault.services.grants import sharing, successors
from vault.services.members import admitting, devices
from vault.services.projection.authors import find_member
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.short_ids import ids_between, the_one_named, typed_id
from vault.services.safety import incidents, seizure
from vault.store.rowtypes import VersionRow
from vault.validity.audit_payloads import read_payloads
from vault.validity.compartment_access import CompartmentState
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
        refuses(InternalError, "cut the power", cases.open_case, session, filled.cases[0])
    assert len(views(session)) == before
    with monkeypatch.context() as broken:
        broken.setattr(cases, "read_heads", cut)
        refuses(InternalError, "cut the power", cases.open_case, session, filled.cases[0])
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
    refuses(UsageError, "between 1 and", cases.list_all, filled_session, limit=0)


def test_a_case_is_found_by_reference_in_any_case_and_by_id(filled: Filled, filled_session: Session) -> None:
    case, ref = filled.cases[0], filled.refs[0]
    for text in (ref, ref.lower(), f"  {ref}\n", case.hex(), case.hex().upper()):
        assert cases.find(filled_session, text) == case


def test_what_names_no_case_is_not_found_and_says_no_more(filled_session: Session) -> None:
    size = filled_session.log.size
    for text in ("", "nope", "AAAA-AAAA", "7b" * 16, "00", "é", "K7QM_3XPD", "%", "' OR 1=1 --"):
        refuses(NotFoundError, "you have no case with this", cases.find, filled_session, text)
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
def test_what_is_refused_leaves_no_entry_but_that_of_a_right_that_lacks(
    act: Callable[[Session, CompartmentId], object],
    error: type[VaultError],
    words: str,
    filled: Filled,
    filled_session: Session,
) -> None:
    size = filled_session.log.size
    refuses(error, words, act, filled_session, filled.cases[0])
    assert filled_session.log.size == size + (error is RefusedError)


# The list of cases on a screen: one entry for the look, pages by key, filters without another entry.
def test_the_look_is_in_the_log_before_any_row_and_pages_and_filters_add_nothing(filled_session: Session) -> None:
    opened = listing.open_list(filled_session)
    size = filled_session.log.size
    assert opened.count() == 2
    rows = opened.page(0, Sort.REF)
    assert [row.ref for row in rows] == sorted(row.ref for row in rows)
    assert opened.page(1, Sort.REF, after=rows[0].place) == rows[1:]
    assert opened.page(0, Sort.REF, before=rows[1].place) == rows[:1]
    assert opened.page(1, Sort.REF) == rows[1:]
    found = opened.filter("tomasz")
    assert opened.count(found) == 1
    assert [row.title for row in opened.page(0, Sort.NAME, found=found)] == [f"{MARKER} second"]
    assert opened.filter("  ") is None
    assert filled_session.log.size == size
    newest = logbook.newest(filled_session).lines[1]
    assert newest.payload is not None
    assert (newest.payload.act, newest.payload.covers) == ("case.list", {Case.KIND: 2})


def test_a_case_made_later_is_in_the_next_page(filled: Filled) -> None:
    with filled.open() as session:
        opened = listing.open_list(session)
        cases.create(session, title="Third", kind="other")
        assert opened.count() == 3
        assert "Third" in [row.title for row in opened.page(0, Sort.NAME)]


def test_beside_a_list_nothing_stands_of_a_case_that_went(filled: Filled) -> None:
    with filled.open() as session:
        opened = listing.open_list(session)
        assert opened.preview(filled.cases[0]) is not None
        erasing.erase(session, what_goes(session, filled.refs[0]), why="mistake")
        assert opened.preview(filled.cases[0]) is None
        assert opened.preview(filled.cases[1]) is not None


def test_beside_the_list_a_person_without_a_name_leaves_no_gap(filled: Filled) -> None:
    with filled.open() as session:
        case_people.add(session, filled.cases[0], role="client", names=[])
        shown = listing.open_list(session).preview(filled.cases[0])
        assert shown is not None
        assert "" not in (*shown.clients, *shown.others)


# Hundreds of cases are judged together: each comes to what it comes to alone.
_MANY = 20


def _what_holds(state: CompartmentState | None) -> object:
    assert state is not None
    assert state.case is not None
    return state.kind, state.members, state.case.rank, state.case.takings, state.seats(0)


def _each_alone(session: Session, found: list[CompartmentId]) -> list[object]:
    session.learned.states.clear()
    return [_what_holds(session.state_of(case)) for case in found]


def test_many_cases_judged_together_come_to_what_each_comes_to_alone(office: Office) -> None:
    with office.open(office.amina) as session:
        made = [cases.create(session, title=f"case {number}", kind="asylum").case for number in range(_MANY)]
        for case in made[:3]:
            sharing.grant(session, case, [office.nadia.member])
        sharing.revoke(session, made[0], [office.nadia.member])
        sharing.revoke(session, made[1], [office.nadia.member])
        sharing.grant(session, made[0], [office.nadia.member])
    with office.open(office.amina) as session:
        together = [_what_holds(state) for state in session.states_of(made).values()]
        assert together == _each_alone(session, made)
    with office.open(office.joel) as session:  # who was given all of them
        up_to_date_index(session)
        together = [_what_holds(state) for state in session.states_of(made).values()]
        assert set(made) <= set(session.keyring.compartments())
        assert together == _each_alone(session, made)


def test_the_list_says_of_each_of_many_cases_whether_only_you_can_open_it(office: Office) -> None:
    with office.open(office.nadia) as session:
        made = [cases.create(session, title=f"case {number}", kind="asylum").case for number in range(_MANY)]
        sharing.grant(session, made[7], [office.amina.member])
    with office.open(office.nadia) as session:
        listed = cases.list_all(session)
        assert cases.only_yours(session, listed) == set(made) - {made[7]}
        session.learned.states.clear()
        assert [cases.only_you(session, case) is None for case in made].index(True) == 7


def test_what_an_index_has_not_come_to_is_not_asked_for_a_second_time(office: Office) -> None:
    with office.open(office.joel) as session:
        up_to_date_index(session)
    with office.open(office.amina) as session:
        with_deputy = cases.create(session, title="with the deputy", kind="asylum").case
        alone = cases.create(session, title="alone", kind="asylum", alone_reason="asked for").case
    with office.open(office.joel) as session:
        assert session.index().pending() == {}
        assert [row.case for row in cases.list_all(session)] == [with_deputy]
    with office.open(office.amina) as session:
        sharing.grant(session, alone, [office.joel.member])
    with office.open(office.joel) as session:
        assert session.index().pending()  # its index passed the case by when it was nobody else's
        assert {row.case for row in cases.list_all(session)} == {with_deputy, alone}


# What a member who works on cases is refused, in words, before anything of a case is written.
NOBODY = RecordId(b"nobody has this!")


class Kept(NamedTuple):
    """A case with a person, and a section of it with another."""

    case: CompartmentId
    section: CompartmentId
    person: Place
    host: Place

    def missing(self, kind: str = Person.KIND) -> Place:
        return Place(self.case, NOBODY, kind)


def kept(mira: Session) -> Kept:
    case = cases.create(mira, title="A title", kind="asylum").case
    person = case_people.add(mira, case, role="client", names=["Zarina Quill"])
    section = sections.create(mira, case, what="location", title="Where she is", members=[])
    host = sections.add_person(mira, section, case_people.checked_person(role="third", names=["A Host"]))
    return Kept(case, section, Place(case, person, Person.KIND), Place(section, host, Person.KIND))


Act = Callable[[Session, Kept], object]
UNKNOWN: dict[str, tuple[str, Act]] = {
    "an edit": ("no such record", lambda who, at: case_people.change(who, at.missing(), PersonChange(born="1984"))),
    "a look": ("no such record", lambda who, at: case_people.show(who, at.missing())),
    "a note": ("no note with this id", lambda who, at: notes.amend(who, NOBODY.hex(), text="other")),
    "an id": (
        "no such record with this id",
        lambda who, at: editing.locate(who, NOBODY.hex(), frozenset({Person.KIND})),
    ),
    "of a call": ("no open slip", lambda who, at: intake.correct(who, NOBODY.hex(), name="X")),
    "in a section": ("no such person", lambda who, at: sections.locate_person(who, at.section, NOBODY.hex())),
    "a paper": (
        "no such document in this section",
        lambda who, at: case_papers.place_of(who, NOBODY.hex(), at.section),
    ),
    "two versions": ("only one version", lambda who, at: two_versions.both(who, at.person)),
    "a form": ("no form with this code", lambda who, at: own_forms.find(who, "no-such-form")),
    "a member": ("no member with this name", lambda who, at: find_member(who, "Nobody Here")),
    "a device": ("there is no such device", lambda who, at: seizure.look(who, SeatId(NOBODY))),
    "a device to name": ("there is no such device", lambda who, at: devices.name(who, SeatId(NOBODY), "desk")),
    "who waits": ("no admission of such a device", lambda who, at: admitting.find_proposal(who, NOBODY.hex())),
    "a grant": ("none of these members can open", lambda who, at: sharing.revoke(who, at.case, [MemberId(NOBODY)])),
}
WRONG: dict[str, tuple[str, Act]] = {
    "a kind of record": (
        "the kind of record must be one of: wanted",
        lambda who, at: story_records.kind_named("rumour"),
    ),
    "a span": ("a number of days, such as 7d", lambda who, at: story_records.day_within(who, "soon")),
    "a span of ages": ("a number of days, such as 7d", lambda who, at: story_records.day_within(who, "99999999d")),
    "no lines of dates": ("--limit must be between", lambda who, at: story_records.due(who, limit=0)),
    "no silent cases": ("--limit must be between", lambda who, at: cases.list_silent(who, days=3, limit=0)),
    "no closed cases": ("--limit must be between", lambda who, at: case_changes.list_closed(who, limit=0)),
    "reopening an open case": ("this case is open", lambda who, at: case_changes.reopen(who, at.case)),
    "one record": ("already the same record", lambda who, at: same_people.same(who, at.person, at.person)),
    "no change": ("nothing to change", lambda who, at: sections.change_person(who, at.host, PersonChange())),
    "a hold of yesterday": (
        "the review day has passed",
        lambda who, at: holds.hold(who, at.case, reason="a trial", review="2020-01-01"),
    ),
    "versions that went": (
        "somebody wrote a newer version",
        lambda who, at: two_versions.settle(who, at.person, (VersionId(NOBODY * 2), VersionId(NOBODY * 2)), {}),
    ),
    "days without an end": ("--days is between 1", lambda who, _: admit_for(who, 100_000)),
    "no backup kept": ("at least 1 backup", lambda who, _: backups.make(who, who.folder.path.parent / "b", keep=0)),
    "a checklist of a day": (
        "since must be a day with a time",
        lambda who, at: incidents.begin_checklist(who, at.case, "disappeared", since="2026-11-28"),
    ),
    "many cases": (
        "cases at once",
        lambda who, _: case_changes.close_all(
            who, [CompartmentId(at.to_bytes(16)) for at in range(501)], reason="other"
        ),
    ),
}


def admit_for(who: Session, days: int) -> None:
    admitting.admit_here(who, like="intake", name="Ilse Marrow", passphrase=bytearray(b"ilse opens"), days=days)


def _refuses(error: type[VaultError], words: str, act: Act, who: Session, at: Kept) -> None:
    before = _written(who)
    refuses(error, words, act, who, at)
    assert _written(who) == before, "something was written"


def test_what_is_not_there_is_called_so_and_nothing_is_written(session: Session) -> None:
    at = kept(session)

    @each(UNKNOWN)
    def refuses(words: str, act: Act) -> None:
        _refuses(NotFoundError, words, act, session, at)

    refuses()


def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(session: Session) -> None:
    at = kept(session)

    @each(WRONG)
    def refuses(words: str, act: Act) -> None:
        _refuses(UsageError, words, act, session, at)

    refuses()


def _written(session: Session) -> list[VersionRow]:
    with session.database.reading() as rows:
        return list(rows.version_rows(session.log.origin, 0))


def test_who_is_not_in_the_case_is_not_looked_up_nor_changed(session: Session) -> None:
    at = kept(session)
    with pytest.raises(NotFoundError, match="no such record"):
        writing_down.change_person(session, at.missing(), PersonChange(add_phones=("0555 123456",)))
    slip = intake.add(session, name="Somebody Unheard")
    refuses(NotFoundError, "no such record", writing_down.move_slip, session, slip.hex(), at.case, same=NOBODY)
    assert [line.stored.value.name for line in intake.list_open(session)] == ["Somebody Unheard"]


def test_no_deputy_is_somebody_who_opens_no_cases(office: Office) -> None:
    with office.place.open() as mira:
        dana = admit(mira, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.INTAKE}))
        with pytest.raises(UsageError, match="this member's role does not allow that"):
            successors.set_deputy(mira, office.amina.member, dana.member)
        assert successors.deputy_of(mira, office.amina.member) == office.joel.member


def test_a_question_that_nobody_could_answer_is_not_written(session: Session, tmp_path: Path) -> None:
    many = [kept(session).case.hex() for _ in range(2)]
    out = tmp_path / "question"
    for what, error, words in (
        (many[:1], UsageError, "one person may erase this"),
        (many, RefusedError, "nobody else could approve it"),
    ):
        with pytest.raises(error, match=words):
            erasing.ask(session, what_goes(session, *what), why="mistake", out=out)
    assert not out.exists()
    assert len(cases.list_all(session)) == 2


def test_a_case_is_not_erased_for_a_reason_that_nobody_knows(session: Session) -> None:
    going = what_goes(session, kept(session).case.hex())
    refuses(UsageError, "the reason must be one of", erasing.erase, session, going, why="because")
    refuses(UsageError, "there is nothing to erase", erasing.erase, session, replace(going, versions=()), why="mistake")
    assert len(cases.list_all(session)) == 1


# Ids as people type them.
_FIRST, _SECOND = bytes.fromhex("a1b2c3d4" + "00" * 12), bytes.fromhex("a1b2c3ff" + "00" * 12)


@each(
    [
        ("a1b2c3d4", _FIRST),
        (" A1B2C3D4 ", _FIRST),
        (_SECOND.hex(), _SECOND),
        ("a1b2c3e", None),
        ("", None),
        ("a1b", None),
        *((text, None) for text in ("a1b2%", "xyzw", "a1b2c3d4" * 5, "a1 b2")),
    ]
)
def test_a_beginning_names_the_one_id_that_has_it(text: str, found: bytes | None) -> None:
    assert the_one_named(typed_id(text), [_FIRST, _SECOND]) == found


def test_a_beginning_that_two_ids_share_asks_for_more() -> None:
    refuses(NotFoundError, "2 ids begin", the_one_named, "a1b2c3", [_FIRST, _SECOND])


def test_an_odd_number_of_digits_bounds_the_ids_that_begin_so() -> None:
    first, last = ids_between("a1b2c")
    assert (first[:3].hex(), last[:3].hex(), len(first), len(last)) == ("a1b2c0", "a1b2cf", 16, 16)
