from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.outsider import Outsider, learn
from tests.services.bulk_notes import add_many
from tests.services.conftest import filled, filled_session, filled_template, founded, founded_template, session
from tests.services.founded import Filled, fill, found
from tests.services.office import office, office_template
from tests.services.organisation import organisation, organisation_template
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import notes
from vault.services.exports import partners

__all__ = [  # fixtures
    "filled",
    "filled_session",
    "filled_template",
    "founded",
    "founded_template",
    "office",
    "office_template",
    "organisation",
    "organisation_template",
    "session",
]

RECIPIENT = "Advocate Orlova"
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


# More than one full tile of 256 hashes, so that entries lie below it, behind it and at the end.
_LONG_SESSION = 262


@pytest.fixture(scope="session")
def long_template(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A vault of five sessions and more than 256 entries, founded once."""
    place = found(tmp_path_factory.mktemp("long"))
    cases, refs = fill(place)
    with place.open() as session:
        for number in range(_LONG_SESSION):
            add_many(session, cases[0], [Note(kind=NoteKind.CONTACT, text=f"call number {number}")])
    for number in range(2):
        with place.open() as session:
            notes.add(session, cases[1], Note(NoteKind.SAFETY, f"late note {number}"))
    # Each test copies the vault; the reserve of 16 MiB has its own tests.
    (place.path / "ballast").write_bytes(b"in place of the reserve")
    return Filled(place, cases, refs)


@pytest.fixture(scope="session")
def outsider(long_template: Filled) -> Outsider:
    """The keys of the long vault, in hands outside the program."""
    return learn(long_template.path)


@pytest.fixture
def victim(long_template: Filled, tmp_path: Path) -> Filled:
    """A copy of the long vault under its own pins, of this test alone."""
    return Filled(long_template.place.copied_to(tmp_path / "victim"), long_template.cases, long_template.refs)


@pytest.fixture(scope="session")
def short_template(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A vault of two cases and one recipient, in fewer entries than a tile has hashes."""
    place = found(tmp_path_factory.mktemp("short"))
    filled = Filled(place, *fill(place))
    with filled.open() as session:
        partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return filled


@pytest.fixture(scope="session")
def holder(short_template: Filled) -> Outsider:
    """The database key of the short vault, in hands outside the program."""
    return learn(short_template.path)


@pytest.fixture
def short(short_template: Filled, tmp_path: Path) -> Filled:
    """A copy of the short vault under its own pins, of this test alone."""
    return Filled(short_template.place.copied_to(tmp_path / "short"), short_template.cases, short_template.refs)
