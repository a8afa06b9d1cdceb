"""Who is on the shorter of two lists hears of the longer one and of the settlement in one bundle, and works on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.test_lists_apart import admitted_by, told
from tests.services.conftest import organisation, organisation_template
from tests.services.founded import Place
from tests.services.organisation import MIRA, SELIN, Account, Organisation, ask_to_join, finish_joining, give
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.members import admissions, devices, invitations

__all__ = ["organisation", "organisation_template"]  # fixtures

SOFIA, KARL, KIRA = "Sofia Ungern", "Karl Dorvane", "Kira Osterby"


def with_a_new_supervisor(organisation: Organisation, folder: Path) -> Organisation:
    """Let Mira admit a supervisor, of whom Selin does not hear."""
    place = Place(folder / SOFIA / "office.vault", folder / SOFIA / "state")
    with organisation.open(MIRA) as mira:
        request, words = ask_to_join(folder, place, invitations.invite(mira, like="supervisor"), SOFIA)
        done = invitations.admit(mira, invitations.look(mira, request), words, by_root=True)
        account = Account(SOFIA, place, done.member, done.seat)
        with finish_joining(folder, mira, account) as sofia:
            give(sofia, mira, folder)
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
            give(theirs, mira, tmp_path)
    with org.open(MIRA) as mira:
        waiting = admissions.waiting(mira)
        assert [device.name for device in waiting] == [KARL, KIRA, SOFIA]
        with pytest.raises(RefusedError, match="this device is out already"):
            devices.find(mira, karl.seat.hex())
        recovery.settle_lists(mira, [device.seat for device in waiting])
        for newcomer in (karl, kira, org[SOFIA]):
            with newcomer.open() as theirs:
                give(mira, theirs, tmp_path)
            with newcomer.open() as theirs:
                assert (told(theirs), theirs.faults()) == ([], [])
                assert log_checking.verify(theirs).faults == ()
        with karl.open() as theirs:
            (row,) = cases.list_all(theirs)
            notes.add(theirs, cases.find(theirs, row.ref), Note(NoteKind.CONTACT, "he works on"))
            give(theirs, mira, tmp_path)
        assert log_checking.verify(mira).faults == ()
