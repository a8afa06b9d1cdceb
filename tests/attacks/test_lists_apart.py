"""Lists of members that were made apart: everybody hears of it, access can still be taken, and the sheets settle it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.conftest import organisation, organisation_template
from tests.services.founded import Place
from tests.services.organisation import (
    AMINA,
    JOEL,
    KARIM,
    MIRA,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
)
from tests.services.sheets_help import typed
from tests.tables import each
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError
from vault.ids import SeatId
from vault.seal.recovery import Sheet
from vault.services import health, housekeeping
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import admissions, devices, invitations, members
from vault.services.projection import last_done

__all__ = ["organisation", "organisation_template"]  # fixtures

NEW = b"nine copper whistles blow"
INES, PAVEL = "Ines Dorvane", "Pavel Osterby"


@dataclass(frozen=True, slots=True)
class Apart:
    """Two supervisors admitted a caseworker each, with no bundle between them; the founder met both."""

    organisation: Organisation
    sheets: Sequence[Sheet]
    folder: Path

    @property
    def ines(self) -> Account:
        return self.organisation[INES]

    @property
    def pavel(self) -> Account:
        return self.organisation[PAVEL]

    def open(self, name: str) -> Session:
        return self.organisation.open(name)

    def meet(self, *names: str) -> None:
        for name in names:
            self.organisation.exchange(MIRA, name)


def admitted_by(organisation: Organisation, supervisor: str, name: str, folder: Path) -> Account:
    """Have a supervisor admit a caseworker alone, who opens the vault and writes a case."""
    place = Place(folder / name / "office.vault", folder / name / "state")
    with organisation.open(supervisor) as session:
        request, words = ask_to_join(folder, place, invitations.invite(session, like="caseworker", days=0), name)
        done = invitations.admit(session, invitations.look(session, request), words)
        account = Account(name, place, done.member, done.seat)
        with finish_joining(folder, session, account) as theirs:
            opened = cases.create(theirs, title=f"Case of {name}", kind="asylum").case
            notes.add(theirs, opened, Note(NoteKind.CONTACT, f"written by {name}"))
            sharing.grant(theirs, opened, [session.member])
            give(theirs, session)
    return account


@pytest.fixture(scope="module")
def apart_template(organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Apart:
    organisation = organisation_template.copied_to(tmp_path_factory.mktemp("apart"))
    with organisation.open(MIRA) as mira:
        sheets = recovery.sheets(mira)
        recovery.drill(mira, typed(sheets, 1, 2))
    newcomers = {
        name: admitted_by(organisation, supervisor, name, organisation.folder)
        for supervisor, name in ((SELIN, INES), (TOMAS, PAVEL))
    }
    made = Apart(replace(organisation, accounts={**organisation.accounts, **newcomers}), sheets, organisation.folder)
    made.meet(SELIN, TOMAS, SELIN)
    return made


@pytest.fixture
def apart(apart_template: Apart, tmp_path: Path) -> Apart:
    copy = apart_template.organisation.copied_to(tmp_path / "organisation")
    return Apart(copy, apart_template.sheets, tmp_path)


def told(session: Session) -> list[str]:
    """Return what a member hears at unlock of lists that were made apart."""
    admissions.note_lists_apart(session)
    return [str(said) for said in session.warnings if "lists of members" in str(said)]


def settled(apart: Apart, *seats: SeatId, name: str = MIRA) -> None:
    with apart.open(name) as session:
        outcome = recovery.settle_lists(session, seats, typed(apart.sheets, 1, 2))
        assert outcome.is_done
        assert set(outcome.admitted) == set(seats)


@pytest.mark.long
def test_who_settles_it_with_the_typed_sheets_has_proven_them_on_that_device(apart: Apart) -> None:
    with apart.open(SELIN) as selin:
        assert recovery.status(selin).proven is None
    settled(apart, apart.ines.seat, name=SELIN)
    with apart.open(SELIN) as selin:
        last_done.note_opened(selin)
        found = recovery.status(selin)
        assert found.proven is True
        assert found.said in health.status(selin.folder.path, session=selin)


@pytest.mark.long
@each([MIRA, SELIN, TOMAS])
def test_a_device_with_both_lists_says_who_waits(name: str, apart: Apart) -> None:
    with apart.open(name) as session:
        (said,) = told(session)
        assert f"{INES} and {PAVEL}" in said
        assert {shown.name for shown in members.list_all(session)}.isdisjoint({INES, PAVEL})
        assert session.faults() == []


@pytest.mark.long
def test_who_has_one_list_hears_nothing(apart: Apart) -> None:
    with apart.open(AMINA) as amina:
        assert told(amina) == []
        with pytest.raises(RefusedError):
            admissions.waiting(amina)


@pytest.mark.long
def test_a_device_can_be_revoked_by_one_admin_while_the_lists_wait_and_everybody_hears_of_it(apart: Apart) -> None:
    with apart.open(KARIM) as karim, apart.open(MIRA) as mira:
        give(mira, karim)
        devices.lost(karim, apart.organisation[JOEL].seat)
        give(karim, mira)
    apart.meet(SELIN, TOMAS)
    for name in (MIRA, KARIM, SELIN, TOMAS):
        with apart.open(name) as session:
            assert apart.organisation[JOEL].seat not in session.directory.effective.certificates
            assert told(session)
            assert log_checking.verify(session).faults == ()


@pytest.mark.long
def test_two_admins_who_end_somebody_apart_while_the_lists_wait_leave_them_waiting(apart: Apart) -> None:
    with apart.open(KARIM) as karim, apart.open(MIRA) as mira:
        give(mira, karim)
        devices.lost(karim, apart.organisation[JOEL].seat)
        members.leave(mira, apart.organisation[AMINA].member)
        give(karim, mira)
        give(mira, karim)
        for session in (karim, mira):
            gone = {apart.organisation[name].seat for name in (JOEL, AMINA)}
            assert gone.isdisjoint(session.directory.effective.certificates)
            assert told(session)
    settled(apart, apart.ines.seat, apart.pavel.seat)


GIVES: dict[str, Callable[[Session, Apart], object]] = {
    "a role": lambda mira, apart: members.change_roles(
        mira, apart.organisation[JOEL].member, ["caseworker", "supervisor"]
    ),
    "a member in this folder": lambda mira, apart: invitations.admit_here(
        mira, like="caseworker", name="Lea Marchetti", passphrase=bytearray(NEW)
    ),
    "new sheets": lambda mira, apart: recovery.renew(mira, typed(apart.sheets, 1, 2)),
}


@each(GIVES)
def test_what_gives_somebody_something_waits_and_says_how_to_settle_it(
    act: Callable[[Session, Apart], object], apart: Apart
) -> None:
    with apart.open(MIRA) as mira:
        before = mira.directory.roster
        with pytest.raises(RefusedError, match="two lists of members were made apart") as refusal:
            act(mira, apart)
        assert "settle-members" in str(refusal.value.next_step)
        assert mira.directory.roster == before


@pytest.mark.long
def test_the_sheets_let_both_in_with_what_they_wrote_before(apart: Apart) -> None:
    settled(apart, apart.ines.seat, apart.pavel.seat)
    apart.meet(SELIN, TOMAS, AMINA)
    for name, newcomer in ((SELIN, apart.ines), (TOMAS, apart.pavel)):
        with apart.open(name) as supervisor:
            assert told(supervisor) == []
            with newcomer.open() as theirs:
                give(supervisor, theirs)
                assert told(theirs) == []
                (row,) = (row for row in cases.list_all(theirs) if newcomer.name in row.title)
                notes.add(theirs, cases.find(theirs, row.ref), Note(NoteKind.CONTACT, "after it was settled"))
                give(theirs, supervisor)
                assert log_checking.verify(theirs).faults == ()
            assert log_checking.verify(supervisor).faults == ()
            assert {INES, PAVEL} <= {shown.name for shown in members.list_all(supervisor)}


@pytest.mark.long
def test_who_is_left_out_stays_out_on_every_device_and_can_join_again(apart: Apart) -> None:
    settled(apart, apart.ines.seat)
    apart.meet(SELIN, TOMAS)
    for name in (MIRA, SELIN, TOMAS):
        with apart.open(name) as session:
            assert told(session) == []
            assert apart.ines.seat in session.directory.effective.certificates
            assert apart.pavel.seat not in session.directory.effective.certificates
    again = admitted_by(apart.organisation, TOMAS, "Pavel O. Osterby", apart.folder)
    with again.open() as theirs:
        assert theirs.roles


@pytest.mark.long
def test_whose_device_or_membership_a_list_ended_is_offered_no_more(apart: Apart) -> None:
    """A further device of Joel on one list, while the other lets Joel leave."""
    org = apart.organisation
    settled(apart, apart.ines.seat, apart.pavel.seat)
    place = Place(apart.folder / "joel2" / "office.vault", apart.folder / "joel2" / "state")
    apart.meet(SELIN, KARIM)
    with org.open(SELIN) as selin:
        invitation = invitations.invite_device(selin, org[JOEL].member)
        request, words = ask_to_join(apart.folder, place, invitation, org[JOEL].name)
        second = invitations.admit(selin, invitations.look(selin, request), words).seat
    with org.open(KARIM) as karim:
        members.leave(karim, org[JOEL].member)
    apart.meet(SELIN, KARIM, SELIN)
    with org.open(MIRA) as mira:
        assert second not in mira.directory.effective.certificates
        assert second not in {device.seat for device in admissions.waiting(mira)}


@pytest.mark.long
def test_a_recovery_and_an_admission_that_were_made_apart_are_settled_like_any_other(apart: Apart) -> None:
    org = apart.organisation
    settled(apart, apart.ines.seat, apart.pavel.seat)
    apart.meet(SELIN, KARIM)
    copy = shutil.copytree(org[KARIM].place.path, apart.folder / "karim.vault")
    state = apart.folder / "karim-state"
    sheets = typed(apart.sheets, 1, 2)
    back = recovery.restore(copy, sheets, member=org[KARIM].name, passphrase=bytearray(NEW), state=state)
    late = admitted_by(org, SELIN, "Lea Marchetti", apart.folder)
    apart.meet(SELIN)

    def karim() -> Session:
        return unlock(copy, member=org[KARIM].name, passphrase=bytearray(NEW), state=state)

    with karim() as restored, org.open(MIRA) as mira:
        give(restored, mira)
        assert {device.seat for device in admissions.waiting(mira)} == {back.back.seat, late.seat}
    settled(apart, back.back.seat, late.seat)
    with karim() as restored, org.open(MIRA) as mira:
        give(mira, restored)
        assert told(restored) == []
        assert log_checking.verify(restored).faults == ()
        assert members.list_all(restored)


@each({"too few sheets": ((1,), "2 sheets are needed"), "none": ((), "root secret is not in this vault")})
def test_without_enough_sheets_nothing_is_settled(given: tuple[int, ...], words: str, apart: Apart) -> None:
    with apart.open(MIRA) as mira:
        sheets = typed(apart.sheets, *given) if given else None
        with pytest.raises(VaultError, match=words):
            recovery.settle_lists(mira, [apart.ines.seat], sheets)
        assert told(mira)


def test_a_caseworker_settles_nothing_even_with_the_sheets(apart: Apart) -> None:
    apart.meet(AMINA)
    with apart.open(AMINA) as amina:
        assert told(amina)
        with pytest.raises(RefusedError):
            recovery.settle_lists(amina, [apart.ines.seat], typed(apart.sheets, 1, 2))


def test_a_device_that_no_list_admitted_is_not_let_in(apart: Apart) -> None:
    with apart.open(MIRA) as mira:
        outcome = recovery.settle_lists(mira, [SeatId(b"x" * 16), apart.ines.seat], typed(apart.sheets, 1, 2))
        assert outcome.admitted == (apart.ines.seat,)
        housekeeping.settle(mira)
        assert told(mira) == []


def test_the_command_shows_who_waits_asks_and_settles_it(apart: Apart) -> None:
    desk = Desk.of(apart.organisation[MIRA].place, apart.folder)
    piped = json.dumps({"sheets": [" ".join(sheet.words) for sheet in apart.sheets[:2]]})
    heard = desk.run("member", "list").err.replace("\n", " ")
    assert f"New devices that wait: {INES} and {PAVEL}. Settle it: `casevault member settle`." in heard
    devices_shown = desk.run("device", "list").out
    assert f"{INES}  admitted by {apart.organisation[SELIN].name}  (out: two lists of members" in devices_shown
    unasked = desk.run("member", "settle", "--from", "-", stdin=piped)
    assert (unasked.code, "nothing is changed" in unasked.err) == (3, True)
    pavel, ines = apart.pavel.seat.hex(), apart.ines.seat.hex()
    org = apart.organisation
    settle = ("member", "settle", "--without", pavel[:8], "--yes", "--from", "-")
    done = desk.run(*settle, stdin=piped)
    assert done.code == 0
    assert f"{ines}  {INES} (caseworker), admitted by {org[SELIN].name}: is in" in done.err
    stays = "stays out, and joins again with a new invitation"
    assert f"{pavel}  {PAVEL} (caseworker), admitted by {org[TOMAS].name}: {stays}" in done.err
    assert "There is one list of members again." in done.out
    assert "A new device needs its first bundle" not in done.out
    again = desk.run(*settle, "--json", stdin=piped)
    assert "there is one list of members" in again.json()["error"]["message"]
    assert "lists of members" not in desk.run("member", "list").err


@pytest.mark.long
def test_access_that_the_sheets_restore_settles_the_lists_and_says_who_is_left_out(apart: Apart) -> None:
    copy = shutil.copytree(apart.organisation[MIRA].place.path, apart.folder / "mira.vault")
    sheets, state = typed(apart.sheets, 1, 2), apart.folder / "mira-state"
    member = apart.organisation[KARIM].name
    done = recovery.restore(copy, sheets, member=member, passphrase=bytearray(NEW), state=state)
    assert "2 devices of these have to join again" in str(done.back.loss)
    with unlock(copy, member=member, passphrase=bytearray(NEW), state=state) as session:
        assert told(session) == []
        assert {apart.ines.seat, apart.pavel.seat}.isdisjoint(session.directory.effective.certificates)


@pytest.mark.long
def test_two_newcomers_of_one_name_are_not_both_let_in(organisation_template: Organisation, tmp_path: Path) -> None:
    organisation = organisation_template.copied_to(tmp_path / "organisation")
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    pairs = zip((SELIN, TOMAS), folders, strict=True)
    twins = [admitted_by(organisation, supervisor, INES, folder) for supervisor, folder in pairs]
    for name in (SELIN, TOMAS):
        organisation.exchange(MIRA, name)
    with organisation.open(MIRA) as mira:
        assert told(mira)[0].count(INES) == 2
        with pytest.raises(RefusedError, match=f"two would have the name {INES}"):
            recovery.settle_lists(mira, [twin.seat for twin in twins])
        assert recovery.settle_lists(mira, [twins[0].seat]).admitted == (twins[0].seat,)


# Who is on the shorter of two lists hears of the longer one and of the settlement in one bundle, and works on.
SOFIA, KARL, KIRA = "Sofia Ungern", "Karl Dorvane", "Kira Osterby"


def with_a_new_supervisor(organisation: Organisation, folder: Path) -> Organisation:
    """Let Mira admit a supervisor, of whom Selin does not hear."""
    place = Place(folder / SOFIA / "office.vault", folder / SOFIA / "state")
    with organisation.open(MIRA) as mira:
        request, words = ask_to_join(folder, place, invitations.invite(mira, like="supervisor"), SOFIA)
        done = invitations.admit(mira, invitations.look(mira, request), words, by_root=True)
        account = Account(SOFIA, place, done.member, done.seat)
        with finish_joining(folder, mira, account) as sofia:
            give(sofia, mira)
    return replace(organisation, accounts={**organisation.accounts, SOFIA: account})


@pytest.mark.long
def test_who_was_admitted_on_the_shorter_list_is_let_in_and_locked_out_nowhere(
    organisation: Organisation, tmp_path: Path
) -> None:
    """The longer list has a member whom this device never heard of, who admitted another: all of it comes at once."""
    org = with_a_new_supervisor(organisation, tmp_path)
    karl, kira = admitted_by(org, SELIN, KARL, tmp_path), admitted_by(org, SOFIA, KIRA, tmp_path)
    for name in (SELIN, SOFIA):
        with org.at(name, MIRA) as (theirs, mira):
            give(theirs, mira)
    with org.open(MIRA) as mira:
        waiting = admissions.waiting(mira)
        assert [device.name for device in waiting] == [KARL, KIRA, SOFIA]
        with pytest.raises(RefusedError, match="this device is out already"):
            devices.find(mira, karl.seat.hex())
        recovery.settle_lists(mira, [device.seat for device in waiting])
        for newcomer in (karl, kira, org[SOFIA]):
            with newcomer.open() as theirs:
                give(mira, theirs)
            with newcomer.open() as theirs:
                assert (told(theirs), theirs.faults()) == ([], [])
                assert log_checking.verify(theirs).faults == ()
        with karl.open() as theirs:
            (row,) = cases.list_all(theirs)
            notes.add(theirs, cases.find(theirs, row.ref), Note(NoteKind.CONTACT, "he works on"))
            give(theirs, mira)
        assert log_checking.verify(mira).faults == ()


# An admission that falls when sides of the roster meet: each index says the same of it.
KAYA, VITO = "Kaya Ostermalm", "Vito Branquela"


def admit(session: Session, folder: Path, name: str, like: str, *, by_root: bool = False) -> Account:
    """Admit somebody with a device of their own; return the account, which has not been opened."""
    place = Place(folder / name / "office.vault", folder / name / "state")
    request, words = ask_to_join(folder, place, invitations.invite(session, like=like), name)
    admitted = invitations.admit(session, invitations.look(session, request), words, by_root=by_root)
    assert admitted.outcome.is_done, admitted.outcome.missing
    return Account(name, place, admitted.member, admitted.seat)


@pytest.mark.long
def test_an_index_that_knew_an_admission_before_it_fell_says_the_same_as_a_new_one(
    organisation: Organisation, tmp_path: Path
) -> None:
    """Tomas's side ends Selin, who admitted somebody apart: void is what she gave, on each device."""
    with organisation.at(MIRA, SELIN) as (mira, selin):
        vito = admit(selin, tmp_path, VITO, "caseworker")
        with finish_joining(tmp_path, selin, vito) as session:
            case = cases.create(session, title="A case of Vito's", kind="asylum").case
            sharing.grant(session, case, [mira.member])
            give(session, mira)
        give(selin, mira)
        assert "A case of Vito's" in {row.title for row in cases.list_all(mira)}
    with organisation.open("Karim") as karim, organisation.open(MIRA) as mira:
        assert members.leave(karim, organisation[SELIN].member).is_done
        give(karim, mira)
        went_on = {row.title for row in cases.list_all(mira)}
        mira.remake_index()
    with organisation.open(MIRA) as mira:
        assert {row.title for row in cases.list_all(mira)} == went_on
        assert vito.member not in mira.directory.effective.members
