"""Who wrote what: from the log that an entry stands in to a member's name, also long after that member left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vault.access.session import Session
from vault.display import is_name_as_seen
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import MemberId, Origin, RecordId
from vault.names.normal import looks_same, normal
from vault.services.projection.projection import read_valid
from vault.services.projection.seats import members_of_logs, names_said
from vault.services.projection.short_ids import the_one_meant
from vault.services.projection.stored_records import Stored
from vault.words.message import Message
from vault.words.next_step import NextStep

_SHOWN_DIGITS = 8
NOBODY_KNOWN = "a device not known here"
_ANOTHER_NAME = Message("Ask them to join under a different name.")


def names_of_members(session: Session) -> dict[MemberId, str]:
    """Return every member that the directory ever named, those who left among them; of several names all."""
    return {member: " / ".join(names) for member, names in all_names(session).items()}


def all_names(session: Session) -> dict[MemberId, list[str]]:
    """Return what the directory calls each member, each name in a line.

    It says so once, and whoever says something else takes nothing.
    """
    names = names_said(read_valid(session, session.directory.compartment))
    return {member: sorted(found) for member, found in names.items()}


def name_in(names: dict[MemberId, str], member: bytes | None) -> str:
    """Return how a member is shown: by name, or by the beginning of the id where no name is kept."""
    if member is None:
        return NOBODY_KNOWN
    return names.get(MemberId(member), f"member {member.hex()[:_SHOWN_DIGITS]}")


def find_member(session: Session, text: str, *, also_left: bool = False) -> MemberId:
    """Return the member with this name or id, or this beginning of one; case does not matter.

    Where nobody has the name as typed, accents do not matter either: `joel` is Joël.

    Raises:
        NotFoundError: none.
        UsageError: several of this name, or the beginning of one member's id is another one's name.
    """
    wanted = text.strip().casefold()
    names = all_names(session)
    known = set(session.directory.members) | (set(names) if also_left else set())
    called = {MemberId(member): names.get(MemberId(member), ()) for member in known}
    found = [member for member, said in called.items() if wanted in {name.strip().casefold() for name in said}]
    if not found and (plain := normal(wanted)):
        found = [member for member, said in called.items() if plain in {normal(name.strip()) for name in said}]
    found = the_one_meant(text, map(MemberId, known), found)
    if len(found) > 1:
        raise UsageError(
            Message("{count} members have this name", count=len(found)),
            next_step=Message("Give the id ({list_members}).", list_members=NextStep.LIST_MEMBERS),
        )
    if not found:
        raise NotFoundError(
            Message("there is no member with this name"),
            next_step=Message("{list_members} lists the members.", list_members=NextStep.LIST_MEMBERS),
        )
    return found[0]


def require_new_name(session: Session, name: str) -> None:
    """Refuse a name that is, to the eye, that of somebody who is in: people are told apart by it.

    Raises:
        RefusedError: it is taken, or has what does not show as itself.
    """
    names, members = all_names(session), session.directory.members
    if not is_name_as_seen(name.strip()):
        raise RefusedError(
            Message("the new member's name has a character that does not show as itself"), next_step=_ANOTHER_NAME
        )
    if any(looks_same(name, text) for member in members for text in names.get(MemberId(member), ())):
        raise RefusedError(
            Message("there is already a member with this name, or with one that looks the same"),
            next_step=_ANOTHER_NAME,
        )


def names_of_logs(session: Session, origins: Iterable[Origin | None]) -> dict[Origin, str]:
    """Return whose logs these are, by name; of a log of nobody known, nothing."""
    members = members_of_logs(session, (origin for origin in origins if origin is not None))
    names = names_of_members(session) if members else {}
    return {origin: name_in(names, member) for origin, member in members.items()}


def written_by(session: Session, records: Iterable[Stored[Any]]) -> dict[RecordId, str]:
    """Return the name of who wrote each record as it stands, also of those who left."""
    origins = {record.record: record.origin for record in records if record.origin is not None}
    names = names_of_logs(session, origins.values())
    return {record: names.get(origin, NOBODY_KNOWN) for record, origin in origins.items()}
