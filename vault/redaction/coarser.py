"""Times and ages of a case told less exactly: the year of a day or month, ten years for an age; everywhere alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from vault.names.normal import normal, normal_text
from vault.redaction.detect import find_shapes
from vault.redaction.profile import PAPER
from vault.redaction.source import DossierSource, SourceField, SourceRecord
from vault.redaction.spans import Action, IdentifierType
from vault.redaction.spelled import MONTHS

_YEAR, _MONTH = len("2026"), len("2026-05")
_OF_YEARS = r"years?|yrs|y\.?o\.?|ans|лет|года?"
_AGE = re.compile(
    rf"(?<![\d.,/:\-])(\d\d)(?=[\s\-]*(?:{_OF_YEARS})\b)|(?:\b(?:aged|age|âgée?s? de|возраст\w*)\W+)(\d\d)\b",
    re.IGNORECASE,
)
_A_MONTH = re.compile(r"\d{4}-\d{2}~?", re.ASCII)
_NUMBER = re.compile(r"\d+")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Coarser:
    """`times` are days and months, as `2026-05-14` or `2026-05`; `ages` are in years; `nations` are not told at all."""

    times: frozenset[str] = field(default=frozenset(), repr=False)
    ages: frozenset[int] = field(default=frozenset(), repr=False)
    nations: frozenset[str] = frozenset()

    def of(self, source: DossierSource) -> DossierSource:
        """Return the records so, whatever field they stand in and however written; of papers, see `places`."""
        if self == EXACTLY:
            return source
        return DossierSource(
            tuple(record if record.kind == PAPER else self._record(record) for record in source.records)
        )

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return where a text says more exactly what is told less exactly: on a paper, that is hidden."""
        return [(start, end) for start, end, _ in (*times_in(text, self.times), *self._ages(text))]

    def forms(self) -> dict[str, Action]:
        """Return what stands in the place of ages: nobody is asked about that."""
        return {band(age): Action.KEEP for age in self.ages}

    def _record(self, record: SourceRecord) -> SourceRecord:
        fields = tuple(map(self._field, record.fields))
        return record if fields == record.fields else replace(record, fields=fields, is_exact=False)

    def _field(self, part: SourceField) -> SourceField:
        if part.name == "nationalities":
            return replace(part, values=tuple(code for code in part.values if code not in self.nations))
        if part.identifier is not None:
            return part
        return replace(part, values=tuple(map(self._told, part.values)))

    def _told(self, text: str) -> str:
        for start, end, told in sorted({*times_in(text, self.times), *self._ages(text)}, reverse=True):
            text = text[:start] + told + text[end:]
        return text

    def _ages(self, text: str) -> Iterator[tuple[int, int, str]]:
        for start, end, age in ages_in(text):
            if age in self.ages:
                yield start, end, band(age)


EXACTLY = Coarser()


def joined(some: Iterable[Coarser]) -> Coarser:
    """Return all of it as one."""
    of = list(some)
    return Coarser(*(frozenset[Any]().union(*(getattr(each, part.name) for each in of)) for part in fields(Coarser)))


def band(age: int) -> str:
    """Return the ten years in which an age lies."""
    return f"{age // 10 * 10}-{age // 10 * 10 + 9}"


def ages_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the half-open places of ages in a text, and each in years."""
    for match in _AGE.finditer(text):
        place = match.span(match.lastindex or 1)
        yield *place, int(text[slice(*place)])


def times_in(text: str, times: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where days and months of these stand in a text, in whatever form, and the year of each."""
    if not times:
        return
    if _A_MONTH.fullmatch(text):
        if text[:_MONTH] in {time[:_MONTH] for time in times}:
            yield 0, _MONTH, text[:_YEAR]
        return
    months = {time[:_MONTH]: time[:_YEAR] for time in times}
    without_year = {time[_YEAR:]: time[:_YEAR] for time in times if len(time) > _MONTH}
    plain = normal_text(text)
    numbers = {time[:_YEAR] for time in times} | {
        time[_MONTH + 1 :].lstrip("0") for time in times if len(time) > _MONTH
    }
    if numbers.isdisjoint(number.lstrip("0") for number in _NUMBER.findall(plain.text)):
        return  # as most texts
    for shape in find_shapes(plain):
        if shape.kind is not IdentifierType.DATE:
            continue
        for year, month, day in shape.days:
            if (day is None and f"{year}-{month:02}" in months) or (day and f"{year}-{month:02}-{day:02}" in times):
                yield shape.start, shape.end, str(year)
                break
        else:
            parts = [] if shape.days else _PARTS.findall(normal(text[shape.start : shape.end]))
            month_of = next((MONTHS[part] for part in parts if part in MONTHS), None)
            days = [int(part) for part in parts if part.isdigit()]
            if month_of and days and (found := without_year.get(f"-{month_of:02}-{days[0]:02}")):
                yield shape.start, shape.end, found
