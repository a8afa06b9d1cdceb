from __future__ import annotations
import shutil
import pytest
from pathlib import Path
from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, MIRA, Organisation, give, share
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.members import members
from vault.errors import VaultError
from vault.services.projection.projection import up_to_date_index
from tests.english import in_english


HOW = {
 "list": "UPDATE operation SET list=x'' WHERE origin=? AND seq=?",
 "deleted": "DELETE FROM operation WHERE origin=? AND seq=?",
 "header": "UPDATE operation SET header=x'00' WHERE origin=? AND seq=?",
 "cut": "DELETE FROM operation WHERE origin=? AND seq>=?",
}
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("at", [SELIN, AMINA])
@pytest.mark.parametrize("what", ["putout", "suspend"])
def test_try(organisation: Organisation, how: str, index: bool, at, what) -> None:
    with organisation.at(SELIN, JOEL, AMINA, MIRA) as (selin, joel, amina, mira):
        case = cases.create(selin, title="Taken back", kind="asylum").case
        share(selin, case, organisation, JOEL, AMINA)
        notes.add(selin, case, Note(NoteKind.CONTACT, "Sealwort before"))
        give(selin, joel)
        give(selin, mira)
        if what == "putout":
            by = selin
            sharing.revoke(selin, case, organisation.members(JOEL))
        else:
            by = mira
            members.suspend(mira, joel.member)
            give(mira, selin)
        origin, seq = by.log.origin, by.log.size - 1
        while not by.database.reading().__enter__().operation(origin, seq).list: seq -= 1
        give(by, amina)
        give(selin, amina)
        if at == AMINA:
            amina.state_of(case)
    account = organisation[at]
    out = learn_as(account.place.path, account.name, PASSPHRASE)
    with out.rows(account.place.path) as rows:
        n = rows.execute(HOW[how], (origin, seq)).rowcount
    if not index:
        shutil.rmtree(account.place.path / "index")
    said = ""
    try:
      with organisation.open(at) as selin:
        if joel.member in selin.directory.members and what == "suspend":
            said = "known "
        try:
            st = selin.state_of(case); said += "None" if st is None else f"in:{joel.member in st.members} alt:{st.is_altered}{selin.learned.lists_are_altered}"
            notes.add(selin, case, Note(NoteKind.CONTACT, "Sealwort after"))
            said += " written"
        except VaultError as e:
            said += " refused" + str(e)
        vault = selin.vault
        try:
            give(selin, organisation[JOEL].open())
        except Exception as e:
            said += " nogive " + str(e)[:40]
    except VaultError as e:
        said += " noopen" + str(e)
    j = organisation[JOEL]
    vault = organisation[MIRA].place.vault_id
    mine = learn_as(j.place.path, j.name, PASSPHRASE)
    found = everything([j.place.path, account.place.path], vault, mine.secrets, (mine.key, out.key))
    print("@@", what, at, how, index, n, said, "AFTER", b"Sealwort after" in found)
    assert b"Sealwort after" not in found
