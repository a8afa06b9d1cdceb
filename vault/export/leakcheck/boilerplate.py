"""The report's own words: the same in every report, and so no leak of a name that is spelled alike.

They are excused at their places and as often as they were approved; one occurrence more is looked at like any text.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vault.export.leakcheck.forbidden_forms import Range, is_right_to_left, squeeze
from vault.export.leakcheck.structure import KNOWN_NAMES, without_xmp_words
from vault.export.leakcheck.verdict import Check, Findings


class Approved(NamedTuple):
    """One string that the report shows. `ours`: one of its own words."""

    text: str
    ours: bool


class Leaf(NamedTuple):
    """One string that a JSON file holds, under its key; a key itself stands under no key."""

    key: str
    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Searched:
    """Something to be searched for the forms: text, as words and disguised, or bytes, in every encoding.

    `own` are places of a text that are the report's own words.
    """

    check: Check
    where: str
    content: str | bytes = field(repr=False)
    own: tuple[Range, ...] = field(default=(), repr=False)


def places_of(removed: str, text: str) -> tuple[Range, ...]:
    """Return where a text of the case says that something was removed, by the pattern of what says so."""
    return tuple(match.span() for match in re.finditer(removed, text)) if removed else ()


def top_of_page(running: str, number: int, of: int) -> str:
    """Return the squeezed lines on top of a page: the watermark, which is drawn first, and the running title."""
    return squeeze(f"{running}{number}/{of}")


def own_places(pages: Sequence[str], approved: Sequence[Approved], removed: str, running: str) -> tuple[Range, ...]:
    """Return where the report's own words stand in the pages, joined by line breaks, as a reader returns them.

    They are placed by counting from the first block to the last. If the blocks do not stand in their order, or more
    or less stands between them than was approved, no place is sure and nothing is excused. Readers return the letters
    of a right-to-left line in an order of their own, lose a sign of it now and then, and may read it before the label
    that stands beside it: such a label is looked for once between the blocks around it. So is a number of ours after
    such a line: its last digit could be taken for it.
    """
    body, places, tops = _squeezed(pages, running)
    ranges: list[Range] = []
    beside: list[str] = []
    position = loose = lost = 0
    following = [is_right_to_left(block.text) for block in approved[1:]] + [False]
    for block, before_right_to_left in zip(approved, following, strict=True):
        squeezed = squeeze(block.text)
        right_to_left = is_right_to_left(block.text)
        number = bool(loose) and squeezed.isdecimal()
        if right_to_left or (block.ours and (before_right_to_left or number)):
            loose += len(squeezed)
            lost += sum(not character.isalnum() for character in squeezed) if right_to_left else 0
            beside += () if right_to_left else (squeezed,)
            continue
        at = body.find(squeezed, position + loose - lost, position + loose + len(squeezed))
        if at < 0:
            return ()
        ranges += _found_once(beside, body, position, at)
        ranges += ((at + start, at + end) for start, end in _own_parts(block, squeezed, removed))
        position, loose, lost, beside = at + len(squeezed), 0, 0, []
    if not position + loose - lost <= len(body) <= position + loose:
        return ()
    ranges += _found_once(beside, body, position, len(body))
    return (*tops, *((places[start], places[end - 1] + 1) for start, end in ranges))


def _found_once(labels: Sequence[str], body: str, start: int, end: int) -> Iterator[Range]:
    for label in labels:
        at = body.find(label, start, end)
        if at >= 0:
            yield at, at + len(label)


def _own_parts(block: Approved, squeezed: str, removed: str) -> Iterator[Range]:
    if block.ours:
        yield 0, len(squeezed)
        return
    for start, end in places_of(removed, block.text):
        yield len(squeeze(block.text[:start])), len(squeeze(block.text[:end]))


def _squeezed(pages: Sequence[str], running: str) -> tuple[str, list[int], list[Range]]:
    """Return the squeezed pages without the line on top of each, where each character came from, and those lines."""
    body: list[str] = []
    places: list[int] = []
    tops: list[Range] = []
    offset = 0
    for number, page in enumerate(pages, 1):
        pairs = [(part, offset + place) for place, character in enumerate(page) for part in squeeze(character)]
        top = top_of_page(running, number, len(pages))
        if "".join(part for part, _ in pairs[: len(top)]) == top:
            tops.append((offset, pairs[len(top) - 1][1] + 1))
            pairs = pairs[len(top) :]
        body += (part for part, _ in pairs)
        places += (place for _, place in pairs)
        offset += len(page) + 1
    return "".join(body), places, tops


class OwnLeaves:
    """The leaves that are ours, each to be excused as often as it was approved."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._left = Counter((leaf.key, leaf.text) for leaf in leaves if leaf.ours)

    def excuses(self, key: str, text: str) -> bool:
        """Return whether this leaf is one of them, and count it."""
        if self._left[key, text] < 1:
            return False
        self._left[key, text] -= 1
        return True


def strings_of_others(content: bytes, leaves: Sequence[Leaf]) -> Iterator[tuple[str, bool]]:
    """Yield every string of a further file and whether it is ours; one that is no JSON is one string."""
    text = content.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield text, False
        return
    own = OwnLeaves(leaves)
    for key, leaf in leaves_of(value, ""):
        yield (key, own.excuses("", key)) if leaf is None else (str(leaf), own.excuses(key, str(leaf)))


def leaves_of(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield each (key, value) leaf, and each key once with None."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, None
            yield from leaves_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves_of(inner, key)
    else:
        yield key, "" if value is None else value


_NAME = re.compile(rb"/([A-Za-z0-9]+)(?![A-Za-z0-9+\-])")
_KEYWORD = re.compile(
    rb"^(?:endobj|stream|endstream|startxref|trailer|%%(?:EndComments|EndResource|Title: \(Custom Adobe Identity 0\)"
    rb"|(?:DocumentNeededResources|IncludeResource): procset CIDInit|BeginResource: CMap Custom))$",
    re.MULTILINE,
)
_STRING = re.compile(rb"/T(itle)?(?:\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f]*)>)", re.DOTALL)
_XMP_TITLE = re.compile(rb">([^<>]*)</rdf:li>")


def without_own_words(content: bytes, title: str, headings: Sequence[str]) -> bytes:
    """Return a file or stream with the names and keywords of the format and with titles that are ours blotted out."""
    left = {None: Counter(headings), b"itle": Counter((title, *headings))}
    packet = Counter((title,))

    def string(match: re.Match[bytes]) -> bytes:
        return _blot(match, left[match[1]], _decoded(match[2], match[3]))

    def listed(match: re.Match[bytes]) -> bytes:
        return _blot(match, packet, match[1].decode("utf-8", "replace"))

    content = without_xmp_words(_XMP_TITLE.sub(listed, _STRING.sub(string, content)))
    content = _NAME.sub(lambda match: bytes(len(match[0])) if match[1].decode() in KNOWN_NAMES else match[0], content)
    return _KEYWORD.sub(lambda match: bytes(len(match[0])), content)


def _blot(match: re.Match[bytes], left: Counter[str], text: str) -> bytes:
    if left[text] < 1:
        return match[0]
    left[text] -= 1
    return bytes(len(match[0]))


def _decoded(string: bytes | None, digits: bytes) -> str:
    if string is None:
        raw = bytes.fromhex(digits.decode() + "0" * (len(digits) % 2))
    else:
        raw = re.sub(rb"\\(.)", rb"\1", string)
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


# The data file: canonical JSON whose every value is approved text or one of a few plain words.
# The keys of each object, by the key under which it stands; those of one kind have them all.
_MEMBERS = {
    "": "contact day first_page format key language notice organisation pages profile purpose recipient reference"
    " release removals sections title",
    "notice": "heading lines",
    "first_page": "entries heading",
    "entries": "body head rows",
    "rows": "label texts",
    "key": "code relations role",
    "relations": "is-to to-whom",
    "removals": "number reason type",
    "sections": "blocks heading",
    "blocks": "label script text",
}
_OBJECTS = {key: frozenset(names.split()) for key, names in _MEMBERS.items()}
_KEYS = frozenset().union(*_OBJECTS.values())
_LISTS = frozenset(_OBJECTS) - {"", "notice"} | {"body", "head", "lines", "texts"}
_FORMAT = 4
_TEXTS = frozenset({"text", "texts", "head", "body"})


def check_data(
    data: bytes, approved: Sequence[Leaf], removed: str, findings: Findings
) -> Iterator[tuple[str, tuple[Range, ...]]]:
    """Check form, keys and values; yield every string, for the search of forms, and which places of it are ours."""
    try:
        value = json.loads(data)
        canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        findings.add(Check.DATA, "not JSON")
        return
    if canonical != data:
        findings.add(Check.DATA, "not canonical")
    if not _has_form(value, ""):
        findings.add(Check.DATA, "form that no data file has")
    leaves = list(leaves_of(value, ""))
    if _by_key(leaves) != _by_key((leaf.key, leaf.text) for leaf in approved):
        findings.add(Check.DATA, "values in another order, or one is missing")
    own = OwnLeaves(approved)
    left = Counter((leaf.key, leaf.text) for leaf in approved if not leaf.ours)
    for key, leaf in leaves:
        if leaf is None:
            if key not in _KEYS:
                findings.add(Check.DATA, "key that no data file has")
            yield key, ((0, len(key)),) if key in _KEYS else ()
        elif isinstance(leaf, str):
            if own.excuses(key, leaf):
                yield leaf, ((0, len(leaf)),)
                continue
            yield leaf, places_of(removed, leaf) if key in _TEXTS else ()
            left[key, leaf] -= 1
            if left[key, leaf] < 0:
                findings.add(Check.DATA, f"value under {key[:16]!a} that nobody approved")


def _by_key(leaves: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    said: defaultdict[str, list[str]] = defaultdict(list)
    for key, text in leaves:
        if isinstance(text, str):
            said[key].append(text)
    return said


def _has_form(value: Any, key: str, *, in_list: bool = False) -> bool:
    if isinstance(value, list):
        return key in _LISTS and not in_list and all(_has_form(each, key, in_list=True) for each in value)
    if (key in _LISTS) is not in_list:
        return False
    if isinstance(value, dict):
        known = key in _OBJECTS and _OBJECTS[key] == frozenset(value)
        return known and all(_has_form(inner, name) for name, inner in value.items())
    if key == "format":
        return (type(value), value) == (int, _FORMAT)
    return isinstance(value, str) and key not in _OBJECTS
