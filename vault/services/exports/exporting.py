"""From a case to a sealed package for one recipient: nothing is at the destination before all of it has passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vault.access.session import Session
from vault.casework.disclosure import Approving
from vault.casework.document import Document
from vault.errors import RefusedError, UsageError
from vault.export.dossier_report import READ, UNREAD, Cover
from vault.export.package import prepare
from vault.export.release import ACT
from vault.export.report_wording import SEARCH_PURPOSE, SUBJECT_PURPOSE, USUAL_PURPOSE
from vault.ids import CompartmentId, CompartmentKind, Digest
from vault.index.heads import heads_in
from vault.log.approvals import Approval
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.work import Entry
from vault.redaction.questions import OpenQuestions, Question, decisions_to_keep
from vault.services.approvals import by_file
from vault.services.approvals.approving import APART_MS, TWO_PERSON, Second, approver_named, approvers, rule_of
from vault.services.exports.export_material import WHY, Material, Wish, make_ready, question_for
from vault.services.exports.export_steps import Approve, DeclinedError, ExportSteps
from vault.services.exports.partners import find, require_confirmed
from vault.services.exports.report_covers import as_asked, organisation_name, today
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.store.files import require_new
from vault.words.message import Message, Words, plural
from vault.words.next_step import NextStep

_PURPOSES = {"disappearance": SEARCH_PURPOSE, "subject": SUBJECT_PURPOSE}


@dataclass(frozen=True, slots=True)
class Undecided:
    """Forms that a person has to decide; nothing was written and nothing was logged but the view."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A package at its destination, and the words by which its recipient knows who made it.

    `release` is the rule by which it left: `alone` or `two-person`; `is_read`: somebody read the pages before.
    `as_proposed` are the questions that nobody answered: their proposals were taken.
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
    release = rule_of(session)
    # A second person reads for whom it is, and all words of a key that nobody confirmed.
    require_confirmed(find(session, wish.to), is_shown_to_second=release == TWO_PERSON)
    asked = None if answer is None else answer.digest
    ready = make_ready(session, case, wish, asked=asked)
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    cover = _cover(session, ready.material, wish, release=release, is_read=approve is not None)
    question = None if asked is None else ready.material.question(asked)
    if question is not None:
        cover = as_asked(cover, question.value)
    if answer is not None:
        second = lambda wanted: answer  # noqa: E731 - the answer is there already
    done = ExportSteps(session, ready, rule, second, answer).run(cover, out, approve, progress)
    return Exported(
        path=done.path,
        digest=Digest(done.package.digest()),
        questions=ready.questions,
        decided=len(ready.decisions),
        key_words=done.key_words,
        release=release,
        is_read=cover.pages == READ,
        pages=done.pages,
        as_proposed=ready.as_proposed,
    )


def papers_staying(session: Session, case: CompartmentId) -> int:
    """Return how many papers of a case stay here when it is exported: a package has none of them."""
    session.require(Action.CASE_EXPORT, case)
    return len({head.record for head in heads_in(up_to_date_index(session), case, Document.KIND)})


def staying_lines(count: int) -> list[Words]:
    """Return the same for who is about to export; nothing where the case has no paper."""
    told = plural(
        "{count} paper of the case stays here: a package has no papers. Hand it over yourself if needed.",
        "{count} papers of the case stay here: a package has no papers. Hand them over yourself if needed.",
        count=count,
    )
    return [told] if count else []


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
    require_confirmed(find(session, wish.to), is_shown_to_second=True)
    chosen = approvers(session) if approver is None else [approver_named(session, approver)]
    ready = make_ready(session, case, wish)
    if isinstance(ready, OpenQuestions):
        return Undecided(ready.questions)
    cover = _cover(session, ready.material, wish, release=TWO_PERSON, is_read=approve is not None)
    prepared = prepare(ready.dossier, cover, progress=progress)
    if approve is not None and not approve(prepared.pages):
        raise DeclinedError
    question = question_for(session, ready.material, prepared, valid_ms=APART_MS)
    kept = Approving(
        act=ACT,
        digest=question.digest,
        decisions=decisions_to_keep(ready.decisions),
        pseudonyms=ready.book.given(),
        day=cover.day,
        language=cover.language,
        contact=cover.contact,
        pages=cover.pages,
    )
    with session.work(case) as work:
        work.keep(case, kept)
        work.commit(Entry(act="case.edit", why=WHY, obj=audit_of(session, case), covers={Approving.KIND: 1}, pol=rule))
    by_file.ask(session, question, chosen, out)
    return Asked(tuple(approver.name for approver in chosen), question.digest, ready.as_proposed)


def _cover(session: Session, material: Material, wish: Wish, *, release: str, is_read: bool) -> Cover:
    """Return the cover of a report that is made today."""
    return Cover(
        purpose=_PURPOSES.get(material.profile.name, USUAL_PURPOSE),
        language=wish.language,
        release=release,
        pages=READ if is_read else UNREAD,
        day=today(session).isoformat(),
        organisation=organisation_name(session),
        reference="" if material.head is None else material.head.ref,
        contact=" ".join((material.contact if wish.contact is None else wish.contact).split()),
        recipient=material.recipient.name,
    )
