"""A package (FORMAT.md 8): an age file to an X25519 recipient, and the files in it."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from dataclasses import dataclass
from typing import Any

import msgspec
import pyrage  # type: ignore[import-untyped]  # ships no types

from tests.vectors.independent.basis import Refused, is_signed, padme, require

_FILES = ["manifest.json", "manifest.sig", "report.pdf", "data.json"]
_OF_5 = "report.docx"
_MEMBERS = {"expires", "files", "format", "id", "profile", "purpose", "recipient", "release", "versions"}
_DATA = {"format", "language", "notice", "profile", "purpose", "release", "sections", "title"}
_ROLES = {"admin", "supervisor", "caseworker", "legal-reviewer", "intake", "field", "auditor"}
_HEAD = {"contact", "day", "organisation", "pages", "recipient", "reference"}


@dataclass(frozen=True)
class Package:
    manifest: dict[str, Any]
    files: dict[str, bytes]
    key: bytes


def read_package(data: bytes, identity: str) -> Package:
    """Open a package with the recipient's identity and check that it is whole, as signed by its key.

    Raises:
        Refused: it is not what FORMAT.md says.
    """
    try:
        content = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        raise Refused("age") from None
    require(padme(len(content)) == len(content), "padded size")
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            files = {one.name: handle.read() for one in tar if (handle := tar.extractfile(one)) is not None}
    except tarfile.TarError:
        raise Refused("tar") from None
    try:
        key, signature = (bytes.fromhex(line) for line in files["manifest.sig"].decode().splitlines())
        manifest = msgspec.json.decode(files["manifest.json"])
    except (KeyError, ValueError, msgspec.DecodeError):
        raise Refused("signature or manifest") from None
    require(is_signed(key, signature, "package", files["manifest.json"]), "signature")
    require(manifest.keys() == _MEMBERS, "members of the manifest")
    names = [*_FILES, *([_OF_5] if manifest["format"] >= 5 else [])]
    require(sorted(files) == sorted(names), "names of files")
    require(
        sorted(manifest["files"]) == sorted(set(names) - {"manifest.json", "manifest.sig"}), "files in the manifest"
    )
    require(list(manifest["versions"]) == ["casevault"], "versions in the manifest")
    version = re.fullmatch("[0-9]{1,4}[.][0-9]{1,4}", manifest["versions"]["casevault"])
    require(version is not None, "version in the manifest")
    release = manifest["release"]
    asked = release if manifest["format"] >= 4 else release["requested"]
    if manifest["format"] >= 4:
        members = {"day", "pages", "roles", "rule"}
        require(release.keys() - {"approved"} == members, "members of the release")
        require(("approved" in release) == (release["rule"] == "two-person"), "an approval where there were two")
        require(release.get("approved", {"role": 0, "why": 0}).keys() == {"role", "why"}, "members of the approval")
    roles = asked["roles"]
    require(roles == sorted(_ROLES & set(roles)), "roles in the manifest")
    for name, said in manifest["files"].items():
        require(hashlib.sha256(files[name]).hexdigest() == said["sha256"], f"digest of {name}")
        size = said["padded" if manifest["format"] >= 3 else "size"]
        require(size == padme(max(len(files[name]), 256)), f"padded size of {name}")
    told = msgspec.json.decode(files["data.json"])
    later = {"key", "removals"} if manifest["format"] >= 5 else set()
    later |= {"first_page"} if told["format"] >= 4 else set()
    require(told.keys() == (_DATA | _HEAD if told["format"] >= 2 else _DATA) | later, "members of the data file")
    require(told["release"] == manifest["release"]["rule"], "who released it")
    if manifest["format"] >= 3:
        require(told["pages"] == manifest["release"]["pages"], "whether its pages were read")
    require(all(one.keys() == {"heading", "blocks"} for one in told["sections"]), "sections of the data file")
    return Package(dict(manifest), files, key)
