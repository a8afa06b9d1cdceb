"""Rights that end: given until a day, hidden from that day on, withdrawn by the first holder who sees it."""

from __future__ import annotations

import pytest

from tests.english import in_english
from tests.services.office import DAY_MS, Office, forward
from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_of
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.named import access_record
from vault.services import housekeeping, this_computer
from vault.services.cases import cases, listing, notes, searching
from vault.services.grants import sharing, timed_grants
from vault.services.projection.projection import audit_of, up_to_date_index


def _case_of_amina(office: Office) -> CompartmentId:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="A title of Amina", kind="asylum")
        notes.add(amina, made.case, Note(NoteKind.CONTACT, "the lantern street"))
        return made.case


def _lend(office: Office, case: CompartmentId, days: int = 2) -> int:
    """Amina lends a case to Nadia for days; return the moment at which that ends."""
    with office.open(office.amina) as amina:
        until_ms = amina.log.now_ms() + days * DAY_MS
        timed_grants.give(amina, case, [office.nadia.member], until_ms=until_ms)
    return until_ms


def test_a_day_ends_when_it_is_over() -> None:
    assert timed_grants.end_of_day("2026-11-30") - timed_grants.end_of_day("2026-11-29") == DAY_MS
    assert timed_grants.last_day(timed_grants.end_of_day("2026-11-30")) == "2026-11-30"
    with pytest.raises(UsageError, match="--until must be a full day"):
        timed_grants.end_of_day("2026-11")


def test_why_and_by_whom_a_case_was_given_is_kept_and_days_that_cannot_be_are_refused(office: Office) -> None:
    case = _case_of_amina(office)
    with office.open(office.amina) as amina:
        now = amina.log.now_ms()
        for until_ms in (now - DAY_MS, now):
            with pytest.raises(UsageError, match="that day"):
                timed_grants.give(amina, case, [office.nadia.member], until_ms=until_ms)
        with pytest.raises(UsageError, match="members cannot be their own deputies"):
            timed_grants.away(amina, office.amina.member, office.amina.member, until_ms=now + DAY_MS)
        assert office.nadia.member not in sharing.holders_of(amina, case).members
        timed_grants.give(amina, case, [office.nadia.member], why="supervision")
    with office.open(office.nadia) as nadia:
        assert cases.open_case(nadia, case, why="supervision").notes
        (term,) = timed_grants.terms_of(nadia, case)
    assert (term.until_ms, term.why, term.given_by) == (None, GrantReason.SUPERVISION, office.amina.member)


def test_from_its_day_on_the_program_hides_a_lent_case_everywhere_until_a_later_day_brings_it_back(
    office: Office,
) -> None:
    case = _case_of_amina(office)
    until_ms = _lend(office, case)
    with office.open(office.nadia) as nadia:
        assert [note.value.text for note in cases.open_case(nadia, case).notes] == ["the lantern street"]
        (term,) = timed_grants.terms_of(nadia, case)
        assert (term.member, term.until_ms, term.given_by) == (office.nadia.member, until_ms, office.amina.member)
        (row,) = cases.list_all(nadia)
        forward(nadia, 2)
        notes.add(nadia, cases.create(nadia, title="Another", kind="other").case, Note(NoteKind.CONTACT, "of another"))
        # The key is here.
        assert nadia.holds(case)
        assert [shown.title for shown in cases.list_all(nadia)] == ["Another"]
        assert listing.open_list(nadia).count() == 1
        assert searching.search(nadia, "lantern").hits == ()
        with pytest.raises(NotFoundError):
            cases.find(nadia, row.ref)
        for act in (
            lambda: cases.open_case(nadia, case),
            lambda: notes.add(nadia, case, Note(NoteKind.CONTACT, "late")),
            lambda: sharing.grant(nadia, case, [office.joel.member]),
        ):
            with pytest.raises(RefusedError, match="access to this case has expired"):
                act()
    with office.open(office.amina) as amina:
        timed_grants.give(amina, case, [office.nadia.member], until_ms=amina.log.now_ms() + 30 * DAY_MS)
    with office.open(office.nadia) as nadia:
        assert [note.value.text for note in cases.open_case(nadia, case).notes] == ["the lantern street"]
        assert searching.search(nadia, "lantern").hits


@pytest.mark.parametrize("holder", ["amina", "joel"])
def test_the_first_holder_who_sees_the_day_withdraws_it_and_the_second_finds_nothing_to_do(
    office: Office,
    holder: str,
) -> None:
    case = _case_of_amina(office)
    _lend(office, case)
    first, second = (office.amina, office.joel) if holder == "amina" else (office.joel, office.amina)
    with office.open(first) as session:
        housekeeping.settle(session)  # what there is to hear once
        assert housekeeping.settle(session) == []
        forward(session, 2)
        assert list(in_english(housekeeping.settle(session))) == [
            "1 right had expired and was revoked: new keys were made."
        ]
        assert sharing.holders_of(session, case).members == {office.amina.member, office.joel.member}
        notes.add(session, case, Note(NoteKind.CONTACT, "after Nadia"))
    with office.open(second) as session:
        forward(session, 2)
        before = session.log.size
        assert timed_grants.withdraw_expired_grants(session) == 0
        assert session.log.size == before
    with office.open(office.nadia) as nadia:
        assert not nadia.holds(case)
        assert cases.list_all(nadia) == []


def test_nobody_moves_their_own_day_nor_anothers_by_an_access_of_somebody_else(office: Office) -> None:
    case = _case_of_amina(office)
    until_ms = _lend(office, case)
    with office.open(office.joel) as joel, joel.work(case) as work:
        other = Access(office.joel.member, GrantReason.COLLEAGUE, office.joel.member, until_ms - 1)
        work.write(case, RecordId(access_record(office.nadia.member)), Access.KIND, to_fields(other))
        work.commit(Entry(act="case.edit"))
    with office.open(office.amina) as amina:
        assert [term.until_ms for term in timed_grants.terms_of(amina, case)] == [until_ms]
    with office.open(office.nadia) as nadia:
        _write_access(nadia, case, Access(office.nadia.member, GrantReason.COLLEAGUE, office.amina.member))
        forward(nadia, 2)
        up_to_date_index(nadia)
        assert case in nadia.hidden
    with office.open(office.amina) as amina:
        forward(amina, 2)
        assert timed_grants.withdraw_expired_grants(amina) == 1


def _write_access(session: Session, case: CompartmentId, access: Access) -> None:
    """Write over a member's day as a patched program would."""
    record = RecordId(access_record(access.member))
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), case, record, Access.KIND)]
    assert parents
    with session.work(case) as work:
        work.write(case, record, Access.KIND, to_fields(access), parents)
        work.commit(Entry(act="case.edit", obj=audit_of(session, case)))


def test_a_jump_of_the_clock_withdraws_nothing_before_a_person_confirmed_it(office: Office) -> None:
    case = _case_of_amina(office)
    _lend(office, case)
    with office.open(office.amina) as amina:
        at_ms = amina.log.now_ms() + 3 * DAY_MS
        amina.log.now_ms = lambda: at_ms
        assert timed_grants.withdraw_expired_grants(amina) == 0
        this_computer.confirm_clock(amina)
        assert timed_grants.withdraw_expired_grants(amina) == 1


def test_a_holiday_gives_the_deputy_what_the_giver_holds_and_no_more(office: Office) -> None:
    with office.open(office.amina) as amina:
        shared = cases.create(amina, title="Shared", kind="asylum").case
        alone = cases.create(amina, title="Alone", kind="asylum", alone_reason="she asked for it").case
        until_ms = amina.log.now_ms() + 5 * DAY_MS
        assert timed_grants.away(amina, office.amina.member, office.nadia.member, until_ms=until_ms) == 2
        assert office.nadia.member in sharing.holders_of(amina, alone).members
        assert timed_grants.away(amina, office.amina.member, office.nadia.member, until_ms=until_ms) == 0
    with office.open(office.joel) as joel:
        hers = cases.create(joel, title="Of Joel", kind="other").case
        assert timed_grants.away(joel, office.amina.member, office.nadia.member, until_ms=until_ms) == 0
        assert sharing.holders_of(joel, hers).members == {office.joel.member}
        assert joel.holds(shared)
        assert not joel.holds(alone)


def test_what_others_gave_away_of_her_cases_is_announced_to_the_owner_until_it_ends(office: Office) -> None:
    case = _case_of_amina(office)
    with office.open(office.joel) as joel:
        until_ms = timed_grants.end_of_day("2099-01-02")
        assert timed_grants.away(joel, office.amina.member, office.nadia.member, until_ms=until_ms) == 1
        assert housekeeping.settle(joel) == []
    with office.open(office.amina) as amina:
        assert "as your deputy" in str(housekeeping.settle(amina)[-1])
        assert list(in_english(housekeeping.settle(amina))) == [
            "Nadia Ferrante can open 1 of your cases until 2099-01-02: given by Joel Brandvik."
        ]
        sharing.revoke(amina, case, [office.nadia.member])
        assert housekeeping.settle(amina) == []


def test_of_what_is_lent_only_what_was_given_for_an_absence_and_has_not_ended_is_told(office: Office) -> None:
    case = _case_of_amina(office)
    with office.open(office.amina) as amina:
        other = cases.create(amina, title="Another", kind="asylum").case
        timed_grants.give(amina, other, [office.nadia.member], until_ms=amina.log.now_ms() + 9 * DAY_MS)
        assert timed_grants.lent(amina) == {}
        sharing.revoke(amina, other, [office.nadia.member])
        until_ms = amina.log.now_ms() + 2 * DAY_MS
        assert timed_grants.away(amina, office.amina.member, office.nadia.member, until_ms=until_ms) == 2
        assert timed_grants.lent(amina) == {office.amina.member: {office.nadia.member: until_ms}}
        assert amina.holds(case)
        forward(amina, 3)
        assert timed_grants.lent(amina) == {}
