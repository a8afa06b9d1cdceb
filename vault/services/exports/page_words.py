"""The words of a page: shown once somebody has spoken to its recipient, and made anew for the package as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.session import Session
from vault.casework.disclosure import PageWords
from vault.errors import RefusedError, UsageError
from vault.export import archive
from vault.export.archive import package_words
from vault.export.package import publish, seal_as_page
from vault.export.page import MOST_BYTES
from vault.export.reader import open_page_file
from vault.export.release import file_digests
from vault.ids import CompartmentId, CompartmentKind, RecordId
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.redaction.profile import profile_named
from vault.seal.signing import public_key
from vault.services.exports import ledger, partners
from vault.services.exports.consents import Leaving, require_still_agreed
from vault.services.exports.exporting import package_seed
from vault.services.exports.ledger import Package
from vault.services.exports.partners import KeptPartner
from vault.services.exports.said_beside import today
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, read_valid
from vault.services.projection.stored_records import Stored, stored_of_kind
from vault.store.files import read_limited
from vault.words.message import Message

_ANEW = Message("Make a new export.")


@dataclass(frozen=True, slots=True)
class Page:
    """A package that left as a page, its recipient, and the words of its newest file."""

    package: Package
    to: KeptPartner = field(repr=False)
    kept: Stored[PageWords] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reissued:
    """A page sealed anew at its place; the words are not told yet."""

    page: Page
    path: Path
    digest: bytes


def find_page(session: Session, case: CompartmentId, called: str) -> Page:
    """Return the page of a case that this reference or id means.

    Raises:
        NotFoundError, UsageError: none, or several. RefusedError: no words open that package.
    """
    session.require(Action.CASE_EXPORT, case)
    package = ledger.find(session, case, called)
    kept = [each for each in _kept(session, case) if each.value.package == package.kept.value.package]
    if not kept:
        raise RefusedError(
            Message("no words open this package: it is sealed for a key"),
            next_step=Message("The recipient opens it with their key."),
        )
    return Page(package, _recipient(session, package), kept[-1])


def told_of(session: Session, package: Package) -> list[str] | None:
    """Return the days on which words of a package were first shown; None of one that is sealed for a key."""
    kept = [each.value for each in _kept(session, package.case) if each.value.package == package.kept.value.package]
    return sorted(each.told for each in kept if each.told) if kept else None


def _kept(session: Session, case: CompartmentId) -> list[Stored[PageWords]]:
    return sorted(stored_of_kind(read_valid(session, case), PageWords), key=lambda each: each.written_ms)


def _recipient(session: Session, package: Package) -> KeptPartner:
    return partners.find(session, RecordId(package.kept.value.recipient).hex())


def show_words(session: Session, page: Page) -> str:
    """Return the words that open a page; that they are shown is in the log before.

    Whoever calls has spoken to the recipient.
    """
    case = page.package.case
    rule = session.require(Action.CASE_EXPORT, case)
    value = page.kept.value
    session.require_sound_log(case)
    with session.work(case) as work:
        if not value.told:
            told = replace(value, told=today(session).isoformat())
            work.keep(case, told, page.kept.record, (page.kept.version,))
        work.commit(_entry(session, "package.words", page, value.digest, rule))
    return value.words


def find_file(session: Session, case: CompartmentId, file: Path) -> tuple[Page, bytes]:
    """Return the page of a case that a file is, if it could leave today, and its bytes.

    Raises:
        RefusedError: no page that left this case has these bytes, or the consents by which it left do not allow it, or
            not as they did; the text names the clause.
        NotFoundError, MalformedError: there is no such file, or it is too large.
    """
    session.require(Action.CASE_EXPORT, case)
    content = read_limited(file, MOST_BYTES)
    digest = file_digests({"page": content})["page"]
    kept = next((each for each in _kept(session, case) if each.value.digest == digest), None)
    if kept is None:
        raise RefusedError(
            Message("this file is no page that left this case, or it was changed"),
            next_step=Message("Take the file as it was made. If it is gone, make a new export."),
        )
    package = ledger.find(session, case, kept.value.package.hex())
    page = Page(package, _recipient(session, package), kept)
    _require_still_allowed(session, page)
    return page, content


def reissue(session: Session, case: CompartmentId, file: Path, *, out: Path) -> Reissued:
    """Seal the package of a page anew under new words: files, signature and review are the same as before.

    `out` is a folder that exists.

    Raises:
        RefusedError: no such page left this case, its day is over, or its consents do not allow it as they did.
        UsageError: there is no such folder.
        VerificationError: our package key did not sign it for this recipient, or a log is in doubt.
    """
    rule = session.require(Action.CASE_EXPORT, case)
    session.require_sound_log(case, *held_of_kind(session, CompartmentKind.SENDING))
    if not out.is_dir():
        raise UsageError(
            Message("there is no folder {out}", out=out),
            next_step=Message("Make the folder first; the page is written into it."),
        )
    page, content = find_file(session, case, file)
    ours = package_words(public_key(package_seed(session)))
    opened = open_page_file(
        content, page.kept.value.words, record=page.to.record, package=page.kept.value.package, expected_key_words=ours
    )
    if opened.manifest.expires is not None and opened.manifest.expires < today(session):
        raise RefusedError(
            Message("the package was to be used until {day}", day=opened.manifest.expires.isoformat()), next_step=_ANEW
        )
    language = json.loads(opened.members[archive.DATA])["language"]
    made = seal_as_page(opened.manifest.package, archive.pack(opened.members), language)
    with session.work(case) as work:
        work.keep(case, PageWords(made.package, made.words, made.digest()))
        work.commit(_entry(session, "package.reissue", page, made.digest(), rule))
    return Reissued(page, publish(made, out), made.digest())


def _require_still_allowed(session: Session, page: Page) -> None:
    left = page.package.kept.value
    leaving = Leaving(page.to, profile_named(left.profile), today(session).isoformat(), frozenset())
    versions = read_valid(session, page.package.case)
    require_still_agreed(leaving, versions, left.consents, page.package.kept.written_ms)


def _entry(session: Session, act: str, page: Page, digest: bytes, rule: str) -> Entry:
    return Entry(
        act=act,
        why=profile_named(page.package.kept.value.profile).why,
        obj=audit_of(session, page.package.case),
        objs=(page.to.record,),
        dig=digest,
        covers={PageWords.KIND: 1},
        pol=rule,
    )
