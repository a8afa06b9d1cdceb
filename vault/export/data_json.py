"""The same report for programs: canonical JSON (sorted keys, UTF-8, no spaces), no ids, no times, no order of rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vault.casework.script import script_of
from vault.export.dossier_report import Cover, Group, Piece, first_page
from vault.export.report_wording import code_in_words, is_own_purpose, wording
from vault.export.shown_sections import Dossier, key_of, numbered

FORMAT = 4  # 1 had no head, and its notes no kind and no writer; 2 had the reference of the case; 3 no first page

_CODE = re.compile(r"\[(?:R[0-9]+ )?[^\[\]\s]{1,16}\]")


def canonical(value: object) -> bytes:
    """Return the one JSON form of a value made of maps, lists, strings and whole numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


class Leaf(NamedTuple):
    """One string of the data file, under its key. `ours`: the program's own word, not a text of the case."""

    key: str
    text: str
    ours: bool


def data_leaves(dossier: Dossier, cover: Cover) -> tuple[Leaf, ...]:
    """Return every string that the data file may hold, each as often as it may; those of one key in their order."""
    words = wording(cover.language)
    sections = numbered(dossier, words)
    leaves = [
        *(leaf for group in first_page(sections, cover, words) for leaf in _of_group(group)),
        Leaf("language", cover.language, ours=True),
        Leaf("heading", words.notice_heading, ours=True),
        *(Leaf("lines", line, ours=True) for line in words.notice_of(dossier.profile, cover.purpose)),
        Leaf("profile", dossier.profile, ours=True),
        Leaf("purpose", cover.purpose, ours=is_own_purpose(cover.purpose)),
        *(Leaf(key, text, ours=True) for key, text in _head(cover).items()),
        Leaf("title", words.title, ours=True),
        *(Leaf(key, text, ours=True) for each in _removals(dossier) for key, text in each.items()),
    ]
    for coded in key_of(sections):
        leaves += (Leaf("code", coded.code, ours=True), Leaf("role", coded.role, ours=True))
        for relation in coded.relations:
            leaves += (Leaf("is-to", relation.is_to, ours=True), Leaf("to-whom", relation.whom, ours=True))
    for section in sections:
        leaves.append(Leaf("heading", section.heading, ours=True))
        for block in section.blocks:
            leaves.append(Leaf("label", block.label, ours=True))
            leaves.append(Leaf("script", _script(block.text), ours=True))
            is_code = code_in_words(section.heading, block.label, block.text, cover.language) is not None
            leaves.append(Leaf("text", block.text, ours=is_code))
    return tuple(leaves)


def _of_group(group: Group) -> Iterator[Leaf]:
    yield Leaf("heading", group.heading, ours=True)
    for entry in group.entries:
        yield from (*_pieces("head", entry.head), *_pieces("body", entry.body))
        for row in entry.rows:
            yield from (Leaf("label", row.label, ours=True), *_pieces("texts", row.pieces))


def render_data(dossier: Dossier, cover: Cover) -> bytes:
    """Return the data file of a dossier, section by section; headings and labels as keys, alike in every language.

    Raises:
        UsageError: no report in the cover's language.
    """
    words = wording(cover.language)
    sections = numbered(dossier, words)
    return canonical(
        {
            "first_page": [_group(group) for group in first_page(sections, cover, words)],
            "format": FORMAT,
            "key": [
                {
                    "code": coded.code,
                    "relations": [{"is-to": relation.is_to, "to-whom": relation.whom} for relation in coded.relations],
                    "role": coded.role,
                }
                for coded in key_of(sections)
            ],
            "language": cover.language,
            "notice": {"heading": words.notice_heading, "lines": words.notice_of(dossier.profile, cover.purpose)},
            "profile": dossier.profile,
            "purpose": cover.purpose,
            **_head(cover),
            "removals": _removals(dossier),
            "sections": [
                {
                    "heading": section.heading,
                    "blocks": [
                        {"label": block.label, "script": _script(block.text), "text": block.text}
                        for block in section.blocks
                    ],
                }
                for section in sections
            ],
            "title": words.title,
        }
    )


def _group(group: Group) -> dict[str, object]:
    return {
        "entries": [
            {
                "body": _texts(entry.body),
                "head": _texts(entry.head),
                "rows": [{"label": row.label, "texts": _texts(row.pieces)} for row in entry.rows],
            }
            for entry in group.entries
        ],
        "heading": group.heading,
    }


def _texts(pieces: Sequence[Piece]) -> list[str]:
    return [piece.text for piece in pieces]


def _pieces(key: str, pieces: Sequence[Piece]) -> list[Leaf]:
    return [Leaf(key, piece.text, piece.ours) for piece in pieces]


def _removals(dossier: Dossier) -> list[dict[str, str]]:
    """Return of each removed place its number, what it was and why."""
    return [
        {"number": f"R{number}", "reason": removal.reason, "type": removal.type}
        for number, removal in enumerate(dossier.removals, 1)
    ]


def _script(text: str) -> str:
    """Return in which script a text is written: told by its letters alone, of which those of codes are none."""
    return script_of(_CODE.sub("", text)).value


def _head(cover: Cover) -> dict[str, str]:
    """Return what the organisation says of the report and of itself."""
    return {
        "contact": cover.contact,
        "day": cover.day,
        "organisation": cover.organisation,
        "pages": cover.pages,
        "recipient": cover.recipient,
        "reference": cover.reference,
        "release": cover.release,
    }
