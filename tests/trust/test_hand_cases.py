"""Attacks and everyday trouble, each as the fewest entries that show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.trust.office import Office
from vault.policy.roles import Role
from vault.trust.trust_items import MEMBER, Act, Rank

TWO_ADMINS = ("Ben", "Cy")


def test_whom_somebody_put_out_stays_out_while_the_last_entry_of_who_left_is_on_its_way() -> None:
    office = Office()
    office.write("Lea.1", office.found("Kim"), office.let_in("Eve"))
    office.write("Kim.1", office.put_out("Eve"))
    last = office.write("Kim.1")
    office.write("Ann.1", office.by_sheets(office.end("Kim.1", last)))
    assert "Eve.1" not in office.reads(without={last})


def test_whom_an_admin_stopped_stays_out_while_the_last_entry_of_the_admin_who_left_is_on_its_way() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Eve"))
    office.write("Ben.1", office.end("Eve.1"))
    last = office.write("Ben.1")
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", last)))
    assert "Eve.1" not in office.reads(without={last})


def test_whom_a_lead_put_out_stays_out_while_the_last_entry_of_the_lead_is_on_its_way() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Eve"), office.let_in("Lea", Rank.LEAD))
    office.write("Lea.1", office.put_out("Eve"))
    last = office.write("Lea.1")
    office.write("Kim.1", office.put_out("Lea", last))
    assert "Eve.1" not in office.reads(without={last})


def test_nobody_is_let_in_on_another_branch_while_a_head_is_on_its_way() -> None:
    office = Office()
    office.write("Lea.1", office.found("Kim"))
    first = office.write("Kim.1")
    last = office.write("Kim.1")
    office.write("Ann.1", office.by_sheets(office.end("Kim.1", last)))
    office.write("Kim.1", office.let_in("Mo", Rank.KEEPER), after=first)
    assert "Mo.1" not in office.reads(without={last}) | office.reads()


def test_whom_a_lead_lets_in_on_another_branch_stays_out_while_the_head_of_the_leads_put_out_is_on_its_way() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD))
    first = office.write("Lea.1")
    office.write("Lea.1")
    last = office.write("Lea.1")
    office.write("Kim.1", office.put_out("Lea", last))
    office.write("Lea.1", office.let_in("Mo"), after=first)
    assert "Mo.1" not in office.reads(without={last}) | office.reads()


def test_an_end_by_an_ended_admin_beyond_a_missing_head_makes_no_second() -> None:
    office = Office()
    first = office.write("Kim.1", office.found("Lea"), office.let_in("Eve"))
    office.write("Kim.1", office.put_out("Eve"))
    office.write("Ann.1", office.end("Kim.1", first))
    begin = office.write("Ben.1")
    office.write("Ben.1")
    last = office.write("Ben.1")
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", last)))
    office.write("Ben.1", office.end("Kim.1", first), after=begin)
    assert "Eve.1" not in office.reads() | office.reads(without={last})


def test_a_missing_head_of_one_device_counts_nothing_of_the_other() -> None:
    office = Office(("Cy",))
    phone = office.admit("Lea.2")
    office.write("Ann.1", phone)
    office.write("Lea.1", phone)
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo"))
    stolen = office.write("Lea.1")
    last = office.write("Lea.2")
    removal = office.lower("Lea", MEMBER, stolen, last)
    office.write("Ann.1", removal)
    office.write("Cy.1", removal)
    office.write("Lea.1", office.put_out("Mo"))
    assert "Mo.1" in office.reads() & office.reads(without={last})


def test_a_lift_beyond_a_missing_head_brings_nobody_back() -> None:
    office = Office(TWO_ADMINS)
    office.write("Kim.1", office.found("Eve"))
    begin = office.write("Ben.1")
    last = office.write("Ben.1")
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", last)))
    stop = office.end("Eve.1")
    office.write("Ann.1", stop)
    office.write("Cy.1", office.lift(stop))
    office.write("Ben.1", office.lift(stop), after=begin)
    assert "Eve.1" not in office.reads() | office.reads(without={last})


@pytest.mark.parametrize(
    "theft",
    [lambda office: office.let_in("Eve", Rank.KEEPER), lambda office: office.put_out("Lea")],
    ids=["makes who was put out a keeper", "puts out who put out"],
)
def test_the_thief_of_a_stopped_device_brings_nobody_back(theft: Callable[[Office], Act]) -> None:
    office = Office()
    first = office.write("Kim.1", office.found(), office.let_in("Eve"), office.let_in("Lea", Rank.LEAD))
    office.write("Lea.1", office.put_out("Eve"))
    office.write("Ann.1", office.end("Kim.1", first))
    assert "Eve.1" not in office.reads()
    office.write("Kim.1", theft(office))
    assert "Eve.1" not in office.reads()


def test_who_lists_the_line_that_put_them_out_takes_nothing_off_it() -> None:
    office = Office()
    first = office.write("Kim.1", office.found(), office.let_in("Lea"))
    out = office.put_out("Kim", first, as_admin=True)
    office.write("Ann.1", out)
    office.write("Kim.1", out)
    office.write("Kim.1", office.let_in("Mo", Rank.KEEPER))
    assert "Mo.1" not in office.reads()


def test_who_leaves_by_the_line_of_a_keeper_who_was_put_out_lets_nobody_in() -> None:
    office = Office()
    first = office.write("Kim.1", office.found("Abe"), office.let_in("Lea", Rank.LEAD))
    office.write("Ann.1", office.put_out("Kim", first, as_admin=True))
    out = office.put_out("Lea")
    office.write("Kim.1", out)
    office.write("Lea.1", out)
    office.write("Lea.1", office.let_in("Mo", Rank.LEAD))
    assert "Mo.1" not in office.reads()


def test_one_admin_with_somebody_who_was_put_out_admits_no_device_in_a_keepers_name() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Eve"))
    out = office.put_out("Eve")
    office.write("Kim.1", out)
    device = office.admit("Kim.2")
    office.write("Ben.1", device)
    office.write("Eve.1", device)
    office.write("Kim.2", office.let_back(out))
    assert office.reads() == {"Kim.1"}


def test_a_keeper_lets_back_whom_they_put_out_also_where_two_admins_list_it_too() -> None:
    office = Office(TWO_ADMINS)
    office.write("Kim.1", office.found(), office.let_in("Eve"))
    out = office.put_out("Eve")
    office.write("Kim.1", out)
    back = office.let_back(out)
    for seat in ("Kim.1", "Ben.1", "Cy.1"):
        office.write(seat, back)
    assert "Eve.1" in office.reads()


def test_an_admin_alone_lets_back_neither_whom_another_put_out_nor_themselves() -> None:
    office = Office()
    office.write("Lea.1", office.found("Kim", "Ben"))
    outs = [office.put_out(name, as_admin=True) for name in ("Kim", "Ben")]
    office.write("Ann.1", *outs)
    office.write("Ben.1", *map(office.let_back, outs))
    assert office.reads() == {"Lea.1"}


def test_out_and_back_as_often_as_it_takes() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea"))
    for _ in range(20):
        out = office.put_out("Lea")
        office.write("Kim.1", out)
        assert "Lea.1" not in office.reads()
        office.write("Kim.1", office.let_back(out))
        assert "Lea.1" in office.reads()


def test_nobody_gives_themselves_a_role() -> None:
    office = Office()
    office.write("Eve.1", office.admit("Eve.1", Role.SUPERVISOR))
    assert office.roles("Eve") == {Role.CASEWORKER}


def test_a_person_who_was_removed_does_not_come_back_by_an_open_proposal() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Eve", Rank.LEAD))
    proposal, removal = office.admit("Eve.2"), office.lower("Eve", MEMBER)
    office.write("Ann.1", proposal)
    office.write("Ann.1", removal)
    office.write("Ben.1", removal)
    office.write("Mo.1", proposal)
    office.write("Eve.1", proposal)
    assert office.reads() == {"Kim.1"}


def test_a_lowered_admin_goes_on_as_one_of_the_others() -> None:
    office = Office()
    last = office.write("Ben.1", office.found())
    office.write("Ann.1", office.by_sheets(office.lower("Ben", Role.ADMIN, last)))
    office.write("Ben.1", office.let_in("Mo"))
    assert "Mo.1" in office.reads()
    office.write("Ann.1", office.end("Ben.1", last))
    assert not office.is_in("Ben.1")


def test_two_admins_end_a_device_by_a_line_each() -> None:
    office = Office()
    first = office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD))
    office.write("Ann.1", office.end("Kim.1", first))
    office.write("Ben.1", office.end("Kim.1", first))
    office.write("Kim.1", office.put_out("Lea"))
    assert "Lea.1" in office.reads()


def test_no_admin_makes_an_admin() -> None:
    office = Office(TWO_ADMINS)
    proposal, end = office.admit("Eve.1", Role.ADMIN), office.end("Eve.1")
    office.write("Ann.1", proposal)
    office.write("Ann.1", end)
    office.write("Ben.1", end)
    office.write("Cy.1", proposal)
    assert Role.ADMIN not in office.roles("Eve")
    assert not office.is_in("Eve.1")


def test_two_admins_end_no_admin_and_the_sheets_do() -> None:
    office = Office(TWO_ADMINS)
    end, newcomer = office.end("Cy.1"), office.admit("Abe.1")
    office.write("Ann.1", end)
    office.write("Ben.1", end)
    office.write("Cy.1", newcomer)
    office.write("Kim.1", newcomer)
    assert office.is_in("Cy.1")
    assert office.is_in("Abe.1")
    office.write("Ann.1", office.by_sheets(office.end("Cy.1")))
    assert not office.is_in("Cy.1")
    assert not office.is_in("Abe.1")


def test_who_alone_stopped_a_lost_device_lifts_it_and_no_other_admin_does() -> None:
    office = Office()
    stop = office.end("Kim.1")
    office.write("Ann.1", stop)
    office.write("Ben.1", office.lift(stop))
    assert not office.is_in("Kim.1")
    office.write("Ann.1", office.lift(stop))
    assert office.is_in("Kim.1")


def test_a_removal_takes_the_second_device_of_an_admin_whom_the_sheets_ended() -> None:
    office = Office(TWO_ADMINS)
    phone = office.admit("Ben.2")
    office.write("Ann.1", phone)
    last = office.write("Ben.1", phone)
    office.write("Kim.1", office.found("Ben"))
    assert "Ben.2" in office.reads()
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", last)))
    removal = office.lower("Ben", MEMBER, last)
    office.write("Ann.1", removal)
    office.write("Cy.1", removal)
    assert office.reads() == {"Kim.1"}


def test_the_lost_phone_of_an_admin_ends_and_the_laptop_stays() -> None:
    office = Office(TWO_ADMINS)
    phone = office.admit("Ben.2")
    office.write("Ann.1", phone)
    office.write("Ben.1", phone)
    office.write("Kim.1", office.found("Ben"))
    office.write("Ann.1", office.end("Ben.2"))
    assert office.reads() == {"Ben.1", "Kim.1"}


def test_whom_two_let_in_who_both_left_on_one_day_is_in() -> None:
    office = Office()
    newcomer = office.admit("Abe.1")
    ben, kim = office.write("Ben.1", newcomer), office.write("Kim.1", newcomer)
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", ben)), office.end("Kim.1", kim))
    assert office.is_in("Abe.1")


def test_who_lost_their_last_colleague_admits_with_the_sheets() -> None:
    office = Office((), ("Kim",))
    newcomer = office.admit("Lea.1")
    office.write("Ann.1", office.end("Kim.1"), newcomer)
    assert not office.is_in("Lea.1")
    office.write("Ann.1", office.by_sheets(newcomer))
    assert office.is_in("Lea.1")


def test_a_promotion_takes_two() -> None:
    office = Office()
    promotion = office.admit("Kim.1", Role.SUPERVISOR)
    office.write("Ann.1", promotion)
    assert Role.SUPERVISOR not in office.roles("Kim")
    office.write("Lea.1", promotion)
    assert office.roles("Kim") == {Role.CASEWORKER, Role.SUPERVISOR}


def test_a_lone_admin_gets_a_phone_with_one_colleague() -> None:
    office = Office(())
    phone = office.admit("Ann.2")
    office.write("Ann.1", phone)
    office.write("Kim.1", phone)
    assert office.is_in("Ann.2")


def test_a_role_that_was_lowered_by_mistake_comes_back() -> None:
    office = Office(())
    lowering, anew = office.lower("Kim", Role.CASEWORKER), office.admit("Kim.1")
    office.write("Ann.1", lowering)
    assert office.roles("Kim") == frozenset()
    office.write("Ann.1", office.lift(lowering), anew)
    office.write("Lea.1", anew)
    assert office.roles("Kim") == {Role.CASEWORKER}


def test_heads_that_were_too_small_are_put_right() -> None:
    office = Office()
    first = office.write("Kim.1", office.found(), office.let_in("Lea"))
    second = office.write("Kim.1", office.let_in("Mo"))
    end = office.end("Kim.1", first)
    office.write("Ann.1", office.by_sheets(end))
    assert "Mo.1" not in office.reads()
    office.write("Ann.1", office.by_sheets(office.lift(end)), office.by_sheets(office.end("Kim.1", second)))
    assert "Mo.1" in office.reads()


def test_an_old_backup_beside_the_newer_log_loses_neither() -> None:
    office = Office()
    first = office.write("Kim.1", office.found())
    newer, older = office.write("Kim.1", office.let_in("Lea")), office.write("Kim.1", office.let_in("Mo"), after=first)
    assert {"Lea.1", "Mo.1"} <= office.reads()
    office.write("Ann.1", office.by_sheets(office.end("Kim.1", newer, older)))
    assert office.reads() == {"Lea.1", "Mo.1"}


def test_a_case_outlives_the_end_of_its_founder_and_of_who_let_the_founder_in() -> None:
    office = Office()
    first, newcomer = office.write("Kim.1"), office.admit("Abe.1")
    office.write("Ann.1", newcomer)
    office.write("Kim.1", newcomer)
    office.write("Abe.1", office.found("Lea"))
    office.write("Lea.1", office.let_in("Mo"))
    assert office.reads() == {"Abe.1", "Lea.1", "Mo.1"}
    office.write("Ann.1", office.end("Kim.1", first))
    assert office.reads() == {"Lea.1", "Mo.1"}


def test_limit_one_admin_does_not_repair_what_a_keeper_did() -> None:
    office = Office()
    first = office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD))
    out = office.put_out("Lea")
    office.write("Kim.1", out)
    office.write("Ann.1", office.put_out("Kim", first, as_admin=True), office.let_back(out), office.end("Kim.1", first))
    assert office.reads() == set()


def test_limit_a_promotion_to_the_takers_rank_undoes_the_taking() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD), office.let_in("Mo", Rank.LEAD))
    office.write("Lea.1", office.put_out("Eve"))
    office.write("Mo.1", office.let_in("Eve", Rank.LEAD))
    assert "Eve.1" in office.reads()


def test_limit_a_case_that_an_ended_device_founded_names_readers() -> None:
    office = Office()
    office.write("Ann.1", office.by_sheets(office.end("Eve.1")))
    office.write("Eve.1", office.found("Lea"))
    assert office.reads() == {"Lea.1"}


def test_limit_who_leaves_keeps_their_standing() -> None:
    office = Office()
    first = office.write("Kim.1", office.found("Lea"))
    office.write("Kim.1", office.put_out("Kim", first))
    office.write("Kim.1", office.let_in("Mo", Rank.KEEPER))
    assert office.reads() == {"Lea.1", "Mo.1"}


def test_limit_a_stopped_keeper_goes_on_taking() -> None:
    office = Office(())
    first = office.write("Kim.1", office.found(), office.let_in("Lea", Rank.LEAD))
    office.write("Ann.1", office.end("Kim.1", first))
    office.write("Kim.1", office.put_out("Lea"))
    assert office.reads() == set()


def test_limit_an_end_at_small_heads_frees_whom_the_ended_had_stopped() -> None:
    office = Office()
    office.write("Kim.1", office.found(), office.let_in("Eve"))
    first = office.write("Ben.1")
    office.write("Ben.1", office.end("Eve.1"))
    office.write("Ann.1", office.by_sheets(office.end("Ben.1", first)))
    assert "Eve.1" in office.reads()


def test_limit_nobody_goes_down_in_rank() -> None:
    office = Office()
    office.write("Kim.1", office.found("Lea"))
    out = office.put_out("Lea", as_admin=True)
    office.write("Ann.1", out)
    office.write("Kim.1", office.let_in("Lea"))
    assert "Lea.1" not in office.reads()
    office.write("Ann.1", office.let_back(out))
    assert office.ranks()["Lea"] is Rank.KEEPER


def test_limit_two_put_outs_by_admins_cut_no_takings() -> None:
    office = Office()
    first = office.write("Kim.1", office.found("Abe"), office.let_in("Lea", Rank.LEAD))
    for admin in ("Ann.1", "Ben.1"):
        office.write(admin, office.put_out("Kim", first, as_admin=True))
    office.write("Kim.1", office.put_out("Lea"))
    assert "Lea.1" not in office.reads()


def test_limit_whom_somebody_let_in_is_out_until_the_head_of_their_end_is_here() -> None:
    office = Office()
    office.write("Kim.1", office.found("Lea"), office.let_in("Mo"))
    last = office.write("Kim.1")
    office.write("Ann.1", office.by_sheets(office.end("Kim.1", last)))
    assert "Mo.1" not in office.reads(without={last})
    assert "Mo.1" in office.reads()


def test_limit_a_lowered_admin_is_admin_again_only_once_the_lowering_is_lifted() -> None:
    office = Office()
    first = office.write("Ben.1")
    lowering = office.lower("Ben", Role.ADMIN, first)
    office.write("Ann.1", office.by_sheets(lowering), office.by_sheets(office.admit("Ben.2", Role.ADMIN)))
    office.write("Ben.2", office.end("Eve.1"))
    assert office.is_in("Eve.1")
    office.write("Ann.1", office.by_sheets(office.lift(lowering)))
    assert not office.is_in("Eve.1")


def test_limit_an_admin_who_completes_a_stop_undoes_the_takings_beyond_it() -> None:
    office = Office()
    first = office.write("Kim.1", office.found("Lea"), office.let_in("Eve"))
    office.write("Kim.1", office.put_out("Eve"))
    stop = office.end("Kim.1", first)
    office.write("Ann.1", stop)
    assert "Eve.1" not in office.reads()
    office.write("Ben.1", stop)
    assert "Eve.1" in office.reads()
