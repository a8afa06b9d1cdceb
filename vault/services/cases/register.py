"""The register: is somebody known already, and whom to ask? It holds keyed hashes and a contact seat, no names.

Who holds the register's key tests a guess; nobody lists it. An entry carries the key of its hashes, which the versions'
own seal protects, so that a new key of the compartment loses no entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from vault.access.session import Session
from vault.casework.intake import RegisterEntry
from vault.errors import UsageError
from vault.ids import CompartmentKind, MemberId, RecordId
from vault.names.skeletons import skeletons_asked, skeletons_of
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.seal.keys import make_key
from vault.seal.named import derive_register_hash, derive_register_key
from vault.services.projection.kinds_held import the_one
from vault.services.projection.projection import read_valid
from vault.services.projection.reading import stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message


def add(session: Session, names: Sequence[str]) -> RecordId:
    """Enter somebody by the skeletons of their names; whoever asks is told to ask this seat.

    Raises:
        UsageError: the names give no skeleton: a single short word finds too many.
    """
    rule = session.require(Action.REGISTER_WRITE)
    home = the_one(session, CompartmentKind.REGISTER)
    skeletons = skeletons_of(names)
    if not skeletons:
        raise UsageError(
            Message("there is no name to enter"), next_step=Message("Give at least one name of three letters or more.")
        )
    current = session.state_of(home)
    held = None if current is None else session.keyring.get(current.current[0])
    key = derive_register_key(make_key() if held is None else held)
    hashes = tuple(derive_register_hash(key, skeleton) for skeleton in skeletons)
    entry = RegisterEntry(key=key, hashes=hashes, contact=session.seat)
    with session.work(home) as work:
        record = work.keep(home, entry)
        work.commit(Entry(act="register.edit", covers={RegisterEntry.KIND: 1}, pol=rule))
    return record


def ask(session: Session, names: Sequence[str]) -> list[MemberId]:
    """Return whom to ask about somebody of these names: the members whose logs entered a match.

    The question is in the log as a count, without a word of it.
    """
    (members,) = ask_each(session, [names])
    return members


def ask_each(session: Session, people: Sequence[Sequence[str]]) -> list[list[MemberId]]:
    """Return for each of these people, by their names, whom to ask, as `ask` does; the question is one in the log."""
    rule = session.require(Action.REGISTER_ASK)
    home = the_one(session, CompartmentKind.REGISTER)
    entries = stored_of_kind(read_valid(session, home), RegisterEntry)
    # Whose log an entry stands in has whom to ask for; the seat in it anybody could write.
    authors = members_of_logs(session, {registered.origin for registered in entries if registered.origin is not None})
    with session.work() as work:
        work.commit(Entry(act="case.search", why="intake", covers={RegisterEntry.KIND: len(entries)}, pol=rule))
    entered: defaultdict[bytes, list[int]] = defaultdict(list)
    by: list[MemberId] = []
    for registered in entries:
        member = None if registered.origin is None else authors.get(registered.origin)
        if member is not None:
            for hashed in registered.value.hashes:
                entered[registered.value.key + hashed].append(len(by))
            by.append(member)
    keys = {registered.value.key for registered in entries}
    found: list[list[MemberId]] = []
    for names in people:
        asked = [key + derive_register_hash(key, skeleton) for skeleton in skeletons_asked(names) for key in keys]
        numbers = sorted({number for each in asked for number in entered.get(each, ())})
        found.append(list(dict.fromkeys(by[number] for number in numbers)))
    return found
