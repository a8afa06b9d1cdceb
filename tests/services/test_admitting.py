"""Who is let in and by whom: on devices that know nothing of each other, and everywhere once they exchange."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE, Place, found
from tests.services.organisation import (
    AMINA,
    JOEL,
    KARIM,
    MIRA,
    SELIN,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
    open_place,
)
from tests.services.sheets_help import typed
from tests.tables import refuses
from vault.access.membership.act_listing import list_acts
from vault.access.membership.sheets import signed_by_sheets
from vault.access.seat_keys.root_secret import forget_secret
from vault.access.session import Session
from vault.access.trust.membership_news import judge_restored
from vault.errors import MalformedError, RefusedError, VerificationError, WaitingForDecisionError
from vault.ids import SeatId
from vault.log.act_bytes import lift, replace_sheets
from vault.policy.roles import Role
from vault.seal.recovery import derive_root_seed
from vault.services.cases import cases
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import admitting, devices, members
from vault.words.finding import Code

ILSE, LEO = "Ilse Marrow", "Leo Farrant"


def asks(organisation: Organisation, session: Session, name: str) -> tuple[Account, admitting.Request]:
    """Have somebody new ask on a device of their own; return what the member who works reads."""
    place = Place(organisation.folder / name / "new.vault", organisation.folder / name / "state")
    file, words = ask_to_join(organisation.folder, place, admitting.vault_words(session), name)
    request = admitting.read_request(session, file)
    assert request.words == words
    return Account(name, place, session.member, request.seat), request


def newcomer(organisation: Organisation, session: Session, name: str, like: str) -> tuple[Account, bool]:
    """Have somebody new ask and be admitted as far as this member alone can; say whether they are in."""
    account, request = asks(organisation, session, name)
    admitted = admitting.admit(session, request, request.words, name=name, like=like)
    return Account(name, account.place, admitted.member, admitted.seat), admitted.outcome.is_done


def test_what_needs_a_second_person_waits_until_they_agree_on_their_own_device(organisation: Organisation) -> None:
    with organisation.at(KARIM, SELIN, JOEL) as (karim, selin, joel):
        account, is_done = newcomer(organisation, karim, ILSE, "supervisor")
        assert not is_done
        assert admitting.proposals(selin) == []
        (waiting,) = admitting.proposals(karim)
        refuses(RefusedError, "you proposed this admission", admitting.agree, karim, waiting, waiting.request.words)
        give(karim, selin)
        give(karim, joel)
        found = admitting.find_proposal(selin, account.seat.hex()[:8])
        assert (found.name, found.roles, found.by) == (ILSE, frozenset({Role.SUPERVISOR}), (organisation[KARIM].name,))
        with pytest.raises(VerificationError, match="the 13 words do not belong to this request"):
            admitting.agree(selin, found, found.request.words[:-1])
        assert account.member not in selin.directory.members
        assert admitting.agree(selin, found, found.request.words).outcome.is_done
        assert admitting.proposals(selin) == []
        give(selin, karim)
        for session in (karim, selin):
            assert session.directory.roles_of(account.member) == {Role.SUPERVISOR}
        with finish_joining(organisation.folder, selin, account) as ilse:
            assert ilse.roles == {Role.SUPERVISOR}


def test_words_that_differ_admit_nobody(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        _, request = asks(organisation, mira, ILSE)
        size = mira.log.size
        for words in ((), request.words[:-1], request.words[::-1], admitting.vault_words(mira)):
            with pytest.raises(VerificationError, match="somebody changed it on the way"):
                admitting.admit(mira, request, words, name=ILSE, like="caseworker")
        assert mira.log.size == size


def test_a_request_of_another_vault_one_that_was_altered_and_who_was_admitted_before_are_refused(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(MIRA) as mira:
        account, request = asks(organisation, mira, ILSE)
        file = tmp_path / "a.request"
        for at in (0, 17, 60, 700):
            altered = bytearray(request.certificate)
            altered[at] ^= 1
            file.write_bytes(altered)
            with pytest.raises((MalformedError, VerificationError)):
                admitting.read_request(mira, file)
        file.write_bytes(request.certificate)
        assert admitting.admit(mira, request, request.words, name=ILSE, like="caseworker").outcome.is_done
        refuses(RefusedError, "this device was admitted before", admitting.read_request, mira, file)
        assert devices.lost(mira, account.seat).outcome.is_done
        refuses(RefusedError, "this device was admitted before", admitting.read_request, mira, file)
    with found(tmp_path / "o").open() as other, pytest.raises(VerificationError, match="for another vault"):
        admitting.read_request(other, file)


def test_nothing_is_kept_of_a_bundle_of_another_vault_or_that_does_not_admit_the_device(
    organisation: Organisation, tmp_path: Path
) -> None:
    def finish(account: Account, path: Path) -> None:
        admitting.finish(account.place.path, path, member=account.name, passphrase=bytearray(PASSPHRASE))

    with organisation.at(KARIM, SELIN) as (karim, selin):
        account, _ = newcomer(organisation, selin, ILSE, "caseworker")
        waits, _ = newcomer(organisation, karim, LEO, "supervisor")
        right, for_others, foreign = (tmp_path / f"{name}.bundle" for name in ("right", "others", "foreign"))
        syncing.make(selin, account.member, right)
        with pytest.raises(RefusedError, match="no other device to send to"):
            syncing.make(karim, waits.member, tmp_path / "early.bundle")
        syncing.make(selin, organisation[JOEL].member, for_others)
    with found(tmp_path / "other").open() as other:
        theirs, _ = newcomer(Organisation(tmp_path, {}), other, ILSE, "caseworker")
        syncing.make(other, theirs.member, foreign)
    for path in (for_others, foreign):
        with pytest.raises(VerificationError):
            finish(account, path)
        with pytest.raises(WaitingForDecisionError, match="this device is waiting for admission"):
            open_place(account.place, account.name)
    finish(account, right)
    open_place(account.place, account.name).close()
    refuses(RefusedError, "this vault is not waiting for admission", finish, account, right)


def test_new_sheets_count_on_another_device_once_their_words_were_compared_there(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        before = karim.directory.root_public
        new = recovery.renew(mira)
        give(mira, karim)
        assert (karim.directory.root_public, recovery.status(karim).to_confirm) == (before, 1)
        assert "new-sheets" in [alarm.code for alarm in karim.alarms]
        for words in (recovery.status(karim).sheets_words, recovery.status(karim).vault_words):
            refuses(VerificationError, "no new sheets that came here have these words", recovery.confirm, karim, words)
        recovery.confirm(karim, new.sheets[0].sheets_words)
        assert karim.directory.root_public == mira.directory.root_public != before
        assert recovery.status(karim).to_confirm == 0


def test_a_thief_of_the_old_sheets_cannot_say_what_the_new_ones_keep(organisation: Organisation) -> None:
    """The keys of the new ones stand in the logs: with them, and the old signature, another act has the same words."""
    with organisation.at(MIRA, KARIM) as (mira, karim):
        old = recovery.secret_of(mira, typed(recovery.sheets(mira), 1, 2))
        new = recovery.renew(mira)
        (true,) = mira.directory.later_sheets
        forged = replace_sheets(true.root, true.recovery, [bytes(32)])
        list_acts(mira, [signed_by_sheets(derive_root_seed(old), mira.vault, forged)])
        give(mira, karim)
        assert recovery.status(karim).to_confirm == 1
        recovery.confirm(karim, new.sheets[0].sheets_words)
        assert karim.directory.chosen == (true,)


def test_words_of_sheets_that_do_not_keep_this_device_are_refused_and_nothing_changes(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        old = recovery.secret_of(mira, typed(recovery.sheets(mira), 1, 2))
        account, request = asks(organisation, karim, ILSE)
        admitted = admitting.admit(karim, request, request.words, name=ILSE, like="admin", typed=old)
        account = Account(ILSE, account.place, admitted.member, admitted.seat)
        finish_joining(organisation.folder, karim, account).close()
        new = recovery.renew(mira)  # before she heard of it
        give(mira, karim)
        with account.open() as ilse:
            give(karim, ilse)
            with pytest.raises(RefusedError, match="by these sheets this device is not in"):
                recovery.confirm(ilse, new.sheets[0].sheets_words)
            log_checking.verify(ilse)
        with account.open() as ilse:
            assert ilse.seat in ilse.directory.certificates


def test_newer_sheets_admit_no_device_that_cannot_know_them(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        recovery.renew(mira)
        _, request = asks(organisation, mira, ILSE)
        with pytest.raises(RefusedError, match="a new device knows the first sheets alone"):
            admitting.admit(mira, request, request.words, name=ILSE, like="admin")


def test_roles_that_another_admin_has_to_give_too_take_nothing_before(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        forget_secret(mira)
        amina = organisation[AMINA].member
        before = mira.directory.roles_of(amina)
        assert not members.change_roles(mira, amina, ["legal-reviewer"]).is_done
        assert mira.directory.roles_of(amina) == before
        give(mira, karim)
        assert members.change_roles(karim, amina, ["legal-reviewer"]).is_done
        assert karim.directory.roles_of(amina) == {Role.LEGAL_REVIEWER}


def test_what_a_damaged_copy_still_proves_counts_after_an_end_made_with_it(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        case = cases.create(joel, title="Kept", kind="asylum").case
        sharing.grant(joel, case, [organisation[SELIN].member])
    with organisation.at(JOEL, KARIM, SELIN) as (joel, karim, selin):
        for session in (karim, selin):
            give(joel, session)
        origin = joel.log.origin
        with karim.database.reading() as rows:
            size = rows.size(origin)
        with karim.database.bare_connection() as rows:
            rows.exec_driver_sql("DELETE FROM operation WHERE origin = ? AND seq = ?", (origin, size - 1))
            rows.commit()
    with organisation.at(KARIM, SELIN) as (karim, selin):
        assert members.suspend(karim, organisation[JOEL].member).is_done
        give(karim, selin)
        (taking,) = selin.directory.organisation.takings_of(organisation[JOEL].seat)
        assert [0 < head.size < size for head in taking.heads] == [True]
        assert selin.state_of(case) is not None


def test_one_admins_end_works_at_once_and_whoever_listed_it_lifts_it(organisation: Organisation) -> None:
    with organisation.at(KARIM, SELIN, AMINA) as (karim, selin, amina):
        before = selin.directory
        assert members.suspend(karim, amina.member).is_done
        give(karim, selin)
        (taking,) = selin.directory.organisation.takings_of(SeatId(amina.seat))
        for session in (karim, selin):
            assert amina.seat not in session.directory.certificates
        list_acts(selin, [lift(taking.digest)])  # who is no admin lifts nothing
        assert amina.seat not in selin.directory.certificates
        list_acts(karim, [lift(taking.digest)])
        give(karim, selin)
        for session in (karim, selin):
            assert amina.seat in session.directory.certificates
        # A device that saw the end takes no list without it for a lift.
        seen = replace(selin._pins_now(), ended={amina.seat: None})
        assert [found.code for found in judge_restored(before, seen, restored=False)] == [Code.VALID_AGAIN]
        assert judge_restored(selin.directory, seen, restored=False) == ()
        give(amina, selin)
        assert log_checking.verify(selin).faults == ()
