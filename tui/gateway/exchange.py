"""Exchange with other members by bundles, and with other programs by lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.gateway.subject import Subject, UnlockedVault, telling
from tui.values.values_exchange import ListShown, PeerShown, ResultText, StandingShown, WithWhom
from vault.errors import UsageError
from vault.ids import MemberId
from vault.progress import Progress, Stopped
from vault.progress import StepProgress as Stages
from vault.services import housekeeping
from vault.services.exchange import known_peers, syncing
from vault.services.exchange.bundle_words import imported_lines, inside_lines, made_lines
from vault.services.imports import case_import, import_words, taking_back
from vault.services.imports.case_import import Answer, Preview, Way
from vault.services.members import members
from vault.store.files import write_new
from vault.words.message import Message, Words, plural

_MOST_FAULTS = 12


class Exchange(Subject):
    """Bundles and lists. Where it is stopped, nothing was made or taken."""

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._last: tuple[int, tuple[Words, ...]] = (0, ())
        self._preview: Preview | None = None
        self._to_mend: tuple[Preview, Path] | None = None

    def standing(self, *, counts: bool = True) -> StandingShown:
        """Return what would be lost with this computer, and how far the others know of it; see `standing.with_whom`."""
        session = self._session
        known = session.dates
        return StandingShown(
            known.backup,
            known.verify,
            known.drill if known.proven else None,
            known.lack_of_sheets or "",
            tuple(
                WithWhom(
                    other.member.hex(), other.name, other.came, other.came_ms, other.sent, other.sent_ms, other.waiting
                )
                for other in known_peers.with_whom(session, counts=counts)
            ),
            *self._last,
        )

    def peers(self) -> tuple[PeerShown, ...]:
        """Return the members who have a device other than this one."""
        own = self._session.seat
        listed = members.list_all(self._session)
        return tuple(PeerShown(member.member.hex(), member.name) for member in listed if set(member.seats) - {own})

    def make(self, member: str, out: Path, progress: Progress, stopped: Stopped) -> ResultText:
        """Write what a member lacks into a new file."""
        to = MemberId(bytes.fromhex(member))
        made = syncing.make(self._session, to, out, progress=_stages(progress, stopped))
        return ResultText(tuple(made_lines(made)))

    def show(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText:
        """Say what is in a bundle."""
        inside = syncing.show(self._session, file, progress=_stages(progress, stopped))
        return ResultText(tuple(inside_lines(inside)))

    def import_bundle(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText:
        """Bring in what of a bundle is signed and listed, and do at once what this seat owes to others for it.

        The app stays open after it: until the keys are replaced, a device that was ended could open what it writes.
        """
        imported = syncing.import_bundle(self._session, file, progress=_stages(progress, stopped))
        lines = (*imported_lines(imported), *housekeeping.settle(self._session))
        self._last = (self._session.log.now_ms(), lines)
        return ResultText(
            tuple(lines), pending=bool(imported.pending or imported.conflicts or imported.other_conflicts)
        )

    def write_template(self, out: Path) -> ResultText:
        """Write an empty list of cases, CSV or XLSX by the ending of its name."""
        write_new(out, case_import.template(out.suffix))
        return ResultText((Message("The empty list is at {path}.", path=out),))

    def look_at_list(self, file: Path, kind: str) -> ListShown:
        """Say what a list would make and what is wrong in it; it is kept until it is made, or another is looked at."""
        self._preview = self._to_mend = None
        preview = case_import.preview(self._session, file, kind=kind)
        faults = import_words.fault_lines(preview, _MOST_FAULTS)
        if not preview.rows:
            return ListShown(tuple(faults), is_faulty=True)
        self._preview, place = preview, case_import.place_to_mend(file)
        self._to_mend = (preview, place) if faults else None
        return ListShown(
            (*faults, *import_words.preview_lines(self._session, preview)),
            {way.value: len(known) for way, known in preview.known.items()},
            to_mend=import_words.to_mend_question(preview, place) if faults else "",
        )

    def make_list(self, answers: Mapping[str, str], progress: Progress, stopped: Stopped) -> ResultText:
        """Make the cases of the list that was looked at, all or none, but for rows with a fault.

        `answers` say what happens in each way.
        """
        if self._preview is None:
            raise UsageError(Message("look at the list first"))
        chosen = {Way(way): Answer(answer) for way, answer in answers.items()}
        made = case_import.make_cases(self._session, self._preview, chosen, progress=progress, cancelled=stopped)
        self._preview = None
        mend = () if self._to_mend is None else import_words.to_mend_lines(self._to_mend[0], None)
        return ResultText((*import_words.made_lines(made, {}), *mend), pending=bool(made.to_join or mend))

    def write_to_mend(self) -> ResultText:
        """Write the rows with a fault of the list that was made beside it, in clear; say where they are."""
        if self._to_mend is None:
            return ResultText(())
        (preview, place), self._to_mend = self._to_mend, None
        case_import.write_to_mend(preview, place)
        return ResultText(tuple(import_words.to_mend_lines(preview, place)))

    def take_list_back(self) -> ResultText:
        """Take back what the last list made, all of it."""
        count = taking_back.take_back(self._session)
        told = plural("{count} imported case is taken back.", "{count} imported cases are taken back.", count=count)
        return ResultText((told,))


def _stages(progress: Progress, stopped: Stopped) -> Stages:
    tell = telling(progress, stopped)
    return lambda what, done, total: tell(done, total)
