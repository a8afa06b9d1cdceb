"""What left a case: each package, who has it, by which consent; and what is done where it reached somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from textual import on
from typing_extensions import override

from tui.gateway.unlocked_vault import case_id
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.list_rows import ListScreen
from tui.screens.referral.export import ExportScreen
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.act import Act, Told
from vault.acts.after_sending import RECEIPT, REISSUE, REPLY, WORDS, WRONG_RECIPIENT
from vault.ids import short_id
from vault.services.exports import ledger
from vault.services.exports.ledger import Package, told_state
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural


class LedgerScreen(ListScreen, ActScreen):
    """One row for each package of a case, the last first, and how it stands."""

    NAME = Message("What left")
    COLUMNS = (
        Column(Message("day"), 12),
        Column(Message("package"), 10),
        Column(Message("how it stands"), 28),
        Column(Message("recipient")),
    )
    LIST = "ledger"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "about", Message("By which consent it left, and who stands in it"), "Enter", Message("about")),
        Command("w", "words", Message("Show the words that open a page"), "w", Message("words")),
        Command("n", "anew", Message("New words for a page"), "n", Message("anew"), rank=3),
        Command("o", "receipt", Message("They opened it: write down the four words"), "o", Message("opened"), rank=2),
        Command("f", "reply", Message("Take the reply form that they sent back"), "f", Message("reply"), rank=2),
        Command("s", "supplement", Message("Tell what stood behind one removal"), "s", Message("tell R12"), rank=3),
        Command("x", "wrong", Message("It reached somebody it was not for"), "x", Message("wrong hands")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self, case: str, ref: str, why: str) -> None:
        super().__init__()
        self._case, self._ref, self._why = case, ref, why
        self._found: list[Package] = []

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read them again; reading them is in the log."""
        case, why = case_id(self._case), self._why
        self.ask(lambda vault: vault.read(ledger.of_case, case, why=why), self._show)

    def _show(self, found: list[Package]) -> None:
        self._found = found
        self.show_rows(ListRow(package.called, _cells(package)) for package in found)
        self.head(self._ref, plural("{count} package", "{count} packages", count=len(found)))
        if not found:
            self.say(Message("Nothing has left this case."))

    def _here(self) -> Package | None:
        place = self._list.cursor
        return self._found[place] if place < len(self._found) else None

    @on(VirtualList.Opened)
    def action_about(self) -> None:
        package = self._here()
        if package is not None:
            self.say(_about(package))

    def action_words(self) -> None:
        self._do(WORDS)

    def action_anew(self) -> None:
        self._fill(REISSUE)

    def action_receipt(self) -> None:
        self._fill(RECEIPT)

    def action_reply(self) -> None:
        self._fill(REPLY)

    def _fill(self, act: Act[Any]) -> None:
        self.app.push_screen(ActForm(act, {"case": (self._case,)}, self._ref), self._filled)

    def _filled(self, words: Words | None) -> None:
        self.say(words or "")
        self.action_refresh()

    def action_supplement(self) -> None:
        """Tell the recipient of this package what stood behind one removal of its report."""
        package = self._here()
        if package is not None:
            said, told = (
                package.kept.value,
                Message("what stood behind one removal, for {name}", name=package.recipient),
            )
            screen = ExportScreen(
                self._case,
                self._ref,
                profile=said.profile,
                told=told,
                recipient=str(package.recipient),
                supplement=said.package.hex(),
            )
            self.app.push_screen(screen, lambda _: self.action_refresh())

    def action_wrong(self) -> None:
        self._do(WRONG_RECIPIENT)

    def _do(self, act: Act[Any]) -> None:
        package = self._here()
        if package is not None:
            said = {"case": (self._case,), "package": (package.kept.value.package.hex(),)}
            self.do(Doing(act, said, partial(self._done, act)))

    def _done(self, act: Act[Any], told: Told) -> None:
        self.show_told(act.title, told, lambda _: self.action_refresh())


def _cells(package: Package) -> tuple[Words, ...]:
    return package.kept.value.made, package.called, package.state, package.recipient


def _about(package: Package) -> Words:
    said = package.kept.value
    by: Sequence[Words] = [short_id(consent) for consent in said.consents]
    told: list[Words] = [
        Message("File {file}. For: {purpose}.", file=package.file, purpose=said.purpose),
        Message("Profile {profile}, made by {name}.", profile=word_of(said.profile), name=package.by),
        *(Message("{state}.", state=told_state([each])) for each in package.states[1:]),
        Message("By consent {ids}.", ids=joined(by, ", ") or "") if by else Message("No consent stands beside it."),
    ]
    if package.whose:
        told.append(Message("In it: {names}.", names=", ".join(package.whose)))
    told += package.replies
    return joined(told, " ") or ""
