"""The register: is somebody known already, and whom to ask? It holds keyed hashes and a contact seat, no names.

Who holds the register's key tests a guess; nobody lists it. An entry carries the key of its hashes, which the versions'
own seal protects, so that a new key of the compartment loses no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from vault.access.session import Session
from vault.access.trust.writing_keys import key_to_write
from vault.casework.intake import RegisterEntry
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, RecordId, VersionId
from vault.index.file import Index
from vault.index.heads import heads_in
from vault.index.people_index import keys_of_entries, registered_as
from vault.names.likeness import skeletons_asked, skeletons_ever_of, skeletons_of
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry
from vault.seal.keyring import make_key
from vault.seal.named import derive_register_hash, derive_register_key
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import held_of_kind, the_one_of_kind
from vault.services.projection.projection import reindex, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import read_heads, read_versions, stored_of_kind
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, filled

# A key that this seat cannot derive is of an epoch before it came, or made up: a question is hashed under each, which
# takes long for a name of three words. Each author has so many of them, the newest first.
_MOST_KEYS = 32
_PEOPLE_AT_ONCE = 64  # each with a thousand hashes or two
_MANY_PEOPLE_AT_ONCE = 4096  # each with a few


def add(session: Session, names: Sequence[str]) -> RecordId:
    """Enter somebody by the skeletons of their names; whoever asks is told to ask this seat.

    Raises:
        UsageError: the names give no skeleton: a single short word finds too many.
    """
    rule = session.require(Action.REGISTER_WRITE)
    home = the_one_of_kind(session, CompartmentKind.REGISTER)
    entry = _entry(session, home, names)
    if entry is None:
        raise UsageError(
            Message("there is no name to enter"), next_step=Message("Give at least one name of three letters or more.")
        )
    with session.work(home) as work:
        record = work.keep(home, entry)
        work.commit(Entry(act="register.edit", covers={RegisterEntry.KIND: 1}, pol=rule))
    return record


def entries_for(session: Session, people: Iterable[Person]) -> list[tuple[CompartmentId, RegisterEntry]]:
    """Return what the register gets with people who are written into a case, so that colleagues are told whom to ask.

    Nothing for who is left out of it by choice, for who may not write there or has no key of it, and for who has no
    name that could be asked for.
    """
    if not session.roles & ALLOWED[Action.REGISTER_WRITE]:
        return []
    homes = [home for home in held_of_kind(session, CompartmentKind.REGISTER) if _current_key(session, home)]
    named = [[name.text for name in person.names] for person in people if not person.unregistered]
    entries = [_entry(session, home, names) for home in homes[:1] for names in named]
    return [(homes[0], entry) for entry in entries if entry is not None]


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the register, as one of its heads has it, and the member in whose log it stands."""

    spot: tuple[CompartmentId, RecordId]
    by: MemberId
    entry: RegisterEntry


def entered(session: Session) -> list[Entered]:
    """Return all entries of the register; none where this member may not write there."""
    found = list[Entered]()
    if not session.roles & ALLOWED[Action.REGISTER_WRITE]:
        return found
    for home in held_of_kind(session, CompartmentKind.REGISTER):
        heads = heads_in(up_to_date_index(session), home, RegisterEntry.KIND)
        wanted = frozenset(VersionId(head.version) for head in heads)
        entries = stored_of_kind(read_heads(session, home, wanted), RegisterEntry)
        members = members_of_logs(session, {entry.origin for entry in entries if entry.origin is not None})
        found += [
            Entered((home, entry.record), members[entry.origin], entry.value)
            for entry in entries
            if entry.origin in members
        ]
    return found


def accounted_for(
    entries: Iterable[Entered], names: Iterable[str], by: Collection[MemberId], kept: Iterable[str]
) -> list[tuple[CompartmentId, RecordId]]:
    """Return the entries that these names alone account for, every hash of them.

    Those of members who wrote the people down; a colleague who entered somebody else of the same name goes on being
    asked, and so is whoever holds somebody else of a name that is `kept`.
    """
    skeletons, hashes, found = skeletons_ever_of(names), dict[bytes, frozenset[bytes]](), []
    skeletons = skeletons - skeletons_ever_of(kept) if skeletons else skeletons
    for each in entries if skeletons else ():
        key = each.entry.key
        if each.by in by and key not in hashes:
            hashes[key] = frozenset(derive_register_hash(key, skeleton) for skeleton in skeletons)
        if each.by in by and each.entry.hashes and hashes[key].issuperset(each.entry.hashes):
            found.append(each.spot)
    return found


def take_out(session: Session, entries: Collection[tuple[CompartmentId, RecordId]]) -> None:
    """Erase these entries: who asks is no longer told which colleague made them."""
    if not entries:
        return
    rule = session.require(Action.REGISTER_WRITE)
    with session.database.reading() as rows:
        versions = [version for home, record in entries for version in rows.placed(home, record)]
    with session.index().in_doubt():
        with session.work() as work:
            for version in versions:
                work.erase_placed(version)
            work.commit(Entry(act="register.edit", covers={RegisterEntry.KIND: len(entries)}, pol=rule))
        reindex(session, set(entries))


def _entry(session: Session, home: CompartmentId, names: Sequence[str]) -> RegisterEntry | None:
    skeletons = skeletons_of(names)
    if not skeletons:
        return None
    key = derive_register_key(_current_key(session, home) or make_key())
    hashes = tuple(derive_register_hash(key, skeleton) for skeleton in skeletons)
    return RegisterEntry(key=key, hashes=hashes, contact=session.seat)


def _current_key(session: Session, home: CompartmentId) -> bytes | None:
    current = key_to_write(session, home)
    return None if current is None else session.keyring.get(current)


def ask(session: Session, names: Sequence[str]) -> list[MemberId]:
    """Return whom to ask about somebody of these names: the members whose logs entered a match.

    The question is in the log as a count, without a word of it.
    """
    (members,) = ask_each(session, [names])
    return members


def ask_each(session: Session, people: Sequence[Sequence[str]]) -> list[list[MemberId]]:
    """Return for each of these people, by their names, whom to ask, as `ask` does; the question is one in the log."""
    return _ask(session, people, skeletons_asked, _PEOPLE_AT_ONCE)


def ask_among(session: Session, people: Sequence[Sequence[str]], versions: Collection[bytes]) -> list[list[MemberId]]:
    """Return for each of many people who entered them in one of these versions of entries.

    Names that sound the same are found; for those with a letter in another place `ask_each` takes too long.
    """
    return _ask(session, people, skeletons_of, _MANY_PEOPLE_AT_ONCE, versions)


def _ask(
    session: Session,
    people: Sequence[Sequence[str]],
    skeletons_for: Callable[[Sequence[str]], Iterable[str]],
    at_once: int,
    among: Collection[bytes] | None = None,
) -> list[list[MemberId]]:
    rule = session.require(Action.REGISTER_ASK)
    home, index = the_one_of_kind(session, CompartmentKind.REGISTER), up_to_date_index(session)
    keys = _keys_asked(session, index, home)
    matched: dict[tuple[RecordId, VersionId], frozenset[int]] = {}
    entries = 0
    for start in range(0, max(len(people), 1), at_once):
        skeletons = [skeletons_for(names) for names in people[start : start + at_once]]
        registered = registered_as(index, home, keys, partial(_hashes_asked, skeletons, start))
        entries = registered.of
        for record, version, numbers in registered.found:
            if among is None or version in among:
                matched[record, version] = matched.get((record, version), frozenset()) | numbers
    session.log_act(Entry(act="case.search", why="intake", covers={RegisterEntry.KIND: entries}, pol=rule))
    opened = [
        entry for record, version in matched for entry in read_versions(session, home, record, frozenset({version}))
    ]
    # Whose log an entry stands in has whom to ask for; the seat in it anybody could write.
    authors = members_of_logs(session, {entry.origin for entry in opened})
    found: list[dict[MemberId, None]] = [{} for _ in people]
    for entry in sorted(opened, key=lambda entry: (entry.content.clock, entry.record)):
        if entry.origin in authors:
            for number in matched[entry.record, entry.id]:
                found[number][authors[entry.origin]] = None
    return [list(members) for members in found]


def _keys_asked(session: Session, index: Index, home: CompartmentId) -> set[bytes]:
    """Return the keys under which a question is hashed; say of whose entries some are passed over."""
    epochs = (session.keyring.get(epoch) for epoch in session.keyring.epochs_of(home))
    asked = {derive_register_key(key) for key in epochs if key is not None}
    others = [(key, Origin(origin)) for key, origin in keys_of_entries(index, home) if key not in asked]
    authors = members_of_logs(session, {origin for _, origin in others})
    of_author: dict[MemberId | None, dict[bytes, None]] = {}
    for key, origin in others:
        of_author.setdefault(authors.get(origin), {})[key] = None
    for keys in of_author.values():
        asked.update(list(keys)[:_MOST_KEYS])
    _tell_passed_over(session, [author for author, keys in of_author.items() if not keys.keys() <= asked])
    return asked


def _tell_passed_over(session: Session, authors: Sequence[MemberId | None]) -> None:
    session.drop_alarms(Code.REGISTER)
    called = names_of_members(session) if authors else {}
    for author in authors:
        message = filled(_PASSED_OVER, who=name_in(called, author), most=_MOST_KEYS)
        session.add_alarm(Finding(Code.REGISTER, message, author, severity=Severity.NEWS))


_PASSED_OVER = Message(
    "{who} entered people in the register under more than {most} keys that this device cannot derive. This"
    " device skips the older entries and does not find the people in them. Ask {who}."
)


def _hashes_asked(skeletons: Sequence[Iterable[str]], first: int, key: bytes) -> dict[bytes, frozenset[int]]:
    """Return hash -> numbers of the people, from the first on, for whom it is asked."""
    asked: dict[bytes, frozenset[int]] = {}
    for number, each in enumerate(skeletons, first):
        for skeleton in each:
            hashed = derive_register_hash(key, skeleton)
            asked[hashed] = asked.get(hashed, frozenset()) | {number}
    return asked
