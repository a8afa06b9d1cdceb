"""Two members change a person apart: a mark of one of them, or a role, is not lost to the other's version."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.services.organisation import JOEL, MIRA, Organisation, share
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.vocabulary import NameKind, NoteKind
from vault.errors import UsageError
from vault.ids import RecordId
from vault.services.cases import case_people, cases, notes
from vault.services.cases.editing import Place
from vault.services.exports import export_material, partners
from vault.services.exports.export_material import Ready, Wish

WISH = Wish("lawyer-named", RECIPIENT, take_proposals=True)
WRONG = "Ferida Nurzoy"


@pytest.fixture
def client(organisation: Organisation) -> Place:
    """A client of a case of Mira's that is open to Joel, too."""
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=RECIPIENT, age_recipient=AGE, compared=True)
        case = cases.create(mira, title="T", kind="asylum").case
        person = case_people.add(mira, case, role="client", names=["Farida Noorzai", WRONG])
        case_people.add(mira, case, role="client", names=["Temir Osmonov"])
        notes.add(mira, case, Note(NoteKind.INTERVIEW, "Farida Noorzai saw it all."))
        share(mira, case, organisation, JOEL)
    return Place(case, RecordId(person), "person")


def changed_apart(organisation: Organisation, client: Place, change: PersonChange) -> None:
    """Mira makes a change, and Joel, who does not know of it, adds a number; his is the newer version."""
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        case_people.change(mira, client, change)
    with organisation.open(JOEL) as joel:
        case_people.change(joel, client, PersonChange(add_phones=("+996555010203",)))
    organisation.exchange(MIRA, JOEL)


@pytest.mark.long
def test_a_name_that_one_version_calls_misspelt_stays_so_and_does_not_leave(
    organisation: Organisation, client: Place
) -> None:
    changed_apart(organisation, client, PersonChange(misspelt=(WRONG,)))
    with organisation.open(MIRA) as mira:
        ready = export_material.make_ready(mira, client.case, WISH)
        assert isinstance(ready, Ready)
        assert WRONG not in [block.text for section in ready.dossier.sections for block in section.blocks]
        case_people.change(mira, client, PersonChange(sex="female"))
        person = case_people.show(mira, client)
        assert person.heads == 1
        assert {name.text: name.kind for name in person.value.names}[WRONG] is NameKind.MISSPELT


@pytest.mark.long
@pytest.mark.parametrize(("role", "is_named"), [("witness", False), ("client", True)])
def test_nothing_leaves_of_a_case_where_a_person_has_two_roles_until_somebody_says_which_holds(
    organisation: Organisation, client: Place, role: str, is_named: bool
) -> None:
    changed_apart(organisation, client, PersonChange(role="witness"))
    with organisation.open(MIRA) as mira:
        with pytest.raises(UsageError, match="two different roles"):
            export_material.make_ready(mira, client.case, WISH)
        with pytest.raises(UsageError, match="differ in what you did not give: one would be lost"):
            case_people.change(mira, client, PersonChange(sex="female"))
        case_people.change(mira, client, PersonChange(sex="female", role=role))
        ready = export_material.make_ready(mira, client.case, WISH)
        assert isinstance(ready, Ready)
        said = [block.text for section in ready.dossier.sections for block in section.blocks]
        assert bool([text for text in said if "Farida" in text]) == is_named
