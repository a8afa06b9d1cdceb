"""From a redacted dossier, past the verifier, to sealed bytes for one recipient and a file that appears whole."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import vault
from vault.casework.disclosure import package_file
from vault.errors import DependencyMissingError, InternalError, LeakError, TryAgainError, UsageError
from vault.export import archive
from vault.export.archive import FileEntry, Manifest, Sign, sign_manifest
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.export.data_json import Leaf, data_leaves, render_data
from vault.export.dossier_report import Cover, Line, approved_lines, headings, make_report
from vault.export.fonts import font_folders
from vault.export.page import empty_page, render_mail, render_page
from vault.export.paper_text.asking import ocr_for
from vault.export.pdf import render_report
from vault.export.redrawn.layout import MOST_PAGES, Page, PaintedPaper
from vault.export.release import ACT, Release, export_members, file_digests
from vault.export.report_docx import render_docx
from vault.ids import RandomBytes, make_id
from vault.log.approval import Approval, approved_digest
from vault.platform import flush_file, fsync_folder
from vault.progress import Progress
from vault.redaction.dossier import RedactedDossier
from vault.seal.age import fingerprint, seal_for
from vault.seal.page_seal import draw_words, page_recipient, seal_page
from vault.words.message import Message, Words, plural

# The verifier, from outside: starts the process, feeds it by pipe, and turns anything but a clean answer into a stop.
# No text is in its arguments, its environment or a file; it gets no more environment than the system needs.


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clean answer: how many forms the canary tried, and what pdfium reads on each page, for a person."""

    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


def verifier_command() -> tuple[str, ...]:
    """Return the command line of the verifier: it tells nothing but where the program lies."""
    return command_of("vault.export.leakcheck")


def check_for_leaks(
    *,
    pdf: bytes,
    docx: bytes,
    data: bytes,
    forbidden: Sequence[str],
    approved: Sequence[Line],
    approved_data: Sequence[Leaf],
    title: str,
    headings: Sequence[str],
    running: str,
    watermark: str,
    day: str,
    removed: str,
    language: str,
    command: Sequence[str] | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Return if the finished files hold the approved text, nothing else, and none of the forbidden forms.

    `forbidden` are spellings of all that was hidden, `approved` every string that the report shows, in order, and
    `approved_data` every string that the data file may hold, as often as it may stand there. The report's own words are
    no leak of somebody's name that is spelled alike, at their places and no more often. `headings` begin with the
    title. `running` stands on top of each page, before the number, and `watermark` faintly behind it; `day` dates the
    file, empty for one of 2000; `removed` is the pattern of what stands in the texts for something that was removed.
    `command` is another verifier, for tests; it has two minutes by default, and more for large files and very many
    forms.

    Raises:
        LeakError: something was found, or it could not be checked.
        DependencyMissingError: a library that the verifier reads with is not installed.
    """
    files = (pdf, docx, data)
    header = {
        "approved": list(approved),
        "approved_data": list(approved_data),
        "day": day,
        "files": [len(content) for content in files],
        "font_folders": font_folders(),
        "forbidden": list(forbidden),
        "kind": "report",
        "language": language,
        "removed": removed,
        "running": running,
        "watermark": watermark,
        "title": title,
        "headings": list(headings),
    }
    patience = _patience(b"".join(files), forbidden) if seconds is None else seconds
    answer = _ask(command or verifier_command(), _task(header, files), patience, progress)
    return _judge(answer, _digests(files), any(form.strip() for form in forbidden))


def check_archive(
    content: bytes,
    *,
    own: Sequence[Leaf],
    forbidden: Sequence[str],
    command: Sequence[str] | None = None,
    seconds: float | None = None,
) -> None:
    """Return if a finished archive is what its files make it, and its manifest holds none of the forbidden forms.

    `own` are the strings of the manifest that are our own words; the rest is as in `check_for_leaks`.

    Raises:
        LeakError, DependencyMissingError: as `check_for_leaks`.
    """
    header = {"files": [len(content)], "forbidden": list(forbidden), "kind": "archive", "own": list(own)}
    patience = _patience(content, forbidden) if seconds is None else seconds
    answer = _ask(command or verifier_command(), _task(header, (content,)), patience)
    _parsed(answer, _digests((content,)))


def check_page(page: bytes, language: str) -> None:
    """Return if a finished page tells, beside what is sealed in it, nothing that not every page in its language tells.

    Raises:
        LeakError, DependencyMissingError: as `check_for_leaks`.
    """
    files = (page, empty_page(language))
    header = {"files": [len(content) for content in files], "kind": "page"}
    _parsed(_ask(verifier_command(), _task(header, files), _patience(page, ())), _digests(files))


def check_paper(
    pdf: bytes,
    pages: Sequence[Page] | None,
    *,
    forbidden: Sequence[str] = (),
    language: str | None = "",
    command: Sequence[str] | None = None,
    seconds: float | None = None,
) -> tuple[str, ...]:
    """Return what stands on the pages of a paper that was drawn anew: what is left of them, and no forbidden form.

    Where tesseract is installed with the `language` of the paper, and that is not None, it is what that reads on the
    finished pixels. Of a paper that somebody else sent, whose `pages` nobody here knows, the form is checked, and that
    its pixels show its words.

    Raises:
        LeakError, DependencyMissingError: as `check_for_leaks`.
    """
    ocr = None if language is None else ocr_for(language)
    header = {
        "files": [len(pdf)],
        "forbidden": list(forbidden),
        "ocr": None if ocr is None else [*ocr, any(page.is_picture for page in pages or ())],
        "kind": "paper",
        "paper": None if pages is None else [_left(page) for page in pages],
    }
    started = command or command_of("vault.export.leakcheck", runs=ocr and ocr[0])
    patience = _patience(pdf, forbidden) + _PAGE_SECONDS * MOST_PAGES if seconds is None else seconds
    return _parsed(_ask(started, _task(header, (pdf,)), patience), _digests((pdf,))).pages


def _left(page: Page) -> dict[str, object]:
    return {"size": [page.width, page.height], "words": [[w.text, w.box] for w in page.words], "boxes": page.boxes}


def _patience(content: bytes, forbidden: Sequence[str]) -> float:
    """Return how many seconds the verifier may take: ten times what it takes on a machine that does nothing else."""
    return 120 + len(forbidden) / 250 + len(content) / 25_000


def _task(header: Mapping[str, object], files: Sequence[bytes]) -> bytes:
    encoded = json.dumps(header).encode()
    return b"".join((len(encoded).to_bytes(4, "big"), encoded, *files))


def _digests(files: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(content).hexdigest() for content in files)


def _ask(command: Sequence[str], task: bytes, seconds: float, progress: Progress | None = None) -> bytes:
    try:
        code, answer = ask_child(command, task, seconds=seconds, progress=progress)
    except TooSlowError:
        raise LeakError(
            Message("cannot check the package: the verifier took longer than {seconds} s", seconds=f"{seconds:g}")
        ) from None
    except OSError:
        raise LeakError(Message("cannot check the package: the verifier did not start")) from None
    if code == DEPENDENCY_MISSING:
        missing = Message("cannot check the package: a library that the verifier reads with is missing")
        raise DependencyMissingError(missing)
    if code != 0:
        raise LeakError(Message("cannot check the package: the verifier ended with {code}", code=code))
    return answer


def _judge(answer: bytes, digests: tuple[str, ...], expects_canary: bool) -> Verdict:
    verdict = _parsed(answer, digests)
    if not verdict.pages:
        raise LeakError(Message("cannot check the package: the verifier read no page"))
    if expects_canary and verdict.canary_forms == 0:
        raise LeakError(Message("cannot check the package: the fonts can draw none of the forms to look for"))
    return verdict


def _parsed(answer: bytes, digests: tuple[str, ...]) -> Verdict:
    """Return a clean answer about exactly these files."""
    try:
        value = json.loads(answer)
        answered = tuple(value["digests"])
        found = [
            (str(check), str(where), tuple(int(place) for place in forms)) for check, where, forms in value["findings"]
        ]
        verdict = Verdict(int(value["canary_forms"]), tuple(str(page) for page in value["pages"]))
    except (ValueError, KeyError, TypeError):
        raise LeakError(Message("cannot check the package: the verifier's answer makes no sense")) from None
    if answered != digests:
        raise LeakError(Message("cannot check the package: the verifier read other files than these"))
    if found:
        raise LeakError(_failed(found), forms=(place for _, _, forms in found for place in forms))
    return verdict


def _failed(found: Sequence[tuple[str, str, tuple[int, ...]]]) -> Message:
    blind = any(check == "canary" for check, _, _ in found)
    parts = [
        f"{check} ({where}{'; form ' + ', '.join(f'#{place + 1}' for place in forms[:5]) if forms else ''})"
        for check, where, forms in found[:8]
    ]
    parts += ["..."] if len(found) > 8 else []
    listed = "; ".join(parts)
    if blind:
        return Message("cannot check the package: {findings}", findings=listed)
    return Message("the finished package fails its check: {findings}", findings=listed)


# From a redacted dossier to sealed bytes for one recipient, and to a file that appears only when all has passed.
# Three steps, so that a person can read and approve between them. Who approved a digest can prepare again, and gets
# the same bytes.
_PAGE_SECONDS = 5
_NAME = re.compile(r"referral-[0-9a-f]{16}\.(age|html)")
_SEAL = object()  # only `prepare` takes it

CheckForLeaks = Callable[..., Verdict]
CheckArchive = Callable[..., None]

To = str | bytes
"""For whom a package is sealed: an age recipient, or the record of one without a key, whose page opens with words."""


def recipient_words(to: To) -> str:
    """Return what stands for a recipient in approval and manifest.

    Raises:
        UsageError: not an age recipient.
    """
    return fingerprint(to) if isinstance(to, str) else page_recipient(to)


@dataclass(frozen=True, slots=True)
class PreparedReport:
    """Finished files that passed the verifier. `pages` is what another program reads in them, for the last look."""

    profile: str
    cover: Cover
    pdf: bytes = field(repr=False)
    docx: bytes = field(repr=False)
    data: bytes = field(repr=False)
    pages: tuple[str, ...] = field(repr=False)
    forbidden: tuple[str, ...] = field(repr=False)
    papers: tuple[bytes, ...] = field(default=(), repr=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise InternalError(Message("a prepared report is made by `prepare` only"))

    @property
    def files(self) -> dict[str, bytes]:
        """The finished files by name, as they go into the package."""
        papers = {archive.paper_name(number): paper for number, paper in enumerate(self.papers, 1)}
        return {archive.REPORT: self.pdf, archive.DOCUMENT: self.docx, archive.DATA: self.data, **papers}

    def members(self, to: To) -> dict[str, Any]:
        """Return what an approval names: these files, for this recipient, profile and purpose.

        Raises:
            UsageError: not an age recipient.
        """
        return export_members(
            files=file_digests(self.files),
            profile=self.profile,
            purpose=self.cover.purpose,
            recipient=recipient_words(to),
        )


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """A package that only its recipient opens; of a page also the words that open it, and the text beside it."""

    name: str
    package: bytes
    sealed: bytes = field(repr=False)
    words: str = field(default="", repr=False)
    mail: bytes = field(default=b"", repr=False)

    def digest(self) -> bytes:
        """Return SHA-256 of the file, for the disclosure ledger."""
        return hashlib.sha256(self.sealed).digest()


def prepare(
    dossier: RedactedDossier,
    cover: Cover,
    *,
    papers: Sequence[PaintedPaper] = (),
    check: CheckForLeaks = check_for_leaks,
    progress: Progress | None = None,
) -> PreparedReport:
    """Render a dossier and have the finished files read by another process, and the `papers` that go with it.

    What `progress` raises ends the work.

    Raises:
        LeakError: something that must not leave is in the files, or they cannot be checked.
        RefusedError: the text has letters that the fonts cannot draw, or is longer than a package holds.
        UsageError: no report in the cover's language.
        DependencyMissingError: a part of the writer or the verifier is not installed.
    """
    report = make_report(dossier, cover)
    pdf, docx, data = render_report(report), render_docx(report), render_data(dossier, cover)
    archive.require_room(sum(map(len, (pdf, docx, data, *(paper.pdf for paper in papers)))))
    verdict = check(
        pdf=pdf,
        docx=docx,
        data=data,
        forbidden=dossier.forbidden_forms,
        approved=approved_lines(report),
        approved_data=data_leaves(dossier, cover),
        title=report.words.title,
        headings=headings(report),
        running=report.running,
        watermark=report.watermark,
        day=report.day,
        removed=report.words.removed,
        language=cover.language,
        progress=progress,
    )
    pages = list(verdict.pages)
    for number, paper in enumerate(papers, 1):
        seen = _seen(paper.language)
        try:
            read = check_paper(paper.pdf, paper.pages, forbidden=dossier.forbidden_forms, language=paper.language)
        except LeakError as fault:
            told = Message("{name}: {fault}", name=archive.paper_name(number), fault=fault.message)
            raise LeakError(told, forms=fault.forms) from None
        pages += (
            f"{_painted(number, place, len(page.boxes))}\n{seen}\n{text}"
            for place, (page, text) in enumerate(zip(paper.pages, read, strict=True), 1)
        )
    return PreparedReport(
        profile=dossier.profile,
        cover=cover,
        pdf=pdf,
        docx=docx,
        data=data,
        pages=tuple(pages),
        papers=tuple(paper.pdf for paper in papers),
        forbidden=dossier.forbidden_forms,
        seal=_SEAL,
    )


def _seen(language: str) -> Words:
    return "" if ocr_for(language) else Message("its pixels were read by nobody: tesseract is not installed for them")


def _painted(number: int, page: int, boxes: int) -> Words:
    return plural(
        "{name}, page {page}: {count} place is painted over", "{name}, page {page}: {count} places are painted over",
        count=boxes, name=archive.paper_name(number), page=page,
    )  # fmt: skip


def write_package(
    prepared: PreparedReport,
    *,
    to: To,
    package_public: bytes,
    sign: Sign,
    release: Release,
    approval: Approval | None = None,
    expires: date | None = None,
    random: RandomBytes = secrets.token_bytes,
    check: CheckArchive = check_archive,
) -> SealedPackage:
    """Return the sealed package of a report, which `prepare` had checked; archive and manifest are checked here.

    The fingerprint of an age recipient was compared by voice; the recipient knows the words of `package_public`, by
    whose key `sign` signs. `release` says who asked, `approval` is what a second person gave; that it is valid, the
    caller has checked. After the day `expires` the recipient should no longer use it. `random` draws the package id,
    and of a page the words.

    Raises:
        LeakError: as `prepare`.
        RefusedError: it would be larger than a page may be.
        UsageError: not an age recipient.
        VerificationError: `sign` does not hold the package key, or the approval is not of this report.
    """
    if approval is not None:
        release = release.approved_by(approval, approved_digest(ACT, prepared.members(to)))
    if (prepared.cover.release, prepared.cover.pages) != (release.rule, release.pages):
        raise InternalError(Message("the report names somebody else as the person who released it"))
    files = prepared.files
    manifest = Manifest(
        package=make_id(random),
        profile=prepared.profile,
        purpose=prepared.cover.purpose,
        recipient=recipient_words(to),
        expires=expires,
        files={name: FileEntry.of(content) for name, content in files.items()},
        versions={"casevault": ".".join(vault.__version__.split(".")[:2])},
        release=release,
    )
    encoded = manifest.encode()
    files[archive.MANIFEST] = encoded
    files[archive.SIGNATURE] = sign_manifest(encoded, package_public, sign)
    tar = archive.pack(files)
    # The report was read by the verifier as these very bytes, which nothing can change since; what holds them is new.
    check(tar, own=manifest.own_leaves(), forbidden=prepared.forbidden)
    if isinstance(to, bytes):
        return seal_as_page(manifest.package, tar, prepared.cover.language, random)
    sealed = seal_for(to, tar)
    return SealedPackage(package_file(hashlib.sha256(sealed).digest()), manifest.package, sealed)


def seal_as_page(package: bytes, tar: bytes, language: str, random: RandomBytes = secrets.token_bytes) -> SealedPackage:
    """Return a package, as its archive has it, sealed anew under fresh words in a page of this language.

    Raises:
        RefusedError: it is larger than a page may be.
        LeakError, DependencyMissingError: as `check_for_leaks`.
    """
    words = draw_words(language, random)
    page = render_page(seal_page(words, tar, random), language)
    check_page(page, language)
    return SealedPackage(
        package_file(hashlib.sha256(page).digest(), "html"), package, page, words, render_mail(language)
    )


def publish(package: SealedPackage, folder: Path) -> Path:
    """Write the package into a folder and return its path. Until all of it is on the medium, it has no such name.

    The text beside a page comes first: whoever sees the page has both.

    Raises:
        UsageError: no such folder, or the file is there already.
        TryAgainError: no room, or the folder cannot be written; nothing is left behind.
    """
    if _NAME.fullmatch(package.name) is None:
        raise InternalError(Message("a package only has the name that CaseVault makes for it"))
    destination = folder / package.name
    if not folder.is_dir() or destination.exists():
        raise UsageError(Message("the folder for the package does not exist, or already holds it"))
    mail = destination.with_suffix(".mail.txt")
    try:
        if package.mail:
            _write_whole(mail, package.mail)
        _write_whole(destination, package.sealed)
        fsync_folder(folder)
    except OSError:
        if package.mail and not destination.exists():
            mail.unlink(missing_ok=True)
        raise TryAgainError(Message("the package cannot be written to this folder now")) from None
    return destination


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            flush_file(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
