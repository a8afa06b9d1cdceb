"""Somebody with the key of the database, around the lines that decide who is in: it never changes in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.outsider import digest_of, flipped, learn_as
from tests.once import made_once
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, SELIN, Organisation, admit_to, ask_to_join
from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import MemberId, SeatId
from vault.log.act_bytes import ActKind
from vault.policy.roles import Role
from vault.seal.purposes import Purpose
from vault.services.members import admitting, members

NEWCOMER = "Ned Farwell"
IN_LOG = ("operation", "genesis", "checkpoint", "tile", "version", "version_key")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines under attack stand in a folder, and what its member's own row said before they came."""

    end: tuple[bytes, int]
    admission: tuple[bytes, int]
    older: bytes


Template = tuple[Organisation, Lines]


def who_is_in(session: Session) -> tuple[set[SeatId], Mapping[MemberId, frozenset[Role]]]:
    return set(session.directory.certificates), dict(session.directory.members)


def place_of(session: Session, kind: ActKind) -> tuple[bytes, int]:
    lines = session.directory.lines.lines
    (found,) = {(line.origin, line.seq) for line in lines for item in line.items if item[0] == kind}
    return found


@pytest.fixture(scope="module")
@made_once
def template(
    organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Organisation, Lines]:
    """Return a folder, Amina's, in which Karim ended Joel's device and Selin admitted somebody."""
    folder = tmp_path_factory.mktemp("lines")
    organisation = organisation_template.copied_to(folder / "organisation")
    organisation.exchange(MIRA, AMINA)
    with organisation.open(AMINA) as amina, amina.database.reading() as rows:
        older = rows.local(amina.seat, Purpose.LINES)
        assert older is not None
    with organisation.at(KARIM, SELIN) as (karim, selin):
        assert members.suspend(karim, organisation[JOEL].member).is_done
        place = Place(folder / "ned" / "v", folder / "ned" / "s")
        request, words = ask_to_join(folder, place, admitting.vault_words(selin), NEWCOMER)
        assert admit_to(selin, request, words, NEWCOMER, "intake").outcome.is_done
    for name in (KARIM, SELIN):
        organisation.exchange(name, AMINA)
    with organisation.open(AMINA) as amina:
        return organisation, Lines(place_of(amina, ActKind.END), place_of(amina, ActKind.ADMIT), older.blob)


Attack = Callable[[Any, Lines], object]
Which = Callable[[Lines], tuple[bytes, int]]


def where(table: str, place: tuple[bytes, int]) -> tuple[str, tuple[bytes, ...] | tuple[bytes, int]]:
    """Return the line's own row, or those of its log."""
    return (" WHERE origin = ? AND seq = ?", place) if table == "operation" else (" WHERE origin = ?", place[:1])


def delete(table: str, which: Which) -> Attack:
    def act(rows: Any, lines: Lines) -> None:
        meant, values = where(table, which(lines))
        rows.execute(f"DELETE FROM {table}{meant}", values)

    return act


def alter(table: str, column: str, which: Which) -> Attack:
    def act(rows: Any, lines: Lines) -> None:
        meant, values = where(table, which(lines))
        for (value,) in rows.execute(f"SELECT {column} FROM {table}{meant}", values).fetchall():
            rows.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (flipped(value), value))

    return act


def double(which: Which) -> Attack:
    """Put a row beside the line that lists the same and passes for itself."""

    def act(rows: Any, lines: Lines) -> None:
        origin, seq = which(lines)
        header, listed, sealed = rows.execute(
            "SELECT header, list, sealed FROM operation WHERE origin = ? AND seq = ?", (origin, seq)
        ).fetchone()
        forged = flipped(sealed)
        values = (origin, seq, header, listed, forged, digest_of(header, listed, forged))
        rows.execute(
            "INSERT INTO operation (origin, seq, header, list, sealed, digest) VALUES (?, ?, ?, ?, ?, ?)", values
        )

    return act


def swap(which: Which) -> Attack:
    """Put the line in the place of the entry before it, and that one in its place."""

    def act(rows: Any, lines: Lines) -> None:
        origin, seq = which(lines)
        for old, new in ((seq, -1), (seq - 1, seq), (-1, seq - 1)):
            rows.execute("UPDATE operation SET seq = ? WHERE origin = ? AND seq = ?", (new, origin, old))

    return act


def swap_beginnings(rows: Any, lines: Lines) -> None:
    one, other = lines.end[0], lines.admission[0]
    for old, new in ((one, b"\0" * 32), (other, one), (b"\0" * 32, other)):
        rows.execute("UPDATE genesis SET origin = ? WHERE origin = ?", (new, old))


def cut(which: Which) -> Attack:
    """Put the log back to what it was before the line, as an older copy has it."""

    def act(rows: Any, lines: Lines) -> None:
        origin, seq = which(lines)
        rows.execute("DELETE FROM operation WHERE origin = ? AND seq >= ?", (origin, seq))
        rows.execute("DELETE FROM checkpoint WHERE origin = ? AND size > ?", (origin, seq))

    return act


def forget(which: Which) -> Attack:
    """Take the whole log away."""

    def act(rows: Any, lines: Lines) -> None:
        for table in IN_LOG:
            rows.execute(f"DELETE FROM {table} WHERE origin = ?", (which(lines)[0],))

    return act


WHICH: dict[str, Which] = {"the end": attrgetter("end"), "the admission": attrgetter("admission")}
REMEMBERED = "UPDATE local SET blob = ? WHERE purpose = ?"
OWN: dict[str, Attack] = {
    "own row as it is": lambda rows, lines: None,
    "own row gone": lambda rows, lines: rows.execute("DELETE FROM local WHERE purpose = ?", (int(Purpose.LINES),)),
    "own row altered": lambda rows, lines: rows.execute(REMEMBERED, (flipped(lines.older), int(Purpose.LINES))),
    "own row of before": lambda rows, lines: rows.execute(REMEMBERED, (lines.older, int(Purpose.LINES))),
}
CELLS = [("operation", one) for one in ("header", "list", "sealed", "digest")]
CELLS += [("genesis", "bytes"), ("checkpoint", "root"), ("checkpoint", "note"), ("tile", "hashes")]
ATTACKS: dict[str, Attack] = {
    "nothing else": lambda rows, lines: None,
    "beginnings swapped": swap_beginnings,
    **{
        f"{name} of {line}": attack
        for line, which in WHICH.items()
        for name, attack in {
            **{f"{table} deleted": delete(table, which) for table in ("operation", "genesis", "checkpoint", "tile")},
            **{f"{table}.{column} altered": alter(table, column, which) for table, column in CELLS},
            "line doubled": double(which),
            "line swapped": swap(which),
            "log cut": cut(which),
            "log gone": forget(which),
        }.items()
    },
}


@pytest.mark.long_after(12)
@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_who_is_in_stays_or_the_unlock_says_damage_and_stops_what_leaves(
    template: Template, tmp_path: Path, attack: Attack, own: Attack
) -> None:
    organisation, lines = template[0].copied_to(tmp_path / "copy"), template[1]
    account = organisation[AMINA]
    with account.open() as amina:
        before = who_is_in(amina)
        assert amina.faults() == []
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        own(rows, lines)
        attack(rows, lines)
    for _ in range(2):  # the second time what was found is remembered
        try:
            session = account.open()
        except VerificationError:
            return
        with session as amina:
            if who_is_in(amina) != before:
                assert amina.faults()
                with pytest.raises(VerificationError, match="waits until the log is sound"):
                    amina.require_sound_log()
