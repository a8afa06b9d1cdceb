"""A person of a case: names in several scripts, ways to identify them, and how to reach them without harm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, TypeVar

from vault.casework.checks import checked_id, checked_items, checked_line, checked_lines, checked_word
from vault.casework.contact import NeverUse, digits_of, is_never_used, is_same_number
from vault.casework.dates import checked_date
from vault.casework.script import Script, script_of
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, PersonRole, Sex, word_of
from vault.errors import UsageError
from vault.words.message import Message

_T = TypeVar("_T")
_LETTERS_OF_COUNTRY: Final = 2


@dataclass(frozen=True, slots=True)
class PersonName:
    """One written name, as it stands in its source. No part of a name is mandatory anywhere."""

    text: str = field(repr=False)
    script: Script
    kind: NameKind = NameKind.LEGAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join(checked_line(self.text, "name").split()))
        object.__setattr__(self, "script", checked_word(Script, self.script, "script of a name"))
        object.__setattr__(self, "kind", checked_word(NameKind, self.kind, "kind of a name"))

    @classmethod
    def written(cls, text: str, kind: NameKind = NameKind.LEGAL) -> PersonName:
        """Return a name with the script that its letters have."""
        return cls(text, script_of(text), kind)


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A number that identifies a person. Kept even if its checksum is wrong: a mistyped number still identifies."""

    kind: DocumentKind
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", checked_word(DocumentKind, self.kind, "kind of a document"))
        object.__setattr__(self, "number", checked_line(self.number, "document number"))


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How to reach a person without harming them: the first line of every case header.

    `may_tell` says who may be told what; `never_use` are numbers and addresses that must never be used.
    """

    channel: Channel
    address: str = field(repr=False)
    hours: str = field(default="", repr=False)
    code_phrase: str = field(default="", repr=False)
    may_tell: str = field(default="", repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "channel", checked_word(Channel, self.channel, "channel of the safe contact"))
        for name in ("address", "hours", "code_phrase", "may_tell"):
            label = f"{name.replace('_', ' ')} of the safe contact"
            object.__setattr__(self, name, checked_line(getattr(self, name), label, optional=True))
        object.__setattr__(self, "never_use", checked_lines(self.never_use, "never-use list of the safe contact"))
        if is_never_used(self.address, self.never_use):
            raise UsageError(Message("address of the safe contact is on its own never-use list"))


@dataclass(frozen=True, slots=True)
class Person:
    """A person. No field but the role is mandatory: a call at night starts with a number and no name.

    `who` is the same in every case in which somebody stands, once a member who holds both said so. `nationalities` are
    ISO 3166 codes of two letters, `XX` for somebody without one. `unregistered`: they are left out of the register.
    """

    KIND: ClassVar[str] = "person"

    role: PersonRole
    names: tuple[PersonName, ...] = field(default=(), repr=False)
    born: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    documents: tuple[IdentityDocument, ...] = field(default=(), repr=False)
    safe_contact: SafeContact | None = field(default=None, repr=False)
    who: bytes | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    nationalities: tuple[str, ...] = field(default=(), repr=False)
    unregistered: bool | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "role", checked_word(PersonRole, self.role, "role of a person"))
        object.__setattr__(self, "names", checked_items(self.names, PersonName, "names of a person"))
        object.__setattr__(self, "documents", checked_items(self.documents, IdentityDocument, "documents of a person"))
        if self.born is not None:
            object.__setattr__(self, "born", checked_date(self.born, "date of birth"))
        if self.who is not None:
            object.__setattr__(self, "who", checked_id(self.who, "who a person is"))
        if self.sex is not None:
            object.__setattr__(self, "sex", checked_word(Sex, self.sex, "sex"))
        object.__setattr__(
            self, "nationalities", tuple(map(_country, checked_lines(self.nationalities, "nationality")))
        )
        object.__setattr__(self, "phones", checked_lines(self.phones, "phone"))
        if not all(sum(letter.isdigit() for letter in phone) >= FEWEST_PHONE_DIGITS for phone in self.phones):
            raise UsageError(
                Message("phone needs at least {fewest_phone_digits} digits", fewest_phone_digits=FEWEST_PHONE_DIGITS)
            )
        object.__setattr__(self, "emails", checked_lines(self.emails, "e-mail"))
        if not all("@" in email.strip("@") for email in self.emails):
            raise UsageError(Message("e-mail must hold an @ between two parts"))

    def display_name(self) -> str:
        """Return the first name that still holds, or else the first name; an empty text without any."""
        return next((name.text for name in (*self.current_names(), *self.names)), "")

    def current_names(self) -> tuple[PersonName, ...]:
        """Return the names that are neither misspelt nor former."""
        return tuple(name for name in self.names if name.kind not in NO_LONGER)

    def joined(self, beside: Sequence[Person]) -> Person:
        """Return this person with what other versions beside it say too: no name, number or warning is lost by it.

        Where both say something of one field, this one is right. A name that any of them calls misspelt or
        former is so.
        """
        all_of = (self, *reversed(beside))
        names: dict[str, PersonName] = {}
        for name in (name for person in all_of for name in person.names):
            if name.kind in NO_LONGER and names.get(name.text, name).kind not in NO_LONGER:
                names[name.text] = name
            names.setdefault(name.text, name)
        contact = next((person.safe_contact for person in all_of if person.safe_contact is not None), None)
        if contact is not None:
            lists = (person.safe_contact.never_use for person in all_of if person.safe_contact is not None)
            never_use = _each_once(line for lines in lists for line in lines)
            address = "" if is_never_used(contact.address, never_use) else contact.address
            contact = replace(contact, address=address, never_use=never_use)
        return replace(
            self,
            names=tuple(names.values()),
            born=next((person.born for person in all_of if person.born is not None), None),
            phones=_each_once(phone for person in all_of for phone in person.phones),
            emails=_each_once(email for person in all_of for email in person.emails),
            documents=_each_once(document for person in all_of for document in person.documents),
            safe_contact=contact,
            who=next((person.who for person in all_of if person.who is not None), None),
            sex=next((person.sex for person in all_of if person.sex is not None), None),
            nationalities=_each_once(country for person in all_of for country in person.nationalities),
            unregistered=any(person.unregistered for person in all_of) or None,
        )


def _country(said: str) -> str:
    if len(said) != _LETTERS_OF_COUNTRY or not (said.isascii() and said.isalpha()):
        raise UsageError(
            Message("nationality must be a code of two letters"),
            next_step=Message("Such as KG, RU or AF; XX for somebody without one."),
        )
    return said.upper()


def never_use_of(persons: Iterable[Person]) -> NeverUse:
    """Return all that must never be used in a case: the lists of its people are one list."""
    contacts = (person.safe_contact for person in persons)
    return NeverUse(_each_once(line for contact in contacts if contact is not None for line in contact.never_use))


def _each_once(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


NO_LONGER: Final = frozenset({NameKind.MISSPELT, NameKind.FORMER})
"""Kinds of names that nobody is called by any more. They stay: a text may still hold them."""
FEWEST_PHONE_DIGITS = 3  # a short emergency line is a phone too


def why_same(*, names: Sequence[str], numbers: Sequence[str], born: str) -> list[Message]:
    """Return the reasons why somebody may be the same person.

    Args:
        names: words of names that both bear, in whatever spelling.
        numbers: that both have.
        born: the date of birth of the other where the year is the same, or empty.
    """
    said: list[Message] = []
    if numbers:
        said.append(Message("has {numbers} too", numbers=", ".join(numbers)))
    if names:
        said.append(Message("spelled like {names}", names=" ".join(names)))
    if born:
        said.append(Message("born {date} there too", date=born))
    return said


# What somebody wants to change of a person, and the person that comes of it. No name is ever taken away.
@dataclass(frozen=True, slots=True)
class ContactChange:
    """What to change of a safe contact; None leaves a field as it is, an empty text empties it."""

    channel: str | None = None
    address: str | None = field(default=None, repr=False)
    hours: str | None = field(default=None, repr=False)
    code_phrase: str | None = field(default=None, repr=False)
    may_tell: str | None = field(default=None, repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    use_again: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What to change of a person; what is not named stays.

    `add_names` come first among the names, `spellings` last: they change nothing of what somebody is called.
    `misspelt` and `former` name spellings that the person has: they stay, and stay hidden in exports, but nobody is
    called by them any more. An empty `born` or `sex` empties it. Nationalities take the place of those before.
    """

    role: str | None = None
    add_names: tuple[str, ...] = field(default=(), repr=False)
    spellings: tuple[PersonName, ...] = field(default=(), repr=False)
    misspelt: tuple[str, ...] = field(default=(), repr=False)
    former: tuple[str, ...] = field(default=(), repr=False)
    born: str | None = field(default=None, repr=False)
    add_phones: tuple[str, ...] = field(default=(), repr=False)
    drop_phones: tuple[str, ...] = field(default=(), repr=False)
    add_emails: tuple[str, ...] = field(default=(), repr=False)
    drop_emails: tuple[str, ...] = field(default=(), repr=False)
    add_documents: tuple[IdentityDocument, ...] = field(default=(), repr=False)
    contact: ContactChange = ContactChange()
    sex: str | None = field(default=None, repr=False)
    nationalities: tuple[str, ...] | None = field(default=None, repr=False)
    unregistered: bool | None = None

    def of(self, person: Person) -> Person:
        """Return the person as changed.

        Raises:
            UsageError: a name, phone or e-mail that this person has not, or a value of another shape.
        """
        return replace(
            person,
            role=person.role if self.role is None else word_of(PersonRole, self.role, "role"),
            names=self._names(person.names),
            born=person.born if self.born is None else self.born or None,
            phones=(*_without(person.phones, self.drop_phones, "phone"), *self.add_phones),
            emails=(*_without(person.emails, self.drop_emails, "e-mail"), *self.add_emails),
            documents=tuple(dict.fromkeys((*person.documents, *self.add_documents))),
            safe_contact=_contact(person.safe_contact, self.contact),
            sex=person.sex if self.sex is None else word_of(Sex, self.sex, "sex") if self.sex else None,
            nationalities=person.nationalities if self.nationalities is None else self.nationalities,
            unregistered=person.unregistered if self.unregistered is None else self.unregistered or None,
        )

    def _names(self, names: tuple[PersonName, ...]) -> tuple[PersonName, ...]:
        added = [PersonName.written(text) for text in self.add_names]
        new = {_plain(name.text) for name in added}
        all_of = [*added, *(name for name in names if _plain(name.text) not in new)]
        known = {_plain(name.text) for name in all_of}
        all_of += [name for name in self.spellings if _plain(name.text) not in known]
        for texts, kind in ((self.misspelt, NameKind.MISSPELT), (self.former, NameKind.FORMER)):
            for text in texts:
                all_of = _marked(all_of, text, kind)
        return tuple(all_of)


def contact_made(change: ContactChange) -> SafeContact | None:
    """Return the safe contact that was typed; None where nothing was."""
    return _contact(None, change)


def _marked(names: Sequence[PersonName], text: str, kind: NameKind) -> list[PersonName]:
    plain = _plain(text)
    if plain not in {_plain(name.text) for name in names}:
        raise UsageError(
            Message("this person has no such name"),
            next_step=Message("Type it as it is written there, or add it first."),
        )
    return [replace(name, kind=kind) if _plain(name.text) == plain else name for name in names]


def _contact(before: SafeContact | None, change: ContactChange) -> SafeContact | None:
    if change == ContactChange():
        return before
    old = before or SafeContact(Channel.NOT_KNOWN, "")
    lines = {name: getattr(change, name) for name in ("address", "hours", "code_phrase", "may_tell")}
    return replace(
        old,
        channel=old.channel if change.channel is None else word_of(Channel, change.channel, "channel"),
        **{name: line for name, line in lines.items() if line is not None},
        never_use=(*_without(old.never_use, change.use_again, "never-use list"), *change.never_use),
    )


def _without(values: tuple[str, ...], dropped: Sequence[str], field: str) -> tuple[str, ...]:
    for text in dropped:
        left = tuple(value for value in values if not _is_same(value, text))
        if left == values:
            raise UsageError(Message("{field}: this person has no such line", field=field))
        values = left
    return values


def _is_same(value: str, text: str) -> bool:
    if _plain(value) == _plain(text):
        return True
    is_number = "@" not in value + text and digits_of(value) and digits_of(text)
    return bool(is_number) and is_same_number(value, text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
