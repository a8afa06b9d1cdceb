"""All detectors over one text: the registry, and identifiers by their shape, whether valid or not."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from vault.names.normal import NormalText, normal_text
from vault.redaction.calendars import days_of, find_other_dates
from vault.redaction.find_registered import find_encoded, find_registered
from vault.redaction.registry import Registry
from vault.redaction.spans import IdentifierType, Match
from vault.redaction.spelled import MONTHS

# The pattern detector: identifiers by their shape, whether valid or not, since a mistyped number still identifies.
# One expression over the plain text; each branch begins with a fixed kind of character and every repeat is bounded,
# so the time is linear in the text.

PHONE_REGIONS = ("RU", "KG", "KZ", "UA", "FR", "UZ", "TJ")

_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_PATH = r"""[^\s<>"']{0,2048}[^\s<>"'.,;:!?)\]]"""  # the mark that ends a sentence is not part of an address
_DEGREES = r"\d{1,3}[ ]?°[^\n]{0,40}?[nsewсюзв]\b"
_CLOCK = r"\d{1,2}[:h]\d{2}(?::\d{2})?"

_SHAPES = re.compile(
    rf"""
    (?: (?<![^\W\d_]) | (?=\d) ) (?=[\w.+\-@(]) (?:  # nothing begins inside a word: most places are passed at once
      (?P<email> (?<![\w.+\-]) [\w.+\-]{{1,64}}+ @ [\w\-]{{1,63}} (?:\.[\w\-]{{1,63}}){{1,8}} )
    | (?P<handle> (?<![\w.]) @ \w{{2,64}} )
    | (?P<url> \b (?: https?:// | www\. ) {_PATH}
        | (?<![\w.\-]) [a-z0-9\-]{{1,63}}+ (?:\.[a-z0-9\-]{{1,63}}+){{1,6}} / (?: {_PATH} )? )
    | (?P<iban> \b [a-z]{{2}} \d{{2}} (?:[ ]?[a-z0-9]{{4}}){{2,7}} (?:[ ]?[a-z0-9]{{1,4}})? \b )
    | (?P<coordinates> (?<![\w.]) [+\-]?\d{{1,3}}[.,]\d{{3,10}} [ ]?[,;/ ][ ]? [+\-]?\d{{1,3}}[.,]\d{{3,10}} (?!\w)
        | (?<!\w) [2-9cfghjmpqrvwx]{{4,8}} \+ [2-9cfghjmpqrvwx]{{2,3}} (?!\w)
        | (?<!\d) {_DEGREES} (?: [, ]{{0,2}} {_DEGREES} )? )
    | (?P<date> (?<![\d.]) (?:
          (?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}}) (?:[t ]{_CLOCK})? (?!\d)
        | (?P<year_first>(?:1[2-5]|19|20)\d{{2}}[./](?:1[0-2]|0?[1-9])[./](?:3[01]|[12]\d|0?[1-9])) (?!\d)
        | (?P<numeric>\d{{1,2}}[./\-]\d{{1,2}}[./\-](?:\d{{4}}|\d{{2}})) (?![\d])
        | (?P<worded>\d{{1,2}}(?:er|st|nd|rd|th|-?го)?[ ](?:of[ ])?(?:{_MONTH})\.?,?(?:[ \n]\d{{4}})?) (?!\w)
        )
        | \b (?P<month_first>(?:{_MONTH})\.?[ ]\d{{1,2}}(?:st|nd|rd|th)?,?[ \n]\d{{4}}) (?!\w)
        | \b (?P<month_only>(?:{_MONTH})\.?[ ]\d{{4}}) (?!\w) )
    | (?P<time> (?<![\d.:]) {_CLOCK} (?!\d) )
    | (?P<document> (?<!\w) (?: [12][ ]?\d{{2}}[ ]?\d{{2}}[ ]?2[ab][ ]?\d{{3}}[ ]?\d{{3}}(?:[ ]?\d{{2}})?
            | \d{{2}}[a-z]{{2}}\d{{5}} ) (?!\w)
        | (?<![^\W\d_]) [^\W\d_]{{1,3}} (?:[ ]?no\.?)? [ \-]?\d{{5,14}} (?!\w) )
    | (?P<number> (?<!\w) \+? (?: \d (?:[ ().\-/\n]{{0,3}}\d){{6,17}}
        | \(\d{{1,5}}\) [ .\-/]{{0,2}} \d (?:[ .\-/\n]{{0,3}}\d){{3,12}} ) (?!\w) )
    | (?P<year> (?<![\w.]) (?:19|20)\d{{2}} (?![\w]|[.,]\d) )
    )
    """,
    re.VERBOSE,
)

_KINDS = {
    "email": IdentifierType.EMAIL,
    "handle": IdentifierType.HANDLE,
    "url": IdentifierType.URL,
    "iban": IdentifierType.IBAN,
    "coordinates": IdentifierType.COORDINATES,
    "date": IdentifierType.DATE,
    "time": IdentifierType.TIME,
    "document": IdentifierType.DOCUMENT,
    "year": IdentifierType.DATE,
}
_DATE_FORMS = ("iso", "year_first", "numeric", "worded", "month_first", "month_only")

_LATEST_SHORT_YEAR = 30  # 12.03.29 is 2029, 12.03.31 is 1931


@dataclass(frozen=True, slots=True)
class Shape:
    """A place in the source whose shape says what it is. `days` are the days that a date can mean, the likely first."""

    start: int
    end: int
    kind: IdentifierType
    days: tuple[tuple[int, int, int | None], ...] = ()


def find_shapes(text: NormalText) -> Iterator[Shape]:
    """Yield what the text holds, in places of the source: in order and without overlap, dates of calendars last."""
    for match in _SHAPES.finditer(text.text):
        name = match.lastgroup if match.lastgroup in _KINDS or match.lastgroup == "number" else "date"
        assert name is not None  # noqa: S101 - every branch has a name; this line is for the type checker
        start, end = text.source_range(*match.span())
        if name == "number":
            yield Shape(start, end, _kind_of_number(match.group()))
        else:
            yield Shape(start, end, _KINDS[name], tuple(_days(match)) if name == "date" else ())
    for first, last, days in find_other_dates(text.text):
        yield Shape(*text.source_range(first, last), IdentifierType.DATE, days)


def _days(match: re.Match[str]) -> Iterator[tuple[int, int, int | None]]:
    form = next((name for name in _DATE_FORMS if match[name]), "year")
    if form == "year":
        return
    parts = re.findall(r"\d+|[^\W\d_]+", match[form])
    month = next((MONTHS[part] for part in parts if part in MONTHS), None)
    numbers = [int(part) for part in parts if part.isdigit()]
    if form in {"iso", "year_first"}:
        yield from _real(numbers[0], numbers[1], numbers[2])
        yield from days_of(numbers[0], numbers[1], numbers[2])
    elif form == "numeric":
        year = numbers[2] + (0 if numbers[2] > 99 else 2000 if numbers[2] <= _LATEST_SHORT_YEAR else 1900)
        yield from _real(year, numbers[1], numbers[0])
        yield from _real(year, numbers[0], numbers[1])
        yield from days_of(year, numbers[1], numbers[0])
    elif month and form == "month_only":
        yield numbers[-1], month, None
    elif month and len(numbers) == 2:
        yield from _real(numbers[1], month, numbers[0])


def _real(year: int, month: int, day: int) -> Iterator[tuple[int, int, int | None]]:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return
    yield year, month, day


@lru_cache(maxsize=4096)
def _kind_of_number(written: str) -> IdentifierType:
    """Return PHONE if the digits can be a phone somewhere our people live, else DOCUMENT."""
    import phonenumbers  # noqa: PLC0415 - not needed before the first long number

    if written.startswith(("+", "00")):
        return IdentifierType.PHONE
    for region in PHONE_REGIONS:
        try:
            parsed = phonenumbers.parse(written.replace("\n", " "), region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return IdentifierType.PHONE
    return IdentifierType.DOCUMENT


# All detectors over one text: the registry, the shapes, and both together for dates of birth.
def detect(text: str, registry: Registry) -> list[Match]:
    """Return everything found in a text, in places of that text. Matches may overlap; none is judged yet."""
    plain = normal_text(text)
    registered = [*find_registered(plain, registry), *find_encoded(text, registry)]
    numbers = sorted((match.start, match.end) for match in registered if match.kind is not IdentifierType.NAME)
    starts = [start for start, _ in numbers]
    furthest = list(accumulate((end for _, end in numbers), max))
    shapes = [_with_owner(shape, registry) for shape in find_shapes(plain)]
    # A number that is somebody's is judged as theirs, not as a number of its shape.
    return registered + [shape for shape in shapes if not _is_inside(shape, starts, furthest)]


def _with_owner(shape: Shape, registry: Registry) -> Match:
    owners = [(day[0], _born(registry, day)) for day in shape.days]
    who = frozenset[bytes]().union(*(found for _, found in owners))
    if who:
        general = next(str(year) for year, found in owners if found)
        return Match(shape.start, shape.end, IdentifierType.BORN, who, general)
    return Match(shape.start, shape.end, shape.kind, general=str(shape.days[0][0]) if shape.days else "")


def _born(registry: Registry, day: tuple[int, int, int | None]) -> frozenset[bytes]:
    return registry.born.get(day, frozenset()) | registry.born.get((*day[:2], None), frozenset())


def _is_inside(match: Match, starts: list[int], furthest: list[int]) -> bool:
    """Return whether one of the places holds the match; `furthest[n]` is the greatest end of the first n + 1."""
    before = bisect_right(starts, match.start)
    return before > 0 and furthest[before - 1] >= match.end
