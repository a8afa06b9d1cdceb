"""What a member who works on cases is refused, in words, before anything of a case is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.services.colleague import admit
from tests.services.office import Office
from tests.tables import each
from vault.access.session import Session
from vault.casework.person import Person, PersonChange
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentId, MemberId, RecordId, SeatId, VersionId
from vault.policy.roles import Role
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
    notes,
    same_people,
    sections,
    story_records,
    two_versions,
    writing_down,
)
from vault.services.cases.editing import Place
from vault.services.erasures.what_goes import what_goes
from vault.services.grants import sharing, successors
from vault.services.members import devices, invitations
from vault.services.projection.authors import find_member
from vault.services.safety import incidents, seizure
from vault.store.rowtypes import VersionRow

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
    "whom to invite": ("no member with this name", lambda who, at: invitations.invite_device(who, MemberId(NOBODY))),
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
    "days without an end": ("--days is between 1", lambda who, _: invitations.invite(who, like="intake", days=100_000)),
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


def _refuses(error: type[VaultError], words: str, act: Act, who: Session, at: Kept) -> None:
    before = _written(who)
    with pytest.raises(error, match=words):
        act(who, at)
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
    with pytest.raises(NotFoundError, match="no such record"):
        writing_down.move_slip(session, slip.hex(), at.case, same=NOBODY)
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
    with pytest.raises(UsageError, match="the reason must be one of"):
        erasing.erase(session, going, why="because")
    with pytest.raises(UsageError, match="there is nothing to erase"):
        erasing.erase(session, replace(going, versions=()), why="mistake")
    assert len(cases.list_all(session)) == 1
