"""A member without a grant reads no byte of it, by whatever program: the stolen folder of the founder, key by key.

Each of the others has the founder's whole folder, the key of its database, a backup and a bundle that she made for
somebody else, and the secrets of their own seat. What they may read they find; of the rest, nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn
from tests.attacks.plaintext import forms
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, DANA, JOEL, KARIM, MIRA, NOOR, SELIN, Account, Organisation, share
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError
from vault.ids import make_id
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile, SeatSecrets, unlock
from vault.seal.recipients import KemPrivate
from vault.services.backups import backups
from vault.services.cases import case_people, cases, intake, notes, register, searching, sections
from vault.services.exchange import syncing
from vault.store.files import read_limited
from vault.sync.bundle_file import open_bundle

# Where a word of it can be found: what was typed there, and nowhere else.
TYPED = {
    "case": "Quernstone by the ferry",
    "person": "Ossiandra Velluto",
    "section": "Gimbledock behind the weir",
    "draft": "Halfwritten about Thimblewick",
    "slip": "Calls back at Larkspur Yard",
}
# An entry of the register holds hashes of names only; its kind stands in each.
MARKERS = {**TYPED, "register": "register-entry"}

FINDS = {
    MIRA: set(MARKERS),  # the control: the same eyes find all of it with the right keys
    SELIN: {"case", "person", "slip", "register"},  # the case was given to her; she does intake
    DANA: {"slip", "register"},
    JOEL: {"slip", "register"},  # caseworkers take calls
    AMINA: {"slip", "register"},
    KARIM: set(),
    NOOR: set(),
}


@dataclass(frozen=True, slots=True)
class Stolen:
    """The founder's folder, backup and bundle, and the key of her database."""

    organisation: Organisation
    folders: tuple[Path, ...]
    bundle: Path
    leaked: tuple[bytes, ...]
    secrets: Mapping[str, SeatSecrets]


def secrets_of(account: Account) -> SeatSecrets:
    file = KeyFile.decode(read_limited(account.place.path / "keys", KEY_FILE_SIZE))
    return unlock(file, bytearray(PASSPHRASE), account.name).secrets


@pytest.fixture(scope="module")
def stolen(organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Stolen:
    folder = tmp_path_factory.mktemp("stolen")
    organisation = organisation_template.copied_to(folder / "organisation")
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="A title", kind="asylum").case
        notes.add(mira, case, Note(NoteKind.CONTACT, TYPED["case"]))
        case_people.add(mira, case, role="client", names=[TYPED["person"]])
        section = sections.create(mira, case, what="location", title="A section")
        sections.add_note(mira, section, Note(NoteKind.SAFETY, TYPED["section"]))
        intake.add(mira, name="A caller", number="", language="", text=TYPED["slip"])
        register.add(mira, [TYPED["person"]])
        mira.drafts().save(case, make_id(), TYPED["draft"], "note")
        share(mira, case, organisation, SELIN)
        assert searching.search(mira, "Quernstone").hits  # it is in the index
        syncing.make(mira, organisation[SELIN].member, folder / "bundle")
        assert backups.make(mira, folder / "stick") is not None
    path = organisation[MIRA].place.path
    secrets = {name: secrets_of(organisation[name]) for name in FINDS}
    return Stolen(organisation, (path, folder / "stick"), folder / "bundle", (learn(path).key,), secrets)


@pytest.mark.long
@pytest.mark.parametrize("name", FINDS)
def test_keys_open_what_was_granted_and_no_byte_of_anything_else(stolen: Stolen, name: str) -> None:
    own = stolen.organisation[name].place.path
    found = everything(
        (*stolen.folders, own), stolen.organisation[MIRA].place.vault_id, stolen.secrets[name], stolen.leaked
    )
    assert {what for what, marker in MARKERS.items() if any(form in found for form in forms(marker))} == FINDS[name]


@pytest.mark.parametrize("name", sorted(FINDS.keys() - {SELIN}))
def test_a_bundle_opens_for_nobody_but_its_receiver(stolen: Stolen, name: str) -> None:
    vault = stolen.organisation[MIRA].place.vault_id
    secrets = stolen.secrets[name]
    private = KemPrivate.from_seed(secrets.kem_seed)
    for seat in (secrets.seat, stolen.organisation[SELIN].seat):
        with pytest.raises(BrokenSealError, match="the bundle is not for this device"):
            open_bundle(stolen.bundle, private, seat, vault)
    raw = stolen.bundle.read_bytes()
    assert not any(form in raw for marker in MARKERS.values() for form in forms(marker))


def test_the_same_bundle_opens_for_its_receiver(stolen: Stolen) -> None:
    secrets = stolen.secrets[SELIN]
    opened = open_bundle(
        stolen.bundle, KemPrivate.from_seed(secrets.kem_seed), secrets.seat, stolen.organisation[MIRA].place.vault_id
    )
    assert opened.manifest.member == stolen.organisation[SELIN].member
