"""What the form of a person holds: filled from a person that there is, and read back as what to change of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from vault.casework.person import IdentityDocument, Person, PersonName
from vault.casework.person_change import ContactChange, PersonChange
from vault.casework.vocabulary import Channel, NameKind

_CONTACT: Final = ("address", "hours", "code_phrase", "may_tell")


@dataclass(frozen=True, slots=True)
class PersonTyped:
    """What a form says of a person, as typed. `names` are those that hold; `gone` is what becomes of others."""

    role: str
    names: tuple[str, ...] = field(default=(), repr=False)
    born: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)
    channel: str = ""
    address: str = field(default="", repr=False)
    hours: str = field(default="", repr=False)
    code_phrase: str = field(default="", repr=False)
    may_tell: str = field(default="", repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    sex: str = field(default="", repr=False)
    nationalities: tuple[str, ...] = field(default=(), repr=False)
    unregistered: bool = False
    gone: str = NameKind.MISSPELT.value

    @classmethod
    def of(cls, person: Person) -> PersonTyped:
        """Return a person as the form shows them; documents are only ever added."""
        names = tuple(name.text for name in person.current_names())
        typed = cls(
            *(person.role.value, names, person.born or "", person.phones, person.emails),
            sex="" if person.sex is None else person.sex.value,
            nationalities=person.nationalities,
            unregistered=bool(person.unregistered),
        )
        contact = person.safe_contact
        if contact is None:
            return typed
        return replace(
            typed,
            channel=contact.channel.value,
            address=contact.address,
            hours=contact.hours,
            code_phrase=contact.code_phrase,
            may_tell=contact.may_tell,
            never_use=contact.never_use,
        )

    def contact(self) -> ContactChange:
        """Return the safe contact that is typed for somebody new."""
        said: dict[str, Any] = {name: getattr(self, name) or None for name in _CONTACT}
        return ContactChange(channel=self.channel or None, never_use=self.never_use, **said)

    def change_from(self, before: PersonTyped, documents: tuple[IdentityDocument, ...]) -> PersonChange:
        """Return what is to change of a person that was as `before` when the form was filled."""
        gone = _only(before.names, self.names)
        added = _only(self.names, before.names)
        is_called_anew = bool(added) and added[0] == self.names[0]  # what stands first is what they are called
        return PersonChange(
            role=None if self.role == before.role else self.role,
            add_names=added if is_called_anew else (),
            spellings=() if is_called_anew else tuple(map(PersonName.written, added)),
            misspelt=gone if self.gone == NameKind.MISSPELT else (),
            former=gone if self.gone == NameKind.FORMER else (),
            born=None if self.born == before.born else self.born,
            add_phones=_only(self.phones, before.phones),
            drop_phones=_only(before.phones, self.phones),
            add_emails=_only(self.emails, before.emails),
            drop_emails=_only(before.emails, self.emails),
            add_documents=documents,
            contact=self._contact_from(before),
            sex=None if self.sex == before.sex else self.sex,
            nationalities=None if self.nationalities == before.nationalities else self.nationalities,
            unregistered=None if self.unregistered == before.unregistered else self.unregistered,
        )

    def _contact_from(self, before: PersonTyped) -> ContactChange:
        said = {name: getattr(self, name) for name in _CONTACT if getattr(self, name) != getattr(before, name)}
        return ContactChange(
            channel=None if self.channel == before.channel else self.channel or Channel.NOT_KNOWN.value,
            never_use=_only(self.never_use, before.never_use),
            use_again=_only(before.never_use, self.never_use),
            **said,
        )


def _only(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if value not in others)
