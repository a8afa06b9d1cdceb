"""What arrives with a bundle, round by round: rows, then who is in and keys, then the rows that these make known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from vault.access.pins.alarms import fork_alarm, lasting
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.writing_keys import settle_keys
from vault.errors import BrokenSealError, MalformedError, TryAgainError, VaultError, VerificationError
from vault.ids import CompartmentId, MemberId, Origin, SeatId
from vault.log.act_bytes import ActKind, read_act
from vault.log.items import LIST_LIMIT, decode_items
from vault.progress import StepProgress
from vault.records.epochs import drop_junk, notices_of
from vault.records.work import Entry
from vault.seal.signing import is_signed_raw
from vault.services.erasures import arrived, noted_holds, removing
from vault.services.exchange.known_peers import certified_identity, keep_peers, knows, peers_of, pins_of
from vault.services.projection.authors import name_in
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import member_of_seat
from vault.store.blobs import Blobs
from vault.store.files import as_received
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.sync.bundle_file import Bundle, Manifest, open_bundle, require_for
from vault.sync.bundle_pages import PageKind, SentOperation
from vault.sync.peers import Peer
from vault.sync.proven_logs import Stop
from vault.sync.row_import import Imported, PendingLog, import_into
from vault.sync.staging import digest_of, discard
from vault.trust.trust_items import Admit, BySheets
from vault.validity.given_keys import GrantReader
from vault.words.finding import Code
from vault.words.message import Message, filled, plural
from vault.words.next_step import NextStep


def recovered_logs(session: Session, bundle: Bundle, origins: Collection[bytes]) -> set[bytes]:
    """Return those of some logs of unknown seats whose own entry 0 lists that the sheets in effect admit their seat."""
    found = set[bytes]()
    for page in bundle.pages(PageKind.OPERATION):
        if page.origin in origins and page.origin not in found:
            first = next(iter(page.of(SentOperation)), None)
            if first is not None and first.seq == 0 and _is_by_sheets(session, page.origin, first):
                found.add(page.origin)
    return found


def _is_by_sheets(session: Session, origin: bytes, entry: SentOperation) -> bool:
    with suppress(MalformedError):
        for item in decode_items(entry.list):
            if item.kind == ActKind.SHEETS:
                act = read_act(item.kind, item.content, session.vault, is_signed_raw)
                if isinstance(act, BySheets) and isinstance(act.act, Admit):
                    return session.directory.is_in_effect(act) and act.act.certificate.origin == origin
    return False


# What a device may send that nobody here knows yet: it waits for the line that admits it.
UNKNOWN_LIMIT = 64 << 20
# What stays out for these reasons does not come in with a later import of the same file.
SETTLED = frozenset({Stop.FORK, Stop.OTHER_TREE, Stop.FOREIGN, Stop.OWN_LOG, Stop.TOO_MANY})


_WORDS = {
    Stop.GAP: Message("Entries of {who} from {at} on are pending: earlier entries have not arrived."),
    Stop.UNKNOWN_SEAT: Message("Entries of a device that is not known here are pending until its admission arrives."),
    Stop.UNPROVEN: Message(
        "Entries of {who} from {at} on are not signed yet, or not as they came; they were not imported."
    ),
    Stop.ALTERED: Message("Entries of {who} from {at} on are not those that were signed; they were not imported."),
    Stop.DAMAGED_HERE: Message("The log of {who} is damaged on this device from entry {at} on: run {verify}."),
    Stop.FORK: Message("The log of {who} has two histories from entry {at} on; both are kept."),
    Stop.OTHER_TREE: Message(
        "{who} signed another history of {at} entries, which is not here; the entries that are here stay."
    ),
    Stop.OWN_LOG: Message("Others have seen more of this device's own log than is here: this vault is an older copy."),
    Stop.TOO_MANY: Message("A device of {who} has begun more logs than any device does; this log was not imported."),
    Stop.FOREIGN: Message("A log of another vault was in the bundle; it was not imported."),
}


class _DoorOfDevice(arrived.ErasedHere):
    """Keeps what this device sealed or opens: no junk comes beside it."""

    @override
    def is_sure(self, rows: Rows, compartment: bytes, grant: GrantRow) -> bool:
        session = self._session
        if grant.seat != session.seat:
            return grant.giver == session.seat
        reader = GrantReader(rows, session.learned.listings, session.vault, session.kem_private)
        named = (notice for notice in notices_of(rows, compartment) if notice.epoch == grant.epoch)
        return any(reader.open_as_from(notice, grant, [grant.giver]) is not None for notice in named)


class BundleImport:
    """Takes one bundle, and those that waited for it.

    Attributes:
        gained, withdrawn: compartments that can be read from now on, and not any more.
        logs: origin -> size now, of each log that grew.
        versions: the new ones, as (compartment, id).
        entries, refused: new entries; rows that no proven list names.
        pending: what of the bundle itself stays out.
    """

    def __init__(self, session: Session, rule: str, progress: StepProgress) -> None:
        self._session = session
        self._rule = rule
        self._progress = progress
        self.gained: list[CompartmentId] = []
        self.withdrawn: list[CompartmentId] = []
        self.logs: dict[Origin, int] = {}
        self.versions: list[tuple[CompartmentId, bytes]] = []
        self.entries = self.refused = 0
        self.pending: tuple[PendingLog, ...] = ()
        self._apart: set[bytes] = set()
        self._recovered: set[bytes] = set()

    def import_bundle(self, bundle: Bundle, staged: Path, *, is_again: bool = False) -> None:
        """Bring in what is proven; go on as long as what came in makes more seats known.

        The copy goes last: one that is still there was not imported whole, or its entry is not in the log yet.

        `is_again`: an import of it may have been cut off behind its rows, whose entry is not forgotten.

        Raises:
            VerificationError: what came says that somebody else has the maker's seat.
        """
        session, manifest = self._session, bundle.manifest
        known, had = dict(self.logs), len(self.versions)
        imported = self._round(bundle)
        self.pending = imported.pending
        while unknown := {pending.origin: pending.seat for pending in self.pending if pending.why is Stop.UNKNOWN_SEAT}:
            if all(certified_identity(session, seat) is None for seat in unknown.values()):
                recovered = recovered_logs(session, bundle, unknown) - self._recovered
                self._recovered |= recovered
                if not recovered:
                    break
            imported = self._round(bundle)
            self.pending = imported.pending
            if not imported.logs:
                break
        # What an earlier round refused because nobody had admitted it came in with a later one.
        self.refused += imported.counts.refused
        grown = {origin: size for origin, size in self.logs.items() if known.get(origin) != size}
        is_settled = all(pending.why in SETTLED for pending in self.pending)
        if session.log.is_forked:
            session.keep_pins()  # nothing that is written into this log counts any more
        elif grown or len(self.versions) > had or (is_again and is_settled):
            self._log(grown, digest_of(staged))
        try:
            require_maker(session, manifest)
        except VerificationError:
            discard(staged)
            raise
        self._remember(manifest)
        if is_settled:
            discard(staged)

    def import_pending(self, staged: Path) -> None:
        """Try a bundle again that waited for something; one that will never open goes.

        Whatever is wrong with it is not the fault of the import at hand. Those of other members of this folder stay.
        """
        session, of_the_first = self._session, self.pending
        try:
            if _is_for_this_seat(session, staged):
                self.import_bundle(opened(session, staged, self._progress), staged, is_again=True)
        except TryAgainError:
            pass  # no room: it waits on
        except VaultError:
            discard(staged)
        finally:
            self.pending = of_the_first

    def wait_words(self, names: Mapping[MemberId, str]) -> tuple[Message, ...]:
        """Return a sentence on each log of which something waits; of devices that nobody knows one for all."""
        return tuple(
            dict.fromkeys(self._words(pending, names) for pending in self.pending if pending.why not in SETTLED)
        )

    def fault_words(self, names: Mapping[MemberId, str]) -> tuple[Message, ...]:
        """Return a sentence on each contradiction, and on what was refused."""
        words = dict.fromkeys(self._words(pending, names) for pending in self.pending if pending.why in SETTLED)
        refused = plural(
            "{count} part of the bundle was not taken: nothing that is signed and known here names it.",
            "{count} parts of the bundle were not taken: nothing that is signed and known here names them.",
            count=self.refused,
        )
        return (*words, refused) if self.refused else tuple(words)

    def _round(self, bundle: Bundle) -> Imported:
        session = self._session
        noted_holds.note_holds(session)
        imported = import_into(
            session.database,
            bundle,
            Blobs(session.folder.blobs_dir),
            knows=lambda origin, genesis: origin in self._recovered or knows(session, origin, genesis),
            pins=pins_of(session),
            door=_DoorOfDevice(session),
            own=session.log.origin,
            progress=lambda done, total: self._progress("taking", done, total),
        )
        self.entries += imported.counts.operations
        self.versions += [(CompartmentId(version.compartment), version.id) for version in imported.versions]
        self.logs |= {Origin(origin): size for origin, (_, size) in imported.logs.items()}
        for origin in imported.evidence:
            session.prover.look_again(Origin(origin))
        if imported.evidence:
            session.read_again(imported.evidence)
        if self._grown_behind(imported):
            session.learned.forget_all()
            session.index().was_asked = False
        session.log.is_forked |= session.log.origin in imported.evidence
        self._apart.update(imported.apart)
        self._alarm(imported)
        erasures = arrived.look(session)  # a hold opens with keys that may go now
        if imported.logs or imported.keyed or imported.wrapped or imported.counts.versions or imported.evidence:
            changed = refresh(session)
            drop_junk(session.database, session.vault, session.keyring, imported.wrapped)
            self.gained += changed.gained
            self.withdrawn += changed.withdrawn
            up_to_date_index(session)
            arrived.note(session, erasures)
            noted_holds.note_holds(session)  # what was valid once stands, also if its author is cut off later
            self._give_keys(imported)
        if imported.counts.documents:
            removing.forget_contents(session)
        return imported

    def _grown_behind(self, imported: Imported) -> dict[bytes, int]:
        """Return the logs of which entries came in behind others that were read, and from where on to read again."""
        found: dict[bytes, int] = {}
        with self._session.database.reading() as rows:
            for origin in {*imported.evidence, *imported.logs}:
                parted = self._session.prover.parted(rows, Origin(origin))
                if parted is not None:
                    found[origin] = parted.undisputed
        return found

    def _log(self, grown: Mapping[Origin, int], digest: bytes) -> None:
        """Put into the log that a bundle came, and the checkpoints of others that were seen."""
        session = self._session
        with session.database.reading() as rows:
            notes = {
                origin: row.note
                for origin, size in grown.items()
                for row in rows.checkpoints(origin)
                if row.size == size
            }
        with session.work() as work:
            for origin in sorted(notes)[:LIST_LIMIT]:
                work.list_seen(notes[origin])
            work.commit(Entry(act="sync.in", dig=digest, pol=self._rule))

    def _give_keys(self, imported: Imported) -> None:
        """Give the keys that this device holds to those who lack them: two acted apart, and meet here."""
        session = self._session
        if session.is_expired or session.faults():
            return
        settle_keys(session, *filter(session.holds, sorted(map(CompartmentId, imported.keyed))))

    def _alarm(self, imported: Imported) -> None:
        for pending in imported.pending:
            if pending.why is Stop.FORK:
                self._session.renew_alarm(fork_alarm(Origin(pending.origin), SeatId(pending.seat)))
            elif pending.why is Stop.OTHER_TREE:
                self._session.renew_alarm(
                    lasting(Code.OTHER_TREE, pending.origin, seats=frozenset({SeatId(pending.seat)}))
                )
            elif pending.why is Stop.OWN_LOG:
                self._session.renew_alarm(lasting(Code.OWN_LOG))

    def _remember(self, manifest: Manifest) -> None:
        """Keep what the maker says that it has, and that its bundle was imported whole."""
        session = self._session
        peers = peers_of(session)
        peer = peers.get(manifest.seat, Peer()).heard(manifest, session.seat)
        # Whoever has another history of a log is sent all of it, so that both know of both.
        peer = replace(peer, have={origin: 0 if origin in self._apart else n for origin, n in peer.have.items()})
        if all(pending.why in SETTLED for pending in self.pending):
            peer = peer.taken(manifest.position)
        keep_peers(session, peers | {manifest.seat: peer})

    def _words(self, pending: PendingLog, names: Mapping[MemberId, str]) -> Message:
        member = member_of_seat(self._session, SeatId(pending.seat))
        stranger = Message("somebody who is not in the organisation")
        who = stranger if member is None else name_in(dict(names), member)
        return filled(_WORDS[pending.why], who=who, at=pending.at, verify=NextStep.VERIFY_LOG)


def _is_for_this_seat(session: Session, staged: Path) -> bool:
    try:
        require_for(staged, session.kem_private, session.seat, session.vault)
    except BrokenSealError:
        return False
    return True


def opened(session: Session, file: Path, progress: StepProgress) -> Bundle:
    """Open a bundle as this seat and refuse one for another member, or in the name of a seat that it is not.

    Raises:
        VerificationError: as said, or see `open_bundle`.
    """
    with as_received():
        bundle = open_bundle(
            file,
            session.kem_private,
            session.seat,
            session.vault,
            progress=lambda done, total: progress("opening", done, total),
        )
    if bundle.manifest.member != session.member:
        raise VerificationError(
            Message("the bundle was made for another member"), next_step=Message("Ask for a bundle made for you.")
        )
    require_maker(session, bundle.manifest)
    return bundle


def require_room(session: Session, bundle: Bundle) -> None:
    """Refuse a large bundle of a device that nobody here admitted: it would wait in the place of others.

    Raises:
        VerificationError: it is one.
    """
    manifest = bundle.manifest
    if (
        bundle.size > UNKNOWN_LIMIT
        and certified_identity(session, manifest.seat) is None
        and not recovered_logs(session, bundle, {manifest.position.origin})
    ):
        raise VerificationError(
            Message("this bundle comes from a device that is not yet known here"),
            next_step=Message("Import the bundle that admits it first, then import this bundle again."),
        )


def require_maker(session: Session, manifest: Manifest) -> None:
    """Refuse a bundle whose maker's seat has another identity key; an unknown seat passes.

    Raises:
        VerificationError: it has.
    """
    if certified_identity(session, manifest.seat) not in {None, manifest.identity}:
        raise VerificationError(
            Message("the bundle is signed in the name of device {seat} with another key", seat=manifest.seat.hex()),
            next_step=Message("Ask the sender to send it again."),
        )
