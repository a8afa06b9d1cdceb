"""An admission that falls when sides of the roster meet: each index says the same of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import Place
from tests.services.organisation import (
    MIRA,
    SELIN,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
)
from vault.access.session import Session
from vault.services.cases import cases
from vault.services.grants import sharing
from vault.services.members import invitations, members

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
            give(session, mira, tmp_path)
        give(selin, mira, tmp_path)
        assert "A case of Vito's" in {row.title for row in cases.list_all(mira)}
    with organisation.open("Karim") as karim, organisation.open(MIRA) as mira:
        assert members.leave(karim, organisation[SELIN].member).is_done
        give(karim, mira, tmp_path)
        went_on = {row.title for row in cases.list_all(mira)}
        mira.remake_index()
    with organisation.open(MIRA) as mira:
        assert {row.title for row in cases.list_all(mira)} == went_on
        assert vito.member not in mira.directory.effective.members
