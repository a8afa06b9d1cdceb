"""From a redacted dossier to sealed bytes for one recipient, and to a file that appears only when all has passed.

Three steps, so that a person can read and approve between them: `prepare` renders and checks, `write_package` signs,
checks the manifest and seals, `publish` writes. Rendering is deterministic: who approved a digest can
prepare again and gets the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import vault
from vault.errors import InternalError, TryAgainError, UsageError
from vault.export import archive
from vault.export.checking import Verdict, check_for_leaks, check_words
from vault.export.data_json import data_leaves, render_data
from vault.export.manifest import FileEntry, Manifest, Sign, sign_manifest
from vault.export.pdf import render_report
from vault.export.release import Release, export_members, file_digests
from vault.export.report import Cover, approved_lines, make_report
from vault.ids import RandomBytes, make_id
from vault.platform import flush_file, fsync_folder
from vault.progress import Progress
from vault.redaction.dossier import RedactedDossier
from vault.seal.age import fingerprint, seal_for
from vault.words.message import Message

_NAME = re.compile(r"referral-[0-9a-f]{16}\.age")
_SEAL = object()  # only `prepare` takes it

CheckForLeaks = Callable[..., Verdict]
CheckWords = Callable[..., None]


@dataclass(frozen=True, slots=True)
class PreparedReport:
    """Finished files that passed the verifier. `pages` is what another program reads in them, for the last look."""

    profile: str
    cover: Cover
    pdf: bytes = field(repr=False)
    data: bytes = field(repr=False)
    pages: tuple[str, ...] = field(repr=False)
    forbidden: tuple[str, ...] = field(repr=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise InternalError(Message("a prepared report is made by `prepare` only"))

    @property
    def files(self) -> dict[str, bytes]:
        """The finished files by name, as they go into the package."""
        return {archive.REPORT: self.pdf, archive.DATA: self.data}

    def members(self, age_recipient: str) -> dict[str, Any]:
        """Return what an approval names: these files, for this recipient, profile and purpose.

        Raises:
            UsageError: not an age recipient.
        """
        return export_members(
            files=file_digests(self.files),
            profile=self.profile,
            purpose=self.cover.purpose,
            recipient=fingerprint(age_recipient),
        )


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """A package that only its recipient opens."""

    name: str
    package: bytes
    sealed: bytes = field(repr=False)

    def digest(self) -> bytes:
        """Return SHA-256 of the file, for the disclosure ledger."""
        return hashlib.sha256(self.sealed).digest()


def prepare(
    dossier: RedactedDossier,
    cover: Cover,
    *,
    check: CheckForLeaks = check_for_leaks,
    progress: Progress | None = None,
) -> PreparedReport:
    """Render a dossier and have the finished files read by another process.

    What `progress` raises ends the work.

    Raises:
        LeakError: something that must not leave is in the files, or they cannot be checked.
        RefusedError: the text has letters that the fonts cannot draw, or is longer than a package holds.
        UsageError: no report in the cover's language.
        DependencyMissingError: a part of the writer or the verifier is not installed.
    """
    report = make_report(dossier, cover)
    pdf, data = render_report(report), render_data(dossier, cover)
    archive.require_room(len(pdf) + len(data))
    verdict = check(
        pdf=pdf,
        data=data,
        forbidden=dossier.forbidden_forms,
        approved=approved_lines(report),
        approved_data=data_leaves(dossier, cover),
        title=report.words.title,
        running=report.running,
        day=report.day,
        removed=report.words.removed,
        language=cover.language,
        progress=progress,
    )
    return PreparedReport(
        profile=dossier.profile,
        cover=cover,
        pdf=pdf,
        data=data,
        pages=verdict.pages,
        forbidden=dossier.forbidden_forms,
        seal=_SEAL,
    )


def write_package(
    prepared: PreparedReport,
    *,
    age_recipient: str,
    package_public: bytes,
    sign: Sign,
    release: Release,
    expires: date | None = None,
    random: RandomBytes = secrets.token_bytes,
    check: CheckWords = check_words,
) -> SealedPackage:
    """Return the sealed package of a report, which `prepare` had checked; the manifest is checked here.

    The fingerprint of `age_recipient` was compared by voice; the recipient knows the words of `package_public`, by
    whose key `sign` signs. After the day `expires` the recipient should no longer use it. `random` draws the package id
    and the file name.

    Raises:
        LeakError: as `prepare`.
        UsageError: not an age recipient.
        VerificationError: `sign` does not hold the package key, or the approval is not of this report.
    """
    if (prepared.cover.release, prepared.cover.pages) != (release.rule, release.pages):
        raise InternalError(Message("the report names somebody else as the person who released it"))
    files = prepared.files
    manifest = Manifest(
        package=make_id(random),
        profile=prepared.profile,
        purpose=prepared.cover.purpose,
        recipient=fingerprint(age_recipient),
        expires=expires,
        files={name: FileEntry.of(content) for name, content in files.items()},
        versions={"casevault": ".".join(vault.__version__.split(".")[:2])},
        release=release,
    )
    release.require_approved(manifest.approved_digest())
    encoded = manifest.encode()
    # The report was read by the verifier as these very bytes, which nothing can change since; the manifest is new.
    check(encoded, own=manifest.own_leaves(), forbidden=prepared.forbidden)
    files[archive.MANIFEST] = encoded
    files[archive.SIGNATURE] = sign_manifest(encoded, package_public, sign)
    # The name is drawn on its own: it is seen by everybody, the id by the recipient only.
    name = f"referral-{random(8).hex()}.age"
    return SealedPackage(name, manifest.package, seal_for(age_recipient, archive.pack(files)))


def publish(package: SealedPackage, folder: Path) -> Path:
    """Write the package into a folder and return its path. Until all of it is on the medium, it has no such name.

    Raises:
        UsageError: no such folder, or the file is there already.
        TryAgainError: no room, or the folder cannot be written; nothing is left behind.
    """
    if _NAME.fullmatch(package.name) is None:
        raise InternalError(Message("a package only has the name that CaseVault makes for it"))
    destination = folder / package.name
    if not folder.is_dir() or destination.exists():
        raise UsageError(Message("the folder for the package does not exist, or already holds it"))
    part = destination.with_name(package.name + ".part")
    try:
        with part.open("xb") as file:
            file.write(package.sealed)
            file.flush()
            flush_file(file.fileno())
        part.rename(destination)
        fsync_folder(folder)
    except OSError:
        raise TryAgainError(Message("the package cannot be written to this folder now")) from None
    finally:
        part.unlink(missing_ok=True)
    return destination
