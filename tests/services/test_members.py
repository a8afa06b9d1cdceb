"""Who is in: admitted, suspended, left, lowered; alone where that is enough, by several signatures where not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Place
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
from tests.tables import each
from vault.access.membership.roster_commit import shared_compartments
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, UsageError, VaultError, VerificationError
from vault.ids import CompartmentKind, SeatId
from vault.policy.roles import Action, Role
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.members import invitations, members, rostering
from vault.services.members.members import Stand
from vault.services.projection import last_done

DAY_MS = 86_400_000


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
            give(ilse, selin, organisation.folder)
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
        give(mira, selin, organisation.folder)
        for session in (mira, selin):
            assert organisation[KARIM].member not in session.directory.effective.members
            assert named(session, KARIM, organisation).stand is Stand.LEFT
        # They go on: a new second admin, by one admin and two supervisors.
        give(mira, tomas, organisation.folder)
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
        give(mira, joel, organisation.folder)
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
        give(karim, mira, organisation.folder)
        assert account.seat not in holders(mira)
        assert rostering.settle_shared(mira) >= 1
        assert account.seat in holders(mira)
        assert members.suspend(karim, organisation[DANA].member).is_done
        for giver, taker in ((mira, selin), (karim, selin)):
            give(giver, taker, organisation.folder)
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
        give(mira, selin, organisation.folder)
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
