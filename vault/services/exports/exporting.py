"""From a case to a sealed package for one recipient, in durable steps: nothing leaves before all of it has passed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from vault.access.session import Session
from vault.casework.checks import checked_line
from vault.casework.disclosure import Approving, Disclosure, PageWords
from vault.casework.organisation_records import PackageKey
from vault.errors import LeakError, RefusedError, UsageError, VerificationError, WaitingForDecisionError
from vault.export import archive
from vault.export.archive import package_words
from vault.export.dossier_report import READ, UNREAD, Cover
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.page import require_room
from vault.export.release import ACT, Release
from vault.ids import CompartmentId, CompartmentKind, Digest, RecordId
from vault.log.approval import Approval
from vault.policy.rights import RIGHTS
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress
from vault.records.versions import of_kind
from vault.records.work import Entry, Receipt, Work
from vault.redaction.profile import profile_named
from vault.redaction.questions import OpenQuestions, Question, decisions_to_keep
from vault.seal.signing import public_key, sign
from vault.services.approvals import by_file
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import (
    ALONE,
    APART_MS,
    HERE_MS,
    TWO_PERSON,
    Second,
    approver_named,
    approvers,
    require_second,
    require_valid,
    required_approval,
    rule_of,
)
from vault.services.cases.urgent_reviews import review_task
from vault.services.exports.consents import cannot_be_hidden
from vault.services.exports.export_material import (
    Material,
    NotThereError,
    Ready,
    Wish,
    make_ready,
    question_for,
    reference_for,
)
from vault.services.exports.papers_leaving import painted
from vault.services.exports.partners import KeptPartner, find, require_confirmed
from vault.services.exports.reviewed_after import reviewers
from vault.services.exports.said_beside import as_asked, organisation_name, today
from vault.services.exports.supplements import behind, removed_in
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, read_valid, up_to_date_index
from vault.store.files import require_new
from vault.words.message import Message
from vault.words.next_step import NextStep

# The durable steps of an export: files are made, checked, read; begin is logged; they are sealed; done is logged.

VALID_DAYS = 90

Approve = Callable[[tuple[str, ...]], bool]
"""Shows somebody the finished pages, and says whether they say yes."""


class PagesAnewError(WaitingForDecisionError):
    """Somebody who reads the finished pages hides another word, or takes one back: the pages are made anew."""

    def __init__(self) -> None:
        super().__init__(Message("the pages are made anew; nothing was sealed"))


class DeclinedError(CancelledError):
    """A person read the finished pages and said no; nothing was sealed, and the log says that it was stopped."""


@dataclass(frozen=True, slots=True)
class Done:
    """A package at its destination, and what a person needs of it."""

    path: Path
    package: SealedPackage
    key_words: tuple[str, ...]
    pages: tuple[str, ...]
    review: RecordId | None = None


@dataclass(slots=True)
class ExportSteps:
    """The durable steps: files are made, checked, approved; begin is logged; they are sealed; done is logged.

    Where there are `reviewers`, one of them reviews it afterwards, and nobody before.
    """

    session: Session
    ready: Ready
    rule: str
    second: Second | None
    answer: Approval | None
    reviewers: tuple[str, ...] = ()

    def run(self, cover: Cover, out: Path, approve: Approve | None, progress: Progress | None) -> Done:
        """Take all steps, or log that the export was stopped and raise what stopped it."""
        seed = package_seed(self.session)
        begun: Receipt | None = None
        try:
            if not self.reviewers:  # whatever can refuse does so before a person reads the pages
                require_second(self.session, ACT, self.second)
            prepared = _prepared(self.session, self.ready, cover, progress)
            _require_room(self.ready.material, prepared)
            if self.answer is not None:
                require_valid(self.session, self.answer, self._question(prepared))
            if approve is not None and not approve(prepared.pages):
                raise DeclinedError  # noqa: TRY301 - the abort below has to be logged for it too
            question = self._question(
                prepared
            )  # now: reading takes its time, and a question at this keyboard expires soon
            approval = None if self.reviewers else required_approval(self.session, question, self.second)
            begun = self._log_begin(question.digest, approval)
            package = self._seal(prepared, seed, approval)
            review = self._log_done(package, cover, begun)
            path = publish(package, out)
        except PagesAnewError:
            raise
        except Exception:
            self._log_abort(begun)
            raise
        return Done(path, package, package_words(public_key(seed)), prepared.pages, review)

    def _question(self, prepared: PreparedReport) -> ApprovalQuestion:
        return question_for(self.session, self.ready.material, prepared, valid_ms=HERE_MS)

    def _seal(self, prepared: PreparedReport, seed: bytes, approval: Approval | None) -> SealedPackage:
        roles = tuple(sorted(self.session.roles))
        return write_package(
            prepared,
            to=self.ready.material.to,
            package_public=public_key(seed),
            sign=partial(sign, seed),
            release=Release(today(self.session), roles, pages=prepared.cover.pages),
            approval=approval,
            expires=today(self.session) + datetime.timedelta(days=VALID_DAYS),
        )

    def _log_begin(self, digest: bytes, approval: Approval | None) -> Receipt:
        """Use the approval, once and for all, before anything is sealed."""
        case = self.ready.material.case
        entry = Entry(
            act=ACT,
            out="ok:alone" if approval is None else "ok",
            why=self.ready.material.profile.why,
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
        record, parents = (None, ()) if asked is None else (asked.record, (asked.version,))
        kept = Approving(ACT, approval.digest, approval.encode())
        work.keep(self.ready.material.case, kept, record, parents)

    def _log_abort(self, begun: Receipt | None) -> None:
        cause = None if begun is None else begun.seq
        obj = audit_of(self.session, self.ready.material.case)
        self.session.log_act(
            Entry(act="export.abort", why=self.ready.material.profile.why, obj=obj, cause=cause, pol=self.rule)
        )

    def _log_done(self, package: SealedPackage, cover: Cover, begun: Receipt) -> RecordId | None:
        """Keep what left, for whom and under which decisions, together with the entry that says so.

        Returns:
            The task by which somebody else reviews it, if one does.
        """
        case = self.ready.material.case
        disclosure = Disclosure(
            recipient=self.ready.material.recipient.record,
            profile=self.ready.material.profile.name,
            purpose=cover.purpose,
            package=package.package,
            digest=package.digest(),
            made=today(self.session).isoformat(),
            contact=cover.contact,
            pages=cover.pages,
            reference=cover.reference,
            series=self.ready.material.series or package.package.hex(),
            decisions=decisions_to_keep(self.ready.decisions, self.ready.by_hand),
            pseudonyms=self.ready.book.given(),
            read=self.ready.read() if cover.pages == READ else (),
            consents=self.ready.material.agreed.consents,
            papers=tuple(paper.version for paper in self.ready.material.papers),
            removed=removed_in(self.ready.dossier),
        )
        # By the rules of an older program a legal reviewer's would be quarantined, and the log of the case in doubt.
        may_keep = RIGHTS.may_write(self.session.roles, CompartmentKind.CASE, Disclosure.KIND)
        review: RecordId | None = None
        files = len(archive.MEMBERS) + len(self.ready.material.papers)
        with self.session.work(case) as work:
            if self.reviewers:
                review = work.keep(case, review_task(self.session, cover.reference, self.reviewers))
                disclosure = replace(disclosure, review=review)
            if may_keep:
                work.keep(case, disclosure)
            if package.words:
                work.keep(case, PageWords(package.package, package.words, package.digest()))
            work.commit(
                Entry(
                    act="export.done",
                    out="ok" if cover.pages == READ else f"ok:{UNREAD}",
                    why=self.ready.material.profile.why,
                    obj=audit_of(self.session, case),
                    objs=(self.ready.material.recipient.record,),
                    dig=package.digest(),
                    cause=begun.seq,
                    covers={"file": files, "decision": self.ready.decided},
                    pol=self.rule,
                )
            )
        return review


def _prepared(session: Session, ready: Ready, cover: Cover, progress: Progress | None) -> PreparedReport:
    papers = painted(session, ready.material.papers, ready.dossier, ready.coarser)
    try:
        return prepare(ready.dossier, cover, papers=papers, progress=progress)
    except LeakError as fault:
        left = {form for place, form in enumerate(ready.dossier.forbidden_forms) if place in fault.forms}
        if (refused := cannot_be_hidden(ready.material.agreed, left)) is not None:
            raise refused from None
        if not ready.hides_more:
            raise
        raise NotThereError(
            Message("a word that you hid may stand in words of the report's own too; the pages were not made"),
            next_step=Message("Take it back."),
        ) from None


def _require_room(material: Material, prepared: PreparedReport) -> None:
    """Return if these files fit into a page, where they shall be one."""
    if material.is_page:
        require_room(archive.packed_size(map(len, prepared.files.values())), prepared.cover.language)


def require_reachable(kept: KeptPartner, wish: Wish, *, is_shown_to_second: bool) -> None:
    """Return if the recipient's key is good enough; of a page no key matters, as the words are told by telephone.

    Raises:
        RefusedError: it is not.
    """
    if kept.age_recipient and not wish.as_page:
        require_confirmed(kept, is_shown_to_second=is_shown_to_second)


def package_seed(session: Session) -> bytes:
    """Return the seed of the organisation's package key.

    Raises:
        VerificationError: this seat may not send, or the key is not valid.
    """
    for sending in held_of_kind(session, CompartmentKind.SENDING):
        for _, key in of_kind(read_valid(session, sending), PackageKey):
            return key.seed
    raise VerificationError(
        Message("this device does not hold the organisation's package key"), next_step=Message("Ask an admin for it.")
    )


# From a case to a sealed package for one recipient: nothing is at the destination before all of it has passed.


@dataclass(frozen=True, slots=True)
class Undecided:
    """Forms that a person has to decide; nothing was written and nothing was logged but the view."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A package at its destination, and the words by which its recipient knows who made it.

    `release` is the rule by which it left: `alone` or `two-person`; `is_read`: somebody read the pages before.
    `as_proposed` are the questions that nobody answered: their proposals were taken. `review` is the task by which one
    of `reviewers` reviews it, where it left before anybody approved it. `package` is its id, `is_page`: it opens with
    words, which are shown once somebody has called the recipient.
    """

    path: Path
    digest: Digest
    questions: int
    decided: int
    key_words: tuple[str, ...]
    release: str
    is_read: bool
    pages: tuple[str, ...] = field(repr=False)
    as_proposed: tuple[Question, ...] = field(default=(), repr=False)
    review: RecordId | None = None
    reviewers: tuple[str, ...] = field(default=(), repr=False)
    package: bytes = b""
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is in its file: who can open it, and what it is about; `as_proposed` as of `Exported`."""

    names: tuple[str, ...] = field(repr=False)
    digest: bytes
    as_proposed: tuple[Question, ...] = field(default=(), repr=False)


def export(
    session: Session,
    case: CompartmentId,
    wish: Wish,
    *,
    out: Path,
    approve: Approve | None = None,
    second: Second | None = None,
    answer: Approval | None = None,
    progress: Progress | None = None,
) -> Exported | Undecided:
    """Redact a case for one recipient, check the finished files in another process, seal and write them.

    Args:
        session: who exports.
        case: the case.
        wish: what shall leave, and for whom.
        out: a folder that exists.
        approve: asked once the files are finished and checked, with the pages as another reader reads them; only when
            it says yes is anything sealed. Without it nobody reads them, and log, report and package say `unread`,
            unless they were read when the question of `answer` was asked.
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
    up_to_date_index(session)  # what is missing comes to light before anything leaves
    session.require_sound_log(case, *held_of_kind(session, CompartmentKind.SENDING))
    if not out.is_dir():
        raise UsageError(
            Message("there is no folder {out}", out=out),
            next_step=Message("Make the folder first; the package is written into it."),
        )
    is_asked = second is not None or answer is not None
    reviewing = () if is_asked else reviewers(session, profile_named(wish.profile))
    release = ALONE if reviewing else rule_of(session)
    # A second person reads for whom it is, and all words of a key that nobody confirmed.
    require_reachable(find(session, wish.to), wish, is_shown_to_second=release == TWO_PERSON)
    asked = None if answer is None else answer.digest
    ready = _ready(session, case, wish, asked)
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    cover = _cover(session, ready.material, wish, release=release, is_read=approve is not None)
    question = None if asked is None else ready.material.question(asked)
    if question is not None:
        cover = as_asked(cover, question.value)
    if answer is not None:
        second = lambda wanted: answer  # noqa: E731 - the answer is there already
    done = ExportSteps(session, ready, rule, second, answer, reviewing).run(cover, out, approve, progress)
    return Exported(
        path=done.path,
        digest=Digest(done.package.digest()),
        questions=ready.questions,
        decided=ready.decided,
        key_words=done.key_words,
        release=release,
        is_read=cover.pages == READ,
        pages=done.pages,
        as_proposed=ready.as_proposed,
        review=done.review,
        reviewers=reviewing,
        package=done.package.package,
        is_page=ready.material.is_page,
    )


def ask(
    session: Session,
    case: CompartmentId,
    wish: Wish,
    *,
    out: Path,
    approve: Approve | None = None,
    approver: str | None = None,
    progress: Progress | None = None,
) -> Asked | Undecided:
    """Make the files of an export as far as the question to a second person who is somewhere else; nothing leaves.

    The question is kept in the case, with the codes and decisions by which the same files come of it again.

    All that `export` takes means the same here, but `out`: the question's new file. `approver` is the name of the
    member who shall approve; without one, every member who may.

    Raises:
        DeclinedError: `approve` said no.
        RefusedError: nobody else could approve, so that the export is done alone; or there is something at `out`.
        VaultError: as `export`.
    """
    rule = session.require(Action.CASE_EXPORT, case)
    up_to_date_index(session)
    session.require_sound_log(case, *held_of_kind(session, CompartmentKind.SENDING))
    if rule_of(session) != TWO_PERSON:
        raise RefusedError(
            Message("nobody else could approve it: it is done alone"),
            next_step=Message("Use {export}.", export=NextStep.EXPORT),
        )
    require_new(out)
    require_reachable(find(session, wish.to), wish, is_shown_to_second=True)
    chosen = approvers(session) if approver is None else [approver_named(session, approver)]
    ready = _ready(session, case, wish)
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    cover = _cover(session, ready.material, wish, release=TWO_PERSON, is_read=approve is not None)
    prepared = _prepared(session, ready, cover, progress)
    _require_room(ready.material, prepared)
    if approve is not None and not approve(prepared.pages):
        raise DeclinedError
    question = question_for(session, ready.material, prepared, valid_ms=APART_MS)
    kept = Approving(
        act=ACT,
        digest=question.digest,
        decisions=decisions_to_keep(ready.decisions, ready.by_hand),
        pseudonyms=ready.book.given(),
        day=cover.day,
        language=cover.language,
        contact=cover.contact,
        pages=cover.pages,
        reference=cover.reference,
        said=ready.material.said,
        papers=tuple(paper.record for paper in ready.material.papers),
    )
    with session.work(case) as work:
        work.keep(case, kept)
        work.commit(
            Entry(
                act="case.edit",
                why=ready.material.profile.why,
                obj=audit_of(session, case),
                covers={Approving.KIND: 1},
                pol=rule,
            )
        )
    by_file.ask(session, question, chosen, out)
    return Asked(tuple(approver.name for approver in chosen), question.digest, ready.as_proposed)


def _ready(session: Session, case: CompartmentId, wish: Wish, asked: bytes | None = None) -> Ready | OpenQuestions:
    return make_ready(session, case, wish, asked=asked) if wish.supplement is None else behind(session, case, wish)


def _cover(session: Session, material: Material, wish: Wish, *, release: str, is_read: bool) -> Cover:
    """Return the cover of a report that is made today."""
    contact = material.contact if wish.contact is None else wish.contact
    return Cover(
        purpose=material.purpose,
        language=wish.language,
        release=release,
        pages=READ if is_read else UNREAD,
        day=today(session).isoformat(),
        organisation=organisation_name(session),
        reference=reference_for(session, material),
        contact=checked_line(" ".join(contact.split()), "contact", optional=True),
        recipient=material.recipient.name,
    )
