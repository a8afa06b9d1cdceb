"""One removal of a report that left, told afterwards to its recipient: a package with what stood there and no more."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from vault.access.session import Session
from vault.casework.disclosure import Disclosure, RemovedIn, Supplement
from vault.casework.kinds import CaseworkRecord
from vault.errors import NotFoundError, RefusedError
from vault.export.report_wording import supplement_to
from vault.ids import CompartmentId, RecordId, short_id
from vault.names.normal import normal
from vault.redaction.apply import let_go
from vault.redaction.dossier import RedactedDossier
from vault.redaction.source import source_record
from vault.redaction.spans import Behind
from vault.redaction.transform import PseudonymBook
from vault.redaction.word_kinds import kind_of, kinds_beyond
from vault.services.exports.export_material import Material, Ready, Wish, gather
from vault.words.message import Message

_WORD = re.compile(r"[^\W_]+")
_NOWHERE = 0, 0
_EXPORT_AGAIN = Message("Make a new export for them.")


def removed_in(dossier: RedactedDossier) -> tuple[RemovedIn, ...]:
    """Return where the records have what a report numbers as removed, as a disclosure keeps it."""
    found: list[RemovedIn] = []
    for (version, field, value), places in groupby(dossier.behind, _origin):
        pairs = tuple(number for place in places for number in (_NOWHERE if place is None else place[3:]))
        found.append(RemovedIn(version, field, value, pairs))
    return tuple(found)


def _origin(place: Behind | None) -> tuple[bytes, str, int]:
    return (b"", "", 0) if place is None else place[:3]


def behind(session: Session, case: CompartmentId, wish: Wish) -> Ready:
    """Return what stood behind one removal, ready to leave for the recipient of its report; the view is in the log.

    What is agreed is judged as of now: by whatever consent the report left, the supplement leaves by one that holds.

    Raises:
        NotFoundError: the report has no such removal.
        RefusedError: no record says it any more, or the words must not leave.
    """
    asked = wish.supplement
    if asked is None:
        raise NotFoundError(Message("no removal is named"))
    material = gather(session, case, wish, None)
    left = next((row.value for row in material.before if row.value.package == asked.package), None)
    if left is None:
        raise RefusedError(Message("to such a report there is no supplement"), next_step=_EXPORT_AGAIN)
    words = _words_behind(material, left, asked)
    _require_tellable(material, words)
    told = replace(
        material,
        profile=replace(material.profile, why=asked.why),
        supplement=supplement_to(asked.number, left.reference or short_id(left.package)),
        papers=(),
    )
    dossier = let_go(material.profile, material.registry, words)
    return Ready(told, dossier, {}, PseudonymBook(choose=secrets.choice), 0)


def _words_behind(material: Material, left: Disclosure, asked: Supplement) -> str:
    places = list(_places(left.removed))
    if not places:
        raise RefusedError(Message("nothing in this report has a number that can be told now"), next_step=_EXPORT_AGAIN)
    if not 1 <= asked.number <= len(places):
        raise NotFoundError(
            Message("the report has no R{number}", number=asked.number),
            next_step=Message("Its last number is R{last}.", last=len(places)),
        )
    place = places[asked.number - 1]
    versions: dict[bytes, tuple[RecordId, CaseworkRecord]] = {
        version: (record, said) for record, version, said in material.records
    }
    if place is None or place.version not in versions:
        raise RefusedError(
            Message("what stood there was written for that report alone, or was changed since"),
            next_step=_EXPORT_AGAIN,
        )
    record, said = versions[place.version]
    fields = {each.name: each.values for each in source_record(record, place.version, said).fields}
    values = fields.get(place.field, ())
    return values[place.value][place.start : place.end] if place.value < len(values) else ""


def _places(removed: Iterable[RemovedIn]) -> Iterator[Behind | None]:
    for each in removed:
        for start, end in zip(each.places[::2], each.places[1::2], strict=True):
            yield Behind(each.version, each.field, each.value, start, end) if each.version else None


def _require_tellable(material: Material, words: str) -> None:
    """Return if nothing forbids these words: no consent, no person of another case.

    Raises:
        RefusedError: something does; the words stand in no error.
    """
    said = _WORD.findall(normal(words))
    if not said:
        raise RefusedError(Message("there is nothing to tell"), next_step=_EXPORT_AGAIN)
    excluded = next((of for form, of in material.agreed.excluded.items() if _is_in(form, said)), None)
    if excluded is not None:
        raise RefusedError(
            Message(
                "the consent with the id {id} says that this must not leave (its words, number {place})",
                id=short_id(excluded[0]),
                place=excluded[1],
            ),
            next_step=Message("Ask the client. Then change the consent, if they agree."),
        )
    beyond = kinds_beyond(material.agreed.covers)
    if any(kind_of(word) in beyond for word in _WORD.findall(words)):
        raise RefusedError(
            Message("it tells of something that the client did not agree to tell, such as health or family"),
            next_step=Message("Ask the client. Then write down what they agree to."),
        )
    if not material.elsewhere.isdisjoint(said):
        raise RefusedError(
            Message("somebody of another case may be called so"),
            next_step=Message("If it is not their name, tell the recipient by voice."),
        )


def _is_in(form: str, said: Collection[str]) -> bool:
    return f" {' '.join(_WORD.findall(normal(form)))} " in f" {' '.join(said)} "
