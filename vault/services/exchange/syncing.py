"""Exchange by one file: make a bundle, import one, look into one; and who came with it that is known here already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from vault import clock
from vault.access.seat_keys.rekeying import renew_recovery_door
from vault.access.session import Session
from vault.casework.person import Person
from vault.errors import RefusedError, VaultError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, SeatId
from vault.index.case_pages import row_of
from vault.index.heads import conflicts, heads_in, records_of
from vault.index.people_index import everybody, who_is
from vault.names.written_forms import words_of
from vault.policy.roles import ALLOWED, Action
from vault.progress import StepProgress
from vault.records.work import Entry
from vault.seal.bodies import Recipient
from vault.services.cases import register, two_versions
from vault.services.cases.case_people import stored_at
from vault.services.cases.editing import Place
from vault.services.cases.two_versions import InTwo
from vault.services.cases.writing_down import called, look_each
from vault.services.exchange.bundle_import import BundleImport, opened, require_room
from vault.services.exchange.known_peers import (
    certified_identity,
    compartments_for,
    extents,
    keep_peers,
    not_whole,
    peers_of,
)
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.folder_row import keep_offered
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import member_of_seat, members_of_logs, seats_of
from vault.services.projection.stored_records import Stored
from vault.store.blobs import Blobs
from vault.store.files import as_received, require_new
from vault.sync.bundle_file import Manifest, Position, require_for
from vault.sync.bundle_making import make_bundle
from vault.sync.bundle_pages import PageKind
from vault.sync.peers import Offer, Peer, common_base, common_have
from vault.sync.selecting import Request
from vault.sync.staging import discard, stage, staged_in, tried_again
from vault.words.finding import Code
from vault.words.message import Message
from vault.words.next_step import NextStep

# Who came with a bundle and may be known here already: looked up after the import, as before somebody is written
# down.
# What is told names cases that this member reads and colleagues to ask, and no person.

_MOST_LOOKED_UP: Final = 500  # a device's first bundle brings thousands, and nobody is here to compare them with
_MOST_OWN: Final = 5_000
_MOST_NAMES: Final = 16
_MOST_WORDS: Final = 8

At: TypeAlias = tuple[bytes, bytes]
"""(case, record) of somebody."""


@dataclass(frozen=True, slots=True)
class MayBeKnown:
    """Somebody of a case, where else in this member's cases they may stand, with the references, and whom to ask."""

    place: Place
    ref: str
    others: tuple[Place, ...] = ()
    refs: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownHere:
    """Who may be known here already; of `passed_over` people nobody looked, because too many came at once."""

    people: tuple[MayBeKnown, ...] = ()
    passed_over: int = 0


def everybody_here(session: Session) -> dict[At, str]:
    """Return how the people of this member's cases are called, by where they stand."""
    session.require(Action.SYNC)
    return everybody(up_to_date_index(session))


def known_here(session: Session, before: dict[At, str], versions: Collection[tuple[CompartmentId, bytes]]) -> KnownHere:
    """Return who of those that came since may be one of those before; the look is in the log before it is returned.

    Looked up are the people of cases: a restricted section is opened for nothing of the kind.
    """
    session.require(Action.SYNC)
    if not before or session.is_expired or session.log.is_forked:
        return KnownHere()
    came = [at for at in everybody(up_to_date_index(session)) if at not in before]
    passed_over = max(0, len(came) - _MOST_LOOKED_UP)
    people = {at: stored for at in came[-_MOST_LOOKED_UP:] if (stored := stored_at(session, _place(at))) is not None}
    found = list(_of_who_came(session, people, before))
    told = {(other.case, other.record) for each in found for other in each.others}
    index, ids = session.index(), [version for _, version in versions]
    changed = {(bytes(case), bytes(record)) for case, record in records_of(index, ids)}
    passed = told | changed
    others = {at: name for at, name in before.items() if at not in passed}
    same = frozenset(who for at in changed if (who := who_is(index, *at)) is not None)
    found += _of_who_was_here(session, others, same, ids)
    return KnownHere(tuple(found), passed_over)


def _of_who_came(session: Session, people: dict[At, Stored[Person]], before: Collection[At]) -> Iterator[MayBeKnown]:
    """Yield who of the people who came may be somebody who was here, or be known to others than who wrote them."""
    authors = members_of_logs(session, {stored.origin for stored in people.values() if stored.origin is not None})
    looks = look_each(session, [_shortened(stored.value) for stored in people.values()], why="casework")
    for (at, stored), looked in zip(people.items(), looks, strict=True):
        others = [found for found in looked.alike if (found.place.case, found.place.record) in before]
        members = tuple(
            member for member in looked.members if stored.origin is None or member != authors.get(stored.origin)
        )
        row = row_of(session.index(), at[0])
        if row is not None and (others or members):
            refs = tuple(dict.fromkeys(found.ref for found in others))
            places = tuple(found.place for found in others)
            yield MayBeKnown(_place(at), row.ref, places, refs, called(session, members))


def _of_who_was_here(
    session: Session, before: Mapping[At, str], same: Collection[bytes], versions: Collection[bytes]
) -> Iterator[MayBeKnown]:
    """Yield who of the people here was entered in the register by a colleague, in an entry that came now.

    Who is written to be one person with somebody of `same`, whom the bundle brought or changed, is no news.
    """
    asked = list(before.items())[-_MOST_OWN:]
    if not asked or not session.roles & ALLOWED[Action.REGISTER_ASK]:
        return
    for home in held_of_kind(session, CompartmentKind.REGISTER)[:1]:
        entries = {head.version for head in heads_in(session.index(), home)} & set(versions)
        if not entries:
            return
        found = register.ask_among(session, [[_short(name)] for _, name in asked], entries)
        for (at, _), members in zip(asked, found, strict=True):
            colleagues = tuple(member for member in members if member != session.member)
            row = row_of(session.index(), at[0])
            if colleagues and row is not None and who_is(session.index(), *at) not in same:
                yield MayBeKnown(_place(at), row.ref, ask=called(session, colleagues))


def _shortened(person: Person) -> Person:
    """Return somebody with as many names and words as people have: a colleague's program may have written more."""
    return replace(person, names=tuple(replace(name, text=_short(name.text)) for name in person.names[:_MOST_NAMES]))


def _short(name: str) -> str:
    return " ".join(words_of(name)[:_MOST_WORDS])


def _place(at: At) -> Place:
    return Place(CompartmentId(at[0]), RecordId(at[1]), Person.KIND)


# Exchange with another member by one file: make a bundle, import one, look into one without importing it.
@dataclass(frozen=True, slots=True)
class MadeBundle:
    """A bundle that lies at its place: for how many seats, and what is in it.

    `documents` are contents of documents; `left_out` found no room, and go with the next bundle.
    `too_long` is the reference of each case, or empty for what is none -> number of its records that no bundle carries.
    """

    path: Path
    size: int
    digest: bytes
    seats: int
    entries: int
    versions: int
    too_long: Mapping[str, int] = field(default_factory=dict)
    documents: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Inside:
    """What a bundle says of itself, after all of it was opened. Nothing was imported.

    `is_known`: the maker was let in, as known here. `made_ms` is as the maker's clock said; `entries` are
    those of it that this device lacks, as far as its own words go.
    """

    sender: str
    is_known: bool
    made_ms: int
    size: int
    counts: Mapping[PageKind, int]
    entries: int


@dataclass(frozen=True, slots=True)
class ImportedBundle:
    """What came, what waits, what conflicts.

    `made_ms` is as the maker's clock said. `came` counts new versions by kind of record; `gained` and `withdrawn` can
    be read from now on, and not any more. `pending` are sentences on what stays out until something else arrives,
    `faults` on what contradicts itself or was refused; `conflicts` name records that have two versions now and had not
    before, `other_conflicts` counts those of no case. `known` says who of those that came may be known here already;
    `gained_kinds` counts `gained` by kind.
    """

    sender: str
    made_ms: int
    entries: int
    came: Mapping[str, int]
    gained: tuple[CompartmentId, ...]
    withdrawn: tuple[CompartmentId, ...]
    pending: tuple[Message, ...]
    faults: tuple[Message, ...]
    conflicts: tuple[InTwo, ...]
    other_conflicts: int = 0
    known: KnownHere = field(default_factory=KnownHere)
    gained_kinds: Mapping[CompartmentKind, int] = field(default_factory=dict)


def seats_to_reach(session: Session, member: MemberId) -> list[SeatId]:
    """Return the live seats of a member that a bundle is for.

    Raises:
        RefusedError: the member has none, or one that is valid again after it was ended.
    """
    session.require(Action.SYNC)
    seats = [seat for seat in seats_of(session, [member]) if seat != session.seat]
    if not seats:
        raise RefusedError(
            Message("this member has no other device to send to"),
            next_step=Message("{list_members} shows who has one.", list_members=NextStep.LIST_MEMBERS),
        )
    if {alarm.subject for alarm in session.alarms if alarm.code is Code.VALID_AGAIN}.intersection(seats):
        raise RefusedError(
            Message("this member had been revoked or lost a role, and is valid again here"),
            next_step=Message("Do it again, or import a bundle of a colleague who knows of it."),
        )
    return seats


def make(
    session: Session, member: MemberId, out: Path, *, progress: StepProgress = lambda what, done, total: None
) -> MadeBundle:
    """Make a bundle for all live seats of a member: what they lack, of what they may hold.

    Raises:
        RefusedError: as `seats_to_reach`; something lies at `out` already, or it would be larger than 1 GiB.
        TryAgainError: it cannot be written there; nothing is left.
    """
    rule = session.require(Action.SYNC)
    require_new(out)
    seats = seats_to_reach(session, member)
    up_to_date_index(session, progress=lambda done, total: progress("reading", done, total))
    peers = peers_of(session)
    own = [peers.get(seat, Peer()) for seat in seats]
    have = common_have(own)
    base = common_base(own)
    position = Position(session.log.origin, session.log.size)
    with session.log.lock, session.database.reading() as rows:
        logs = extents(session, rows, {origin: min(size, base.reached.get(origin, 0)) for origin, size in have.items()})
        compartments = compartments_for(session, rows, seats)
        certificates = session.directory.certificates
        draft = Manifest(
            vault=session.vault,
            seat=session.seat,
            identity=certificates[session.seat].identity,
            member=member,
            made_ms=session.log.now_ms(),
            position=position,
            pages=0,
            size=0,
            root=bytes(32),
            counts={},
            have={origin: extent.size for origin, extent in logs.items() if extent.size},
            took={seat: at for seat, peer in zip(seats, own, strict=True) if (at := peer.at) is not None},
        )
        request = Request(logs, have, base.reached, base.compartments, base.keys, seats, compartments, base.left_out)
        made = make_bundle(
            rows,
            request,
            draft,
            [Recipient(seat, certificates[seat].kem) for seat in seats],
            out,
            blobs=Blobs(session.folder.blobs_dir),
            sign=session.sign,
            progress=lambda done, total: progress("writing", done, total),
        )
        covered = frozenset(compartments) - not_whole(session)
    try:
        keep_offered(session, draft.have)
        session.log_act(Entry(act="sync.out", dig=made.digest, pol=rule))
    except BaseException:
        # What is not in the log did not happen.
        made.path.unlink(missing_ok=True)
        raise
    offer = Offer(position, draft.have, covered, made.keys, made.left_out)
    keep_peers(session, peers | {seat: peer.offered(offer) for seat, peer in zip(seats, own, strict=True)})
    counts = made.manifest.counts
    return MadeBundle(
        path=made.path,
        size=made.size,
        digest=made.digest,
        seats=len(seats),
        entries=counts[PageKind.OPERATION],
        versions=counts[PageKind.VERSION],
        too_long=_by_reference(session, made.too_long),
        documents=made.documents,
        left_out=len(made.left_out),
    )


def show(session: Session, file: Path, *, progress: StepProgress = lambda what, done, total: None) -> Inside:
    """Open a bundle and say what is in it; nothing comes in.

    Raises:
        VerificationError: of another vault, for somebody else, altered, cut or beyond a limit.
    """
    session.require(Action.SYNC)
    bundle = opened(session, file, progress)
    identity = certified_identity(session, bundle.manifest.seat)
    with session.database.reading() as rows:
        lacking = sum(max(0, size - rows.size(origin)) for origin, size in bundle.manifest.have.items())
    return Inside(
        sender=_sender(session, bundle.manifest),
        is_known=identity is not None,
        made_ms=bundle.manifest.made_ms,
        size=bundle.size,
        counts=bundle.manifest.counts,
        entries=lacking,
    )


def require_for_us(session: Session, file: Path) -> None:
    """Return where a file is a bundle for this seat.

    Raises:
        VerificationError: it is none, or of another vault, or for somebody else.
    """
    session.require(Action.SYNC)
    with as_received():
        require_for(file, session.kem_private, session.seat, session.vault)


def import_bundle(
    session: Session, file: Path, *, progress: StepProgress = lambda what, done, total: None
) -> ImportedBundle:
    """Bring in what of a bundle is proven, then what else waited for it, and say what came.

    An import that is cut off at any point leaves the vault as it was or with all that was proven; repeat it.

    Raises:
        VerificationError: of another vault, for somebody else, altered, cut or beyond a limit; nothing came in.
        TryAgainError: no room.
    """
    rule = session.require(Action.SYNC)
    folder = session.folder.staging_dir
    require_for_us(session, file)
    staged, is_again = stage(file, folder, session.own_drafts.key, now_s=clock.now_ms() / 1000)
    try:
        bundle = opened(session, staged, progress)
        require_room(session, bundle)
    except VaultError:
        if not is_again:  # else it waits here for another member of this folder, whom it opens for
            discard(staged)
        raise
    before = set(conflicts(up_to_date_index(session)))
    people_before = everybody_here(session)
    arrival = BundleImport(session, rule, progress)
    arrival.import_bundle(bundle, staged, is_again=is_again)
    for other in staged_in(folder):
        if other != staged and arrival.logs:
            with tried_again(other):
                arrival.import_pending(other)
    renew_recovery_door(session)
    index = up_to_date_index(session)
    new = {identity for _, identity in arrival.versions}
    touched = sorted({compartment for compartment, _ in arrival.versions})
    came = Counter(head.kind for compartment in touched for head in heads_in(index, compartment) if head.version in new)
    names = names_of_members(session)
    conflicting = set(conflicts(index)) - before
    in_two = _in_two(session, conflicting)
    return ImportedBundle(
        sender=_sender(session, bundle.manifest),
        made_ms=bundle.manifest.made_ms,
        entries=arrival.entries,
        came=dict(came),
        gained=tuple(arrival.gained),
        withdrawn=tuple(arrival.withdrawn),
        pending=arrival.wait_words(names),
        faults=arrival.fault_words(names),
        conflicts=in_two,
        other_conflicts=len(conflicting) - len(in_two),
        known=known_here(session, people_before, arrival.versions),
        gained_kinds=Counter(state.kind for state in session.states_of(arrival.gained).values() if state is not None),
    )


def _in_two(session: Session, found: Collection[tuple[bytes, bytes, str]]) -> tuple[InTwo, ...]:
    """Return which of these records stand in cases that this member may list."""
    if not found or session.is_expired or not session.roles & ALLOWED[Action.CASE_LIST]:
        return ()
    listed = two_versions.in_two(session)
    return tuple(each for each in listed if (each.place.case, each.place.record, each.place.kind) in found)


def _by_reference(session: Session, counts: Mapping[bytes, int]) -> dict[str, int]:
    found = Counter[str]()
    for compartment, count in counts.items():
        row = row_of(up_to_date_index(session), compartment)
        found["" if row is None else row.ref] += count
    return dict(found)


def _sender(session: Session, manifest: Manifest) -> str:
    return name_in(names_of_members(session), member_of_seat(session, SeatId(manifest.seat)))
