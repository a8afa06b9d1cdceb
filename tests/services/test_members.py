"""Who is in: admitted, suspended, left, lowered; alone where that is enough, by several signatures where not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.office import DAY_MS as OFFICE_DAY_MS
from tests.services.office import Office
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    VOLUNTEER_DAYS,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
    share,
)
from tests.services.sheets_help import typed
from tests.tables import each
from vault.access.membership.roster_commit import shared_compartments
from vault.access.membership.roster_proposals import Proposal
from vault.access.recovering import Wish
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError, VerificationError
from vault.ids import CompartmentKind, SeatId
from vault.log.roster import Roster
from vault.log.roster_entries import MemberEntry, RosterEntry, encode_entry
from vault.policy.roles import Action, Role
from vault.services import housekeeping
from vault.services.approvals import breaking_glass, erasing
from vault.services.backups import backups, restoring
from vault.services.cases import cases, holds, intake, notes
from vault.services.credentials import recovery
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import invitations, members, roster_changes, rostering
from vault.services.members.members import Stand
from vault.services.projection import last_done
from vault.services.projection.places import the_one_of_kind


def proposal_of(outcome: rostering.Outcome) -> bytes:
    assert outcome.proposal is not None
    return outcome.proposal


def named(session: Session, name: str, organisation: Organisation) -> members.MemberShown:
    wanted = organisation[name].member
    return next(one for one in members.list_all(session, also_left=True) if one.member == wanted)


def newcomer(
    organisation: Organisation, inviter: Session, like: str, name: str
) -> tuple[Account, invitations.Admitted]:
    """Have somebody new ask, and admit them as far as the inviter alone can."""
    place = Place(organisation.folder / name / "new.vault", organisation.folder / name / "state")
    request, words = ask_to_join(organisation.folder, place, invitations.invite(inviter, like=like), name)
    admitted = invitations.admit(inviter, invitations.look(inviter, request), words)
    return Account(name, place, admitted.member, admitted.seat), admitted


def test_the_list_says_who_is_in_with_which_roles_since_when_and_until_when(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        shown = members.list_all(joel)
        assert [one.name.split()[0] for one in shown] == sorted(organisation.accounts)
        dana, mira = named(joel, DANA, organisation), named(joel, MIRA, organisation)
        assert dana.roles == {Role.INTAKE}
        assert dana.until_ms is not None
        assert 0 < dana.until_ms - joel.log.now_ms() <= VOLUNTEER_DAYS * DAY_MS
        assert (mira.since, mira.until_ms, mira.seats) == (0, None, (organisation[MIRA].seat,))
        assert dana.since == 6
        assert {one.stand for one in shown} == {Stand.IN}


def test_the_founder_audits_until_somebody_is_admitted_who_only_audits(
    organisation: Organisation, founded: Place
) -> None:
    with founded.open() as alone:
        assert Role.AUDITOR in alone.roles
        assert not last_done.duties_are_separated(alone)
    with organisation.open(MIRA) as mira:
        assert Role.AUDITOR not in mira.roles
        assert last_done.duties_are_separated(mira)
        assert mira.quarantine == []
    with organisation.open(NOOR) as noor:
        assert noor.roles == {Role.AUDITOR}


def test_each_role_holds_what_it_needs_and_no_more(organisation: Organisation) -> None:
    directory, sending = CompartmentKind.DIRECTORY, CompartmentKind.SENDING
    everything = {directory, sending, CompartmentKind.REGISTER, CompartmentKind.INTAKE}
    held = {}
    for name in organisation.accounts:
        with organisation.open(name) as session:
            held[name] = set(shared_compartments(session))
    assert held == {
        MIRA: everything,
        SELIN: everything,
        TOMAS: everything,
        AMINA: everything,
        JOEL: everything,
        DANA: everything - {sending},
        KARIM: {directory},
        NOOR: {directory},
    }


def test_a_supervisor_alone_admits_a_helper_who_works_at_once(organisation: Organisation) -> None:
    with organisation.open(SELIN) as selin:
        account, admitted = newcomer(organisation, selin, "caseworker", "Ilse Marrow")
        assert admitted.outcome.is_done
        with finish_joining(organisation.folder, selin, account) as ilse:
            assert ilse.roles == {Role.CASEWORKER}
            made = cases.create(ilse, title="First", kind="asylum")
            give(ilse, selin)
        assert selin.quarantine == []
        assert not selin.holds(made.case)
        assert selin.directory.roles_of(account.member) == {Role.CASEWORKER}


@each(["admin", "supervisor", "legal-reviewer", "auditor"])
def test_a_supervisor_alone_cannot_admit_who_is_no_helper(like: str, organisation: Organisation) -> None:
    with organisation.open(SELIN) as selin:
        _, admitted = newcomer(organisation, selin, like, f"Ilse {like}")
        assert not admitted.outcome.is_done
        assert str(admitted.outcome.missing) == "two admins, or one admin and two others (supervisor)"
        with pytest.raises(RefusedError, match="needs more signatures"):
            rostering.commit(selin, proposal_of(admitted.outcome))
        assert len(selin.directory.effective.members) == len(organisation.accounts)


def test_two_admins_admit_a_third(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        account, admitted = newcomer(organisation, mira, "admin", "Ilse Marrow")
        assert str(admitted.outcome.missing) == "a second admin, or two others (supervisor)"
        shown, signed = rostering.sign(karim, proposal_of(admitted.outcome))
        assert shown.missing is None
        assert "admits Ilse Marrow as admin" in in_english(shown.changes)
        assert {one.split()[0] for one in shown.signed_by} == {MIRA, KARIM}
        assert rostering.commit(karim, signed).is_done
        with finish_joining(organisation.folder, karim, account) as ilse:
            assert ilse.roles == {Role.ADMIN}
            assert [one.name for one in members.list_all(ilse) if one.member == ilse.member] == ["Ilse Marrow"]


def test_one_admin_of_two_is_arrested_and_the_other_and_two_supervisors_go_on(organisation: Organisation) -> None:
    with organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        outcome = members.leave(mira, organisation[KARIM].member)
        assert str(outcome.missing) == "a second admin, or two others (supervisor)"
        shown, by_selin = rostering.sign(selin, proposal_of(outcome))
        assert str(shown.missing) == "a second admin, or one other (supervisor)"
        shown, by_both = rostering.sign(tomas, by_selin)
        assert shown.missing is None
        done = rostering.commit(mira, by_both)
        assert done.ended == (organisation[KARIM].seat,)
        give(mira, selin)
        for session in (mira, selin):
            assert organisation[KARIM].member not in session.directory.effective.members
            assert named(session, KARIM, organisation).stand is Stand.LEFT
        # They go on: a new second admin, by one admin and two supervisors.
        give(mira, tomas)
        account, admitted = newcomer(organisation, mira, "admin", "Ilse Marrow")
        _, by_selin = rostering.sign(selin, proposal_of(admitted.outcome))
        _, by_both = rostering.sign(tomas, by_selin)
        assert rostering.commit(mira, by_both).is_done
        with finish_joining(organisation.folder, mira, account) as ilse:
            assert ilse.roles == {Role.ADMIN}


def test_suspending_ends_every_device_and_takes_the_cases_held_here(organisation: Organisation) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = cases.create(mira, title="Shared", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "before"))
        give(mira, joel)
        assert joel.holds(made.case)
        outcome = members.suspend(mira, organisation[JOEL].member)
        assert (outcome.is_done, outcome.ended, outcome.cases) == (True, (organisation[JOEL].seat,), 1)
        note = notes.add(mira, made.case, Note(NoteKind.CONTACT, "after"))
        state = mira.state_of(made.case)
        assert state is not None
        assert organisation[JOEL].seat not in state.holders
        shown = named(mira, JOEL, organisation)
        assert shown.stand is Stand.SUSPENDED
        assert shown.roles == {Role.CASEWORKER}
        assert note not in [one.record for one in cases.open_case(joel, made.case).notes]


def test_an_admin_who_is_no_supervisor_leaves_register_and_intake_to_one(organisation: Organisation) -> None:
    def holders(session: Session) -> frozenset[SeatId]:
        state = session.state_of(shared_compartments(session)[CompartmentKind.INTAKE])
        assert state is not None
        return frozenset(state.holders)

    with organisation.at(MIRA, KARIM, SELIN) as (mira, karim, selin):
        account, admitted = newcomer(organisation, mira, "supervisor", "Ilse Marrow")
        _, signed = rostering.sign(karim, proposal_of(admitted.outcome))
        assert rostering.commit(karim, signed).is_done
        give(karim, mira)
        assert account.seat not in holders(mira)
        assert rostering.settle_shared(mira) >= 1
        assert account.seat in holders(mira)
        assert members.suspend(karim, organisation[DANA].member).is_done
        for giver, taker in ((mira, selin), (karim, selin)):
            give(giver, taker)
        assert organisation[DANA].seat in holders(selin)
        assert any("organisation shares" in line for line in in_english(housekeeping.settle(selin)))
        assert organisation[DANA].seat not in holders(selin)
        assert rostering.settle_shared(selin) == 0


def test_one_admin_alone_takes_a_role_from_a_member_who_is_no_admin_and_gives_none(
    founded: Place, organisation: Organisation
) -> None:
    with founded.open() as mira:
        admitted = invitations.admit_here(
            mira, like="caseworker", name="Ilse Marrow", passphrase=bytearray(PASSPHRASE), by_root=True
        )
        both = members.change_roles(mira, admitted.member, ["caseworker", "intake"], by_root=True)
        assert both.is_done
        assert members.change_roles(mira, admitted.member, ["intake"]).is_done
        assert mira.directory.roles_of(admitted.member) == {Role.INTAKE}
    with organisation.open(MIRA) as mira:
        outcome = members.change_roles(mira, organisation[DANA].member, ["field"])
        assert str(outcome.missing) == "a second admin, or two others (supervisor)"
        assert mira.directory.roles_of(organisation[DANA].member) == {Role.INTAKE}
        with pytest.raises(RefusedError, match="already a member with this name"):
            newcomer(organisation, mira, "field", organisation[JOEL].name.upper())


def test_changes_that_cannot_be_are_refused(organisation: Organisation, founded: Place) -> None:
    with organisation.open(MIRA) as mira:
        selin = organisation[SELIN].member
        refusals: list[tuple[Callable[[], object], str]] = [
            (lambda: members.change_roles(mira, selin, []), "a member needs a role"),
            (lambda: members.change_roles(mira, selin, ["wizard"]), "there is no such role"),
            (lambda: members.change_roles(mira, selin, ["supervisor"]), "already has exactly these roles"),
            (lambda: members.suspend(mira, mira.member), "members cannot remove their own access"),
            (lambda: members.leave(mira, mira.member), "members cannot remove their own access"),
        ]
        for act, words in refusals:
            with pytest.raises((UsageError, RefusedError), match=words):
                act()
    with founded.open() as alone, pytest.raises(RefusedError, match="there would be no admin"):
        members.change_roles(alone, alone.member, ["caseworker"])


def test_a_proposal_is_signed_once_by_each_and_says_if_it_is_over_or_ahead(organisation: Organisation) -> None:
    with organisation.at(MIRA, SELIN) as (mira, selin):
        karim = organisation[KARIM].member
        overtaken = proposal_of(members.leave(mira, karim))
        assert newcomer(organisation, mira, "caseworker", "Ilse Marrow")[1].outcome.is_done
        for act in (rostering.show, rostering.sign, rostering.commit):
            with pytest.raises(RefusedError, match="another change of members is in effect since") as refused:
                act(mira, overtaken)
            assert str(refused.value.next_step) == "Make a new proposal: this proposal has expired."
        ahead = proposal_of(members.leave(mira, karim))
        with pytest.raises(RefusedError, match="you have already signed this proposal"):
            rostering.sign(mira, ahead)
        with pytest.raises(RefusedError, match="follows a change of members that has not arrived here"):
            rostering.show(selin, ahead)
        give(mira, selin)
        assert rostering.show(selin, ahead).signed_by == (f"{MIRA} Halvorsen",)
        # What leaves with a key of the directory that has not arrived does not open.
        assert members.leave(mira, organisation[NOOR].member).is_done
        with pytest.raises(VaultError, match="newer than what this device knows"):
            rostering.sign(selin, proposal_of(members.leave(mira, karim)))


def test_what_is_no_proposal_is_refused(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        for junk in (b"", b"x", bytes(24), bytes(500), b"\xff" * 2_000_000):
            with pytest.raises((VerificationError, RefusedError)):
                rostering.show(mira, junk)


def test_a_caseworker_may_sign_but_it_does_not_count_where_two_supervisors_are(organisation: Organisation) -> None:
    with organisation.at(MIRA, AMINA, JOEL) as (mira, amina, joel):
        _, signed = rostering.sign(amina, proposal_of(members.leave(mira, organisation[KARIM].member)))
        shown, signed = rostering.sign(joel, signed)
        assert str(shown.missing) == "a second admin, or two others (supervisor)"
        with pytest.raises(RefusedError, match="needs more signatures"):
            rostering.commit(mira, signed)


def test_after_the_day_everything_is_refused_and_the_next_admin_ends_the_device(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = VOLUNTEER_DAYS + 1
    with organisation.at(DANA, MIRA) as (dana, mira):
        assert housekeeping.settle(dana) is not None
        dana.require(Action.INTAKE_WRITE)
        for session in (dana, mira):
            believed = session.log.now_ms() + later * DAY_MS
            monkeypatch.setattr(session.log, "now_ms", lambda believed=believed: believed)
            session.believe_clock()
        members.note_end(dana)
        with pytest.raises(RefusedError, match="your membership has expired"):
            dana.require(Action.INTAKE_WRITE)
        assert any("has expired" in warning for warning in in_english(dana.warnings))
        assert named(mira, DANA, organisation).stand is Stand.OVER
        lines = in_english(housekeeping.settle(mira))
        assert any("1 device of members whose membership expired was revoked." in line for line in lines)
        assert organisation[DANA].seat not in mira.directory.effective.certificates
        assert housekeeping.settle(mira) == []


def test_two_members_of_one_folder_know_nothing_of_each_other_and_who_leaves_loses_the_folder(founded: Place) -> None:
    with founded.open() as mira:
        made = cases.create(mira, title="Only hers", kind="asylum")
        admitted = invitations.admit_here(
            mira, like="caseworker", name="Ilse Marrow", passphrase=bytearray(PASSPHRASE[::-1]), by_root=True
        )
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "hers"))
    with open_as(founded, "Ilse Marrow", PASSPHRASE[::-1]) as session:
        assert session.member == admitted.member
        assert not session.holds(made.case)
        with pytest.raises(VaultError):
            cases.open_case(session, made.case)
        own = cases.create(session, title="Only theirs", kind="asylum")
    with founded.open() as mira:
        assert mira.warnings == ()
        assert mira.quarantine == []
        assert not mira.holds(own.case)
        assert {shown.name for shown in members.list_all(mira)} == {MEMBER, "Ilse Marrow"}
        assert members.leave(mira, admitted.member).is_done
    with pytest.raises(VaultError, match="no key slot opens"):
        open_as(founded, "Ilse Marrow", PASSPHRASE[::-1])
    with founded.open() as mira:
        assert [alarm.code for alarm in mira.alarms] == ["attempts"]


def open_as(place: Place, name: str, passphrase: bytes) -> Session:
    return unlock(place.path, member=name, passphrase=bytearray(passphrase), state=place.state)


# What an admin reads of a proposed roster before signing it: nothing that it changes goes unsaid.
@pytest.fixture(scope="module")
def mira(founded_template: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with founded_template.copied_to(tmp_path_factory.mktemp("roster") / "founded").open() as session:
        yield session


def proposed(session: Session, **head: Any) -> Roster:
    """Return the roster that stands, with another head."""
    stands = session.directory.effective
    members = [MemberEntry(member, roles) for member, roles in stands.members.items()]
    entries: list[RosterEntry] = [replace(stands.head, **head), *members, *stands.certificates.values()]
    return Roster(tuple(encode_entry(entry, secrets.token_bytes(16)) for entry in entries))


@each(
    {
        "nothing": ({}, []),
        "root": ({"new_root": bytes(32)}, ["replaces the root key: other recovery sheets"]),
        "recovery": ({"recovery": bytes(1216)}, ["replaces the recovery key: other recovery sheets"]),
        "rights": ({"rights": 1}, ["judges by rights table 1 (was {rights})"]),
        "suites": ({"suites": (1, 2)}, ["allows other algorithms"]),
        "helpers": (
            {"helpers_by_supervisor": False},
            ["no longer lets a supervisor alone admit intake, field and caseworker"],
        ),
    }
)
def test_a_rule_that_a_roster_changes_is_said(head: dict[str, Any], said: list[str], mira: Session) -> None:
    rights = mira.directory.effective.head.rights
    told = roster_changes.changes_in_words(mira, Proposal(proposed(mira, **head)))
    assert [str(line) for line in told] == [line.format(rights=rights) for line in said]


def test_it_is_said_when_a_supervisor_alone_may_admit_helpers_from_here_on(mira: Session) -> None:
    stands, allowed = mira.directory, Proposal(proposed(mira))
    strict = proposed(mira, helpers_by_supervisor=False)
    mira.directory = replace(stands, effective=replace(stands.effective, head=strict.head))
    try:
        told = roster_changes.changes_in_words(mira, allowed)
    finally:
        mira.directory = stands
    assert [str(line) for line in told] == ["lets a supervisor alone admit intake, field and caseworker"]


# Who left already is asked for once more: what can be withdrawn only now is, and nothing else happens.
def test_a_leaving_that_was_interrupted_is_ended_when_it_is_said_again_and_nothing_more_then(office: Office) -> None:
    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with office.place.open() as mira:
        found = [cases.create(mira, title=title, kind="asylum").case for title in ("one", "two")]
        for case in found:
            sharing.grant(mira, case, [office.amina.member])
        with pytest.raises(KeyboardInterrupt):
            members.leave(mira, office.amina.member, progress=interrupt)
    with office.place.open() as mira:
        assert office.amina.member not in mira.directory.effective.members
        number = mira.directory.effective.head.number
        outcome = members.leave(mira, office.amina.member)
        assert outcome.cases in {1, 2}  # one may have been done before the interruption
        assert (outcome.pending, outcome.number) == (0, number)
        with pytest.raises(RefusedError, match="is not in the newest list of members"):
            members.leave(mira, office.amina.member)
        for case in found:
            with pytest.raises(RefusedError, match="no role that can open cases"):
                sharing.grant(mira, case, [office.amina.member])


def test_a_member_without_a_device_is_given_no_case(office: Office) -> None:
    with office.place.open() as mira:
        assert members.suspend(mira, office.amina.member).is_done
        case = cases.create(mira, title="A title", kind="asylum").case
        with pytest.raises(NotFoundError, match="Amina Ruskova has no device yet"):
            sharing.grant(mira, case, [office.amina.member])
        with pytest.raises(NotFoundError, match="none of these members can open the case"):
            sharing.revoke(mira, case, [office.amina.member])
        with pytest.raises(RefusedError, match="this member has no device"):
            breaking_glass.break_glass(
                mira, case, office.amina.member, until_ms=mira.log.now_ms() + OFFICE_DAY_MS, why="casework"
            )


# A leaver's proposal is as old as the moment it was written: what came since is said before it is lost.
NEWS = Note(NoteKind.CONTACT, "The court has answered.")


def works_on_cases(mira: Session, karim: Session, organisation: Organisation) -> None:
    assert members.change_roles(mira, karim.member, ["admin", "caseworker"], by_root=True).is_done
    give(mira, karim)


def signed_end(mira: Session, organisation: Organisation) -> bytes:
    """Return a proposal that lets Karim leave, which all who must have signed."""
    outcome = members.leave(mira, organisation[KARIM].member)
    assert outcome.proposal is not None
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for session in (selin, tomas):
            give(mira, session)
        _, by_one = rostering.sign(selin, outcome.proposal)
        return rostering.sign(tomas, by_one)[1]


def came_later(mira: Session, karim: Session, organisation: Organisation) -> cases.CaseMade:
    """Have Karim open a case, write a note and give it to Mira, who imports it: all after the proposal."""
    made = cases.create(karim, title="On her way", kind="asylum")
    notes.add(karim, made.case, NEWS)
    sharing.grant(karim, made.case, [mira.member])
    give(karim, mira)
    return made


def test_what_came_after_a_proposal_is_not_lost_without_a_word(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        assert rostering.show(mira, signed).lost is None
        made = came_later(mira, karim, organisation)
        holds.hold(karim, made.case, reason="a court asks", review="2090-01-01")
        give(karim, mira)

        shown = rostering.show(mira, signed)
        line = next(line for line in in_english(shown.changes) if "becomes invalid" in line)
        assert f"of {organisation[KARIM].name} wrote after the cut-off becomes invalid: " in line
        assert f"{made.ref} (" in line
        assert "records and its key)" in line
        assert "among them 1 legal hold or its release" in line
        with pytest.raises(RefusedError, match=f"would be lost for everybody.*{made.ref}") as refused:
            rostering.commit(mira, signed)
        assert "Write a new proposal instead" in str(refused.value.next_step)
        assert organisation[KARIM].member in mira.directory.effective.members

        # A new proposal takes it along: the case goes on, with whoever has it.
        later = signed_end(mira, organisation)
        assert rostering.show(mira, later).lost is None
        assert rostering.commit(mira, later).is_done
        notes.add(mira, made.case, NEWS)
        assert len(cases.open_case(mira, made.case).notes) == 2


def test_who_signs_reads_the_same_as_who_carries_it_out(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        outcome = members.leave(mira, organisation[KARIM].member)
        assert outcome.proposal is not None
        give(mira, karim)
        came_later(mira, karim, organisation)
        seen = rostering.show(mira, outcome.proposal).changes
        assert rostering.show(karim, outcome.proposal).changes == seen
        signed, _ = rostering.sign(karim, outcome.proposal)
        assert signed.changes == seen


def test_a_note_into_a_case_whose_grant_was_cut_off_is_refused_at_once(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        old = cases.create(karim, title="From before", kind="asylum")
        give(karim, mira)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        sharing.grant(karim, old.case, [mira.member])
        give(karim, mira)
        assert rostering.commit(mira, signed, accepts_loss=True).is_done
        for case in (made.case, old.case):
            with pytest.raises(RefusedError, match="nothing that you write in it would count"):
                notes.add(mira, case, NEWS)


@pytest.mark.long
def test_a_backup_names_a_case_that_nobody_can_use_and_who_comes_back_by_sheets_hears_whom_to_ask(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        paper = typed(recovery.sheets(mira), 1, 2)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        assert backups.make(mira, tmp_path / "stick").broken == ()
        assert rostering.commit(mira, signed, accepts_loss=True).is_done
        (broken,) = in_english(backups.make(mira, tmp_path / "stick").broken)
        left = f"Only those who left had its key: {organisation[KARIM].name}. Ask an admin."
        assert broken == f"{made.ref} cannot be used here: no key of it that this device was given counts. {left}"
    with organisation.open(MIRA) as mira:
        assert in_english(backups.make(mira, tmp_path / "later").broken) == (broken,)
    wish = Wish(organisation[MIRA].name, new_admin=False, everything=False, ends_old=True)
    back = restoring.restore_by_sheets(
        tmp_path / "stick", tmp_path / "new.vault", paper, wish, passphrase=bytearray(b"new"), state=tmp_path / "fresh"
    )
    assert in_english(back.vault.closed) == (
        f"1 case of the old device cannot be opened here. Its reference is inside it. {left}",
    )


def test_what_others_wrote_under_a_key_that_members_share_counts_although_that_key_was_cut_off(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM, DANA) as (mira, karim, dana):
        assert members.change_roles(mira, karim.member, ["admin", "supervisor"], by_root=True).is_done
        for session in (karim, dana):
            give(mira, session)
        signed = signed_end(mira, organisation)
        rule = karim.require(Action.INTAKE_WRITE)
        sharing.replace_key(karim, the_one_of_kind(karim, CompartmentKind.INTAKE), act="key.rotate", rule=rule)
        for session in (dana, mira):
            give(karim, session)
        intake.add(dana, name="Ilham")
        assert any("(its key)" in line for line in in_english(rostering.show(mira, signed).changes))
        assert rostering.commit(mira, signed).is_done
        give(dana, mira)  # she did not hear of it before
        give(mira, dana)
        intake.add(dana, name="Sana")
        give(dana, mira)
        assert [line.stored.value.name for line in intake.list_open(mira)] == ["Ilham", "Sana"]
        assert log_checking.verify(mira).faults == ()


def test_what_was_erased_after_a_proposal_is_said_before_the_erasure_counts_no_more(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        going = what_goes(karim, notes.add(karim, made.case, NEWS).hex())
        erasing.erase(karim, going, why="mistake")
        give(karim, mira)
        line = next(line for line in in_english(rostering.show(mira, signed).changes) if "becomes invalid" in line)
        assert "1 erasure" in line
        assert "1 record that is not here" in line
        with pytest.raises(RefusedError, match="1 erasure"):
            rostering.commit(mira, signed)
