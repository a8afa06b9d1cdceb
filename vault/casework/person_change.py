"""What somebody wants to change of a person, and the person that comes of it. No name is ever taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vault.casework.contact import digits_of, is_same_number
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.vocabulary import Channel, NameKind, PersonRole, Sex, word_of
from vault.errors import UsageError
from vault.words.message import Message


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
    kept = _without(old.never_use, change.use_again, "never-use list")
    return SafeContact(
        channel=old.channel if change.channel is None else word_of(Channel, change.channel, "channel"),
        address=old.address if change.address is None else change.address,
        hours=old.hours if change.hours is None else change.hours,
        code_phrase=old.code_phrase if change.code_phrase is None else change.code_phrase,
        may_tell=old.may_tell if change.may_tell is None else change.may_tell,
        never_use=(*kept, *change.never_use),
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
