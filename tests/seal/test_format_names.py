"""FORMAT.md names what the program writes: names in hashes, kinds and fields, members of maps, signing purposes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import vault
from tests.tables import each
from vault.access import pins, proposals
from vault.access.delays import Attempts
from vault.access.inviting import _Kept
from vault.access.lending import RowSet
from vault.access.questions import Wanted
from vault.access.second import Answered, Asked
from vault.access.waiting import _WaitingMap
from vault.casework.access import Access, Section
from vault.casework.approving import Approving
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.membership import Deputy, Order
from vault.export.manifest import PURPOSE as PACKAGE_PURPOSE
from vault.log.approvals import APPROVAL_PURPOSE, Approval
from vault.log.genesis import GENESIS_PURPOSE
from vault.log.roster import ROSTER_PURPOSE
from vault.policy.rights import APPROVAL_KINDS, DIRECTORY_KINDS, MEMBERSHIP_KINDS, SENDING_KINDS, SHARING_KINDS
from vault.records.localrows import SessionSecret, _RatchetContent
from vault.seal.joining import _InvitationMap, _RequestMap
from vault.seal.keyfile import SeatSecrets
from vault.services.asking import _Letter
from vault.services.backup_proof import Manifest
from vault.services.dates import Dates
from vault.sync.manifest import BUNDLE_PURPOSE
from vault.sync.peers import _PeerWire

ROOT = Path(vault.__path__[0])
TEXT = (ROOT / "seal" / "FORMAT.md").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))]
NAMES = sorted({name for source in SOURCES for name in re.findall(r'b"(casevault[^"]+)"', source)})
OF_CASEWORK = {"partner", "rule"}


@each(NAMES)
def test_each_name_that_is_hashed_or_written_is_in_the_document(name: str) -> None:
    named, zero, _ = name.partition("\\x00")
    assert f'"{named}"' in TEXT
    # A zero byte stands behind the quotes there.
    assert not zero or f'"{named}" \\|\\| 0x00' in TEXT


def documented(kind: str) -> set[str]:
    """Return the fields in the row of a kind; what stands in brackets or behind a colon says what they are."""
    (row,) = re.findall(rf"^\| {kind} \| [a-z, ]+ \| (.*) \|$", TEXT, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", row)))


@each([Access, Section, Deputy, Order, Approving, Slip, RegisterEntry])
def test_the_fields_of_a_kind_are_those_of_the_program(kind: Any) -> None:
    assert documented(kind.KIND) == {field.name for field in dataclasses.fields(kind)}


def test_each_kind_of_a_rights_table_and_each_signing_purpose_is_described() -> None:
    kinds = DIRECTORY_KINDS | MEMBERSHIP_KINDS | SENDING_KINDS | SHARING_KINDS | APPROVAL_KINDS
    assert [kind for kind in sorted(kinds - OF_CASEWORK) if not documented(kind)] == []
    (line,) = re.findall(r"Signing purposes: (.*?); others are", TEXT)
    for purpose in (GENESIS_PURPOSE, ROSTER_PURPOSE, BUNDLE_PURPOSE, APPROVAL_PURPOSE, PACKAGE_PURPOSE):
        assert f"`{purpose}`" in line


# Members that the document words otherwise: a field of the program, and how it is written in bytes.
WRITTEN = {
    Approval: {"expires_ms": "expires", "signature": "sig"},
    SeatSecrets: {
        "kem_seed": "kem",
        "identity_seed": "identity",
        "root_public": "root",
        **{f"{name}_key": f"{name}key" for name in ("keyring", "index", "draft", "pin")},
    },
}
MAPS = [
    *(Approval, SeatSecrets, Attempts, Dates, Manifest),
    *(SessionSecret, _RatchetContent, _PeerWire, _WaitingMap, _Kept, pins._Wire),
    *(_InvitationMap, _RequestMap, proposals._Wire, proposals._Member),
    *(_Letter, Wanted, Asked, Answered, RowSet),
]


@each(MAPS)
def test_each_member_of_a_map_is_in_the_document(form: Any) -> None:
    fields = (
        [one.name for one in dataclasses.fields(form)] if dataclasses.is_dataclass(form) else form.__struct_fields__
    )
    written = {WRITTEN.get(form, {}).get(name, name) for name in fields}
    assert {name for name in written if not re.search(rf"`{name}`|[{{ ]{name}[,: (]", TEXT)} == set()
