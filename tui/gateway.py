"""The one door from the screens to the services. Every method may block, so only workers call them.

This module loads the whole library; the app imports it once the unlock screen is painted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Final

from tui import shaping
from tui.draft_shelf import DraftShelf
from tui.values import (
    BackupMade,
    CaseLine,
    CaseListStart,
    CaseShown,
    Checked,
    DraftShown,
    Exported,
    ExportStep,
    FoundShown,
    HitShown,
    LogLineShown,
    LogShown,
    PersonTyped,
    QuestionShown,
    RecipientShown,
    Spot,
    Standing,
)
from vault.access.delays import counting_down
from vault.access.session import Session
from vault.casework.person import SafeContact
from vault.casework.vocabulary import Channel
from vault.errors import InternalError, NotFoundError
from vault.ids import CompartmentId, make_id
from vault.index.cases import CaseRow, FoundCases, Place, Sort
from vault.services import (
    arrival,
    backups,
    cases,
    checking,
    dates,
    exporting,
    listing,
    logbook,
    notes,
    partners,
    people,
    searching,
)
from vault.services.entering import let_in
from vault.services.listing import CaseList
from vault.services.logbook import LogLine

_LOG_LINES: Final = 1000

Progress = Callable[[int, int], None]


class _StoppedError(Exception):
    """The person does not want the result any more."""


class Gateway:
    """One vault, locked until `unlock`.

    Args:
        path: the vault's folder.
        state: this account's state folder; the system's by default.
    """

    reasons: ClassVar[tuple[str, ...]] = cases.REASONS
    sorts: ClassVar[tuple[str, ...]] = tuple(sort.value for sort in (Sort.NAME, Sort.REF, Sort.STATUS, Sort.DUE))

    def __init__(self, path: Path, *, state: Path | None = None) -> None:
        self._path = path
        self._state = state
        self.keyfile, self.pin = "", ""  # beside the passphrase, as typed
        self._open: Session | None = None
        self._member = ""
        self._list: CaseList | None = None
        self._found: tuple[str, FoundCases | None] = ("", None)
        self._shelf: DraftShelf | None = None
        self.turn = threading.RLock()
        """Held by each act but the long ones and drafts, so that acts follow one another."""

    @property
    def _session(self) -> Session:
        if self._open is None:
            raise InternalError("the vault is locked")
        return self._open

    @property
    def _drafts(self) -> DraftShelf:
        if self._shelf is None:
            raise InternalError("the vault is locked")
        return self._shelf

    # ---- coming and going ---------------------------------------------------------------------------------------

    def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
        """Open the vault; the passphrase is wiped; `waiting` is told the seconds that earlier wrong attempts cost."""
        wait = counting_down(waiting)
        self._open = let_in(self._path, member, passphrase, self.keyfile, self.pin, state=self._state, wait=wait)
        self._shelf = DraftShelf(self._open.drafts())
        self._member = member

    def close(self) -> None:
        """Lock: close every file. Closing twice does nothing."""
        session, self._open = self._open, None
        if session is not None:
            session.close()

    def standing(self) -> Standing:
        """Return how the vault stands now."""
        known = dates.read(self._session.vault, self._state)
        lacks = [] if known.separated else ["no separation of duties"]
        lacks += [] if known.sheets else ["no recovery sheets"]
        return Standing(
            member=self._member,
            backup_ms=known.backup,
            alarms=self._session.warnings,
            lacks=tuple(lacks),
            drafts=len(self.drafts()),
        )

    # ---- cases --------------------------------------------------------------------------------------------------

    def start_list(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
        """Return the size and first page of the list; the first call of a session puts the look into the log."""
        if self._list is None:
            self._list = listing.open_list(self._session)
            arrival.settle_aloud(self._session)
        found = self._list.filter(untrusted_filter)
        self._found = (untrusted_filter, found)
        rows = self._list.page(0, Sort(sort), found=found)
        more = found is not None and found.more
        return CaseListStart(self._list.count(found), tuple(map(_line, rows)), more)

    def list_page(
        self, sort: str, untrusted_filter: str, position: int, *, after: object = None, before: object = None
    ) -> CaseListStart:
        """Return the page at a position of the list that `start_list` began; its places make the next ones quick."""
        if self._list is None:
            raise InternalError("the list was not opened")
        words, found = self._found
        if words != untrusted_filter:
            found = self._list.filter(untrusted_filter)
        rows = self._list.page(
            position,
            Sort(sort),
            found=found,
            after=after if isinstance(after, Place) else None,
            before=before if isinstance(before, Place) else None,
        )
        return CaseListStart(self._list.count(found), tuple(map(_line, rows)))

    def create_case(self, title: str, kind: str) -> str:
        """Make a case and return its id."""
        return cases.create(self._session, title=title, kind=kind).case.hex()

    def open_case(self, case: str, why: str) -> CaseShown:
        """Open a case under a view that is in the log; again in the same session and for the same reason: no entry."""
        view = cases.open_case(self._session, _id(case), why=why)
        head = view.head.value
        return CaseShown(
            case=case,
            ref=head.ref,
            title=head.title,
            kind=head.kind.value,
            stage=head.stage,
            risk=head.risk.value,
            opened=head.opened,
            heads=view.head.heads,
            safe_contacts=shaping.safe_contacts(one.value for one in view.persons),
            persons=tuple(shaping.person_shown(one.record, one.value, one.heads) for one in view.persons),
            notes=tuple(shaping.note_shown(one.record, one.value, one.written_ms, one.heads) for one in view.notes),
            drafts=tuple(draft for draft in self.drafts() if draft.case == case),
        )

    def add_person(self, case: str, typed: PersonTyped) -> str:
        """Keep a person and return the record's id."""
        contact = None
        if typed.contact_channel:
            contact = SafeContact(Channel(typed.contact_channel), typed.contact_address, typed.contact_hours)
        record = people.add(
            self._session,
            _id(case),
            role=typed.role,
            names=typed.names,
            born=typed.born or None,
            phones=typed.phones,
            emails=typed.emails,
            documents=typed.documents,
            safe_contact=contact,
        )
        return record.hex()

    # ---- notes and drafts ---------------------------------------------------------------------------------------

    def new_draft(self, case: str, ref: str, kind: str, *, amends: str | None = None, text: str = "") -> DraftShown:
        """Return an empty draft; nothing is stored before something is typed."""
        return DraftShown(case, make_id().hex(), ref, kind, 0, text, amends=amends)

    def save_draft(self, draft: DraftShown) -> None:
        """Keep a draft, sealed and on the medium when this returns. Waits for no other act."""
        self._drafts.save(draft)

    def forget_draft(self, draft: DraftShown) -> None:
        """Delete a draft."""
        self._drafts.forget(draft)

    def drafts(self) -> tuple[DraftShown, ...]:
        """Return this member's drafts, the last saved first."""
        return self._drafts.list()

    def keep_spot(self, spot: Spot) -> None:
        """Remember, sealed, where somebody was when the app locks."""
        self._drafts.keep_spot(spot)

    def take_spot(self) -> Spot | None:
        """Return where somebody was, once."""
        return self._drafts.take_spot()

    def finish_note(self, draft: DraftShown) -> str:
        """Keep the draft as a note and forget the draft; returns the note's id. The note is durable first."""
        occurred = draft.occurred.strip() or None
        if draft.amends is None:
            record = notes.add(self._session, _id(draft.case), kind=draft.kind, text=draft.text, occurred=occurred)
        else:
            record = notes.amend(self._session, draft.amends, text=draft.text)
        self.forget_draft(draft)
        return record.hex()

    # ---- search, log, backup ------------------------------------------------------------------------------------

    def search(self, untrusted_words: str) -> FoundShown:
        """Find records; one entry covers all hits."""
        found = searching.search(self._session, untrusted_words)
        hits = [HitShown(hit.case.hex(), hit.ref, hit.record.hex(), hit.kind, hit.snippet) for hit in found.hits]
        return FoundShown(tuple(hits), found.more)

    def read_log(self) -> LogShown:
        """Return the newest entries of all logs."""
        page = logbook.newest(self._session, limit=_LOG_LINES)
        return LogShown(tuple(map(_log_line, page.lines)), page.scanned, page.total)

    def verify_log(self, progress: Progress, cancelled: Callable[[], bool]) -> Checked | None:
        """Check all that is stored; None when it was stopped before the end, and then nothing is logged."""

        def advance(done: int, total: int) -> None:
            if cancelled():
                raise _StoppedError
            progress(done, total)

        try:
            found = checking.verify(self._session, progress=advance)
        except _StoppedError:
            return None
        dates.note(self._session.vault, dates.Done.VERIFY, self._session.log.now_ms(), self._state)
        covered = (
            f"{found.entries} of {found.expected} entries in {found.logs} {'logs' if found.logs > 1 else 'log'} are"
            f" proven; {found.versions_opened} versions and {found.payloads_opened} audit payloads were opened"
        )
        return Checked(found.verified, covered, found.root.hex(), tuple(fault.text for fault in found.faults))

    def back_up(self, destination: Path, progress: Progress, cancelled: Callable[[], bool]) -> BackupMade | None:
        """Make a backup, open it and read all of it; None when it was stopped: then the earlier backup stands."""
        made = backups.make(
            self._session,
            destination,
            progress=lambda _what, done, total: progress(done, total),
            cancelled=cancelled,
        )
        if made is None:
            return None
        return BackupMade(str(made.path), made.operations, made.versions, made.drafts)

    # ---- export -------------------------------------------------------------------------------------------------

    def recipients(self) -> tuple[RecipientShown, ...]:
        """Return to whom packages can be sealed."""
        return tuple(RecipientShown(one.name, one.fingerprint) for one in partners.list_all(self._session))

    def add_recipient(self, name: str, age_recipient: str) -> RecipientShown:
        """Keep a recipient; the fingerprint has to be compared by voice."""
        kept = partners.add(self._session, name=name, age_recipient=age_recipient)
        return RecipientShown(kept.name, kept.fingerprint)

    def export(
        self,
        case: str,
        *,
        profile: str,
        to: str,
        out: Path,
        decisions: Mapping[str, str],
        approve: Callable[[tuple[str, ...]], bool],
    ) -> ExportStep | None:
        """Return the package, or the questions that are open, or None when `approve` said no.

        Nothing is written but in the first case.

        Args:
            case: its id.
            profile: the table of what may leave.
            to: the recipient's name.
            out: a folder that exists.
            decisions: form -> action.
            approve: gets the finished pages as another reader reads them; False stops before anything is sealed.
        """
        try:
            done = exporting.export(
                self._session, _id(case), profile=profile, to=to, out=out, decisions=decisions, approve=approve
            )
        except exporting.DeclinedError:
            return None
        if isinstance(done, exporting.Undecided):
            questions = [
                QuestionShown(
                    q.form, q.count, tuple(one.value for one in q.kinds), q.proposal.value, q.context, q.conflict
                )
                for q in done.questions
            ]
            return ExportStep(questions=tuple(questions))
        return ExportStep(done=Exported(str(done.path), done.decided, done.key_words))


def _line(row: CaseRow) -> CaseLine:
    return CaseLine(row.case.hex(), row.ref, row.name, row.title, row.kind, row.status, row.heads, row.place)


def _log_line(line: LogLine) -> LogLineShown:
    payload = line.payload
    if payload is None:
        return LogLineShown(line.seq, None, "?", line.fault or "", "", "")
    about = "" if payload.obj is None else f"case ~{payload.obj.hex()[:8]}"
    covers = ", ".join(f"{count} {kind}" for kind, count in payload.covers.items())
    return LogLineShown(line.seq, payload.t, payload.act, payload.out, f"{about} {payload.why or ''}".strip(), covers)


def _id(case: str) -> CompartmentId:
    try:
        return CompartmentId(bytes.fromhex(case))
    except ValueError:
        raise NotFoundError("there is no such case among yours") from None
