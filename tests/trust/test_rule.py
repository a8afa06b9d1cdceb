"""What the page on trust says, sentence by sentence: once where it is so, once where it would not be."""

from __future__ import annotations

from tests.trust.office import SECTION, Office, certificate
from vault.policy.roles import Role
from vault.trust.case import readers_by_role, seats_in, who_has
from vault.trust.log_trees import Root
from vault.trust.trust_items import HELPERS, BySheets, Rank

NEW_ROOT = b"new root"


def test_the_sheets_admit_alone_and_whoever_lists_it() -> None:
    office = Office()
    office.write("Eve.1", office.by_sheets(office.admit("Abe.1")), office.admit("Cy.1"))
    assert office.is_in("Abe.1")
    assert not office.is_in("Cy.1")


def test_of_sheets_that_were_replaced_those_acts_count_that_the_new_ones_keep() -> None:
    office = Office()
    kept, left = office.by_sheets(office.admit("Abe.1")), office.by_sheets(office.admit("Cy.1"))
    office.write("Ann.1", kept, left)
    first = [act.digest for act in office.entries[0].acts]
    office.root = Root(NEW_ROOT, frozenset([*first, kept.digest]))
    assert office.is_in("Abe.1")
    assert not office.is_in("Cy.1")
    assert office.is_in("Kim.1")


def test_a_thief_with_old_sheets_admits_nobody_where_the_new_ones_are_known() -> None:
    office = Office()
    office.root = Root(NEW_ROOT, frozenset(act.digest for act in office.entries[0].acts))
    office.write("Eve.1", office.by_sheets(office.admit("Abe.1", Role.ADMIN)))
    office.write("Ann.1", office.by_sheets(office.admit("Cy.1"), NEW_ROOT))
    assert not office.is_in("Abe.1")
    assert office.is_in("Cy.1")


def test_who_the_sheets_recover_keeps_each_case_that_was_founded_with_recovery() -> None:
    office = Office()
    office.write("Kim.1", office.found(with_recovery=True), office.found("Lea", case=SECTION))
    recovered = office.by_sheets(office.recover("Mo"))
    assert "Mo.1" not in office.reads()
    office.write("Ann.1", recovered)
    assert office.ranks()["Mo"] is Rank.KEEPER
    assert "Mo.1" not in office.reads(case=SECTION)
    lifted = office.lift(office.end("Mo.1"))
    assert isinstance(recovered, BySheets)
    office.write("Ann.1", office.by_sheets(type(lifted)(lifted.digest, recovered.act.digest)))
    assert "Mo.1" not in office.reads()


def test_an_admin_and_one_more_member_let_somebody_in_and_two_others_do_not() -> None:
    office = Office()
    by_admin, by_others = office.admit("Abe.1"), office.admit("Cy.1")
    for seat, act in (("Ann.1", by_admin), ("Mo.1", by_admin), ("Kim.1", by_others), ("Mo.1", by_others)):
        office.write(seat, act)
    assert office.is_in("Abe.1")
    assert not office.is_in("Cy.1")


def test_two_supervisors_who_each_admit_a_helper_on_one_day_both_let_them_in() -> None:
    office = Office(others=(), helpers=True)
    for name in ("Kim", "Lea"):
        office.write("Ann.1", office.by_sheets(office.admit(f"{name}.1", Role.SUPERVISOR)))
    office.write("Kim.1", office.admit("Mo.1", Role.FIELD))
    office.write("Lea.1", office.admit("Abe.1", Role.INTAKE, Role.CASEWORKER))
    assert office.is_in("Mo.1")
    assert office.is_in("Abe.1")


def test_one_supervisor_alone_gives_no_more_than_a_helpers_roles_and_no_second_device() -> None:
    office = Office(helpers=True)
    office.write("Ann.1", office.by_sheets(office.admit("Abe.1", Role.SUPERVISOR)))
    office.write(
        "Abe.1", office.admit("Cy.1", Role.SUPERVISOR), office.admit("Kim.2"), office.admit("Kim.1", Role.FIELD)
    )
    office.write("Kim.1", office.admit("Bea.1", Role.FIELD))
    assert not office.is_in("Cy.1")
    assert not office.is_in("Kim.2")
    assert not office.is_in("Bea.1")


def test_who_came_in_as_a_helper_alone_seconds_nobody_until_two_list_them() -> None:
    office = Office(others=("Kim",), helpers=True)
    office.write("Ann.1", office.by_sheets(office.admit("Lea.1", Role.SUPERVISOR)))
    helper, newcomer = office.admit("Mo.1", Role.FIELD), office.admit("Abe.1")
    office.write("Lea.1", helper)
    office.write("Ann.1", newcomer)
    office.write("Mo.1", newcomer)
    assert office.is_in("Mo.1")
    assert not office.is_in("Abe.1")
    office.write("Ann.1", helper)
    assert office.is_in("Abe.1")


def test_the_rule_for_helpers_ends_by_two_admins_and_what_lies_within_the_heads_stands() -> None:
    office = Office(others=(), helpers=True)
    office.write("Ann.1", office.by_sheets(office.admit("Lea.1", Role.SUPERVISOR)))
    last = office.write("Lea.1", office.admit("Mo.1", Role.FIELD))
    office.write("Ann.1", office.lower("", HELPERS, last))
    office.write("Lea.1", office.admit("Abe.1", Role.FIELD))
    assert office.is_in("Abe.1")
    office.write("Ben.1", office.lower("", HELPERS, last))
    assert not office.is_in("Abe.1")
    assert office.is_in("Mo.1")


def test_a_further_device_takes_the_members_own_and_an_admin_or_supervisor() -> None:
    office = Office()
    by_own, by_others, by_colleague = office.admit("Kim.2"), office.admit("Lea.2"), office.admit("Mo.2")
    office.write("Ann.1", office.by_sheets(office.admit("Abe.1", Role.SUPERVISOR)))
    office.write("Kim.1", by_own)
    office.write("Abe.1", by_own, by_others)
    office.write("Ann.1", by_others)
    office.write("Mo.1", by_colleague)
    office.write("Eve.1", by_colleague)
    assert office.is_in("Kim.2")
    assert not office.is_in("Lea.2")
    assert not office.is_in("Mo.2")


def test_a_further_device_comes_in_without_roles_of_its_own() -> None:
    office = Office()
    phone = office.admit("Kim.2", Role.SUPERVISOR)
    office.write("Kim.1", phone)
    office.write("Ann.1", phone)
    assert not office.is_in("Kim.2")


def test_a_role_that_was_lowered_counts_for_what_lies_within_the_heads() -> None:
    office = Office(others=(), helpers=True)
    office.write("Ann.1", office.by_sheets(office.admit("Lea.1", Role.SUPERVISOR)))
    last = office.write("Lea.1", office.admit("Mo.1", Role.FIELD))
    office.write("Lea.1", office.admit("Abe.1", Role.FIELD))
    office.write("Ann.1", office.by_sheets(office.lower("Lea", Role.SUPERVISOR, last)))
    assert office.is_in("Mo.1")
    assert not office.is_in("Abe.1")


def test_one_puts_out_who_stands_below_and_no_equal_and_anybody_leaves() -> None:
    office = Office()
    office.write(
        "Kim.1", office.found(), *(office.let_in(name, Rank.LEAD) for name in ("Lea", "Mo")), office.let_in("Eve")
    )
    office.write("Lea.1", office.put_out("Mo"), office.put_out("Kim"), office.put_out("Eve"))
    assert office.reads() == {"Kim.1", "Lea.1", "Mo.1"}
    office.write("Mo.1", office.put_out("Mo"))
    assert office.reads() == {"Kim.1", "Lea.1"}


def test_one_lets_in_to_what_one_has_or_less() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD))
    office.write("Lea.1", office.let_in("Mo", Rank.KEEPER), office.let_in("Eve", Rank.LEAD))
    office.write("Abe.1", office.let_in("Cy"))
    assert office.ranks() == {"Kim": Rank.KEEPER, "Lea": Rank.LEAD, "Eve": Rank.LEAD}


def test_what_a_put_out_leaves_out_takes_nobody_and_brings_back_whom_it_had_taken() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo"))
    first = office.write("Lea.1")
    office.write("Lea.1", office.put_out("Mo"), office.let_in("Eve"))
    assert office.reads() == {"Kim.1", "Lea.1", "Eve.1"}
    office.write("Kim.1", office.put_out("Lea", first))
    assert office.reads() == {"Kim.1", "Mo.1"}


def test_an_admins_put_out_cuts_gifts_and_no_takings() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo"))
    first = office.write("Lea.1")
    office.write("Lea.1", office.put_out("Mo"), office.let_in("Eve"))
    office.write("Ann.1", office.put_out("Lea", first, as_admin=True))
    assert office.reads() == {"Kim.1"}


def test_an_admins_put_out_counts_while_the_head_up_to_which_they_were_admin_is_on_its_way() -> None:
    office = Office()
    office.write("Kim.1", office.found("Lea"))
    office.write("Ben.1", office.put_out("Kim", as_admin=True))
    last = office.write("Ben.1")
    office.write("Ann.1", office.by_sheets(office.lower("Ben", Role.ADMIN, last)))
    assert office.reads(without={last}) == office.reads() == {"Lea.1"}


def test_a_put_out_goes_on_cutting_takings_where_a_stopped_device_lists_it_again() -> None:
    office = Office(others=("Kim", "Cy", "Lea", "Eve", "Mo"))
    office.write("Kim.1", office.found("Cy"), office.let_in("Lea", Rank.LEAD), office.let_in("Eve"))
    office.write("Kim.1", office.found("Mo", case=SECTION), office.let_in("Lea", case=SECTION))
    first = office.write("Eve.1")
    out = office.put_out("Eve", first)
    office.write("Eve.1", office.let_in("Mo"))
    office.write("Lea.1", out)
    office.write("Mo.1", office.put_out("Lea", case=SECTION))
    office.write("Cy.1", out)
    office.write("Ann.1", office.end("Cy.1"))
    assert office.reads(case=SECTION) == {"Kim.1", "Lea.1"}


def test_nobody_but_an_admin_puts_out_as_admin() -> None:
    office = Office()
    office.write("Kim.1", office.found("Lea"))
    office.write("Lea.1", office.put_out("Kim", as_admin=True))
    assert office.reads() == {"Kim.1", "Lea.1"}


def test_what_admins_took_comes_back_by_two_of_them_or_by_all_who_took() -> None:
    office = Office(("Ben", "Cy"))
    office.write("Kim.1", office.found("Lea", "Mo"))
    of_ann, of_two = office.put_out("Lea", as_admin=True), office.put_out("Mo", as_admin=True)
    office.write("Ann.1", of_ann, of_two)
    office.write("Ben.1", of_two)
    office.write("Ann.1", office.let_back(of_ann), office.let_back(of_two))
    assert office.reads() == {"Kim.1", "Lea.1"}
    office.write("Cy.1", office.let_back(of_two))
    assert office.reads() == {"Kim.1", "Lea.1", "Mo.1"}


def test_two_who_are_no_admins_let_nobody_back_whom_an_admin_took() -> None:
    office = Office()
    office.write("Kim.1", office.found("Lea", "Mo"))
    out = office.put_out("Mo", as_admin=True)
    office.write("Ann.1", out)
    for seat in ("Kim.1", "Lea.1"):
        office.write(seat, office.let_back(out))
    assert office.reads() == {"Kim.1", "Lea.1"}


def test_a_put_out_leaves_out_what_its_member_did_and_nobody_else() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo", Rank.LEAD))
    office.write("Lea.1", office.let_in("Eve"))
    office.write("Mo.1", office.let_in("Ben"))
    office.write("Kim.1", office.put_out("Lea"))
    assert office.reads() == {"Kim.1", "Mo.1", "Ben.1"}


def test_who_stands_below_who_took_lets_nobody_back() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo"))
    out = office.put_out("Mo")
    office.write("Kim.1", out)
    office.write("Lea.1", office.let_back(out))
    assert "Mo.1" not in office.reads()
    office.write("Kim.1", office.let_back(out))
    assert "Mo.1" in office.reads()


def test_past_the_day_of_a_device_or_of_a_let_in_nobody_writes_to_it() -> None:
    office = Office(others=("Kim", "Lea"))
    office.write("Ann.1", office.by_sheets(office.admit("Mo.1", until=50)))
    office.write("Kim.1", office.found(), office.let_in("Lea", until=30), office.let_in("Mo"))
    assert office.reads(now=30) == {"Kim.1", "Lea.1", "Mo.1"}
    assert office.reads(now=40) == {"Kim.1", "Mo.1"}
    assert office.reads(now=60) == {"Kim.1"}


def test_a_further_device_is_written_to_no_longer_than_the_first() -> None:
    office = Office(others=("Kim",))
    office.write("Ann.1", office.by_sheets(office.admit("Mo.1", until=50)), office.by_sheets(office.admit("Mo.2")))
    office.write("Kim.1", office.found(), office.let_in("Mo"))
    assert office.reads(now=50) == {"Kim.1", "Mo.1", "Mo.2"}
    assert office.reads(now=60) == {"Kim.1"}


def test_a_let_in_ends_with_its_giver_and_of_several_the_latest_day_holds() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD, until=30))
    office.write("Lea.1", office.let_in("Mo", until=90), office.let_in("Eve"))
    assert office.reads(now=40) == {"Kim.1"}
    office.write("Kim.1", office.let_in("Mo", until=60))
    assert office.reads(now=40) == {"Kim.1", "Mo.1"}
    office.write("Kim.1", office.let_in("Mo"))
    assert office.reads(now=10**9) == {"Kim.1", "Mo.1"}


def test_a_section_is_read_by_members_of_its_case_alone() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"))
    office.write(
        "Lea.1", office.found(case=SECTION), office.let_in("Kim", case=SECTION), office.let_in("Mo", case=SECTION)
    )
    assert office.reads(case=SECTION) == {"Kim.1", "Lea.1"}


def test_what_takes_the_case_takes_its_sections_too_also_from_a_keeper_of_the_section() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"), office.let_in("Mo"))
    first = office.write("Lea.1", office.found("Kim", case=SECTION))
    office.write("Lea.1", office.let_in("Mo", case=SECTION))
    assert office.reads(case=SECTION) == {"Kim.1", "Lea.1", "Mo.1"}
    office.write("Kim.1", office.put_out("Lea", first))
    assert office.reads(case=SECTION) == {"Kim.1"}


def test_who_is_not_let_into_the_case_lets_nobody_into_its_section() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"), office.found("Mo", case=SECTION))
    office.write("Mo.1", office.let_in("Lea", case=SECTION))
    assert office.reads(case=SECTION) == {"Kim.1"}
    office.write("Kim.1", office.let_in("Mo"))
    assert office.reads(case=SECTION) == {"Kim.1", "Lea.1", "Mo.1"}


def test_who_leaves_a_case_takes_only_themselves_from_its_sections() -> None:
    office = Office()
    office.write("Kim.1", office.found("Mo"), office.let_in("Lea"))
    office.write("Lea.1", office.found(case=SECTION), office.let_in("Mo", Rank.KEEPER, case=SECTION))
    office.write("Lea.1", office.put_out("Lea"))
    assert office.reads(case=SECTION) == {"Mo.1"}
    office.write("Kim.1", office.put_out("Lea"))
    assert office.reads(case=SECTION) == set()


def test_a_let_in_that_was_left_out_gives_no_later_day() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo", until=30))
    first = office.write("Lea.1")
    office.write("Lea.1", office.let_in("Mo", until=90))
    assert "Mo.1" in office.reads(now=60)
    office.write("Kim.1", office.put_out("Lea", first))
    assert office.reads(now=60) == {"Kim.1"}
    assert office.reads(now=20) == {"Kim.1", "Mo.1"}


def test_a_day_in_the_case_holds_in_its_sections() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", until=30), office.found("Lea", case=SECTION))
    assert office.reads(case=SECTION, now=30) == {"Kim.1", "Lea.1"}
    assert office.reads(case=SECTION, now=40) == {"Kim.1"}


def test_whom_somebody_put_out_of_a_section_stays_out_while_an_admin_stops_who_let_that_member_into_the_case() -> None:
    office = Office()
    first = office.write("Mo.1")
    office.write("Kim.1", office.found("Mo"), office.let_in("Eve"))
    office.write("Mo.1", office.let_in("Lea", Rank.LEAD))
    office.write("Kim.1", office.found("Lea", case=SECTION), office.let_in("Eve", case=SECTION))
    office.write("Lea.1", office.put_out("Eve", case=SECTION))
    assert office.reads(case=SECTION) == {"Kim.1", "Lea.1"}
    office.write("Ann.1", office.end("Mo.1", first))
    assert office.reads(case=SECTION) == {"Kim.1"}


def test_what_somebody_wrote_counts_within_the_heads_of_a_put_out_and_all_of_it_once_they_are_let_back() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"))
    before, after = office.write("Lea.1"), office.write("Lea.1")
    strangers = office.write("Mo.1")
    out = office.put_out("Lea", before)
    office.write("Kim.1", out)
    assert [office.counts(number) for number in (before, after, strangers)] == [True, False, False]
    office.write("Kim.1", office.let_back(out))
    assert [office.counts(number) for number in (before, after, strangers)] == [True, True, False]


def test_what_counts_in_a_section_counts_in_its_case_too() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"), office.found("Lea", "Mo", case=SECTION))
    by_lea, by_mo = office.write("Lea.1"), office.write("Mo.1")
    assert [office.counts(number, SECTION) for number in (by_lea, by_mo)] == [True, False]
    office.write("Kim.1", office.put_out("Lea"))
    assert not office.counts(by_lea, SECTION)


def test_a_key_has_its_maker_and_whoever_got_it_from_somebody_who_has_it() -> None:
    kim, lea, mo, eve = b"kim", b"lea", b"mo", b"eve"
    given = {kim: {lea}, lea: {mo}}
    assert who_has(kim, given) == {kim, lea, mo}
    assert who_has(kim, given | {eve: {eve}}) == {kim, lea, mo}, "the line of a stranger says nothing"
    assert who_has(kim, given | {mo: {eve, kim}}) == {kim, lea, mo, eve}


def test_who_has_a_role_reads_what_goes_by_role_until_it_is_taken() -> None:
    office = Office()
    office.write("Ann.1", office.by_sheets(office.admit("Abe.1", Role.AUDITOR)))
    abe = certificate("Abe.1").seat
    assert readers_by_role(office.organisation(), {Role.AUDITOR}, now=0) == {abe}
    office.write("Ann.1", office.lower("Abe", Role.AUDITOR))
    assert readers_by_role(office.organisation(), {Role.AUDITOR}, now=0) == frozenset()
    assert abe in seats_in(office.organisation(), now=0)
