"""A gateway that holds still: invented people, fixed ids and times, so that a picture of a screen stays the same."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from typing_extensions import override

from tui.app import CaseVaultApp
from tui.gateway import Gateway, Progress
from tui.start import Start
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
    NoteShown,
    PersonShown,
    PersonTyped,
    QuestionShown,
    RecipientShown,
    Spot,
    Standing,
)
from vault.errors import WrongPassphraseError

NOW_MS = 1_795_615_320_000
"""2026-11-25 14:02 UTC."""
_HOUR_MS = 3_600_000
COVERED = "13 of 13 entries in 1 log are proven; 9 versions and 13 audit payloads were opened"

CASES = (
    ("K7QM-3XPD", "Арсений Вьюжанин", "Vyuzhanin: extradition request, hearing on the 27th", "extradition", "flagged"),
    ("T4WB-9HNC", "Salim Zumurrudi", "Zumurrudi: detention order ends 9 December", "detention", "arrested"),
    ("M2RF-6VJK", "Вера Тихоокова", "Тихоокова: family in transit", "family", "open"),
    ("X9CD-5TQZ", "", "Call at night, no name yet [/b] \x1b[31m", "asylum", "pre-reg"),
)
PERSONS = (
    PersonShown(
        "a1",
        "client",
        "Арсений Вьюжанин",
        (
            "Арсений Вьюжанин / Arseniy Vyuzhanin",
            "client",
            "",
            "SAFE CONTACT messenger through his sister; after 18:00",
            "",
            "Born      1988-03-14",
            "Phone     +996 555 010 203",
            "Document  passport 71 0034512",
        ),
    ),
    PersonShown("a2", "relative", "Лидия Вьюжанина", ("Лидия Вьюжанина", "relative", "", "Born      1991-11-02")),
    PersonShown("a3", "interpreter", "نورا الزمردي", ("نورا الزمردي / Nora Zumurrudi", "interpreter", "")),
)
NOTES = (
    NoteShown(
        "b1",
        "contact",
        NOW_MS - 30 * _HOUR_MS,
        "Arseniy Vyuzhanin called at 07:40. Two men asked for him at the market. He can be reached through his sister "
        "until Friday. The court will hear the request on 27 November 2026.",
    ),
    NoteShown(
        "b2",
        "interview",
        NOW_MS - 8 * _HOUR_MS,
        "Арсений Вьюжанин рассказал, что его имя есть в базе розыска с 2 июня 2026 года. Сестра видела машину у дома.",
    ),
    NoteShown(
        "b3",
        "legal-advice",
        NOW_MS - 2 * _HOUR_MS,
        "Entretien avec M. Vyuzhanin. Mireille Tastevent prépare la demande de mesures provisoires.\n\n"
        "Le recours doit partir avant le 26 novembre 2026.",
        "2026-11-25T12:00",
    ),
)
PAGES = ("REPORT\n\n⟦PERSON 1⟧ called. Two men asked for him at the market.", "The end of the report.")
DRAFT = DraftShown(
    "11" * 16, "22" * 16, "K7QM-3XPD", "contact", NOW_MS - 60_000, "The hearing was moved to 09:30.", cursor=(0, 31)
)


class StillGateway(Gateway):
    """Answers with what stands above; nothing is kept but what a test looks for in `done`."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere/field-03.vault"))
        self.done: list[tuple[Any, ...]] = []
        self.drafts_kept: tuple[DraftShown, ...] = (DRAFT,)
        self.alarms: tuple[str, ...] = ()
        self.spot: Spot | None = None

    @override
    def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
        right = passphrase == b"seven paper lanterns"
        passphrase[:] = bytes(len(passphrase))
        self.done.append(("unlock", member))
        if not right:
            raise WrongPassphraseError("no key slot opens with this name and passphrase")

    @override
    def close(self) -> None:
        self.done.append(("close",))

    @override
    def standing(self) -> Standing:
        lacks = ("no separation of duties", "no recovery sheets")
        return Standing("Amina", NOW_MS - 26 * _HOUR_MS, self.alarms, lacks, len(self.drafts_kept))

    @override
    def start_list(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
        self.done.append(("list", sort, untrusted_filter))
        words = untrusted_filter.casefold()
        rows = tuple(
            CaseLine(f"{number:032x}", ref, client, title, kind, stage)
            for number, (ref, client, title, kind, stage) in enumerate(CASES)
            if words in f"{client} {title}".casefold()
        )
        return CaseListStart(len(rows), rows)

    @override
    def create_case(self, title: str, kind: str) -> str:
        self.done.append(("create", title, kind))
        return "11" * 16

    @override
    def open_case(self, case: str, why: str) -> CaseShown:
        self.done.append(("open", case, why))
        ref, _, title, kind, stage = CASES[0]
        contact = ("Арсений Вьюжанин: messenger through his sister; after 18:00; NEVER USE +996 555 010 203",)
        return CaseShown(
            case, ref, title, kind, stage, "high", "2026-11-20", 1, contact, PERSONS, NOTES, self.drafts_kept
        )

    @override
    def add_person(self, case: str, typed: PersonTyped) -> str:
        self.done.append(("person", typed))
        return "a2"

    @override
    def new_draft(self, case: str, ref: str, kind: str, *, amends: str | None = None, text: str = "") -> DraftShown:
        return DraftShown(case, "33" * 16, ref, kind, 0, text, amends=amends)

    @override
    def save_draft(self, draft: DraftShown) -> None:
        self.done.append(("save", draft.text))
        self.drafts_kept = (draft, *(one for one in self.drafts_kept if one.record != draft.record))

    @override
    def forget_draft(self, draft: DraftShown) -> None:
        self.done.append(("forget", draft.record))
        self.drafts_kept = tuple(one for one in self.drafts_kept if one.record != draft.record)

    @override
    def drafts(self) -> tuple[DraftShown, ...]:
        return self.drafts_kept

    @override
    def keep_spot(self, spot: Spot) -> None:
        self.done.append(("spot", spot))

    @override
    def take_spot(self) -> Spot | None:
        return self.spot

    @override
    def finish_note(self, draft: DraftShown) -> str:
        self.done.append(("finish", draft.kind, draft.text, draft.amends))
        return "b3"

    @override
    def search(self, untrusted_words: str) -> FoundShown:
        self.done.append(("search", untrusted_words))
        hits = (
            HitShown("11" * 16, "K7QM-3XPD", "b1", "note", "… until Friday. The court will hear the request on 27 …"),
            HitShown("00" * 16, "T4WB-9HNC", "a9", "person", "Salim Zumurrudi · سليم الزمردي"),
        )
        return FoundShown(hits, more=False)

    @override
    def read_log(self) -> LogShown:
        acts = (
            ("log.read", "", ""),
            ("note.create", "case ~3fa91c07", "1 note"),
            ("case.view", "case ~3fa91c07 casework", "1 case, 3 person, 3 note"),
            ("case.list", "", "4 case"),
            ("unlock.ok", "", ""),
        )
        lines = [
            LogLineShown(12 - place, NOW_MS - place * 60_000, act, "ok", about, covers)
            for place, (act, about, covers) in enumerate(acts)
        ]
        return LogShown(tuple(lines), 13, 13)

    @override
    def verify_log(self, progress: Progress, cancelled: Callable[[], bool]) -> Checked | None:
        progress(13, 13)
        self.done.append(("verify",))
        return Checked(True, COVERED, "9c" * 32)

    @override
    def back_up(self, destination: Path, progress: Progress, cancelled: Callable[[], bool]) -> BackupMade | None:
        progress(1, 1)
        self.done.append(("backup", destination))
        return BackupMade(f"{destination}/backup-1", 13, 9, 1)

    @override
    def recipients(self) -> tuple[RecipientShown, ...]:
        return (RecipientShown("Maître Solvène Kaltbrunner", "amber birch cedar dune ember fjord"),)

    @override
    def add_recipient(self, name: str, age_recipient: str) -> RecipientShown:
        self.done.append(("recipient", name, age_recipient))
        return RecipientShown(name, "amber birch cedar dune ember fjord grove heath inlet juniper kelp larch moss")

    @override
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
        self.done.append(("export", profile, to, dict(decisions)))
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


class StillApp(CaseVaultApp):
    """The app over a still gateway, which may be photographed: only tests can do that."""

    @override
    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:  # type: ignore[override]  # the safe app refuses
        svg = App.export_screenshot(self, title=title, simplify=simplify)
        return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they name an address

    def __init__(self, gateway: StillGateway | None = None, *, member: str | None = "Amina", **options: Any) -> None:
        self.still = gateway or StillGateway()
        start = Start(Path("/nowhere/field-03.vault"), member)
        super().__init__(start, open_gateway=lambda _: self.still, clock_ms=lambda: NOW_MS, **options)


Steps = Callable[[Pilot[None]], Awaitable[None]]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until no worker works and nothing waits to be painted."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press these keys one after the other, and let each take effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Put a text into what has the focus, as a paste: letter by letter takes its time."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await settled(pilot)


async def wait_for_screen(pilot: Pilot[None], kind: type[Screen[Any]]) -> None:
    """Wait until a worker that itself waits for a person has brought this screen."""
    for _ in range(500):
        if isinstance(pilot.app.screen, kind):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"no {kind.__name__} came")


async def unlock(pilot: Pilot[None]) -> None:
    """Go through the first screen."""
    await settled(pilot)
    await type_in(pilot, "seven paper lanterns")
    await press(pilot, "enter")


def walk(app: StillApp, steps: Steps, *, size: tuple[int, int] = (80, 24)) -> None:
    """Unlock the app and take these steps in it."""

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            try:
                await unlock(pilot)
                await steps(pilot)
            finally:
                app._ending = True  # or a long act would hold up the end of a test that failed

    asyncio.run(session())
