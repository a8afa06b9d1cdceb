"""Who holds a compartment (FORMAT.md 6), as small stories of named seats: read by the second reader and by the program.

A story is a map of `kind` (of compartment) and `entries`, the first of which founds it. An entry has `seat`, `seq` and
perhaps `log` (else the seat's own), `roles`, `founds_vault` and `recovers`; it lists `epochs` (maps of `epoch`,
`replaces` and `revocations`: seat -> log -> size) and `grants` (pairs of epoch and seat).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.records.test_compartment_access import Written
from tests.vectors.independent.basis import RECOVERY, sha256, u32, u64
from tests.vectors.independent.holding import Author, Compartment, Given, Made
from tests.vectors.independent.rights import GRANTERS
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.policy.roles import Role
from vault.seal.recipients import grant_digest
from vault.store.rowtypes import GrantRow
from vault.validity.compartment_access import AccessResolver, CompartmentState

PATH = Path(__file__).parent / "holding.json"
Story = Mapping[str, Any]
Outcome = dict[str, Any]
RIGHTS = 2


def seat_id(name: str) -> bytes:
    """Return the id of a seat: its name, so that ids sort as names do."""
    return RECOVERY if name == "recovery" else name.encode().ljust(16, b"\0")


def log_id(name: str) -> bytes:
    """Return the origin of a log."""
    return name.encode().ljust(32, b"\0")


def stored() -> list[dict[str, Any]]:
    """Return the stories of the file, each with `clause` and what it comes to."""
    found: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))["stories"]
    return found


def compartment_of(story: Story) -> bytes:
    """Return the id that the place of the founding epoch gives."""
    first = story["entries"][0]
    place = log_id(first.get("log", first["seat"])) + u64(first["seq"]) + u32(0)
    return sha256(b"casevault/compartment", place)[:16]


def row_of(story: Story, epoch: Mapping[str, Any]) -> EpochNotice:
    """Return the row of an epoch of a story."""
    revocations = tuple(
        RevokedLog(seat_id(seat), log_id(log), size)
        for seat, logs in sorted(epoch.get("drops", {}).items())
        for log, size in sorted(logs.items())
    )
    replaces = tuple(seat_id(one) for one in epoch.get("replaces", ()))
    kind = CompartmentKind(story["kind"])
    return EpochNotice(1, bytes(16), compartment_of(story), kind, seat_id(epoch["epoch"]), replaces, revocations)


def by_the_reader(story: Story) -> Outcome:
    """Return what the second reader comes to."""
    made: list[Made] = []
    given: list[Given] = []
    kind, invented = story["kind"], _invented(story)
    for entry in story["entries"]:
        roles = set(entry.get("roles", ["caseworker"]))
        author = Author(
            log_id(entry.get("log", entry["seat"])),
            entry["seq"],
            seat_id(entry["seat"]),
            bool(roles & GRANTERS[RIGHTS][kind]),
            "supervisor" in roles,
            entry.get("founds_vault", False),
            entry.get("recovers", False),
        )
        for epoch in entry.get("epochs", ()):
            row = row_of(story, epoch)
            revocations: dict[bytes, dict[bytes, int]] = {}
            for seat, log, size, _ in row.revocations:
                if seat not in invented:
                    revocations.setdefault(seat, {})[log] = size
            made.append(Made(row.epoch, row.replaced, revocations, row.digest(), author))
        grants = ((seat_id(epoch), seat_id(to)) for epoch, to in entry.get("grants", ()))
        given += [Given(epoch, to, author) for epoch, to in grants if to not in invented]
    state = Compartment(kind, made[0], made, given).state()
    return told(state.judged.granted, state.current, state.holders, state.cutoffs)


def by_the_program(story: Story) -> Outcome:
    """Return what the program comes to."""
    case = CompartmentId(compartment_of(story))
    written = _Story(case)
    written.invented = _invented(story)
    for entry in story["entries"]:
        things: list[EpochNotice | GrantRow] = [row_of(story, epoch) for epoch in entry.get("epochs", ())]
        for epoch, to in entry.get("grants", ()):
            ids, sealed = (EpochId(seat_id(epoch)), SeatId(seat_id(to))), b"sealed to " + to.encode()
            things.append(GrantRow(grant_digest(*ids, sealed), *ids, bytes(16), sealed))
        written.add(
            SeatId(seat_id(entry["seat"])),
            entry["seq"],
            *things,
            roles=frozenset(Role(one) for one in entry.get("roles", ["caseworker"])),
            compartment=case,
            founds_vault=entry.get("founds_vault", False),
            recovers=entry.get("recovers", False),
            origin=Origin(log_id(entry.get("log", entry["seat"]))),
        )
    state = written.state()
    assert state is not None
    granted = {epoch: one.granted for epoch, one in state.epochs.items()}
    return told(granted, state.current, state.holders, state.cutoffs)


def _invented(story: Story) -> frozenset[bytes]:
    """Return the seats that nobody ever let in."""
    return frozenset(map(seat_id, story.get("invented", ())))


class _Story(Written):
    """Rows of a story; a row that two entries list is here once."""

    def __init__(self, case: CompartmentId) -> None:
        super().__init__()
        self._case = case

    @override
    def state(self) -> CompartmentState | None:
        self.notices = list(dict.fromkeys(self.notices))
        self.grants = list(dict.fromkeys(self.grants))
        return AccessResolver(self).state(self._case)  # type: ignore[arg-type]  # it stands for `Authority`


def told(granted: Any, current: Any, holders: Any, cutoffs: Any) -> Outcome:
    """Return an outcome with names for ids."""
    return {
        "epochs": {_name(epoch): sorted(map(_name, seats)) for epoch, seats in sorted(granted.items())},
        "current": sorted(map(_name, current)),
        "holders": sorted(map(_name, holders)),
        "cuts": {
            _name(seat): sorted(sorted([_name(log), size] for log, size in sizes.items()) for sizes in found)
            for seat, found in sorted(cutoffs.items())
        },
    }


def _name(identifier: bytes) -> str:
    return "recovery" if identifier == RECOVERY else identifier.rstrip(b"\0").decode()
