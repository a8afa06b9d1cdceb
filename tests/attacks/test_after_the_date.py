"""Who may open a case until a day opens nothing of it from that day on, whatever is the first that they ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, MIRA, TOMAS, Organisation
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, MemberId, SeatId
from vault.seal.age import make_identity, recipient_of
from vault.services import case_counts, case_papers
from vault.services.cases import case_people, cases, listing, notes, searching, sections
from vault.services.exports import full_export, partners
from vault.services.grants import key_changes, sharing, timed_grants
from vault.services.housekeeping import settle
from vault.services.members import warning
from vault.services.safety import seizure

HOUR_MS = 3_600_000
PLACE = "Quietwater Rise 17"


@dataclass(frozen=True, slots=True)
class Lent:
    """A case with a section that Joel holds until a moment, on his device."""

    case: CompartmentId
    section: CompartmentId
    other: MemberId
    until_ms: int


@pytest.fixture
def lent(organisation: Organisation) -> Lent:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        until_ms = amina.log.now_ms() + HOUR_MS
        timed_grants.give(amina, case, [joel], until_ms=until_ms)
        sharing.grant(amina, case, [tomas])
        section = sections.create(amina, case, what="location", title="Where she is", members=[joel])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, PLACE))
    organisation.exchange(AMINA, JOEL)
    return Lent(case, section, tomas, until_ms)


Ask = Callable[[Session, Lent], object]
ASKED: dict[str, Ask] = {
    "sections.list_of": lambda joel, lent: sections.list_of(joel, lent.case),
    "sections.find_in": lambda joel, lent: sections.find_in(joel, lent.case, lent.section.hex()),
    "sections.open_section": lambda joel, lent: sections.open_section(
        joel, sections.find(joel, lent.section.hex()), why="casework"
    ),
    "sections.add_note": lambda joel, lent: sections.add_note(joel, lent.section, Note(NoteKind.SAFETY, "late")),
    "sections.add_person": lambda joel, lent: sections.add_person(
        joel, lent.section, case_people.checked_person(role="third", names=["Ilham Quillfeather"])
    ),
    "sections.give": lambda joel, lent: sections.give(joel, lent.section, [lent.other]),
    "sections.create": lambda joel, lent: sections.create(joel, lent.case, what="health", title="Late"),
    "cases.open_case": lambda joel, lent: cases.open_case(joel, lent.case),
    "notes.add": lambda joel, lent: notes.add(joel, lent.case, Note(NoteKind.CONTACT, "late")),
    "case_people.keep": lambda joel, lent: case_people.keep(
        joel, lent.case, case_people.checked_person(role="third", names=["Ilham Quillfeather"])
    ),
    "sharing.grant": lambda joel, lent: sharing.grant(joel, lent.case, [lent.other]),
    "sharing.revoke": lambda joel, lent: sharing.revoke(joel, lent.case, [lent.other]),
    "sharing.rotate": lambda joel, lent: sharing.rotate(joel, lent.case),
    "sharing.holders_of": lambda joel, lent: sharing.holders_of(joel, lent.case),
    "terms.give": lambda joel, lent: timed_grants.give(joel, lent.case, [lent.other]),
    "terms.terms_of": lambda joel, lent: timed_grants.terms_of(joel, lent.case),
    "keys.keys_of": lambda joel, lent: key_changes.keys_of(joel, lent.case),
    "case_papers.list_in": lambda joel, lent: case_papers.list_in(joel, lent.case),
    "case_papers.add_paper": lambda joel, lent: case_papers.add_paper(
        joel, lent.case, Path(__file__), {"kind": "other"}
    ),
}


FIRST = {
    name: ask
    for name, ask in ASKED.items()
    if name.startswith(("sections", "papers", "adding")) or name == "cases.open_case"
}


@pytest.mark.long_after(3)
@pytest.mark.parametrize("ask", FIRST.values(), ids=FIRST)
def test_what_is_asked_for_first_after_the_date_is_refused(organisation: Organisation, lent: Lent, ask: Ask) -> None:
    with organisation.open(JOEL) as joel:
        joel.log.now_ms = lambda: lent.until_ms
        _require_refused(joel, lent, ask)


@pytest.mark.long_after(5)
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_date_that_passes_in_an_open_session_ends_everything(
    organisation: Organisation, lent: Lent, ask: Ask
) -> None:
    with organisation.open(JOEL) as joel:
        joel.log.now_ms = lambda: lent.until_ms - 1
        cases.open_case(joel, lent.case)
        assert sections.open_section(joel, lent.section).notes
        joel.log.now_ms = lambda: lent.until_ms
        _require_refused(joel, lent, ask)


def test_lists_and_searches_of_an_open_session_do_not_find_it_from_then_on_until_the_clock_is_put_right(
    organisation: Organisation, lent: Lent
) -> None:
    with organisation.open(JOEL) as joel:
        before = joel.log.now_ms
        (shown,) = cases.list_all(joel)
        joel.log.now_ms = lambda: lent.until_ms
        assert cases.list_all(joel) == []
        assert listing.open_list(joel).count() == 0
        assert searching.search(joel, "title").hits == ()
        joel.log.now_ms = before
        joel.believe_clock()
        assert cases.list_all(joel) == [shown]


def _require_refused(joel: Session, lent: Lent, ask: Ask) -> None:
    size = joel.log.size
    with pytest.raises((RefusedError, NotFoundError), match=r"access to this case has expired|you have no case"):
        ask(joel, lent)
    assert joel.log.size == size


@pytest.mark.long
def test_a_lent_case_whose_day_passed_holds_up_nothing_of_the_borrowers_own(
    organisation: Organisation, lent: Lent, tmp_path: Path
) -> None:
    key = recipient_of(make_identity())
    with organisation.open(MIRA) as mira:
        partners.add(mira, name="Archive", age_recipient=key, compared=True)
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        seat = organisation[JOEL].seat
        own = cases.create(joel, title="Own", kind="asylum").case
        for passed, now_ms in enumerate((lent.until_ms - 1, lent.until_ms)):
            joel.log.now_ms = lambda now_ms=now_ms: now_ms  # type: ignore[misc]  # each its own
            _require_own(joel, seat, own, tmp_path, passed=passed, left_out=passed)
    with organisation.open(AMINA) as amina:
        amina.log.now_ms = lambda: lent.until_ms
        settle(amina)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:  # by now without its new key
        joel.log.now_ms = lambda: lent.until_ms
        _require_own(joel, seat, own, tmp_path, passed=1, left_out=0)


def _require_own(joel: Session, seat: SeatId, own: CompartmentId, folder: Path, *, passed: int, left_out: int) -> None:
    found = seizure.look(joel, seat)
    assert (found.unread, len(found.cases)) == (passed, 2 - passed)
    warn = warning.warn_list(joel, seat)
    assert warn.unread == passed
    shown = case_counts.count(joel, ["kind"])
    done = full_export.export_all(joel, to="Archive", out=folder / f"{joel.log.size}.age")
    assert done.cases == 2 - passed
    assert (shown.left_out, done.left_out) == (left_out, left_out)
    for lines in (case_counts.count_lines(shown), full_export.exported_lines(done)):
        assert ("lent to you until a day that has passed" in " ".join(map(str, lines))) == bool(left_out)
