"""Attacks on recovery: one custodian with the folder, replaced sheets, a forged beginning, a seat that helps itself."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from shamir_mnemonic.share import Share  # type: ignore[import-untyped]  # ships no types

from tests.services.colleague import admit
from tests.services.conftest import organisation, organisation_template
from tests.services.founded import MARKER, MEMBER, Filled
from tests.services.organisation import AMINA, KARIM, MIRA, SELIN, Organisation, give
from tests.services.sheets_help import typed
from vault.access import recovery_session
from vault.access.membership.act_listing import list_acts
from vault.access.membership.sheets import signed_by_sheets
from vault.access.recovery_session import open_door, opened_by_sheets
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.root_secret import root_of
from vault.access.session import Session
from vault.access.trust.keyrings import grants_between
from vault.access.unlock import unlock
from vault.errors import RefusedError, VaultError, VerificationError
from vault.ids import CompartmentId, EpochId, MemberId
from vault.log.act_bytes import by_sheets, replace_sheets
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import (
    Sheet,
    derive_recovery_seed,
    derive_root_seed,
    join_sheets,
    make_root_secret,
    make_sheets,
    words_of,
)
from vault.services.cases import cases
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.words.finding import Code
from vault.words.message import Message

NEW = b"five wooden herons"


@pytest.fixture
def sheets(filled: Filled) -> tuple[Sheet, ...]:
    with filled.open() as session:
        return recovery.sheets(session)


def secret_of(sheets: Sequence[Sheet]) -> bytes:
    return join_sheets([sheet.words for sheet in sheets], None)


def reopen(filled: Filled, name: str = MEMBER) -> Session:
    return unlock(filled.path, member=name, passphrase=bytearray(NEW), state=filled.state)


def restore(filled: Filled, sheets: Sequence[Sheet], name: str = MEMBER, **wish: bool) -> recovery.Restored:
    return recovery.restore(
        filled.path, typed(sheets, 1, 2), member=name, passphrase=bytearray(NEW), state=filled.state, **wish
    )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_custodian_with_the_whole_folder_opens_nothing(
    filled: Filled, sheets: Sequence[Sheet], number: int
) -> None:
    one = sheets[number - 1]
    value: bytes = Share.from_mnemonic(" ".join(one.words)).value
    file = read_key_file(filled.path / "keys")
    with pytest.raises(RefusedError, match="2 sheets are needed, not 1"):
        join_sheets([one.words], None)
    with pytest.raises(VerificationError, match="is the first sheet"):
        join_sheets([one.words, one.words], None)
    # The share as if it were the secret, and joined with any other share that is not of this set.
    for guess in (value, value[::-1], bytes(a ^ b for a, b in zip(value, secrets.token_bytes(32), strict=True))):
        with pytest.raises(VerificationError, match="these sheets do not open this vault"):
            open_door(file, guess)
    with pytest.raises(VerificationError, match="to another set"):
        join_sheets([one.words, make_sheets(secrets.token_bytes(32), bytes(32))[0].words], None)


def test_a_forged_second_sheet_of_the_same_set_gives_nothing(filled: Filled, sheets: Sequence[Sheet]) -> None:
    """With the public part of a real sheet and made up numbers: the check of the set refuses it."""
    real: Share = Share.from_mnemonic(" ".join(sheets[0].words))
    for _ in range(20):
        forged = Share(
            real.identifier,
            real.extendable,
            real.iteration_exponent,
            real.group_index,
            real.group_threshold,
            real.group_count,
            1,
            real.member_threshold,
            secrets.token_bytes(32),
        )
        with pytest.raises(VerificationError, match="do not fit together"):
            join_sheets([sheets[0].words, tuple(forged.words())], None)


def test_no_word_of_a_sheet_is_left_in_folder_or_account(filled: Filled, sheets: Sequence[Sheet]) -> None:
    with filled.open() as session:
        recovery.drill(session, recovery.secret_of(session, typed(sheets, 1, 3)))
    restore(filled, sheets)
    found = [path for root in (filled.path, filled.state) for path in root.rglob("*") if path.is_file()]
    assert found
    for path in found:
        raw = path.read_bytes()
        assert not any(" ".join(row.words).encode() in raw for sheet in sheets for row in sheet.rows)
        assert secret_of(sheets) not in raw


def test_replaced_sheets_read_nothing_new_even_with_the_keys_file_of_then(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    shutil.copy(filled.path / "keys", tmp_path / "keys")
    with filled.open() as session:
        known = {epoch for one in set(session.keyring.compartments()) for epoch in session.keyring.epochs_of(one)}
        recovery.renew(session)
        cases.create(session, title=f"{MARKER} later", kind="asylum")
        now = {epoch for one in session.keyring.compartments() for epoch in session.keyring.epochs_of(one)}
    shutil.copy(tmp_path / "keys", filled.path / "keys")
    with opened_by_sheets(filled.path, secret_of(sheets)) as thief:
        opened = {one.epoch for one in thief.granted if one.key is not None}
    assert opened == known
    assert not opened & (now - known)


def test_sheets_that_a_member_made_and_lists_in_the_place_of_the_true_ones_are_none(
    filled: Filled, sheets: Sequence[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where that member gives them the folder's own door."""
    secret = make_root_secret()
    recovery_key = KemPrivate.from_seed(derive_recovery_seed(secret)).public
    with filled.open() as session:
        oren = admit(session)
    with oren.open(filled.place) as session:
        root = session.directory.root_public
        made = replace_sheets(root_of(secret), recovery_key, [])
        own = signed_by_sheets(derive_root_seed(secret), session.vault, made)
        list_acts(session, [own, by_sheets(made, root, bytes(64))])
        assert session.directory.replacements() == []
    file = read_key_file(filled.path / "keys")
    monkeypatch.setattr(recovery_session, "open_door", lambda *_: open_door(file, secret_of(sheets)))
    with pytest.raises(VerificationError, match="these sheets are not of this vault"):
        _open(filled, secret)
    _open(filled, secret_of(sheets))


@pytest.mark.parametrize("by_sheets", [False, True], ids=["admitted", "brought back by sheets"])
def test_a_seat_grants_itself_nothing_but_with_sheets_in_its_first_session(
    filled: Filled, sheets: Sequence[Sheet], by_sheets: bool
) -> None:
    """A case's key that leaked to a volunteer, and a patched client: holding a key is never the right."""
    with filled.open() as session:
        oren = admit(session)
        case, founder = filled.cases[0], session.member
        epoch = EpochId(session.keyring.epochs_of(case)[-1])
        key = session.keyring.get(epoch)
        assert key is not None
    if by_sheets:
        restore(filled, sheets, oren.name)
    with reopen(filled, oren.name) if by_sheets else oren.open(filled.place) as session:
        assert session.log.session.number > 1 or not by_sheets
        own = Holder(session.seat, session.kem_private.public)
        session.log.keyring.add(case, epoch, key)
        with Work(session.log) as work:
            work.grant(case, epoch, [own])
            work.commit(Entry(act="grant.add"))
        assert session.member not in _members(session, case)
    with filled.open() as session:
        assert _members(session, case) == {founder}


def test_sheets_do_not_let_a_seat_give_to_others_what_its_role_may_not_give(
    filled: Filled, sheets: Sequence[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        oren = admit(session)
        oren_kem = session.directory.certificates[oren.seat].kem

    give = Work.grant

    def generous(work: Work, compartment: CompartmentId, epoch: EpochId, holders: Sequence[Holder]) -> None:
        give(work, compartment, epoch, [*holders, Holder(oren.seat, oren_kem)])

    monkeypatch.setattr(Work, "grant", generous)
    done = restore(filled, sheets, "Ona Brisk", new_admin=True, everything=True)
    monkeypatch.undo()
    with filled.open() as session:
        for case in filled.cases:
            with session.database.reading() as rows:
                epoch = session.keyring.epochs_of(case)[-1]
                assert grants_between(rows, epoch, oren.seat)  # it is there, sealed to the seat, and listed
            assert oren.member not in _members(session, case)
            assert done.back.member in _members(session, case)
            assert session.directory.roles_of(done.back.member) == {Role.ADMIN}


def _members(session: Session, case: CompartmentId) -> frozenset[MemberId]:
    session.learned.states.clear()
    state = session.state_of(case)
    assert state is not None
    return state.members


def _open(filled: Filled, secret: bytes) -> None:
    with opened_by_sheets(filled.path, secret):
        pass


# One device makes new sheets. They open the folder of each colleague who compared their words.
__all__ = ["organisation", "organisation_template"]  # fixtures

NEW_OF_OTHERS = b"nine copper whistles blow"


def sheets_of(organisation: Organisation) -> tuple[Sheet, ...]:
    with organisation.open(MIRA) as mira:
        return recovery.sheets(mira)


def renewed(organisation: Organisation, name: str, old: Sequence[Sheet]) -> Sequence[Sheet]:
    with organisation.open(name) as session:
        return recovery.renew(session, recovery.secret_of(session, typed(old, 1, 2))).sheets


def come_back(organisation: Organisation, name: str, sheets: Sequence[Sheet], folder: Path) -> None:
    """Bring a member back in a copy of their own folder, on an account that never saw it."""
    copy = shutil.copytree(organisation[name].place.path, folder / "copy.vault")
    who, state = organisation[name].name, folder / "new-account"
    recovery.restore(copy, typed(sheets, 1, 2), member=who, passphrase=bytearray(NEW_OF_OTHERS), state=state)


def confirmed(organisation: Organisation, name: str, of: str = MIRA) -> None:
    with organisation.open(of) as session:
        words = words_of(session.directory.sheets_digest)
    with organisation.open(name) as session:
        recovery.confirm(session, words)


@pytest.mark.long
def test_new_sheets_open_the_folder_of_each_colleague_who_compared_them_and_the_old_ones_none(
    organisation: Organisation, tmp_path: Path
) -> None:
    old = sheets_of(organisation)
    new = renewed(organisation, MIRA, old)
    organisation.exchange(MIRA, AMINA)
    organisation.open(AMINA).close()
    come_back(organisation, AMINA, old, tmp_path / "before she compared them")
    confirmed(organisation, AMINA)
    for name in (MIRA, AMINA):
        come_back(organisation, name, new, tmp_path / f"{name} by the new ones")
        with pytest.raises(VaultError, match="sheets"):
            come_back(organisation, name, old, tmp_path / f"{name} by the old ones")


def test_new_sheets_with_other_words_are_not_gone_by(organisation: Organisation) -> None:
    renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina:
        before = amina.directory.root_public
        for words in (words_of(amina.directory.anchor), words_of(secrets.token_bytes(32))):
            with pytest.raises(VerificationError, match="no new sheets that came here have these words"):
                recovery.confirm(amina, words)
        assert amina.directory.root_public == before
        assert [alarm.code for alarm in amina.alarms if alarm.code is Code.NEW_SHEETS] == [Code.NEW_SHEETS]


@pytest.mark.long
def test_a_folder_that_moves_to_a_new_account_asks_for_the_words_anew_and_opens_by_the_new_sheets(
    organisation: Organisation, tmp_path: Path
) -> None:
    new = renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)
    confirmed(organisation, AMINA)
    shutil.rmtree(organisation[AMINA].place.state)
    with organisation.open(AMINA) as amina:
        assert log_checking.verify(amina).verified
    confirmed(organisation, AMINA)
    come_back(organisation, AMINA, new, tmp_path / "moved")


@pytest.mark.long
def test_a_door_that_cannot_be_written_keeps_nobody_out(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)

    def failing(*_: object) -> None:
        raise VerificationError(Message("the disk reports an error at keys"))

    with monkeypatch.context() as broken:
        broken.setattr(rekeying, "write_aside", failing)
        confirmed(organisation, AMINA)
        organisation.open(AMINA).close()
    organisation.open(AMINA).close()
    come_back(organisation, AMINA, new, tmp_path / "later")


def test_a_second_unlock_leaves_the_door_as_it_is(organisation: Organisation) -> None:
    renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)
    confirmed(organisation, AMINA)
    keys = organisation[AMINA].place.path / "keys"
    before = keys.read_bytes()
    organisation.open(AMINA).close()
    assert keys.read_bytes() == before


@pytest.mark.long
def test_where_two_make_new_sheets_apart_each_folder_opens_by_those_that_its_member_compared_alone(
    organisation: Organisation, tmp_path: Path
) -> None:
    old = sheets_of(organisation)
    sets = {"first": old, MIRA: renewed(organisation, MIRA, old), KARIM: renewed(organisation, KARIM, old)}
    organisation.exchange(MIRA, KARIM)
    organisation.exchange(MIRA, AMINA)
    confirmed(organisation, AMINA, KARIM)
    for name, whose in ((MIRA, MIRA), (KARIM, KARIM), (AMINA, KARIM)):
        with organisation.open(name) as session:
            assert log_checking.verify(session).verified
        opening = []
        for made_by, sheets in sets.items():
            with suppress(VaultError):
                come_back(organisation, name, sheets, tmp_path / name / made_by)
                opening.append(made_by)
        assert opening == [whose]


@pytest.mark.long
def test_a_fault_in_the_log_of_another_keeps_no_door_for_the_old_sheets(
    organisation: Organisation, tmp_path: Path
) -> None:
    """A copied folder is enough for a log with two histories: its faults stop acts, and not the door."""
    old = sheets_of(organisation)
    twin = organisation.copied_to(tmp_path / "twin")
    new = renewed(organisation, MIRA, old)
    for org, text in ((organisation, "one"), (twin, "other")):
        with org.open(SELIN) as selin, organisation.open(AMINA) as amina:
            cases.create(selin, title=text, kind="asylum")
            give(selin, amina)
    with organisation.open(AMINA) as amina:
        assert amina.faults()
    organisation.exchange(MIRA, AMINA)
    with pytest.raises(VerificationError, match="waits until the log is sound"):
        confirmed(organisation, AMINA)
    come_back(organisation, AMINA, new, tmp_path / "new")
    with pytest.raises(VaultError, match="sheets"):
        come_back(organisation, AMINA, old, tmp_path / "old")
