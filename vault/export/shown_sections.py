"""The sections of a report as they are shown: removals numbered in their order, and what they say of each code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from vault.errors import InternalError
from vault.export.report_wording import Wording, word_of
from vault.redaction.dossier import RedactedDossier
from vault.redaction.spans import Removal
from vault.redaction.transform import REMOVED
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One paragraph in which removals have their numbers."""

    label: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One record."""

    heading: str
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True, slots=True)
class ShownDossier:
    """What a data file says of a dossier: enough to make the report again, and no package (`package.prepare`)."""

    profile: str
    sections: tuple[ShownSection, ...]
    removals: tuple[Removal, ...]


Dossier: TypeAlias = RedactedDossier | ShownDossier


def numbered(dossier: Dossier, words: Wording) -> list[ShownSection]:
    """Return the sections that say something, with `[R12 phone]` for each removed place: each has its own number.

    A heading alone would still tell that there is somebody. One number for two places would tell that they had the same
    words. A text that has its numbers already stays as it is.
    """
    places = iter(enumerate(dossier.removals, 1))

    def mark(_: re.Match[str]) -> str:
        number, removal = next(places, (0, None))
        if removal is None:
            raise InternalError(Message("a report has more removals than were counted"))
        return f"[R{number} {word_of(words.types, removal.type)}]"

    return [
        ShownSection(
            section.heading,
            tuple(ShownBlock(block.label, _REMOVED.sub(mark, block.text)) for block in section.blocks),
        )
        for section in dossier.sections
        if section.blocks
    ]


_REMOVED = re.compile(re.escape(REMOVED))


def ranges(numbers: Sequence[int]) -> str:
    """Return rising numbers of removals, neighbours joined: `R1–R4, R7`."""
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0])]
    pairs = [(run[0][1], run[-1][1]) for run in runs]
    return ", ".join(f"R{first}" if first == last else f"R{first}–R{last}" for first, last in pairs)


# Who is who: of each code what the report says elsewhere too, in the headings of people and in their relations.
OF_ONE_PERSON: Final = frozenset({"client", "relative", "witness", "persecutor", "other-person"})
CLIENT: Final = "client"
_CODE = re.compile(r"\[P-[0-9A-Z]{3}\]")
_TURNED: Mapping[str, str] = {
    **{same: same for same in ("spouse", "sibling", "friend", "colleague", "same-charge")},
    "parent": "child",
    "child": "parent",
}


class Relation(NamedTuple):
    """What somebody is to `whom`: another code, or `client` for the only one."""

    is_to: str
    whom: str


class Coded(NamedTuple):
    """One code; `role` is the heading of its record, empty where the report has none."""

    code: str
    role: str
    relations: tuple[Relation, ...] = ()


def key_of(sections: Sequence[ShownSection]) -> tuple[Coded, ...]:
    """Return what the sections say of each code: first those with a role, each in the order in which it appears."""
    roles: dict[str, str] = {}
    clients: list[set[str]] = []
    for section in sections:
        if section.heading in OF_ONE_PERSON:
            names = _said(section, "names")
            roles.update((name, section.heading) for name in names if _CODE.fullmatch(name))
            clients += [names] if section.heading == CLIENT else []
    only = clients[0] if len(clients) == 1 else set[str]()
    found: dict[str, list[Relation]] = {}
    for one, is_to, other in _relations(sections):
        if one in roles and one not in only and (other in roles or other in only):
            found.setdefault(one, []).append(Relation(is_to, CLIENT if other in only else other))
        elif one in only and other in roles and is_to in _TURNED:
            found.setdefault(other, []).append(Relation(_TURNED[is_to], CLIENT))
    texts = (block.text for section in sections for block in section.blocks)
    others = dict.fromkeys(code for text in texts for code in _CODE.findall(text) if code not in roles)
    known = (Coded(code, role, tuple(found.get(code, ()))) for code, role in roles.items())
    return (*known, *(Coded(code, "") for code in others))


def _relations(sections: Sequence[ShownSection]) -> Iterator[tuple[str, str, str]]:
    for section in sections:
        if section.heading == "relation":
            said = {block.label: block.text for block in section.blocks}
            yield said.get("person", ""), said.get("is-to", ""), said.get("to-whom", "")


def _said(section: ShownSection, label: str) -> set[str]:
    return {line for block in section.blocks if block.label == label for line in block.text.splitlines()}
