"""From a case to a sealed package for one recipient: nothing is at the destination before all of it has passed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from vault.access.questions import Wanted
from vault.access.session import Session
from vault.casework.approving import Approving
from vault.casework.disclosure import Disclosure
from vault.errors import RefusedError, UsageError, VerificationError
from vault.export import archive
from vault.export.children import Progress
from vault.export.manifest import package_words
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.release import ACT, Release
from vault.export.report import Cover
from vault.export.wording import USUAL_PURPOSE
from vault.ids import CompartmentId, Digest, RecordId, make_id
from vault.log.approvals import Approval
from vault.log.epochs import CompartmentKind
from vault.policy.roles import Action
from vault.records.codec import to_fields
from vault.records.work import Entry, Receipt, Work
from vault.redaction.questions import OpenQuestions, Question, decisions_to_keep
from vault.seal.signing import public_key, sign
from vault.services.approving import (
    APART_MS,
    HERE_MS,
    TWO_PERSON,
    Second,
    require_counts,
    require_second,
    required_approval,
    rule_of,
)
from vault.services.asking import Asked, ask_apart
from vault.services.compartments import held_of_kind
from vault.services.export_material import SERIES, WHY, Decisions, Ready, make_ready, question_for
from vault.services.projection import audit_of, caught_up, read_counted

VALID_DAYS = 90


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
    answer: Approval | None = None,
    progress: Progress | None = None,
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
        answer: the approval that a second person gave elsewhere, to the question of `ask`.
        progress: told how much of the checking is done; what it raises ends the export before anything is written.

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
    session.require_sound_log(case, *held_of_kind(session, CompartmentKind.SENDING))
    if not out.is_dir():
        raise UsageError(f"there is no folder {out}", advice="Make it first; the package is written into it.")
    release = rule_of(session)
    asked = None if answer is None else answer.digest
    ready = make_ready(
        session, case, profile=profile, to=to, decisions=decisions, take_proposals=take_proposals, asked=asked
    )
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    cover = replace(cover or usual_cover(profile), release=release)
    if answer is not None:
        second = lambda wanted: answer  # noqa: E731 - the answer is there already
    done = _Export(session, ready, rule, second, answer).run(cover, out, approve, progress)
    return Exported(
        path=done.path,
        package=done.package.package,
        digest=Digest(done.package.digest()),
        questions=ready.questions,
        decided=len(ready.decisions),
        key_words=done.key_words,
        release=release,
        pages=done.pages,
    )


def ask(
    session: Session,
    case: CompartmentId,
    *,
    profile: str,
    to: str,
    decisions: Decisions | None = None,
    take_proposals: bool = False,
    cover: Cover | None = None,
    approver: str | None = None,
) -> Asked | Undecided:
    """Make the files of an export as far as the question to a second person who is somewhere else; nothing leaves.

    The question is kept in the case, with the codes and decisions by which the same files come of it again.

    All that `export` takes means the same here. `approver` is the name of who shall approve; without one, whoever may.

    Raises:
        RefusedError: nobody else could approve: the export is done alone, and needs no question.
        VaultError: as `export`.
    """
    rule = session.require(Action.CASE_EXPORT, case)
    caught_up(session)
    session.require_sound_log(case, *held_of_kind(session, CompartmentKind.SENDING))
    if rule_of(session) != TWO_PERSON:
        raise RefusedError("nobody else could approve it: it is done alone", advice="Use `casevault export`.")
    ready = make_ready(session, case, profile=profile, to=to, decisions=decisions, take_proposals=take_proposals)
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    prepared = prepare(ready.dossier, replace(cover or usual_cover(profile), release=TWO_PERSON))
    wanted = question_for(session, ready.material, prepared, valid_ms=APART_MS)
    kept = Approving(
        act=ACT,
        digest=wanted.digest,
        decisions=decisions_to_keep(ready.decisions),
        pseudonyms=ready.book.given(),
    )
    letter = ask_apart(session, wanted, approver)
    with session.work(case) as work:
        work.write(case, RecordId(make_id()), Approving.KIND, to_fields(kept))
        work.commit(Entry(act="case.edit", why=WHY, obj=audit_of(session, case), covers={Approving.KIND: 1}, pol=rule))
    return letter


def usual_cover(profile: str, language: str = "en") -> Cover:
    """Return the cover of a referral for which nobody gave a purpose of its own."""
    return Cover(purpose=USUAL_PURPOSE.format(profile=profile), language=language)


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
    ready: Ready
    rule: str
    second: Second | None
    answer: Approval | None

    def run(
        self, cover: Cover, out: Path, approve: Callable[[tuple[str, ...]], bool], progress: Progress | None
    ) -> _Done:
        seed = _package_seed(self.session)
        begun: Receipt | None = None
        try:
            # Whatever can refuse does so before a person reads the pages.
            require_second(self.session, ACT, self.second)
            prepared = prepare(self.ready.dossier, cover, progress=progress)
            if self.answer is not None:
                require_counts(self.session, self.answer, self._wanted(prepared))
            if not approve(prepared.pages):
                raise DeclinedError  # noqa: TRY301 - the abort below has to be logged for it too
            wanted = self._wanted(prepared)  # now: reading takes its time, and a question at this keyboard expires soon
            approval = required_approval(self.session, wanted, self.second)
            begun = self._log_begin(wanted.digest, approval)
            package = self._seal(prepared, seed, approval)
            self._log_done(package, cover, begun)
            path = publish(package, out)
        except Exception:
            self._log_abort(begun)
            raise
        return _Done(path, package, package_words(public_key(seed)), prepared.pages)

    def _wanted(self, prepared: PreparedReport) -> Wanted:
        return question_for(self.session, self.ready.material, prepared, valid_ms=HERE_MS)

    def _seal(self, prepared: PreparedReport, seed: bytes, approval: Approval | None) -> SealedPackage:
        roles = tuple(sorted(self.session.roles))
        key = b"" if approval is None else self.session.directory.standing.certificates[approval.approver].identity
        return write_package(
            prepared,
            age_recipient=self.ready.material.recipient.age_recipient,
            package_public=public_key(seed),
            sign=partial(sign, seed),
            release=Release(self._today(), roles, self.session.seat, approval, key),
            expires=self._today() + datetime.timedelta(days=VALID_DAYS),
        )

    def _log_begin(self, digest: bytes, approval: Approval | None) -> Receipt:
        """Use the approval, once and for all, before anything is sealed."""
        case = self.ready.material.case
        entry = Entry(
            act=ACT,
            out="ok:alone" if approval is None else "ok",
            why=WHY,
            obj=audit_of(self.session, case),
            dig=digest,
            deleg=None if approval is None else approval.approver,
            pol=self.rule,
        )
        with self.session.work(case) as work:
            if approval is not None:
                work.list_approval(approval.encode())
                self._keep(work, approval)
            return work.commit(entry)

    def _keep(self, work: Work, approval: Approval) -> None:
        """Keep the approval in the case, in the place of its question if there was one."""
        asked = self.ready.material.question(approval.digest)
        record, parents = (RecordId(make_id()), ()) if asked is None else (asked.record, (asked.version,))
        kept = Approving(ACT, approval.digest, approval.encode())
        work.write(self.ready.material.case, record, Approving.KIND, to_fields(kept), parents)

    def _log_abort(self, begun: Receipt | None) -> None:
        cause = None if begun is None else begun.seq
        obj = audit_of(self.session, self.ready.material.case)
        with self.session.work() as work:
            work.commit(Entry(act="export.abort", why=WHY, obj=obj, cause=cause, pol=self.rule))

    def _log_done(self, package: SealedPackage, cover: Cover, begun: Receipt) -> None:
        """Keep what left, for whom and under which decisions, together with the entry that says so."""
        disclosure = Disclosure(
            recipient=self.ready.material.recipient.record,
            profile=self.ready.material.profile.name,
            purpose=cover.purpose,
            package=package.package,
            digest=package.digest(),
            made=self._today().isoformat(),
            series=SERIES,
            decisions=decisions_to_keep(self.ready.decisions),
            pseudonyms=self.ready.book.given(),
            read=self.ready.read(),
        )
        with self.session.work(self.ready.material.case) as work:
            work.write(self.ready.material.case, RecordId(make_id()), Disclosure.KIND, to_fields(disclosure))
            work.commit(
                Entry(
                    act="export.done",
                    why=WHY,
                    obj=audit_of(self.session, self.ready.material.case),
                    objs=(self.ready.material.recipient.record,),
                    dig=package.digest(),
                    cause=begun.seq,
                    covers={"file": len(archive.MEMBERS), "decision": len(self.ready.decisions)},
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
    for sending in held_of_kind(session, CompartmentKind.SENDING):
        for version in read_counted(session, sending):
            seed = version.content.fields.get("seed")
            if version.content.kind == "package-key" and isinstance(seed, bytes):
                return seed
    raise VerificationError("this seat does not hold the organisation's package key", advice="Ask an admin for it.")
