"""One device makes new sheets. They open the folder of each colleague, also where two people made sheets apart."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.attacks.test_lists_apart import admitted_by
from tests.services.conftest import organisation, organisation_template
from tests.services.organisation import AMINA, KARIM, MIRA, SELIN, Organisation, give
from tests.services.sheets_help import typed
from vault.access.seat_keys import rekeying
from vault.errors import RefusedError, VaultError, VerificationError
from vault.seal.recovery import Sheet
from vault.services.cases import cases
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.words.message import Message

__all__ = ["organisation", "organisation_template"]  # fixtures

NEW = b"nine copper whistles blow"


def sheets_of(organisation: Organisation) -> tuple[Sheet, ...]:
    with organisation.open(MIRA) as mira:
        return recovery.sheets(mira)


def renewed(organisation: Organisation, name: str, old: Sequence[Sheet]) -> Sequence[Sheet]:
    with organisation.open(name) as session:
        return recovery.renew(session, typed(old, 1, 2)).sheets


def come_back(organisation: Organisation, name: str, sheets: Sequence[Sheet], folder: Path) -> None:
    """Bring a member back in a copy of their own folder, on an account that never saw it."""
    copy = shutil.copytree(organisation[name].place.path, folder / "copy.vault")
    who, state = organisation[name].name, folder / "new-account"
    recovery.restore(copy, typed(sheets, 1, 2), member=who, passphrase=bytearray(NEW), state=state)


@pytest.mark.long
def test_new_sheets_open_the_folder_of_each_colleague_who_heard_of_them_and_the_old_ones_none(
    organisation: Organisation, tmp_path: Path
) -> None:
    old = sheets_of(organisation)
    new = renewed(organisation, MIRA, old)
    organisation.exchange(MIRA, AMINA)
    for name in (MIRA, AMINA):
        organisation.open(name).close()
        come_back(organisation, name, new, tmp_path / f"{name} by the new ones")
        with pytest.raises(VaultError, match="sheets"):
            come_back(organisation, name, old, tmp_path / f"{name} by the old ones")


@pytest.mark.long
def test_a_folder_that_moves_to_a_new_account_before_the_door_was_made_opens_by_the_new_sheets(
    organisation: Organisation, tmp_path: Path
) -> None:
    """The account that heard of them is gone, and the new one cannot know for which sheets the door was made."""
    new = renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)
    shutil.rmtree(organisation[AMINA].place.state)
    with organisation.open(AMINA) as amina:
        assert log_checking.verify(amina).verified
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
        organisation.open(AMINA).close()
    organisation.open(AMINA).close()
    come_back(organisation, AMINA, new, tmp_path / "later")


def test_a_second_unlock_leaves_the_door_as_it_is(organisation: Organisation) -> None:
    renewed(organisation, MIRA, sheets_of(organisation))
    organisation.exchange(MIRA, AMINA)
    organisation.open(AMINA).close()
    keys = organisation[AMINA].place.path / "keys"
    before = keys.read_bytes()
    organisation.open(AMINA).close()
    assert keys.read_bytes() == before


@pytest.mark.long
def test_sheets_that_were_replaced_open_nothing_more_when_a_supervisor_admits_somebody_apart(
    organisation: Organisation, tmp_path: Path
) -> None:
    """The old sheets are in the wrong hands; a list of members that goes on from before does not bring them back."""
    old = sheets_of(organisation)
    new = renewed(organisation, MIRA, old)
    organisation.exchange(MIRA, AMINA)
    late = admitted_by(organisation, SELIN, "Ines Dorvane", tmp_path)
    organisation.exchange(MIRA, SELIN)
    organisation.exchange(MIRA, AMINA)
    for name in (MIRA, AMINA, SELIN):
        organisation.open(name).close()
        come_back(organisation, name, new, tmp_path / f"{name} by the new ones")
        with pytest.raises(VaultError, match="sheets"):
            come_back(organisation, name, old, tmp_path / f"{name} by the old ones")
    with organisation.open(MIRA) as mira:
        with pytest.raises(VaultError):
            recovery.settle_lists(mira, [late.seat], typed(old, 1, 2))
        assert recovery.settle_lists(mira, [late.seat], typed(new, 1, 2)).admitted == (late.seat,)
        assert log_checking.verify(mira).verified


@pytest.mark.long
def test_where_two_make_new_sheets_apart_the_set_that_is_in_effect_opens_both_folders(
    organisation: Organisation, tmp_path: Path
) -> None:
    old = sheets_of(organisation)
    sets = {"first": old, "Mira's": renewed(organisation, MIRA, old), "Karim's": renewed(organisation, KARIM, old)}
    organisation.exchange(MIRA, KARIM)
    for name in (MIRA, KARIM):
        with organisation.open(name) as session:
            assert log_checking.verify(session).verified
        opening = []
        for whose, sheets in sets.items():
            try:
                come_back(organisation, name, sheets, tmp_path / name / whose)
            except (RefusedError, VaultError):
                continue
            opening.append(whose)
        assert opening in (["Mira's"], ["Karim's"])


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
            give(selin, amina, tmp_path)
    with organisation.open(AMINA) as amina:
        assert amina.faults()
    organisation.exchange(MIRA, AMINA)
    organisation.open(AMINA).close()
    come_back(organisation, AMINA, new, tmp_path / "new")
    with pytest.raises(VaultError, match="sheets"):
        come_back(organisation, AMINA, old, tmp_path / "old")
