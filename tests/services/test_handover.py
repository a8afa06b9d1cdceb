"""A leaver's cases: ordered by who cannot read them, carried out by the deputy's seat, written by whom they were."""

from __future__ import annotations

import pytest

from tests.english import in_english
from tests.services.colleague import admit
from tests.services.office import DAY_MS, Office, forward
from tests.tables import refuses
from vault.access.session import Session
from vault.casework.case import Access, Case, GrantReason
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.heads import heads_in, heads_of
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.named import access_record
from vault.services import housekeeping, this_computer
from vault.services.cases import cases, listing, notes, searching
from vault.services.grants import sharing, successors, timed_grants
from vault.services.members import members
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import read_heads


def _two_cases(office: Office) -> tuple[CompartmentId, CompartmentId]:
    with office.open(office.amina) as amina:
        made = [cases.create(amina, title=f"Case {number}", kind="asylum").case for number in (1, 2)]
        for case in made:
            notes.add(amina, case, Note(NoteKind.CONTACT, "by Amina"))
    return made[0], made[1]


def _order(office: Office) -> None:
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")


def test_who_orders_needs_no_case_and_cannot_read_one(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")
        (order,) = successors.handover_orders(founder)
        assert (order.value.leaver, order.value.successor) == (office.amina.member, office.nadia.member)
        assert not founder.holds(first)
        assert successors.carry_out_handovers(founder) == []


def test_an_order_on_the_cases_of_somebody_who_is_still_in_waits_for_the_deputy_to_say_so(office: Office) -> None:
    """Else one admin could open every case of a member to an accomplice, and nobody would be asked."""
    first, _ = _two_cases(office)
    _order(office)
    with office.open(office.joel) as joel:
        (line,) = housekeeping.settle(joel)
        assert "2 cases of Amina Ruskova, who has not left yet, go to Nadia Ferrante" in str(line)
        assert office.nadia.member not in sharing.holders_of(joel, first).members
        assert [one.cases for one in successors.carry_out_handovers(joel)] == [2]
        assert housekeeping.settle(joel) == []


def test_a_holder_who_is_no_deputy_hands_over_on_request_alone(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, first, [office.nadia.member])
    _order(office)
    with office.open(office.nadia) as nadia:
        assert successors.carry_out_handovers(nadia, as_deputy_only=True) == []
        assert [one.cases for one in successors.carry_out_handovers(nadia)] == [1]


def test_what_the_leaver_kept_alone_stays_with_them_and_the_rest_goes(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        alone = cases.create(amina, title="Alone", kind="asylum", alone_reason="she asked for it").case
    _order(office)
    with office.open(office.joel) as joel:
        assert [one.cases for one in successors.carry_out_handovers(joel)] == [2]
        assert str(successors.nothing_to_do(joel)) == "You hold no case that is pending handover."
        assert not joel.holds(alone)
    with office.open(office.amina) as amina:
        assert cases.open_case(amina, alone).head.value.owner == office.amina.member
        assert cases.open_case(amina, first).head.value.owner == office.nadia.member


def test_who_hands_a_case_over_to_its_deputy_stands_in_for_it_from_then_on(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, first, [office.nadia.member])
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.joel.member, reason="leaves on Friday")
    with office.open(office.nadia) as nadia:
        assert [one.cases for one in successors.carry_out_handovers(nadia)] == [1]
        head = cases.open_case(nadia, first).head.value
        assert (head.owner, head.deputy) == (office.joel.member, office.nadia.member)


def test_whose_role_opens_no_cases_carries_out_no_order_and_is_told_whose_device_does(office: Office) -> None:
    _two_cases(office)
    _order(office)
    with office.place.open() as founder:
        dana = admit(founder, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.INTAKE}))
    with dana.open(office.place) as session:
        refuses(RefusedError, "your role cannot hand over cases", successors.carry_out_handovers, session)
        assert str(successors.nothing_to_do(session)) == "You hold no case that is pending handover."


def test_the_newest_order_for_a_leaver_counts(office: Office) -> None:
    first, _ = _two_cases(office)
    _order(office)
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.joel.member, reason="Nadia is ill")
    with office.open(office.joel) as joel:
        assert [one.successor for one in successors.carry_out_handovers(joel)] == [office.joel.member]
        assert cases.open_case(joel, first).head.value.owner == office.joel.member
        assert office.nadia.member not in sharing.holders_of(joel, first).members


def test_an_order_names_somebody_else_and_a_reason(office: Office) -> None:
    with office.place.open() as founder:
        before = founder.log.size
        with pytest.raises(UsageError, match="cases must go to another member"):
            successors.order_handover(founder, office.amina.member, office.amina.member, reason="x")
        with pytest.raises(UsageError, match="reason is empty"):
            successors.order_handover(founder, office.amina.member, office.joel.member, reason=" ")
        assert founder.log.size == before


def test_an_edit_of_the_head_keeps_fields_of_a_newer_program(office: Office) -> None:
    first, _ = _two_cases(office)
    with office.open(office.amina) as amina:
        (head,) = [one for one in heads_in(up_to_date_index(amina), first) if one.kind == Case.KIND]
        (opened,) = read_heads(amina, first, frozenset({VersionId(head.version)}))
        with amina.work(first) as work:
            fields = {**opened.content.fields, "weather": "grey"}
            work.write(first, RecordId(head.record), Case.KIND, fields, [opened.id])
            work.commit(Entry(act="case.edit"))
    _order(office)
    with office.open(office.joel) as joel:
        successors.carry_out_handovers(joel)
        (head,) = [one for one in heads_in(up_to_date_index(joel), first) if one.kind == Case.KIND]
        (opened,) = read_heads(joel, first, frozenset({VersionId(head.version)}))
        assert opened.content.fields["weather"] == "grey"
        assert opened.content.fields["owner"] == office.nadia.member


def test_an_order_says_who_carries_it_out_or_that_nobody_can(office: Office) -> None:
    with office.place.open() as founder:
        (deputy,) = successors.who_carries_out(founder, office.amina.member)
        assert str(deputy).startswith("The device of Joel Brandvik, the deputy, carries it out")
        successors.set_deputy(founder, office.amina.member, None)
    with office.open(office.amina) as amina:
        refs = sorted(cases.create(amina, title=title, kind="asylum").ref for title in ("one", "two"))
        shared = cases.create(amina, title="three", kind="asylum")
        sharing.grant(amina, shared.case, [office.nadia.member])
        nobody, given = successors.who_carries_out(amina, office.amina.member)
        assert str(nobody).startswith("Amina Ruskova has no deputy: nobody's device carries it out by itself.")
        assert str(given).startswith(f"2 cases are open to Amina Ruskova alone ({', '.join(refs)}).")
        assert "Once they are out, only the recovery sheets can open them. First let them give" in str(given)
    # Who orders it and reads none of them hears how many, and no reference.
    with office.place.open() as founder:
        assert "2 cases are open to Amina Ruskova alone. " in str(members.warn_before_end(founder, office.amina.member))
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="leaves on Friday")
    with office.open(office.amina) as amina:
        assert successors.carry_out_handovers(amina) == []
        assert "Give each case to its new owner" in str(successors.nothing_to_do(amina))
        for found in cases.list_all(amina):
            sharing.grant(amina, CompartmentId(found.case), [office.joel.member])
    with office.place.open() as founder:
        assert members.warn_before_end(founder, office.amina.member) is None


# Deputies: named by an admin, given each new case of their member, left out for a reason alone.


def test_a_case_given_to_a_colleague_later_is_nobodys_alone(office: Office) -> None:
    with office.open(office.joel) as joel:
        case = cases.create(joel, title="A title", kind="asylum").case
        assert cases.only_you(joel, case) is not None
        sharing.grant(joel, case, [office.nadia.member])
        assert cases.only_you(joel, case) is None


def test_the_newest_naming_counts_and_can_be_taken_away(office: Office) -> None:
    with office.place.open() as founder:
        assert successors.deputies(founder) == {office.amina.member: office.joel.member}
        successors.set_deputy(founder, office.amina.member, office.nadia.member)
        assert successors.deputy_of(founder, office.amina.member) == office.nadia.member
        successors.set_deputy(founder, office.amina.member, None)
        assert successors.deputy_of(founder, office.amina.member) is None
        assert successors.deputies(founder) == {}


def test_nobody_is_their_own_deputy_and_none_takes_a_reason(office: Office) -> None:
    with office.place.open() as founder, pytest.raises(UsageError, match="members cannot be their own deputies"):
        successors.set_deputy(founder, office.amina.member, office.amina.member)
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="A title", kind="asylum", alone_reason="it is about Joel").case
        assert cases.only_yours(amina, cases.list_all(amina)) == {case}
        with pytest.raises(UsageError, match="reason why a case has no deputy is empty"):
            cases.create(amina, title="A title", kind="asylum", alone_reason=" ")


# Rights that end: given until a day; from that day on hidden, and nothing is written for them.
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
    refuses(UsageError, "--until must be a full day", timed_grants.end_of_day, "2026-11")


def test_why_and_by_whom_a_case_was_given_is_kept_and_days_that_cannot_be_are_refused(office: Office) -> None:
    case = _case_of_amina(office)
    with office.open(office.amina) as amina:
        now = amina.log.now_ms()
        for until_ms in (now - DAY_MS, now):
            refuses(UsageError, "that day", timed_grants.give, amina, case, [office.nadia.member], until_ms=until_ms)
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
            refuses(RefusedError, "access to this case has expired", act)
    with office.open(office.amina) as amina:
        timed_grants.give(amina, case, [office.nadia.member], until_ms=amina.log.now_ms() + 30 * DAY_MS)
    with office.open(office.nadia) as nadia:
        assert [note.value.text for note in cases.open_case(nadia, case).notes] == ["the lantern street"]
        assert searching.search(nadia, "lantern").hits


def test_what_is_written_after_the_day_is_not_written_for_whom_it_was_lent_to(office: Office) -> None:
    case = _case_of_amina(office)
    _lend(office, case)
    with office.open(office.joel) as joel:
        notes.add(joel, case, Note(NoteKind.CONTACT, "while it is lent"))
        assert office.nadia.member in sharing.holders_of(joel, case).members
        forward(joel, 2)
        before = joel.log.size
        assert housekeeping.settle(joel) == []
        assert joel.log.size == before, "nobody has to withdraw anything"
        assert sharing.holders_of(joel, case).members == {office.amina.member, office.joel.member}
        notes.add(joel, case, Note(NoteKind.CONTACT, "after the day"))
    with office.open(office.nadia) as nadia:  # whose clock was turned back
        assert [one.value.text for one in cases.open_case(nadia, case).notes] == [
            "the lantern street",
            "while it is lent",
        ]
    with office.open(office.amina) as amina:
        assert "after the day" in [one.value.text for one in cases.open_case(amina, case).notes]


@pytest.mark.parametrize("is_out", [False, True])
@pytest.mark.parametrize("days", [None, 9])
def test_a_day_before_the_one_until_which_they_were_let_in_is_refused_also_to_who_was_put_out(
    office: Office, days: int | None, is_out: bool
) -> None:
    """To let somebody back makes the old let-in stand again, and of several the latest counts."""
    case, nadia = _case_of_amina(office), office.nadia.member
    with office.open(office.amina) as amina:
        now = amina.log.now_ms()
        first = None if days is None else now + days * DAY_MS
        timed_grants.give(amina, case, [nadia], until_ms=first)
        if is_out:
            sharing.revoke(amina, case, [nadia])
        with pytest.raises(RefusedError, match="that cannot be shortened"):
            timed_grants.give(amina, case, [nadia], until_ms=now + 2 * DAY_MS)
        assert (nadia in sharing.holders_of(amina, case).members) is not is_out
        assert [term.until_ms for term in timed_grants.terms_of(amina, case)] == [first]
        timed_grants.give(amina, case, [nadia])
        assert nadia in sharing.holders_of(amina, case).members


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
        assert office.nadia.member not in sharing.holders_of(amina, case).members


def _write_access(session: Session, case: CompartmentId, access: Access) -> None:
    """Write over a member's day as a patched program would."""
    record = RecordId(access_record(access.member))
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), case, record, Access.KIND)]
    assert parents
    with session.work(case) as work:
        work.write(case, record, Access.KIND, to_fields(access), parents)
        work.commit(Entry(act="case.edit", obj=audit_of(session, case)))


def test_a_jump_of_the_clock_takes_nothing_from_anybody_before_a_person_confirmed_it(office: Office) -> None:
    case = _case_of_amina(office)
    _lend(office, case)
    with office.open(office.amina) as amina:
        at_ms = amina.log.now_ms() + 3 * DAY_MS
        amina.log.now_ms = lambda: at_ms
        assert office.nadia.member in sharing.holders_of(amina, case).members
        this_computer.confirm_clock(amina)
        assert office.nadia.member not in sharing.holders_of(amina, case).members


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
        assert timed_grants.away(amina, office.amina.member, office.nadia.member, until_ms=until_ms) == 1
        assert office.nadia.member not in sharing.holders_of(amina, other).members, "a holiday takes no put-out back"
        assert timed_grants.lent(amina) == {office.amina.member: {office.nadia.member: until_ms}}
        assert amina.holds(case)
        forward(amina, 3)
        assert timed_grants.lent(amina) == {}
