"""From a case to a sealed package for one recipient: nothing is at the destination before all of it has passed."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from vault.access.seconding import Wanted
from vault.access.session import Session
from vault.casework.approving import Approving
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.kinds import CaseworkRecord
from vault.casework.note import Note
from vault.casework.person import Person
from vault.errors import UsageError, VaultError, VerificationError
from vault.export import archive
from vault.export.manifest import package_words
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.release import ACT, Release
from vault.export.report import Cover
from vault.export.wording import USUAL_PURPOSE
from vault.ids import CompartmentId, Digest, RecordId, make_id
from vault.log.approvals import Approval
from vault.policy.roles import Action
from vault.records.codec import to_fields
from vault.records.work import Entry, Receipt
from vault.redaction.actions import Action as RedactionAction
from vault.redaction.apply import redact
from vault.redaction.dossier import RedactedDossier
from vault.redaction.profile import Profile, profile_named
from vault.redaction.pseudonyms import PseudonymBook
from vault.redaction.questions import (
    OpenQuestions,
    Question,
    decide_proposed,
    decisions_in_force,
    decisions_to_keep,
)
from vault.redaction.registered import registered_person
from vault.redaction.registry import build_registry
from vault.redaction.source import dossier_source
from vault.seal.signing import public_key, sign
from vault.services.approving import HERE_MS, REASONS, Second, required_approval, rule_of
from vault.services.cases import view
from vault.services.members import members
from vault.services.partners import KeptPartner, find
from vault.services.projection import audit_of, caught_up, read_counted
from vault.services.reading import stored_of_kind

WHY = "legal-referral"
VALID_DAYS = 90
SERIES = "main"

Decisions = Mapping[str, RedactionAction | str]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Forms that a person has to decide; nothing was written and nothing was logged but the view."""

    questions: tuple[Question, ...]


class DeclinedError(Exception):
    """A person read the finished pages and said no; nothing was sealed, and the log says that it was stopped."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A package at its destination, and the words by which its recipient knows who made it.

    `release` is the rule by which it left: `alone` or `two-person`.
    """

    path: Path
    package: bytes
    digest: Digest
    questions: int
    decided: int
    key_words: tuple[str, ...]
    release: str
    pages: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Material:
    """All that an export is made of. `people` are those of the case and, as workers, the organisation's members."""

    case: CompartmentId
    profile: Profile
    recipient: KeptPartner
    records: list[tuple[RecordId, CaseworkRecord]] = field(repr=False)
    people: list[tuple[bytes, Person]] = field(repr=False)
    before: list[Disclosure] = field(repr=False)


def export(
    session: Session,
    case: CompartmentId,
    *,
    profile: str,
    to: str,
    out: Path,
    decisions: Decisions | None = None,
    take_proposals: bool = False,
    cover: Cover | None = None,
    approve: Callable[[tuple[str, ...]], bool] = lambda pages: True,
    second: Second | None = None,
) -> Exported | Undecided:
    """Redact a case for one recipient, check the finished files in another process, seal and write them.

    Args:
        session: who exports.
        case: the case.
        profile: the name of a profile, such as `lawyer`.
        to: the recipient's name.
        out: a folder that exists.
        decisions: form -> action, beside those that earlier exports to this recipient by this profile took.
        take_proposals: decide every open question as proposed; what nobody knows is removed.
        cover: purpose and language of the report.
        approve: asked once the files are finished and checked, with the pages as another reader reads them; only when
            it says yes is anything sealed.
        second: puts the finished pages before a second person, where the organisation has one (FORMAT.md 5).

    Returns:
        The package, or the questions that are open.

    Raises:
        DeclinedError: `approve` said no.
        WaitingForDecisionError: a second person has to approve, and none was asked.
        LeakError: the finished files hold something that they must not; nothing was written.
        RefusedError, NotFoundError, UsageError, VerificationError, TryAgainError: as they say.
    """
    rule = session.require(Action.CASE_EXPORT, case)
    caught_up(session)  # what is missing comes to light before anything leaves
    session.require_sound_log()
    if not out.is_dir():
        raise UsageError(f"there is no folder {out}", advice="Make it first; the package is written into it.")
    release = rule_of(session)
    material = _gather(session, case, profile_named(profile), find(session, to))
    given = [code for one in material.before for code in one.pseudonyms]
    book = PseudonymBook(given, choose=secrets.choice)
    earlier = [one.decisions for one in material.before if one.profile == profile]
    taken = decisions_in_force(earlier, decisions or {})
    result = _redact(material, taken, book)
    questions = result.questions if isinstance(result, OpenQuestions) else ()
    if isinstance(result, OpenQuestions) and take_proposals:
        taken |= decide_proposed(result)
        result = _redact(material, taken, book)
    if isinstance(result, OpenQuestions):
        return Undecided(result.questions)
    actions = {form: RedactionAction(action) for form, action in taken.items()}
    cover = replace(cover or usual_cover(profile), release=release)
    done = _Export(session, material, actions, book, rule, second).run(result, cover, out, approve)
    return Exported(
        path=done.path,
        package=done.package.package,
        digest=Digest(done.package.digest()),
        questions=len(questions),
        decided=len(actions),
        key_words=done.key_words,
        release=release,
        pages=done.pages,
    )


def usual_cover(profile: str, language: str = "en") -> Cover:
    """Return the cover of a referral for which nobody gave a purpose of its own."""
    return Cover(purpose=USUAL_PURPOSE.format(profile=profile), language=language)


def _gather(session: Session, case: CompartmentId, profile: Profile, recipient: KeptPartner) -> _Material:
    versions = view(session, case, why=WHY)
    persons, notes = stored_of_kind(versions, Person), stored_of_kind(versions, Note)
    records: list[tuple[RecordId, CaseworkRecord]] = [(one.record, one.value) for one in stored_of_kind(versions, Case)]
    records += [(one.record, one.value) for one in persons]
    records += [(one.record, one.value) for one in notes]
    before = [one.value for one in stored_of_kind(versions, Disclosure)]
    return _Material(
        case=case,
        profile=profile,
        recipient=recipient,
        records=records,
        people=[*((one.record, one.value) for one in persons), *members(session)],
        before=[one for one in before if (one.recipient, one.series) == (recipient.record, SERIES)],
    )


def _redact(material: _Material, decisions: Decisions, book: PseudonymBook) -> RedactedDossier | OpenQuestions:
    registry = build_registry(registered_person(entity, person) for entity, person in material.people)
    return redact(dossier_source(material.records), material.profile, registry, decisions, book)


@dataclass(frozen=True, slots=True)
class _Done:
    path: Path
    package: SealedPackage
    key_words: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(slots=True)
class _Export:
    """The durable steps: files are made, checked, approved; begin is logged; they are sealed; done is logged."""

    session: Session
    material: _Material
    decisions: Mapping[str, RedactionAction]
    book: PseudonymBook
    rule: str
    second: Second | None

    def run(
        self, dossier: RedactedDossier, cover: Cover, out: Path, approve: Callable[[tuple[str, ...]], bool]
    ) -> _Done:
        seed = _package_seed(self.session)
        begun: Receipt | None = None
        try:
            prepared = prepare(dossier, cover)
            if not approve(prepared.pages):
                raise DeclinedError  # noqa: TRY301 - the abort below has to be logged for it too
            approval = required_approval(self.session, self._wanted(prepared), self.second)
            begun = self._log_begin(prepared, approval)
            package = self._seal(prepared, seed, approval)
            self._log_done(package, cover, begun)
            path = publish(package, out)
        except (VaultError, DeclinedError):
            self._log_abort(begun)
            raise
        return _Done(path, package, package_words(public_key(seed)), prepared.pages)

    def _wanted(self, prepared: PreparedReport) -> Wanted:
        """Return what a second person is asked: exactly these files, for this recipient."""
        recipient = self.material.recipient
        return Wanted(
            act=ACT,
            digest=prepared.approved_digest(recipient.age_recipient),
            lines=(
                *(f"| {line}" for page in prepared.pages for line in page.splitlines()),
                "",
                f"To approve: this report leaves for {recipient.name}, profile {prepared.profile}.",
                f"Their key is: {recipient.fingerprint}",
            ),
            reasons=REASONS,
            expires_ms=self.session.log.now_ms() + HERE_MS,
            subject=audit_of(self.session, self.material.case),
        )

    def _seal(self, prepared: PreparedReport, seed: bytes, approval: Approval | None) -> SealedPackage:
        roles = tuple(sorted(self.session.roles))
        key = b"" if approval is None else self.session.directory.standing.certificates[approval.approver].identity
        return write_package(
            prepared,
            age_recipient=self.material.recipient.age_recipient,
            package_public=public_key(seed),
            sign=partial(sign, seed),
            release=Release(self._today(), roles, self.session.seat, approval, key),
            expires=self._today() + datetime.timedelta(days=VALID_DAYS),
        )

    def _log_begin(self, prepared: PreparedReport, approval: Approval | None) -> Receipt:
        """Use the approval, once and for all, before anything is sealed."""
        case = self.material.case
        entry = Entry(
            act=ACT,
            out="ok:alone" if approval is None else "ok",
            why=WHY,
            obj=audit_of(self.session, case),
            dig=prepared.approved_digest(self.material.recipient.age_recipient),
            deleg=None if approval is None else approval.approver,
            pol=self.rule,
        )
        with self.session.work(case) as work:
            if approval is not None:
                kept = Approving(ACT, approval.digest, approval.encode())
                work.list_approval(approval.encode())
                work.write(case, RecordId(make_id()), Approving.KIND, to_fields(kept))
            return work.commit(entry)

    def _log_abort(self, begun: Receipt | None) -> None:
        cause = None if begun is None else begun.seq
        obj = audit_of(self.session, self.material.case)
        with self.session.work() as work:
            work.commit(Entry(act="export.abort", why=WHY, obj=obj, cause=cause, pol=self.rule))

    def _log_done(self, package: SealedPackage, cover: Cover, begun: Receipt) -> None:
        """Keep what left, for whom and under which decisions, together with the entry that says so."""
        disclosure = Disclosure(
            recipient=self.material.recipient.record,
            profile=self.material.profile.name,
            purpose=cover.purpose,
            package=package.package,
            digest=package.digest(),
            made=self._today().isoformat(),
            series=SERIES,
            decisions=decisions_to_keep(self.decisions),
            pseudonyms=self.book.given(),
        )
        with self.session.work(self.material.case) as work:
            work.write(self.material.case, RecordId(make_id()), Disclosure.KIND, to_fields(disclosure))
            work.commit(
                Entry(
                    act="export.done",
                    why=WHY,
                    obj=audit_of(self.session, self.material.case),
                    dig=package.digest(),
                    cause=begun.seq,
                    covers={"file": len(archive.MEMBERS), "decision": len(self.decisions)},
                    pol=self.rule,
                )
            )

    def _today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.session.log.now_ms() / 1000, tz=datetime.UTC).date()


def _package_seed(session: Session) -> bytes:
    """Return the seed of the organisation's package key.

    Raises:
        VerificationError: this seat may not send, or the key does not count.
    """
    if session.directory.sending is not None:
        for version in read_counted(session, session.directory.sending):
            seed = version.content.fields.get("seed")
            if version.content.kind == "package-key" and isinstance(seed, bytes):
                return seed
    raise VerificationError("this seat does not hold the organisation's package key", advice="Ask an admin for it.")
