"""Recipients of packages: who they are, whether somebody compared the words of their key, and what they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.dialogs import WholeText
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import moment
from tui.text.in_words import in_two_rows, together
from tui.widgets.text_cells import Cell, Column, ListCell
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.act import Act
from vault.acts.recipient import ADD, CONFIRM, EDIT, NO_KEY, strength
from vault.policy.roles import Action
from vault.services.exports import partners
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from vault.services.exports.ledger import Package
    from vault.services.exports.partners import KeptPartner, PartnerVersion

_WRITING: Final = frozenset({"new", "change", "confirm_key"})


class RecipientsScreen(ListScreen):
    """One row for each recipient of the organisation."""

    NAME = Message("Recipients")
    COLUMNS = (
        Column(Message("name")),
        Column(Message("town"), 14, rank=2),
        Column(Message("languages"), 16, rank=1),
        Column(Message("promise of"), 10, rank=1),
        Column(Message("key"), 15),
    )
    LIST = "recipients"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command(
            "enter",
            "about",
            Message("Who confirmed the key, and what your cases sent them"),
            "Enter",
            Message("about"),
        ),
        Command("n", "new", Message("New recipient: their key, and the call that confirms it"), "n", Message("new")),
        Command("e", "change", Message("Change how to reach them, their promise or their key"), "e", Message("change")),
        Command("k", "confirm_key", Message("They read the 13 words of the key to you"), "k", Message("confirm key")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, KeptPartner] = {}
        self._may_write = False

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if self._may_write or command.action not in _WRITING)

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: (vault.read(partners.list_all), bool(vault.may(Action.PARTNER_WRITE))), self._show)

    def _show(self, found: tuple[list[KeptPartner], bool]) -> None:
        kept, self._may_write = found
        self._found, self._is_read = {each.record.hex(): each for each in kept}, True
        self.show_rows((ListRow(key, _cells(each)) for key, each in self._found.items()), self._list.cursor)
        self.head(right=plural("{count} recipient", "{count} recipients", count=len(kept)))
        self.show_keys()
        if not kept:
            self.say(Message("No recipient yet. A caseworker or an admin adds one with n."))

    def action_new(self) -> None:
        self.app.push_screen(ActForm(ADD, {}, ""), self._changed)

    def action_change(self) -> None:
        self._open(EDIT)

    def action_confirm_key(self) -> None:
        self._open(CONFIRM)

    def _open(self, act: Act[Any]) -> None:
        kept = self.at_cursor(self._found)
        if kept is not None:
            self.app.push_screen(ActForm(act, {"recipient": (kept.record.hex(),)}, kept.name), self._changed)

    def _changed(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    @on(VirtualList.Opened)
    def action_about(self) -> None:
        kept = self.at_cursor(self._found)
        if kept is None:
            return

        def read(vault: Gateway) -> tuple[list[PartnerVersion], list[Package] | None]:
            sent = vault.safety.sent_to(kept.record) if vault.may(Action.CASE_READ) else None
            return vault.read(partners.history, kept.record.hex()), sent

        self.ask(read, lambda told: self.app.push_screen(RecipientText(kept.name, together(_lines(kept, *told)))))


class RecipientText(WholeText):
    """All that is known of a recipient."""

    NAME = Message("Recipient")


def _cells(kept: KeptPartner) -> tuple[ListCell, ...]:
    key = Cell(Message("confirmed"), Token.DIM)
    if not kept.is_confirmed:
        key = Cell(Message("! replaced") if kept.was_replaced else Message("! not confirmed"), Token.WARN)
    return kept.name, kept.town, ", ".join(kept.languages), Cell(kept.terms_day, Token.DIM), key


def _lines(kept: KeptPartner, versions: Sequence[PartnerVersion], sent: Sequence[Package] | None) -> Iterator[Words]:
    known = (kept.phone, kept.email, kept.town, ", ".join(kept.languages))
    if any(known):
        yield from (*filter(None, known), "")
    if kept.terms:
        yield Message("They promise since {day}: {terms}", day=kept.terms_day, terms=kept.terms)
        yield ""
    if kept.age_recipient:
        is_so = kept.is_confirmed
        yield Message("The key is confirmed:") if is_so else Message("The key is NOT CONFIRMED. Its words are:")
        yield from in_two_rows(kept.fingerprint.split())
        yield ""
    yield strength(kept) if kept.age_recipient else NO_KEY
    yield ""
    before = ""
    for each in versions:
        is_new, before = each.value.age_recipient != before, each.value.age_recipient
        did = [Message("brought in the key")] if is_new else []
        did += [Message("compared the words of the key with them")] if each.value.confirmed else []
        for what in did or [Message("changed it")]:
            yield Message("{when}  {name} {did}", when=moment(each.written_ms), name=each.by, did=what)
    yield ""
    if sent is None:
        yield Message("Your roles open no case: what was sent is not shown.")
        return
    yield plural("Your cases sent {count} package:", "Your cases sent {count} packages:", count=len(sent))
    for package in sent:
        said = package.kept.value
        where = {"day": said.made, "ref": package.called, "purpose": said.purpose}
        yield Message("  {day}  {ref}  {purpose}, by {name}", name=package.by, **where)
