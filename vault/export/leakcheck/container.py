"""The verifier's reader of what holds the files: archive and manifest, and the page that carries them.

The writer is `tarfile`; this lays the archive out by itself (POSIX.1-1988 ustar) and compares. Names, order, owners,
times, padding and digests can each say something that no reader of the files sees.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterator, Mapping
from typing import Any

from vault.export.leakcheck.verdict import Check, Findings

_NAMES = ("manifest.json", "manifest.sig", "report.pdf", "report.docx", "data.json")
_MOST_PAPERS = 99
_BLOCK = 512
_MODE, _NOBODY, _NO_TIME, _FILE = b"0000644\0", b"0000000\0", b"00000000000\0", b"0"
_SIGNATURE = re.compile(rb"[0-9a-f]{64}\n[0-9a-f]{128}\n")

# What each value of a manifest may be; of the rest, which are texts, forms are looked for.
_MANIFEST = "expires files format id profile purpose recipient release versions"
_RELEASE, _APPROVED = "day pages roles rule approved", "role why"
_FORMAT = 5
_DAY = r"\d{4}-\d{2}-\d{2}"
_ID = "[0-9a-f]{32}"
_VERSION = "[0-9]{1,4}[.][0-9]{1,4}"
_WORD = "[a-z0-9.-]{1,32}"
_RECIPIENT_WORDS = "[a-z]+( [a-z]+){12}"

# The seal of a page: how it begins, with its format, suite and work; salt and commitment follow.
_BEGIN = b"casevault page" + struct.pack(">BBI", 1, 1, 600_000)
_HEAD, _TAG = len(_BEGIN) + 64, 16
_SEALED = re.compile(rb'<script type="text/plain" id="sealed">([^<]*)</script>')


def read_archive(archive: bytes, findings: Findings) -> bytes:
    """Check every byte that is in no file, and all of the manifest but its texts; return it, empty if there is none."""
    files = dict(_files(archive))
    papers = [f"paper-{number:02}.pdf" for number in range(1, min(len(files) - len(_NAMES), _MOST_PAPERS) + 1)]
    if list(files) != [*_NAMES, *papers] or _laid_out(files) != archive:
        findings.add(Check.STRUCTURE, "archive: other files, or bytes beside them")
    if not _SIGNATURE.fullmatch(files.get("manifest.sig", b"")):
        findings.add(Check.STRUCTURE, "archive: signature")
    manifest = files.get("manifest.json", b"")
    try:
        value = json.loads(manifest)
        if json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() != manifest:
            findings.add(Check.DATA, "manifest: not canonical")
        if not _is_manifest(value, files):
            findings.add(Check.DATA, "manifest: a value that no manifest has")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        findings.add(Check.DATA, "manifest: another form")
    return manifest or archive


def _files(archive: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while archive[at : at + 1] not in {b"", b"\0"}:
        name, size = archive[at : at + 100].rstrip(b"\0"), archive[at + 124 : at + 135]
        length = int(size, 8) if re.fullmatch(rb"[0-7]{11}", size) else len(archive)
        yield name.decode("latin-1"), archive[at + _BLOCK : at + _BLOCK + length]
        at += _BLOCK + -(-length // _BLOCK) * _BLOCK


def _laid_out(files: Mapping[str, bytes]) -> bytes:
    """Return the one archive of these files: nobody's, of no time, and padded to one of few sizes."""
    parts = []
    for name, content in files.items():
        size = b"%011o\0" % len(content)
        before = name.encode("latin-1").ljust(100, b"\0") + _MODE + 2 * _NOBODY + size + _NO_TIME
        behind = (_FILE + bytes(100) + b"ustar\x0000").ljust(_BLOCK - 156, b"\0")
        checksum = b"%06o\0 " % (sum(before) + 8 * ord(" ") + sum(behind))
        parts += [before + checksum + behind, content, bytes(-len(content) % _BLOCK)]
    archive = b"".join(parts) + bytes(2 * _BLOCK)
    return archive + bytes(_padded(len(archive)) - len(archive))


def _padded(size: int) -> int:
    """Return the Padme size: of its bits, no more are told than the length of its exponent."""
    told = (size.bit_length() - 1).bit_length()
    step = 1 << max(size.bit_length() - 1 - told, 0)
    return -(-size // step) * step


def _is_manifest(value: dict[str, Any], files: Mapping[str, bytes]) -> bool:
    release = value["release"]
    approved = release.get("approved")
    return (
        sorted(value) == _MANIFEST.split()
        and set(release) | {"approved"} == set(_RELEASE.split())
        and (approved is None or sorted(approved) == _APPROVED.split())
        and (type(value["format"]), value["format"]) == (int, _FORMAT)
        and (value["expires"] is None or _is(_DAY, value["expires"]))
        and _is(_DAY, release["day"])
        and _is(_ID, value["id"])
        and _is(_RECIPIENT_WORDS, value["recipient"])
        and all(_is(_WORD, word) for word in (value["profile"], release["pages"], release["rule"], *release["roles"]))
        and all(_is(_WORD, word) for word in (approved or {}).values())
        and isinstance(value["purpose"], str)
        and list(value["versions"]) == ["casevault"]
        and _is(_VERSION, value["versions"]["casevault"])
        and value["files"] == {name: _told(content) for name, content in files.items() if name not in _NAMES[:2]}
    )


def _is(pattern: str, text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None


def _told(content: bytes) -> dict[str, object]:
    return {"padded": _padded(max(len(content), 256)), "sha256": hashlib.sha256(content).hexdigest()}


def check_page(page: bytes, other: bytes, findings: Findings) -> None:
    """Check that a page is, beside what is sealed in it, what a page of another content is, and sealed in one way."""
    sealed, alike = _SEALED.findall(page), _SEALED.sub(b"", page) == _SEALED.sub(b"", other)
    if len(sealed) != 1 or not alike:
        findings.add(Check.STRUCTURE, "page: something beside what is sealed that not every page has")
        return
    try:
        content = a2b_base64(sealed[0])
    except Error:
        content = b""
    length = len(content) - _HEAD - _TAG
    if b64encode(content) != sealed[0] or not content.startswith(_BEGIN) or length < 2 or length != _padded(length):
        findings.add(Check.STRUCTURE, "page: sealed in another form, or in another size")
