"""Opening stored versions: the hash names them, the seal holds at their place, and wraps carry no authority."""

from __future__ import annotations

import os

import pytest

from tests.tables import each
from vault.errors import BrokenSealError, MalformedError
from vault.ids import CompartmentId, CompartmentKind, Origin, RecordId, VaultId
from vault.log.epoch_notice import EpochNotice
from vault.records.epochs import make_epoch, read_notice
from vault.records.seatlog import Holder, SealedPlace
from vault.records.versions import Content, encode_content, no_wraps, open_all, open_each, open_version
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import Keyring, derive_wrap_key, epoch_id, wrap
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, make_kem_seed, open_from
from vault.store.rowtypes import EpochRow, SealedVersion

VAULT = VaultId(b"v" * 16)
CASE, OTHER_CASE = CompartmentId(b"c" * 16), CompartmentId(b"d" * 16)
RECORD = RecordId(b"r" * 16)
ORIGIN = Origin(b"o" * 32)
EPOCH_KEY, OTHER_KEY = b"e" * 32, b"f" * 32
EPOCH = epoch_id(VAULT, CASE, EPOCH_KEY)
OTHER_EPOCH = epoch_id(VAULT, OTHER_CASE, OTHER_KEY)
VERSION_KEY = b"k" * 32
CONTENT = Content(kind="note", parents=(), clock=(1, 0), fields={"text": "a note"})


def keyring() -> Keyring:
    held = Keyring()
    held.add(CASE, EPOCH, EPOCH_KEY)
    held.add(OTHER_CASE, OTHER_EPOCH, OTHER_KEY)
    return held


def sealed(plaintext: bytes = encode_content(CONTENT), *, seq: int = 7) -> SealedVersion:
    blob = seal(VERSION_KEY, plaintext, VersionContext(VAULT, CASE, RECORD, ORIGIN, seq))
    identity = version_id(CASE, RECORD, blob)
    return SealedVersion(
        ORIGIN, seq, 0, identity, CASE, RECORD, blob, EPOCH, wrap(derive_wrap_key(EPOCH_KEY), VERSION_KEY)
    )


TRUE = sealed()
WRAPPED_FOR_ANOTHER = wrap(derive_wrap_key(OTHER_KEY), VERSION_KEY)


def renamed(row: SealedVersion) -> SealedVersion:
    """Give a changed row the id that its hash asks for, as somebody would who may write the table."""
    return row._replace(id=version_id(row.compartment, row.record, row.blob))


def test_a_version_opens_with_its_place() -> None:
    opened = open_version(TRUE, vault=VAULT, keyring=keyring())
    assert opened is not None
    assert (opened.content, opened.seq, opened.record) == (CONTENT, 7, RECORD)


@each(
    {
        "another id": (TRUE._replace(id=bytes(32)), "not what its id names"),
        "another record": (TRUE._replace(record=bytes(16)), "not what its id names"),
        "moved to another record": (renamed(TRUE._replace(record=bytes(16))), "seal does not hold"),
        "moved to another case": (renamed(TRUE._replace(compartment=OTHER_CASE)), "sealed for another compartment"),
        "moved to another case with its key": (
            renamed(TRUE._replace(compartment=OTHER_CASE, epoch=OTHER_EPOCH, wrap=WRAPPED_FOR_ANOTHER)),
            "seal does not hold",
        ),
        "epoch of another case": (TRUE._replace(epoch=OTHER_EPOCH, wrap=WRAPPED_FOR_ANOTHER), "another compartment"),
        "moved to another operation": (TRUE._replace(seq=8), "seal does not hold"),
        "moved to another log": (TRUE._replace(origin=bytes(32)), "seal does not hold"),
        "a wrap that opens nothing": (TRUE._replace(wrap=bytes(40)), "does not"),
        "cut off": (renamed(TRUE._replace(blob=TRUE.blob[:-1])), "does not|bytes"),
    }
)
def test_a_version_that_was_moved_or_altered_is_refused(row: SealedVersion, words: str) -> None:
    with pytest.raises((BrokenSealError, MalformedError), match=words):
        open_version(row, vault=VAULT, keyring=keyring())


def test_a_version_of_another_vault_is_refused() -> None:
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_version(TRUE, vault=b"w" * 16, keyring=keyring())


def test_sealed_bytes_that_are_no_content_are_malformed() -> None:
    with pytest.raises(MalformedError, match="no MessagePack"):
        open_version(sealed(b"\xc1"), vault=VAULT, keyring=keyring())


def test_of_several_wraps_the_first_that_opens_serves_and_each_version_comes_once() -> None:
    junk = TRUE._replace(wrap=bytes(40))
    foreign = TRUE._replace(epoch=b"x" * 16)
    assert [version.id for version in open_all([junk, foreign, TRUE, TRUE], vault=VAULT, keyring=keyring())] == [
        TRUE.id
    ]
    assert open_all([foreign], vault=VAULT, keyring=keyring()) == []
    with pytest.raises(BrokenSealError):
        open_all([junk, foreign], vault=VAULT, keyring=keyring())


def test_of_each_that_does_not_open_it_is_said_why_and_the_others_open() -> None:
    no_content, junk = sealed(b"\xc1", seq=8), sealed(seq=9)._replace(wrap=bytes(40))
    opened, refusals = open_each([no_content, junk, TRUE], vault=VAULT, keyring=keyring())
    assert [version.id for version in opened] == [TRUE.id]
    assert [type(refusal) for refusal in refusals] == [MalformedError, BrokenSealError]


# ---- epochs


def test_an_epoch_is_granted_to_each_holder_and_to_nobody_else() -> None:
    private, stranger = KemPrivate.from_seed(make_kem_seed()), KemPrivate.from_seed(make_kem_seed())
    place = SealedPlace(VAULT, b"s" * 16, bytes(32))  # type: ignore[arg-type]  # any 16 bytes
    new = make_epoch(place, CASE, CompartmentKind.CASE, [Holder(b"h" * 16, private.public)])  # type: ignore[arg-type]  # any 16 bytes
    (grant,) = new.grants
    context = GrantContext(Purpose.GRANT, VAULT, CASE, new.epoch, grant.giver, grant.seat)
    assert open_from(private, grant.sealed, context) == new.key
    assert epoch_id(VAULT, CASE, new.key) == new.epoch
    assert grant.digest == grant_digest(grant.epoch, grant.seat, grant.sealed)
    assert new.key not in grant.sealed + new.row().bytes
    assert "key=" not in repr(new)
    with pytest.raises(BrokenSealError):
        open_from(stranger, grant.sealed, context)


NOTICE = EpochNotice(1, VAULT, CASE, CompartmentKind.CASE, EPOCH)
ROW = EpochRow(NOTICE.digest(), CASE, NOTICE.encode())


@each(
    {
        "another digest": ROW._replace(digest=bytes(32)),
        "filed under another compartment": ROW._replace(compartment=OTHER_CASE),
        "cut off": ROW._replace(bytes=ROW.bytes[:-1]),
        "junk": ROW._replace(bytes=os.urandom(len(ROW.bytes))),
    }
)
def test_an_epoch_row_that_does_not_hold_together_is_none(row: EpochRow) -> None:
    assert read_notice(ROW) == NOTICE
    assert read_notice(row) is None


def test_a_wrap_is_called_junk_only_by_who_holds_its_key() -> None:
    junk = TRUE._replace(wrap=bytes(len(TRUE.wrap)))
    assert [row.wrap for row in no_wraps([TRUE, junk], keyring=keyring())] == [junk.wrap]
    assert no_wraps([TRUE, junk], keyring=Keyring()) == set()
