"""What stands beside the list of hits: why this one was found, how to reach whom it is about, other ways to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.looks.tokens import Token
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.values import HitShown, PreviewShown
from tui.widgets.cells import Cell
from tui.widgets.strip import Fact
from vault.words.message import Message

_WHY: Final[Mapping[str, Message]] = {
    "exact": Message("All the words are there as you typed them."),
    "beginning": Message("A word there begins with what you typed."),
    "digits": Message("A number ends in these digits, with or without its country code."),
    "spelling": Message("The same name in another spelling or script."),
    "inflected": Message("Another grammatical form of the word."),
    "equivalent": Message("Another form of the given name."),
    "ending": Message("The name with another ending, as others of a family have it."),
    "letter": Message("One letter is different."),
}
WHYS: Final = (
    *(Message("exact"), Message("beginning of a word"), Message("last digits"), Message("spelling")),
    *(Message("inflected"), Message("other form of the name"), Message("other ending"), Message("1 letter")),
)
"""What stands at the right end of a hit."""
_OTHERWISE: Final = Message(
    "last digits of a phone, kind:note, by:joel, since:yesterday, until:1.10.2026, “exact words”"
)


OTHER_WAYS: Final = Fact(Message("other ways to ask"), Cell(_OTHERWISE, Token.DIM))


def hit_facts(hit: HitShown, case: PreviewShown | None) -> list[Fact]:
    """Return the facts of a hit; those of its case are there once it was looked up."""
    where = [hit.ref, hit.client] + ([word_of(hit.section)] if hit.section else [])
    never = case.never_use if case is not None else hit.do_not_call
    facts = [Fact(together(where, "  "), Cell(_WHY.get(hit.why_code, "")))]
    facts += [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=never)] if never else []
    for name, contact in case.contacts[:2] if case is not None else ():
        said = Message("{name}: {contact}", name=name, contact=contact)
        facts.append(Fact(Message("SAFE CONTACT"), said, Token.ACC))
    label = Message("names and numbers") if hit.kind == "person" else Message("what is said")
    return [*facts, Fact(label, hit.snippet), OTHER_WAYS]
