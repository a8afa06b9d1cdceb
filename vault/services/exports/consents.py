"""Whether what shall leave a case is agreed: each client, or who speaks for them, allows it, or it stays here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.person import Person
from vault.casework.story.consent import Category, Consent
from vault.casework.story.referrals import Referral, Reply
from vault.data_files import ReadWhenAsked, as_table, read_text
from vault.errors import RefusedError
from vault.ids import CompartmentId, RecordId, short_id
from vault.records.versions import OpenedVersion, of_kind
from vault.redaction.profile import Profile
from vault.services.cases import story_records
from vault.services.exports.partners import KeptPartner
from vault.services.projection.stored_records import Stored
from vault.words.codes import word_of, words_of
from vault.words.message import Message
from vault.words.next_step import NextStep

_FILE = "categories.toml"
_OF_RECORDS: Mapping[str, Category] = ReadWhenAsked(
    lambda: as_table(read_text("vault.redaction", _FILE), _FILE, dict[str, Category])
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What shall leave, as a consent judges it: to whom, by which profile, on which day, and the records of it.

    `records` are kind and variant of each: the role of a person, the kind of a note.
    """

    recipient: KeptPartner
    profile: Profile
    day: str
    records: frozenset[tuple[str, str]]

    def categories(self) -> frozenset[Category | None]:
        """Return what a consent has to cover; None for what no consent covers."""
        return frozenset(
            _category(kind, variant) for kind, variant in self.records if kind not in self.profile.may_stay
        )

    def stays(self, covered: AbstractSet[Category]) -> frozenset[str]:
        """Return the kinds of records that stay here because they are not covered, and may."""
        may = (row for row in self.records if row[0] in self.profile.may_stay)
        return frozenset(kind for kind, variant in may if _category(kind, variant) not in covered)


def _category(kind: str, variant: str) -> Category | None:
    return _OF_RECORDS.get(f"{kind} {variant}", _OF_RECORDS.get(kind))


@dataclass(frozen=True, slots=True)
class Agreed:
    """The consents by which something leaves, and the words that must not leave whatever else is agreed.

    `excluded` has of each the consent that says so, and its place there, from 1. `stays` are kinds of records that no
    consent covers, and that stay here; `covers` is what every client agreed to, all where no consent is needed.
    """

    consents: tuple[RecordId, ...] = ()
    excluded: Mapping[str, tuple[RecordId, int]] = field(default_factory=dict, repr=False)
    stays: frozenset[str] = frozenset()
    covers: frozenset[Category] = frozenset(Category)


def require_agreed(
    leaving: Leaving,
    versions: Sequence[OpenedVersion],
    persons: Iterable[Stored[Person]],
    clients: Sequence[Stored[Person]],
) -> Agreed:
    """Return by which consents this leaves: one of each client, every version of which allows it.

    Words that any consent of the case excludes do not leave, even where another consent allows what leaves. A client
    may stand in the case in several rows of `persons`; a consent that names nobody is that of the only client, or of
    one who has no row.

    Raises:
        RefusedError: a client has none that allows it; the clause is named of the one that comes nearest.
    """
    consents: dict[RecordId, list[Consent]] = {}
    for version, consent in of_kind(versions, Consent):
        consents.setdefault(version.record, []).append(consent)
    excluded = {
        words: (record, place)
        for record, heads in consents.items()
        for each in heads
        for place, words in enumerate(each.excluded, 1)
    }
    if leaving.profile.consent is None:
        return Agreed(excluded=excluded)
    rows = list(persons)
    found: list[RecordId] = []
    each_client: Sequence[Stored[Person] | None] = clients or (None,)
    for client in each_client:
        own: set[RecordId | None] = set() if client is None else {row.record for row in rows if _is_of(row, client)}
        if len(clients) < 2:
            own.add(None)
        theirs = {record: heads for record, heads in consents.items() if all(each.person in own for each in heads)}
        judged = [(_clause(leaving, heads), record) for record, heads in theirs.items()]
        allowing = next((record for clause, record in judged if clause is None), None)
        if allowing is None:
            raise _refused(client if len(clients) > 1 else None, [clause for clause, _ in judged if clause is not None])
        found.append(allowing)
    covered = frozenset(Category).intersection(*(each.covers() for record in found for each in consents[record]))
    return Agreed(tuple(dict.fromkeys(found)), excluded, leaving.stays(covered), covered)


def require_still_agreed(
    leaving: Leaving, versions: Sequence[OpenedVersion], by: Sequence[bytes], made_ms: int
) -> None:
    """Return if the consents by which a package left allow it still, and no consent of the case says more since.

    What they cover is not asked again: a consent that was changed after `made_ms`, or a new one that excludes words,
    asks for a new export.

    Raises:
        RefusedError: one does not allow it; the clause is named.
    """
    heads: dict[bytes, list[Consent]] = {RecordId(record): [] for record in by}
    is_changed = False
    for version, consent in of_kind(versions, Consent):
        if version.record in heads:
            heads[version.record].append(consent)
        is_new = version.content.clock[0] > made_ms
        is_changed |= is_new and (version.record in heads or bool(consent.excluded))
    clauses = [_clause(leaving, each) for each in heads.values()]
    if leaving.profile.consent is not None and not all(heads.values() or (None,)):
        raise _refused(None, [])
    for clause in clauses:
        if clause is not None:
            raise _refused(None, [clause])
    if is_changed:
        raise RefusedError(
            Message("what was agreed has changed since the package was made"),
            next_step=Message("Make a new export: it asks for what is agreed now."),
        )


def _is_of(row: Stored[Person], client: Stored[Person]) -> bool:
    return (row.value.who or row.record) == (client.value.who or client.record)


def require_no_conflict(leaving_to: KeptPartner, referrals: Iterable[tuple[RecordId, Referral]]) -> None:
    """Return if this recipient never answered that a conflict of interest stands against the case.

    Raises:
        RefusedError: one version of a referral says so; it is named.
    """
    for record, referral in referrals:
        if (referral.recipient, referral.answer) == (leaving_to.record, Reply.CONFLICT):
            raise RefusedError(
                Message(
                    "{name} has a conflict of interest in this case: they said so on {day} (referral with the id {id})",
                    name=leaving_to.name,
                    day=referral.answered or "",
                    id=short_id(record),
                ),
                next_step=Message(
                    "Choose another recipient. If they no longer have a conflict, first change their answer in the"
                    " referral."
                ),
            )


def refuse_conflict(session: Session, case: CompartmentId, to: KeptPartner, *, why: str) -> None:
    """Return if `require_no_conflict` does, of the referrals of a case; opening it is in the log before.

    Raises:
        RefusedError: as `require_no_conflict`.
    """
    found = story_records.list_in(session, case, (Referral.KIND,), why=why)
    require_no_conflict(to, ((each.record, each.value) for each in found if isinstance(each.value, Referral)))


def cannot_be_hidden(agreed: Agreed, forms: Collection[str]) -> RefusedError | None:
    """Return the refusal where words that a consent excludes are among forms that did not go; None where none is.

    The words stand in no error: each is called by its place in the consent. `forms` are in small letters.
    """
    said = [of for words, of in agreed.excluded.items() if " ".join(words.split()).casefold() in forms]
    if not said:
        return None
    consent = min(said)[0]
    places = ", ".join(str(place) for record, place in sorted(said) if record == consent)
    return RefusedError(
        Message(
            "nothing left: of the words that must not leave, in the consent with the id {id}, number {places} cannot be"
            " hidden everywhere: it is too short, or the report needs it itself",
            id=short_id(consent),
            places=places,
        ),
        next_step=Message(
            "Ask the client. Then write it longer in the consent, with the words beside it, or take it out there and"
            " hide what matters when you read the pages."
        ),
    )


_Clause = tuple[int, Message]
"""How near a consent comes to allowing something, and what it refuses."""


def _clause(leaving: Leaving, heads: Sequence[Consent]) -> _Clause | None:
    """Return what a consent refuses of this; None where every version of it allows all."""
    refused = [clause for each in heads if (clause := _refuses(leaving, each)) is not None]
    return min(refused, key=lambda clause: clause[0], default=None)


def _refuses(leaving: Leaving, consent: Consent) -> _Clause | None:
    wants, allowed = leaving.categories(), consent.covers()
    missing = [each for each in Category if each in wants - allowed]
    rows = (
        (consent.recipient != leaving.recipient.record, Message("it names another recipient")),
        (
            consent.purpose is not leaving.profile.consent,
            Message("it is for another purpose: {purpose}", purpose=word_of(consent.purpose)),
        ),
        (bool(consent.withdrawn), Message("it was withdrawn on {day}", day=consent.withdrawn or "")),
        (consent.given > leaving.day, Message("it begins on {day}", day=consent.given)),
        ((consent.until or "") < leaving.day, Message("it ended on {day}", day=consent.until or "")),
        (None in wants, Message("no consent covers this kind of record")),
        (bool(missing), Message("it does not cover: {what}", what=words_of(missing))),
    )
    return next(((place, words) for place, (is_refused, words) in enumerate(rows) if is_refused), None)


def _refused(client: Stored[Person] | None, clauses: Sequence[_Clause]) -> RefusedError:
    nearest = max(clauses, key=lambda clause: clause[0], default=(0, Message("there is none")))[1]
    return RefusedError(
        Message("the client's consent does not allow this: {clause}", clause=nearest)
        if client is None
        else Message(
            "the consent of the client with the id {id} does not allow this: {clause}",
            id=short_id(client.record),
            clause=nearest,
        ),
        next_step=Message(
            "Ask the client, then write down what they say ({add_consent}), or change what is written.",
            add_consent=NextStep.ADD_CONSENT,
        ),
    )
