from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from tests.tables import each
from vault.errors import MalformedError, VerificationError
from vault.export.archive import FileEntry, Manifest, package_words, require_signature, sign_manifest
from vault.export.release import Release
from vault.seal import signing

SEED = bytes(range(32))
PUBLIC = signing.public_key(SEED)
FILES = {"report.pdf": b"%PDF" * 100, "data.json": b"{}"}
MANIFEST = Manifest(
    package=bytes(16),
    profile="lawyer",
    purpose="appeal",
    recipient="one two three",
    expires=date(2027, 1, 31),
    files={name: FileEntry.of(content) for name, content in FILES.items()},
    versions={"casevault": "0.1"},
    release=Release(date(2026, 10, 1), ("admin", "caseworker"), bytes(range(16))),
)
ENCODED = MANIFEST.encode()


def test_a_manifest_comes_back_from_its_bytes_and_tells_padded_sizes_only() -> None:
    assert Manifest.decode(ENCODED) == MANIFEST
    MANIFEST.require_files(FILES)
    assert Manifest.decode(_with(expires=None)()).expires is None
    assert [entry.padded_size for entry in MANIFEST.files.values()] == [400, 256]
    assert FileEntry.of(bytes(100_001)).padded_size == 100_352


def test_a_package_of_the_format_before_still_opens_and_tells_nothing_of_its_release() -> None:
    value = json.loads(ENCODED) | {"format": 1, "files": _with_size()}
    del value["release"]
    again = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    assert Manifest.decode(again).release is None
    assert Manifest.decode(again).encode() == again


def _with_size() -> dict[str, object]:
    files = json.loads(ENCODED)["files"]
    return {name: {"sha256": one["sha256"], "size": one["padded"]} for name, one in files.items()}


def _with(**changes: object) -> Callable[[], bytes]:
    return lambda: json.dumps(json.loads(ENCODED) | changes, sort_keys=True, separators=(",", ":")).encode()


def _asked_by(roles: object) -> Callable[[], bytes]:
    release = json.loads(ENCODED)["release"]
    return _with(release=release | {"requested": release["requested"] | {"roles": roles}})


@each(
    {
        "nothing": lambda: b"",
        "no text": lambda: b"\xff",
        "a deep nest": lambda: b"[" * 9000,
        "a number": lambda: b"7",
        "a byte after it": lambda: ENCODED + b"\n",
        "a space": lambda: ENCODED.replace(b":", b": ", 1),
        "a key twice": lambda: ENCODED.replace(b'"format":3', b'"format":3,"format":3'),
        "another format": _with(format=4),
        "a truth for a number": _with(format=True),
        "an older format with what it did not have": _with(format=1),
        "a format that said less of its release": _with(format=2),
        "a size by its old name": _with(files=_with_size()),
        "neither read nor unread": _with(release=json.loads(ENCODED)["release"] | {"pages": "seen"}),
        "no word on who released it": _with(release={}),
        "nobody asked for it": _with(release={"rule": "alone"}),
        "another rule": _with(release=json.loads(ENCODED)["release"] | {"rule": "three"}),
        "no approval": _with(release=json.loads(ENCODED)["release"] | {"rule": "two-person"}),
        "no day of release": _with(release=json.loads(ENCODED)["release"] | {"day": "today"}),
        "alone with an approval": _with(release=json.loads(ENCODED)["release"] | {"approved": {}}),
        "another key": _with(sender="x"),
        "a short id": _with(id="00"),
        "no hex": _with(id="zz" * 16),
        "another date": _with(expires="31.01.2027"),
        "a long purpose": _with(purpose="x" * 3000),
        "no files": _with(files=[]),
        "a negative size": _with(files={"a": {"sha256": "00" * 32, "padded": -1}}),
        "a short digest": _with(files={"a": {"sha256": "00" * 31, "padded": 1}}),
        "a further word on a file": _with(files={"a": {"sha256": "00" * 32, "padded": 1, "name": ""}}),
        "a number for a version": _with(versions={"casevault": 1}),
        "a name for a version": _with(versions={"casevault": "0.1 Ilham"}),
        "a version of something else": _with(versions={"casevault": "0.1", "ilham": "0.1"}),
        "a name for a role": _asked_by(["Ilham"]),
        "roles in another order": _asked_by(["caseworker", "admin"]),
        "a role twice": _asked_by(["admin", "admin"]),
        "no list of roles": _asked_by({"admin": 1}),
        "a number for a role": _asked_by([1]),
    }
)
def test_what_is_not_the_one_form_is_refused(untrusted: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError, match="the package's manifest"):
        Manifest.decode(untrusted())


@each(
    [
        ({"report.pdf": FILES["report.pdf"]}, "does not hold the files"),
        (FILES | {"extra.txt": b""}, "does not hold the files"),
        (FILES | {"data.json": b"[]"}, r"data\.json is not the file that was signed"),
        (FILES | {"report.pdf": FILES["report.pdf"] + b"\0"}, r"report\.pdf is not the file"),
    ]
)
def test_other_files_than_the_signed_ones_are_refused(contents: dict[str, bytes], message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        MANIFEST.require_files(contents)


def test_the_signature_gives_the_key_and_the_key_its_words() -> None:
    signature = sign_manifest(ENCODED, PUBLIC, partial(signing.sign, SEED))
    assert require_signature(ENCODED, signature) == PUBLIC
    assert len(package_words(PUBLIC)) == 13
    assert package_words(PUBLIC) != package_words(signing.public_key(bytes(32)))


def test_a_signature_by_another_key_or_for_another_purpose_does_not_count() -> None:
    with pytest.raises(VerificationError, match="signature does not hold"):
        sign_manifest(ENCODED, PUBLIC, partial(signing.sign, bytes(32)))
    signature = signing.sign(SEED, "letter", ENCODED)
    with pytest.raises(VerificationError, match="signature does not hold"):
        require_signature(ENCODED, f"{PUBLIC.hex()}\n{signature.hex()}\n".encode())


@each(
    [
        lambda signed: b"",
        lambda signed: signed[:-1],
        lambda signed: signed + b"\n",
        lambda signed: signed.replace(b"a", b"A"),
        lambda signed: signed.replace(b"\n", b"\r\n"),
    ]
)
def test_a_signature_file_has_one_form(change: Callable[[bytes], bytes]) -> None:
    signed = sign_manifest(ENCODED, PUBLIC, partial(signing.sign, SEED))
    with pytest.raises(MalformedError, match="signature does not have its form"):
        require_signature(ENCODED, change(signed))
