"""A vault of logs alone: Nour founded it, and the sheets admit whom a test names. All of it is signed."""

from __future__ import annotations

from collections.abc import Mapping

from tests.log.writer import KEM, Key, Writer
from vault.access.trust.case_lines import place_of_head
from vault.ids import ZERO_DIGEST, Origin, VaultId
from vault.log.act_bytes import SHEETS_PURPOSE, MadeAct, admit, anchor_digest, begin, by_sheets, sheets_message
from vault.log.genesis import signed_message
from vault.log.items import Item
from vault.log.parting import Parting
from vault.log.tree import leaf_hash, root
from vault.policy.roles import Role
from vault.records.logs import geneses_of
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority
from vault.validity.compartment_access import AccessResolver, all_acts
from vault.validity.deciding_lines import Lines, read_on
from vault.validity.directory import Directory, judge_lines
from vault.validity.log_places import LogPlaces, places_of_logs
from vault.validity.proven import Proven

SHEETS = Key("sheets")
VAULT = VaultId(anchor_digest(SHEETS.public, KEM, Key("Nour/identity").public)[:16])
_NO_PARTINGS: Mapping[bytes, Parting] = {}


def new_log(name: str) -> Writer:
    """Return the log of a new seat, with nothing in it."""
    return Writer(name, vault=VAULT)


def going_on(before: Writer, size: int, name: str | None = None) -> Writer:
    """Return a log that says it goes on from so many entries of another, by its seat's key or that of another name."""
    at = root([leaf_hash(row.header) for row in before.rows[:size]]) if size else ZERO_DIGEST
    return Writer(name or before.name, (before.origin, size, at), seat=before.seat, vault=VAULT)


def signed(made: MadeAct) -> Item:
    """Return the item of an act of the sheets."""
    signature = SHEETS.sign(signed_message(SHEETS_PURPOSE, sheets_message(VAULT, made.kind, made.content)))
    return Item.of_act(by_sheets(made, SHEETS.public, signature))


def admission(of: Writer, *roles: Role) -> MadeAct:
    """Return the admission of the seat that a log begins."""
    return admit(of.genesis, roles or (Role.CASEWORKER,), None, b"n" * 16)


def founded(*admitted: Writer) -> Writer:
    """Return Nour's log: entry 0, and one that lists that the sheets admit others."""
    nour = new_log("Nour")
    nour.append(Item.of_act(begin(SHEETS.public, KEM, helpers=False)), signed(admission(nour, *Role)))
    nour.append(*(signed(admission(other)) for other in admitted))
    return nour


def put(store: Database, *logs: Writer, beside: tuple[OperationRow, ...] = ()) -> None:
    """Store logs as far as they are not there, and rows beside theirs."""
    with store.transaction() as rows:
        for log in logs:
            if rows.genesis(log.origin) is None:
                rows.add_genesis(log.origin, log.genesis)
            for row in log.rows[rows.size(Origin(log.origin)) :]:
                rows.add_operation(OperationRow(*row))
        for other in beside:
            rows.add_operation(other)


def places_of(rows: Rows, partings: Mapping[bytes, Parting] = _NO_PARTINGS) -> LogPlaces:
    """Return where the entries of all logs stand."""
    return places_of_logs(geneses_of(rows), partings.get)


def directory_of(rows: Rows) -> Directory:
    """Return who is in by all rows, each of them proven."""
    lines, places = read_on(rows, Lines(), lambda _origin, _start, size: Proven(size)), places_of(rows)
    return judge_lines(VAULT, lines, places, lambda head: places.find(head, rows.size, lambda *_: True))


def resolver_of(rows: Rows, directory: Directory) -> AccessResolver:
    """Return what judges cases by all rows, each of them proven."""
    authority = Authority(rows, directory, lambda origin, _: Proven(rows.size(origin)))
    return AccessResolver(authority, lambda _: all_acts(rows), lambda head: place_of_head(directory, rows, head))
