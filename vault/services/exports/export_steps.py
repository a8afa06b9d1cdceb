"""The durable steps of an export: files are made, checked, read; begin is logged; they are sealed; done is logged."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vault.access.session import Session
from vault.casework.disclosure import Approving, Disclosure
from vault.casework.organisation_records import PackageKey
from vault.errors import VerificationError
from vault.export import archive
from vault.export.archive import package_words
from vault.export.dossier_report import READ, UNREAD, Cover
from vault.export.package import PreparedReport, SealedPackage, prepare, publish, write_package
from vault.export.release import ACT, Release
from vault.ids import CompartmentKind
from vault.log.approvals import Approval
from vault.progress import CancelledError, Progress
from vault.records.codec import of_kind
from vault.records.work import Entry, Receipt, Work
from vault.redaction.questions import decisions_to_keep
from vault.seal.signing import public_key, sign
from vault.services.approvals.approving import HERE_MS, Second, require_second, require_valid, required_approval
from vault.services.approvals.question import Question
from vault.services.exports.export_material import SERIES, WHY, Ready, question_for
from vault.services.exports.report_covers import today
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import audit_of, read_valid
from vault.words.message import Message

VALID_DAYS = 90

Approve = Callable[[tuple[str, ...]], bool]
"""Shows somebody the finished pages, and says whether they say yes."""


class DeclinedError(CancelledError):
    """A person read the finished pages and said no; nothing was sealed, and the log says that it was stopped."""


@dataclass(frozen=True, slots=True)
class Done:
    """A package at its destination, and what a person needs of it."""

    path: Path
    package: SealedPackage
    key_words: tuple[str, ...]
    pages: tuple[str, ...]


@dataclass(slots=True)
class ExportSteps:
    """The durable steps: files are made, checked, approved; begin is logged; they are sealed; done is logged."""

    session: Session
    ready: Ready
    rule: str
    second: Second | None
    answer: Approval | None

    def run(self, cover: Cover, out: Path, approve: Approve | None, progress: Progress | None) -> Done:
        """Take all steps, or log that the export was stopped and raise what stopped it."""
        seed = _package_seed(self.session)
        begun: Receipt | None = None
        try:
            # Whatever can refuse does so before a person reads the pages.
            require_second(self.session, ACT, self.second)
            prepared = prepare(self.ready.dossier, cover, progress=progress)
            if self.answer is not None:
                require_valid(self.session, self.answer, self._question(prepared))
            if approve is not None and not approve(prepared.pages):
                raise DeclinedError  # noqa: TRY301 - the abort below has to be logged for it too
            question = self._question(
                prepared
            )  # now: reading takes its time, and a question at this keyboard expires soon
            approval = required_approval(self.session, question, self.second)
            begun = self._log_begin(question.digest, approval)
            package = self._seal(prepared, seed, approval)
            self._log_done(package, cover, begun)
            path = publish(package, out)
        except Exception:
            self._log_abort(begun)
            raise
        return Done(path, package, package_words(public_key(seed)), prepared.pages)

    def _question(self, prepared: PreparedReport) -> Question:
        return question_for(self.session, self.ready.material, prepared, valid_ms=HERE_MS)

    def _seal(self, prepared: PreparedReport, seed: bytes, approval: Approval | None) -> SealedPackage:
        roles = tuple(sorted(self.session.roles))
        key = b"" if approval is None else self.session.directory.effective.certificates[approval.approver].identity
        return write_package(
            prepared,
            age_recipient=self.ready.material.recipient.age_recipient,
            package_public=public_key(seed),
            sign=partial(sign, seed),
            release=Release(today(self.session), roles, self.session.seat, approval, key, prepared.cover.pages),
            expires=today(self.session) + datetime.timedelta(days=VALID_DAYS),
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
        record, parents = (None, ()) if asked is None else (asked.record, (asked.version,))
        kept = Approving(ACT, approval.digest, approval.encode())
        work.keep(self.ready.material.case, kept, record, parents)

    def _log_abort(self, begun: Receipt | None) -> None:
        cause = None if begun is None else begun.seq
        obj = audit_of(self.session, self.ready.material.case)
        self.session.log_act(Entry(act="export.abort", why=WHY, obj=obj, cause=cause, pol=self.rule))

    def _log_done(self, package: SealedPackage, cover: Cover, begun: Receipt) -> None:
        """Keep what left, for whom and under which decisions, together with the entry that says so."""
        disclosure = Disclosure(
            recipient=self.ready.material.recipient.record,
            profile=self.ready.material.profile.name,
            purpose=cover.purpose,
            package=package.package,
            digest=package.digest(),
            made=today(self.session).isoformat(),
            contact=cover.contact,
            pages=cover.pages,
            series=SERIES,
            decisions=decisions_to_keep(self.ready.decisions),
            pseudonyms=self.ready.book.given(),
            read=self.ready.read() if cover.pages == READ else (),
        )
        # By the rules of an older program a legal reviewer's would be quarantined, and the log of the case in doubt.
        may_keep = self.session.directory.rights.may_write(self.session.roles, CompartmentKind.CASE, Disclosure.KIND)
        with self.session.work(self.ready.material.case) as work:
            if may_keep:
                work.keep(self.ready.material.case, disclosure)
            work.commit(
                Entry(
                    act="export.done",
                    out="ok" if cover.pages == READ else f"ok:{UNREAD}",
                    why=WHY,
                    obj=audit_of(self.session, self.ready.material.case),
                    objs=(self.ready.material.recipient.record,),
                    dig=package.digest(),
                    cause=begun.seq,
                    covers={"file": len(archive.MEMBERS), "decision": len(self.ready.decisions)},
                    pol=self.rule,
                )
            )


def _package_seed(session: Session) -> bytes:
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
