"""One recipient, and a package with three questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.referral import Referral
from tui.gateway.subject import Progress, Stopped
from tui.values.values import Exported, ExportStep, QuestionShown, RecipientShown
from vault.services.approvals.approving import Second

PAGES = ("REPORT\n\n⟦PERSON 1⟧ called. Two men asked for him at the market.", "The end of the report.")


class StillReferral(Referral):
    """Writes no package."""

    _unlocked: StillDoor
    may_add = True

    @override
    def recipients(self) -> tuple[RecipientShown, ...]:
        return (RecipientShown("Maître Solvène Kaltbrunner", "amber birch cedar dune ember fjord"),)

    @override
    def words_of(self, age_recipient: str) -> str:
        return "amber birch cedar dune ember fjord grove heath inlet juniper kelp larch moss"

    @override
    def add_recipient(self, name: str, age_recipient: str) -> RecipientShown:
        self._unlocked.done.append(("recipient", name, age_recipient))
        return RecipientShown(name, self.words_of(age_recipient))

    @override
    def export(
        self,
        case: str,
        *,
        profile: str,
        to: str,
        out: Path,
        decisions: Mapping[str, str],
        language: str,
        contact: str,
        approve: Callable[[tuple[str, ...]], bool],
        progress: Progress,
        stopped: Stopped,
        second: Second | None = None,
        answer: Path | None = None,
    ) -> ExportStep | None:
        self._unlocked.done.append(("export", profile, to, dict(decisions)))
        questions = (
            QuestionShown(
                "Orvillard", 3, ("name",), "remove", "… ⟦PERSON 1⟧ and Orvillard saw it from …", conflict=True
            ),
            QuestionShown("Qarvosh", 2, ("unknown",), "remove", "… he came from Qarvosh by bus on …"),
            QuestionShown("07:40", 1, ("time",), "remove", "… called at 07:40 from ⟦PHONE⟧. Two …"),
        )
        still_open = tuple(one for one in questions if one.form not in decisions)
        if still_open:
            return ExportStep(questions=still_open)
        if not approve(PAGES):
            return None
        return ExportStep(done=Exported(f"{out}/package.age", len(decisions), ("amber", "birch", "cedar", "dune")))
