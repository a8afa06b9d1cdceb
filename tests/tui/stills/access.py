"""Who can open a case, and its restricted sections."""

from __future__ import annotations

from typing_extensions import override

from tests.tui.stills.door import HOUR_MS, NOW_MS, StillDoor
from tui.gateway.sections import Sections
from tui.gateway.sharing import Sharing
from tui.gateway.subject import Progress, Stopped
from tui.values.values import NoteShown, PersonShown
from tui.values.values_access import AccessShown, CandidateShown, HolderLine, SectionLine, SectionShown
from tui.values.values_exchange import ResultText
from vault.services.grants.sharing import WHAT_MAY_BE_KEPT

YOU = HolderLine("a0" * 16, "Amina Raskolda", is_you=True)
HOLDERS = (
    YOU,
    HolderLine("a2" * 16, "Joel Brandvik", "2026-12-24", "away", "Amina Raskolda"),
    HolderLine("a5" * 16, "Селин Астерхольт", "", "supervision", "Amina Raskolda"),
)
ACCESS = AccessShown(HOLDERS, with_recovery=True, only_you="", keys=3, current=1, pending=0, cost_versions=41,
                     cost_holders=4, may_share=True)  # fmt: skip
_ONLY_YOU = "only YOU can open this case; not even the recovery sheets do"
ALONE = AccessShown((YOU,), with_recovery=False, only_you=_ONLY_YOU, keys=2, current=2, pending=3, cost_versions=5,
                    cost_holders=1, may_share=True)  # fmt: skip
SECTION = SectionShown(
    "c1" * 16,
    "location",
    "Where she is",
    (YOU, HOLDERS[2]),
    with_recovery=True,
    persons=(
        PersonShown("c2", "host", "Tilda Nobblewick", ("Tilda Nobblewick", "host", "", "Phone     +49 30 5550 12")),
    ),
    notes=(NoteShown("c3", "safety", NOW_MS - 3 * HOUR_MS, "Quietwater 17.\nAsk for Tilda.", by="Amina Raskolda"),),
    may_share=True,
)


class StillSharing(Sharing):
    """Gives and takes nothing."""

    _unlocked: StillDoor
    access = ACCESS

    @override
    def who(self, case: str) -> AccessShown:
        return self.access

    @override
    def candidates(self, case: str) -> tuple[CandidateShown, ...]:
        return (
            CandidateShown("a7" * 16, "Nadia Ferrante", ("caseworker",)),
            CandidateShown("a8" * 16, "Ilse Varga", ("legal-reviewer",)),
        )

    @override
    def give(self, case: str, member: str, *, until: str, why: str) -> ResultText:
        self._unlocked.done.append(("give", case, member, until, why))
        return ResultText(("The case is open to them.",))

    @override
    def take_back(self, case: str, member: str, progress: Progress, stopped: Stopped) -> ResultText:
        self._unlocked.done.append(("take back", case, member))
        return ResultText(("The case has a new key; 41 versions lie under it.", WHAT_MAY_BE_KEPT))

    @override
    def new_key(self, case: str, progress: Progress, stopped: Stopped) -> ResultText:
        self._unlocked.done.append(("new key", case))
        return ResultText(("The case has a new key; 41 versions lie under it.",))

    @override
    def wrap_anew(self, case: str, progress: Progress, stopped: Stopped) -> ResultText | None:
        self._unlocked.done.append(("wrap", case))
        return ResultText(("3 versions were wrapped anew.",))


class Alone(StillSharing):
    """A case that nobody else opens."""

    access = ALONE


class StillSections(Sections):
    """One section."""

    _unlocked: StillDoor

    @override
    def list_of(self, case: str) -> tuple[SectionLine, ...]:
        return (
            SectionLine(SECTION.section, SECTION.what, SECTION.title, 2, with_recovery=True),
            SectionLine("c9" * 16, "sources", "Кто рассказал", 1, with_recovery=False),
        )

    @override
    def create(self, case: str, what: str, title: str, members: tuple[str, ...]) -> str:
        self._unlocked.done.append(("section", case, what, title, members))
        return SECTION.section

    @override
    def open(self, section: str, why: str) -> SectionShown:
        self._unlocked.done.append(("open section", section, why))
        return SECTION

    @override
    def others(self, case: str, section: str = "") -> tuple[HolderLine, ...]:
        return HOLDERS[1:2] if section else HOLDERS[1:]

    @override
    def give(self, section: str, member: str) -> ResultText:
        self._unlocked.done.append(("give section", section, member))
        return ResultText(("The section is open to them.",))

    @override
    def take_back(self, section: str, member: str, progress: Progress, stopped: Stopped) -> ResultText:
        self._unlocked.done.append(("take section back", section, member))
        return ResultText(("The section has a new key.",))
