"""Profiles: tables of what may leave. What a table does not name does not leave, however new it is.

Two tables: which fields of which records are written at all, and what becomes of each type of identifier of each role.
They stand in `profiles.toml`, which is refused whole where it says something twice or names what there is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from vault.casework.document import DocumentKind
from vault.casework.vocabulary import NoteKind, PersonRole, ReferralPurpose
from vault.data_files import ReadWhenAsked, as_table, damaged, read_text, sentence
from vault.errors import UsageError
from vault.redaction.spans import Action, IdentifierType
from vault.words.message import Message, Words

ANY_VARIANT = "*"
CONFIRMED = "confirmed"
OF_SEVERAL = "of-several"
NEEDED = "needed"
"""The kind of what somebody writes for one export alone; no record of a case is of it."""
PAPER = "paper"
"""The kind of the text on a paper that leaves as pixels; its variants are the kinds of papers."""
SUPPLEMENT: Final = "supplement"
"""The heading, and the label, of what stood behind one removal of a report before."""
_FILE: Final = "profiles.toml"
_VARIANTS: Final[Mapping[str, frozenset[str]]] = {
    "person": frozenset(PersonRole), "note": frozenset(NoteKind), PAPER: frozenset({ANY_VARIANT, *DocumentKind}),
}  # fmt: skip
_Key = TypeVar("_Key", bound=tuple[str | None, ...])
_Value = TypeVar("_Value")


@unique
class Series(StrEnum):
    """Whose codes go on: those of one recipient, or of one package, which no other can be put beside."""

    RECIPIENT = "recipient"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class RecordRule:
    """How one kind of record is written: its heading, and label by field for the fields that may leave, in order.

    Headings and labels are keys, the same in every language; `vault.export.report_wording` has the words for them.
    """

    heading: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """One table of what may leave.

    `records` goes by (kind, variant): the variant of a note is its kind, of a person the role, of what happened
    `confirmed` where somebody said how it is.
    `actions` goes by (type, role): role `None` is an identifier that belongs to nobody registered.
    `is_of_one_client`: of several clients of a case one alone is a client in it, and the others are third persons.
    `facts` are fields that name places, courts, orders and states: what stands there is proposed to stay.
    `withheld` are keys of what a report says in words that it has none of, and why, whether or not there is any.
    `consent` is the purpose that a consent has to name, or None where none is needed; `why` the reason in the log.
    `about` says who is named, to whoever chooses; `purpose` is what the report says that it is for.
    `has_next_alone`: of what has a date, the next that is to come alone; `has_new_notes`: of notes, those alone that
    were written on the day of the export or on the one before.
    `is_reviewed_after`: it may leave before a second person approved it, and one reviews it then.
    `may_stay` are kinds of records that stay where no consent covers them; any other record stops the export then.
    """

    name: str
    records: Mapping[tuple[str, str], RecordRule]
    actions: Mapping[tuple[IdentifierType, PersonRole | None], Action]
    is_of_one_client: bool = False
    withheld: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    about: Words = ""
    purpose: str = ""
    series: Series = Series.RECIPIENT
    has_next_alone: bool = False
    has_new_notes: bool = False
    consent: ReferralPurpose | None = None
    why: str = ""
    is_reviewed_after: bool = False
    may_stay: frozenset[str] = frozenset()

    def rule(self, kind: str, variant: str) -> RecordRule | None:
        """Return how such a record is written, or None: it does not leave."""
        return self.records.get((kind, variant)) or self.records.get((kind, ANY_VARIANT))

    @property
    def takes_a_text(self) -> bool:
        """Whether something may be written for one export alone: what is needed now."""
        return self.rule(NEEDED, ANY_VARIANT) is not None

    @property
    def takes_papers(self) -> bool:
        """Whether papers of some kind may leave."""
        return any(kind == PAPER for kind, _ in self.records)

    def action(self, identifier: IdentifierType, role: PersonRole | None) -> Action:
        """Return what becomes of an identifier; REMOVE when the table is silent."""
        return self.actions.get((identifier, role), Action.REMOVE)


def profile_named(name: str) -> Profile:
    """Return a profile.

    Raises:
        UsageError: there is no such profile.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise UsageError(Message("no such profile; profiles are: {names}", names=", ".join(PROFILES))) from None


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profile as the file names it; its rows stand below."""

    about: str
    purpose: str
    series: Series = Series.RECIPIENT
    why: str = "legal-referral"
    consent: ReferralPurpose | None = None
    is_of_one_client: bool = False
    facts: frozenset[str] = frozenset()
    withheld: tuple[str, ...] = ()
    has_next_alone: bool = False
    has_new_notes: bool = False
    is_reviewed_after: bool = False
    may_stay: frozenset[str] = frozenset()


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which fields of some records are written."""

    profiles: tuple[str, ...]
    kind: str
    heading: str
    fields: dict[str, str]
    variants: tuple[str, ...] = (ANY_VARIANT,)

    def __post_init__(self) -> None:
        known = _VARIANTS.get(self.kind, frozenset({ANY_VARIANT, CONFIRMED}))
        if unknown := {*self.variants} - known:
            variant = min(unknown)
            raise UsageError(Message("a record of kind {kind} is never {variant}", kind=self.kind, variant=variant))


class _Becomes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of some identifiers; without roles, of those that belong to nobody registered."""

    profiles: tuple[str, ...]
    types: tuple[IdentifierType, ...]
    action: Action
    roles: tuple[PersonRole, ...] | None = None


class _Profiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has."""

    profiles: dict[str, _Named]
    records: tuple[_Written, ...]
    identifiers: tuple[_Becomes, ...]


def profiles_of(text: str) -> Mapping[str, Profile]:
    """Return the profiles that a file has, by name, in the order in which they are offered.

    Raises:
        DependencyMissingError: it has another form, a row of a profile or a variant that there is not, or one twice.
    """
    table = as_table(text, _FILE, _Profiles)
    records = _by_profile(
        table.profiles,
        (
            (profile, (row.kind, variant), RecordRule(row.heading, MappingProxyType(row.fields)))
            for row in table.records
            for profile in row.profiles
            for variant in row.variants
        ),
    )
    actions = _by_profile(
        table.profiles,
        (
            (profile, (identifier, role), row.action)
            for row in table.identifiers
            for profile in row.profiles
            for identifier in row.types
            for role in ((None,) if row.roles is None else row.roles)
        ),
    )
    return MappingProxyType({
        name: Profile(
            name,
            records[name],
            actions[name],
            **{**msgspec.structs.asdict(named), "about": sentence(named.about)},
        )
        for name, named in table.profiles.items()
    })  # fmt: skip


def _by_profile(names: Iterable[str], rows: Iterable[tuple[str, _Key, _Value]]) -> Mapping[str, Mapping[_Key, _Value]]:
    """Return the rows of each profile; a second row for the same could hide what the first one says."""
    found: dict[str, dict[_Key, _Value]] = {name: {} for name in names}
    for name, key, value in rows:
        if name not in found:
            raise damaged(_FILE, Message("there is no profile {name}", name=name))
        if key in found[name]:
            said = " ".join(part for part in key if part is not None)
            raise damaged(_FILE, Message("{name} has two rows for {said}", name=name, said=said))
        found[name][key] = value
    return {name: MappingProxyType(of_profile) for name, of_profile in found.items()}


PROFILES: Mapping[str, Profile] = ReadWhenAsked(lambda: profiles_of(read_text("vault.redaction", _FILE)))
