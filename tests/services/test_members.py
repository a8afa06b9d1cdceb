"""Who is in: admitted, suspended, left, lowered; alone where that is enough, by two or the sheets where not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
from tests.tables import refuses
from vault.access.membership.act_listing import shared_compartments
from vault.access.recovering import Wish
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentKind
from vault.log.act_bytes import MadeAct
from vault.policy.roles import Action, Role
from vault.services import housekeeping
from vault.services.approvals import breaking_glass
from vault.services.backups import backups, restoring
from vault.services.cases import cases, intake, notes
from vault.services.credentials import recovery
from vault.services.grants import sharing, successors
from vault.services.members import admitting, changes, members
from vault.services.members.admissions import RECOVERY_SHEETS
from vault.services.members.members import Stand
from vault.services.projection import last_done
from vault.services.projection.places import the_one_of_kind
from vault.trust.trust_items import MEMBER as MEMBER_ITSELF


def named(session: Session, name: str, organisation: Organisation) -> members.MemberShown:
    wanted = organisation[name].member
    return next(one for one in members.list_all(session, also_left=True) if one.member == wanted)


def newcomer(organisation: Organisation, inviter: Session, like: str, name: str) -> tuple[Account, admitting.Admitted]:
    """Have somebody new ask, and admit them as far as who is asked alone can."""
    place = Place(organisation.folder / name / "new.vault", organisation.folder / name / "state")
    request, words = ask_to_join(organisation.folder, place, admitting.vault_words(inviter), name)
    admitted = admitting.admit(inviter, admitting.read_request(inviter, request), words, name=name, like=like)
    return Account(name, place, admitted.member, admitted.seat), admitted


def test_the_list_says_who_is_in_with_which_roles_by_whom_and_until_when(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        shown = members.list_all(joel)
        assert [one.name.split()[0] for one in shown] == sorted(organisation.accounts)
        dana, mira = named(joel, DANA, organisation), named(joel, MIRA, organisation)
        assert dana.roles == {Role.INTAKE}
        assert dana.until_ms is not None
        assert 0 < dana.until_ms - joel.log.now_ms() <= VOLUNTEER_DAYS * DAY_MS
        assert (mira.admitted_by, mira.until_ms, mira.seats) == ("", None, (organisation[MIRA].seat,))
        assert dana.admitted_by == RECOVERY_SHEETS
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


def test_suspending_ends_every_device_and_takes_the_cases_held_here(organisation: Organisation) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = cases.create(mira, title="Shared", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "before"))
        give(mira, joel)
        assert joel.holds(made.case)
        outcome = members.suspend(mira, organisation[JOEL].member)
        assert (outcome.is_done, outcome.ended) == (True, (organisation[JOEL].seat,))
        note = notes.add(mira, made.case, Note(NoteKind.CONTACT, "after"))
        assert organisation[JOEL].member not in sharing.holders_of(mira, made.case).members
        shown = named(mira, JOEL, organisation)
        assert shown.stand is Stand.SUSPENDED
        assert shown.roles == {Role.CASEWORKER}
        assert note not in [one.record for one in cases.open_case(joel, made.case).notes]


def test_a_supervisor_whom_an_admin_without_calls_admitted_gets_their_keys_from_whoever_has_them(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        account, admitted = newcomer(organisation, karim, "supervisor", "Ilse Marrow")
        assert not admitted.outcome.is_done
        give(karim, mira)
        intake.add(mira, name="Ilham")
        (proposal,) = admitting.proposals(mira)
        assert admitting.agree(mira, proposal, proposal.request.words).outcome.is_done
        with finish_joining(organisation.folder, mira, account) as ilse:
            assert [line.stored.value.name for line in intake.list_open(ilse)] == ["Ilham"]


def test_what_is_heard_after_somebody_ended_is_written_for_nobody_who_is_out(organisation: Organisation) -> None:
    with organisation.at(MIRA, DANA, KARIM) as (mira, dana, karim):
        intake.add(mira, name="Ilham")
        give(mira, dana)
        assert members.suspend(karim, dana.member).is_done
        give(karim, mira)
        intake.add(mira, name="Sana")
        key = mira.keyring.epochs_of(the_one_of_kind(mira, CompartmentKind.INTAKE))[-1]
        with mira.database.reading() as rows:
            assert dana.seat not in {row.seat for row in rows.grants_of(key)}
        assert changes.settle_shared(mira) > 0, "what else she shared has new keys now"
        assert changes.settle_shared(mira) == 0


def test_one_admin_alone_takes_a_role_from_a_member_who_is_no_admin_and_gives_none(
    founded: Place, organisation: Organisation
) -> None:
    with founded.open() as mira:
        admitted = admitting.admit_here(
            mira, like="caseworker", name="Ilse Marrow", passphrase=bytearray(PASSPHRASE), by_sheets=True
        )
        both = members.change_roles(mira, admitted.member, ["caseworker", "intake"], by_sheets=True)
        assert both.is_done
        assert members.change_roles(mira, admitted.member, ["intake"]).is_done
        assert mira.directory.roles_of(admitted.member) == {Role.INTAKE}
    with organisation.open(MIRA) as mira, pytest.raises(RefusedError, match="already a member with this name"):
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
            refuses((UsageError, RefusedError), words, act)
    with founded.open() as alone, pytest.raises(RefusedError, match="there would be no admin"):
        members.change_roles(alone, alone.member, ["caseworker"])


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
        refuses(RefusedError, "your membership has expired", dana.require, Action.INTAKE_WRITE)
        assert any("has expired" in warning for warning in in_english(dana.warnings))
        assert named(mira, DANA, organisation).stand is Stand.OVER
        lines = in_english(housekeeping.settle(mira))
        assert any("1 device of members whose membership expired was revoked." in line for line in lines)
        assert organisation[DANA].seat not in mira.directory.certificates
        assert housekeeping.settle(mira) == []


def test_two_members_of_one_folder_know_nothing_of_each_other_and_who_leaves_loses_the_folder(founded: Place) -> None:
    with founded.open() as mira:
        made = cases.create(mira, title="Only hers", kind="asylum")
        admitted = admitting.admit_here(
            mira, like="caseworker", name="Ilse Marrow", passphrase=bytearray(PASSPHRASE[::-1]), by_sheets=True
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
    refuses(VaultError, "no key slot opens", open_as, founded, "Ilse Marrow", PASSPHRASE[::-1])
    with founded.open() as mira:
        assert [alarm.code for alarm in mira.alarms] == ["attempts"]


def open_as(place: Place, name: str, passphrase: bytes) -> Session:
    return unlock(place.path, member=name, passphrase=bytearray(passphrase), state=place.state)


def test_a_member_without_a_device_is_given_no_case(office: Office) -> None:
    with office.place.open() as mira:
        assert members.suspend(mira, office.amina.member).is_done
        case = cases.create(mira, title="A title", kind="asylum").case
        refuses(NotFoundError, "Amina Ruskova has no device yet", sharing.grant, mira, case, [office.amina.member])
        with pytest.raises(NotFoundError, match="none of these members can open the case"):
            sharing.revoke(mira, case, [office.amina.member])
        with pytest.raises(RefusedError, match="this member has no device"):
            breaking_glass.break_glass(
                mira, case, office.amina.member, until_ms=mira.log.now_ms() + OFFICE_DAY_MS, why="casework"
            )


# Of a leaver counts what was here when their end was signed, also where it is listed later.
NEWS = Note(NoteKind.CONTACT, "The court has answered.")


def works_on_cases(mira: Session, karim: Session, organisation: Organisation) -> None:
    assert members.change_roles(mira, karim.member, ["admin", "caseworker"], by_sheets=True).is_done
    give(mira, karim)


def signed_end(mira: Session, organisation: Organisation) -> MadeAct:
    """Return what ends Karim's membership for what is not here yet, signed by the sheets and listed nowhere."""
    (made,) = changes.lower_member(mira, organisation[KARIM].member, [MEMBER_ITSELF])
    return made


def came_later(mira: Session, karim: Session, organisation: Organisation) -> cases.CaseMade:
    """Have Karim open a case, write a note and give it to Mira, who imports it: all after his end was signed."""
    made = cases.create(karim, title="On her way", kind="asylum")
    notes.add(karim, made.case, NEWS)
    sharing.grant(karim, made.case, [mira.member])
    give(karim, mira)
    return made


def test_a_note_into_a_case_whose_grant_was_cut_off_is_refused_at_once(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        old = cases.create(karim, title="From before", kind="asylum")
        give(karim, mira)
        signed = signed_end(mira, organisation)
        made = came_later(mira, karim, organisation)
        sharing.grant(karim, old.case, [mira.member])
        give(karim, mira)
        assert changes.carry_out(mira, [signed]).is_done
        for case in (made.case, old.case):
            refuses(RefusedError, "nothing that you write there would count", notes.add, mira, case, NEWS)


def test_a_case_that_somebody_founded_before_they_heard_of_their_end_stays_with_who_keeps_it(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        works_on_cases(mira, karim, organisation)
        successors.set_deputy(karim, karim.member, mira.member)
        signed = signed_end(mira, organisation)
        made = cases.create(karim, title="On her way", kind="asylum")
        give(karim, mira)
        assert changes.carry_out(mira, [signed]).is_done
        notes.add(mira, made.case, NEWS)
        assert sharing.holders_of(mira, made.case).members == {mira.member}


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
        assert changes.carry_out(mira, [signed]).is_done
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
