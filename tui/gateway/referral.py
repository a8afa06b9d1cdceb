"""What leaves for somebody outside: recipients and packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tui.gateway.subject import Subject, case_id, telling
from vault.casework.person import Person
from vault.ids import short_id
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.redaction.questions import Question
from vault.services.approvals import by_file
from vault.services.approvals.approving import Second
from vault.services.exports import exporting, partners, whose
from vault.services.exports.export_material import WHY, Wish
from vault.services.exports.exporting import Exported, Undecided
from vault.services.exports.partners import KeptPartner
from vault.services.projection.reading import Stored
from vault.words.message import Message, Words


@dataclass(frozen=True, slots=True)
class ExportStep:
    """How far an export came: done, or its question is in a file that these can open, or forms are open."""

    done: Exported | None = None
    questions: tuple[Question, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)


class Referral(Subject):
    """Knows to whom a package can go, and makes it."""

    @property
    def may_add(self) -> bool:
        """Whether this member's roles let them keep a recipient."""
        return bool(self._may(Action.PARTNER_WRITE))

    def recipients(self) -> list[KeptPartner]:
        """Return to whom packages can be sealed."""
        return partners.list_all(self._session)

    def staying(self, case: str) -> tuple[Words, ...]:
        """Return what of a case stays here when it is exported."""
        return tuple(exporting.staying_lines(exporting.papers_staying(self._session, case_id(case))))

    def clients(self, case: str) -> tuple[tuple[str, Words], ...]:
        """Return of whom an export of one client can be: id and name."""
        return named_clients(whose.clients(self._session, case_id(case), why=WHY))

    def export(
        self,
        case: str,
        wish: Wish,
        *,
        out: Path,
        approve: Callable[[tuple[str, ...]], bool],
        progress: Progress,
        stopped: Stopped,
        second: Second | None = None,
        answer: Path | None = None,
    ) -> ExportStep:
        """Return the package, or the questions that are open: then nothing is written, nor where `approve` says no.

        `out` is a folder that exists. `approve` gets the finished pages as another reader reads them; False stops
        before anything is sealed. `answer` is the file in which a second person elsewhere answered.
        """
        given = None if answer is None else by_file.read_answer(self._session, answer)
        done = exporting.export(
            self._session,
            case_id(case),
            wish,
            out=out,
            approve=approve,
            second=second,
            answer=given,
            progress=telling(progress, stopped),
        )
        if isinstance(done, Undecided):
            return ExportStep(questions=done.questions)
        return ExportStep(done=done)


def named_clients(found: Iterable[Stored[Person]]) -> tuple[tuple[str, Words], ...]:
    """Return clients to choose from: id and name, with the beginning of the id, as two may have one name."""
    return tuple(
        (
            client.record.hex(),
            Message(
                "{name}  {id}",
                name=client.value.display_name() or Message("no name"),
                id=short_id(client.record),
            ),
        )
        for client in found
    )
