"""The container inside the seal, a plain tar with constant names, and its signed manifest."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from vault.errors import MalformedError, RefusedError, VerificationError
from vault.export.data_json import Leaf, canonical
from vault.export.release import Release
from vault.export.report_wording import is_own_purpose
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.seal.recovery import words_of
from vault.seal.signing import verify
from vault.seal.sizes import padme
from vault.words.message import Message

# The signed manifest of a package: what for, for whom, until when, released by whom, and each file's digest. No
# names.
# manifest.json canonical JSON, keys as below manifest.sig two lines of hex: package key (32 bytes), Ed25519 signature
# (64 bytes) for purpose "package"
# The recipient's fingerprint is inside the signed part: age proves no sender, so this stops a package that was opened
# and sealed again for somebody else. There is no digest of anything that is not in the package: short secrets such as
# telephone numbers can be guessed from their hashes.

# 1 had no `release`; 2 called the padded size `size`, and did not say whether the pages were read; in 2 and 3 `release`
# named devices, keys and the vault; packages of 1 to 4 have no Word document.
FORMAT = 5
PURPOSE = "package"

MOST_MANIFEST_BYTES = 16 * 1024
_SMALLEST_PADDED = 256
_MOST_TEXT = 2000
_KEYS_OF_1 = frozenset({"format", "id", "profile", "purpose", "recipient", "expires", "files", "versions"})
_KEYS = _KEYS_OF_1 | {"release"}
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}")
_SIGNATURE_FILE = re.compile(rb"([0-9a-f]{64})\n([0-9a-f]{128})\n")

# purpose word, message -> 64 bytes; the caller holds the package key
Sign = Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """SHA-256 of a file and its size, padded so that the manifest alone tells little about it."""

    digest: bytes
    padded_size: int

    @classmethod
    def of(cls, content: bytes) -> FileEntry:
        return cls(hashlib.sha256(content).digest(), padme(max(len(content), _SMALLEST_PADDED)))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the signature covers. `expires` is a day, or None for never; `recipient` is the fingerprint, in words.

    `release` is None in packages of format 1 alone, which did not tell it; `form` is the format.
    """

    package: bytes
    profile: str
    purpose: str
    recipient: str
    expires: date | None
    files: Mapping[str, FileEntry]
    versions: Mapping[str, str]
    release: Release | None
    form: int = FORMAT

    def encode(self) -> bytes:
        """Return the canonical bytes that are signed, of a manifest of the newest format."""
        release = {} if self.release is None else {"release": self.release.to_json()}
        return canonical(
            {
                "expires": None if self.expires is None else self.expires.isoformat(),
                "files": {
                    name: {"sha256": entry.digest.hex(), "padded": entry.padded_size}
                    for name, entry in self.files.items()
                },
                "format": FORMAT,
                "id": self.package.hex(),
                "profile": self.profile,
                "purpose": self.purpose,
                "recipient": self.recipient,
                **release,
                "versions": dict(self.versions),
            }
        )

    def own_leaves(self) -> tuple[Leaf, ...]:
        """Return the strings that are the program's own words whoever the case is about; keys under no key."""
        of_files = ("sha256", "padded")
        keys = [*_KEYS, *self.files, *self.versions, *(key for _ in self.files for key in of_files)]
        values = [Leaf("profile", self.profile, ours=True), Leaf("recipient", self.recipient, ours=True)]
        if is_own_purpose(self.purpose):
            values.append(Leaf("purpose", self.purpose, ours=True))
        released = () if self.release is None else self.release.leaves()
        return (*values, *released, *(Leaf("", key, ours=True) for key in sorted(keys)))

    @classmethod
    def decode(cls, untrusted: bytes) -> Manifest:
        """Return the manifest whose one encoding these bytes are.

        Raises:
            MalformedError: they are none, or not in the one form.
        """
        try:
            value = json.loads(untrusted[: MOST_MANIFEST_BYTES + 1])
            manifest = cls._from_json(value)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise MalformedError(Message("the package's manifest does not have its form")) from None
        # Of formats before, the one encoding of what was there: they said more of their release than is kept of it.
        if (manifest.encode() if manifest.form == FORMAT else canonical(value)) != untrusted:
            raise MalformedError(Message("the package's manifest is not in its one form"))
        return manifest

    @classmethod
    def _from_json(cls, value: dict[str, object]) -> Manifest:
        form = value["format"]
        if not isinstance(form, int) or isinstance(form, bool) or not 1 <= form <= FORMAT:
            raise ValueError
        if set(value) != (_KEYS_OF_1 if form == 1 else _KEYS):
            raise ValueError
        files = value["files"]
        versions = value["versions"]
        if not isinstance(files, dict) or not isinstance(versions, dict):
            raise TypeError
        # No second person signs it: it has no room for words.
        if set(versions) != {"casevault"} or _VERSION.fullmatch(_text(versions["casevault"])) is None:
            raise ValueError
        return cls(
            package=_fixed(value["id"], ID_SIZE),
            profile=_text(value["profile"]),
            purpose=_text(value["purpose"]),
            recipient=_text(value["recipient"]),
            expires=None if value["expires"] is None else date.fromisoformat(_text(value["expires"])),
            files={
                _text(name): FileEntry(_fixed(entry["sha256"], DIGEST_SIZE), _size(entry[_size_key(form)]))
                for name, entry in files.items()
            },
            versions=versions,
            release=None if form == 1 else Release.from_json(value["release"], form=form),
            form=form,
        )

    def require_files(self, contents: Mapping[str, bytes]) -> None:
        """Return if these are exactly the files of the manifest.

        Raises:
            VerificationError: a file is missing, one too many, or altered; the text names it.
        """
        if set(contents) != set(self.files):
            raise VerificationError(Message("the package does not hold the files that its manifest lists"))
        for name, entry in self.files.items():
            if FileEntry.of(contents[name]) != entry:
                raise VerificationError(Message("{name} is not the file that was signed", name=name))


def sign_manifest(encoded: bytes, package_public: bytes, sign: Sign) -> bytes:
    """Return the signature file over an encoded manifest.

    Raises:
        VerificationError: `sign` does not hold the key of `package_public`.
    """
    signature = sign(PURPOSE, encoded)
    verify(package_public, signature, PURPOSE, encoded)
    return f"{package_public.hex()}\n{signature.hex()}\n".encode()


def require_signature(encoded: bytes, untrusted_signature_file: bytes) -> bytes:
    """Return the key that signed; whose key it is, only its words can tell.

    Raises:
        MalformedError: not a signature file.
        VerificationError: the signature is not over this manifest.
    """
    match = _SIGNATURE_FILE.fullmatch(untrusted_signature_file)
    if match is None:
        raise MalformedError(Message("the package's signature does not have its form"))
    public = bytes.fromhex(match[1].decode())
    verify(public, bytes.fromhex(match[2].decode()), PURPOSE, encoded)
    return public


def package_words(package_public: bytes) -> tuple[str, ...]:
    """Return the 13 words of a package key: told once by voice, good for all later packages of the organisation."""
    return words_of(hashlib.sha256(b"casevault/package" + package_public).digest())


def _size_key(form: int) -> str:
    """Return how a manifest of this format calls the padded size of a file."""
    return "size" if form in (1, 2) else "padded"


def _fixed(value: object, size: int) -> bytes:
    decoded = bytes.fromhex(_text(value))
    if len(decoded) != size:
        raise ValueError
    return decoded


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise TypeError
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


# The container inside the seal: a plain tar with constant names, modes and times, padded with zeros.
# manifest.json | manifest.sig | report.pdf | report.docx | data.json | paper-01.pdf, ... | two empty blocks | zeros to
# the Padme size
# `tar -x` opens it. Reading here is stricter: each header must be, byte for byte, the one that writing gives.
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
REPORT = "report.pdf"
DOCUMENT = "report.docx"
DATA = "data.json"
MEMBERS = (MANIFEST, SIGNATURE, REPORT, DOCUMENT, DATA)
MEMBERS_TO_4 = (MANIFEST, SIGNATURE, REPORT, DATA)
"""Of packages of the formats 1 to 4."""
MOST_PAPERS = 99
"""Behind the other members, as many papers as were chosen, numbered from 1 in that order."""

MOST_BYTES = 64 * 2**20
_BLOCK = 512
_ROOM_BESIDE = 64 * 1024  # manifest, signature, headers


def require_room(size: int) -> None:
    """Return if files of so many bytes fit into an archive that every reader takes.

    Raises:
        RefusedError: they do not.
    """
    if padme(size + _ROOM_BESIDE) > MOST_BYTES:
        raise RefusedError(
            Message("the report is larger than a package of {most_bytes} MiB holds", most_bytes=MOST_BYTES // 2**20),
            next_step=Message(
                "Move what belongs to another matter to a case of its own, and export one case after the other."
            ),
        )


def paper_name(number: int) -> str:
    """Return what the paper of this number is called in every package."""
    return f"paper-{number:02}.pdf"


def names_in(contents: Collection[str]) -> tuple[str, ...]:
    """Return the names that an archive of these files has, in its order; of other files it has not all of these."""
    names = MEMBERS if DOCUMENT in contents else MEMBERS_TO_4
    papers = min(max(0, len(contents) - len(names)), MOST_PAPERS) if DOCUMENT in contents else 0
    return (*names, *(paper_name(number) for number in range(1, papers + 1)))


def pack(contents: Mapping[str, bytes]) -> bytes:
    """Return the padded archive of exactly the members; without the Word document it is one of an older format."""
    parts = []
    for name in names_in(contents):
        content = contents[name]
        parts += [_header(name, len(content)), content, bytes(-len(content) % _BLOCK)]
    archive = b"".join(parts) + bytes(2 * _BLOCK)
    return archive.ljust(padme(len(archive)), b"\0")


def packed_size(sizes: Iterable[int]) -> int:
    """Return at most how many bytes an archive of files of these sizes has, beside manifest and signature."""
    return padme(sum(sizes) + _ROOM_BESIDE)


def unpack(untrusted: bytes) -> dict[str, bytes]:
    """Return the members. Nothing is ever unpacked to a path that the archive names.

    Raises:
        MalformedError: another member, order, name, mode, time, owner, link or size; anything beside zeros after it.
    """
    if len(untrusted) > MOST_BYTES or len(untrusted) != padme(max(len(untrusted), 2)):
        raise MalformedError(Message("the package does not have a size of its format"))
    contents: dict[str, bytes] = {}
    at = 0
    for name in (*MEMBERS, *map(paper_name, range(1, MOST_PAPERS + 1))):
        header = untrusted[at : at + _BLOCK]
        if name == DOCUMENT and header.startswith(DATA.encode()):
            continue
        if name not in MEMBERS and (DOCUMENT not in contents or not header.strip(b"\0")):
            break
        size = _archive_size(header)
        if header != _header(name, size):
            raise MalformedError(Message("the package does not hold {name} where its format has it", name=name))
        content = untrusted[at + _BLOCK : at + _BLOCK + size]
        if len(content) != size:
            raise MalformedError(Message("the package ends within {name}", name=name))
        contents[name] = content
        at += _BLOCK + size + (-size % _BLOCK)
    if pack(contents) != untrusted:
        raise MalformedError(Message("the package holds more than its members"))
    return contents


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member.tobuf(tarfile.USTAR_FORMAT)


def _archive_size(header: bytes) -> int:
    digits = header[124:135]
    if len(digits) != 11 or digits.strip(b"01234567"):
        raise MalformedError(Message("the package ends early, or a member has no size"))
    return int(digits, 8)
