"""What the list says of the case under its cursor: who, how to reach them, what comes next."""

from __future__ import annotations

from typing import Final

from tui.looks.tokens import Token
from tui.screens.cases.case_parts.due_rows import about_words
from tui.text.calendar import short_day_of_week
from tui.text.due_words import FULL_DAY, day_said, time_said
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.shaping import states_told
from tui.values.values import PreviewShown
from tui.values.values_story import DueShown
from tui.widgets.cells import Cell
from tui.widgets.never_cut import more_words
from tui.widgets.strip import Fact
from vault.words.message import Message, Words, plural

_GRAVE: Final = frozenset({"high", "immediate"})


def preview_facts(case: PreviewShown) -> list[Fact]:
    """Return the facts of a case: what must never be used before all else, the safe contact before its dates."""
    risk = Cell(word_of(case.risk), Token.ALARM if case.risk in _GRAVE else Token.FG, bold=case.risk in _GRAVE)
    people: list[Words] = [*case.clients, *case.others]
    people += [more_words(case.more_people)] if case.more_people else []
    facts = [Fact("", Cell(case.title, bold=True))]
    facts += [Fact(Message("2 VERSIONS (b)"), states_told(case.states), Token.WARN)] if case.states else []
    facts += [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=case.never_use)] if case.never_use else []
    for place, (name, contact) in enumerate(case.contacts, start=1):
        said: Words = Message("{name}: {contact}", name=name, contact=contact)
        if place == len(case.contacts) and case.more_contacts:
            more = plural("{count} more in the case", "{count} more in the case", count=case.more_contacts)
            said = Message("{more}; {contact}", more=more, contact=said)
        facts.append(Fact(Message("SAFE CONTACT"), said, Token.ACC))
    facts += [Fact(Message("people"), together(people, ", "))] if people else []
    if case.dates:
        following, *later = (_date_words(*glance) for glance in case.dates)
        facts.append(Fact(Message("NEXT"), following, Token.ACC, tuple(later)))
    stage = together((word_of(case.kind), word_of(case.stage)), ", ")
    facts.append(Fact(Message("stage"), (Cell(stage), Cell("  "), Cell(Message("risk")), Cell(" "), risk)))
    facts += [Fact(Message("owner"), case.owner)] if case.owner else []
    return facts


def _date_words(kind: str, when: str, headline: Words) -> Words:
    about = about_words(DueShown("", "", "", "", kind, when, headline))
    said = day_said(when) if len(when) >= FULL_DAY else None
    day: Words = when if said is None else short_day_of_week(said[0])
    return together((part for part in (day, time_said(when), about) if part), "  ")
