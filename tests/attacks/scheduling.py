"""A week of two to five devices, drawn by chance, of which one has a member with a patched program.

Honest members make cases, write, share, take back and exchange. The other floods, forks, takes rows away, puts
everybody out and itself in, and sends on what is left. What happened is kept in words, to be told with the seed.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.flooding import begin_logs, give_all_logs
from tests.attacks.outsider import learn_as
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, SELIN, TOMAS, Account, Organisation, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import InternalError, MalformedError, VaultError
from vault.ids import CompartmentId, SeatId, make_id
from vault.log.act_bytes import let_in, put_out
from vault.log.items import Item, ItemKind
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.members import members
from vault.trust.trust_items import Rank

_HONEST = (AMINA, JOEL, SELIN, TOMAS)
_HOSTILE = (SELIN, TOMAS, AMINA, JOEL, DANA)
_TABLES = ("version", "version_key", "epoch", "granted", "operation", "checkpoint")
_TWIN = "Twin"
_SUPERVISORS = (SELIN, TOMAS)


@dataclass
class Schedule:
    """One week. `held` says who is in which case; `met` are the cases that the hostile member ever held."""

    draw: random.Random
    organisation: Organisation
    honest: tuple[str, ...]
    hostile: str
    folder: Path
    held: dict[CompartmentId, set[str]] = field(default_factory=dict)
    founder: dict[CompartmentId, str] = field(default_factory=dict)
    met: set[CompartmentId] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    # ---- what anybody does

    def step(self) -> None:
        honest = (self._new_case, self._note, self._note, self._grant, self._revoke, self._meet)
        patched = (self._flood, self._logs, self._false_act, self._fork, self._lose_rows, self._list_nothing)
        self.draw.choice((*honest, *honest, *patched, self._meet_hostile, self._meet_hostile))()

    def _new_case(self) -> None:
        who = self.draw.choice(self.honest)
        with self._as(who, "makes a case") as session:
            case = cases.create(session, title="Somebody's", kind="asylum", alone_reason="test").case
        self.held[case], self.founder[case] = {who}, who

    def _note(self) -> None:
        for case, who in self._held_by_honest():
            with self._as(who, f"writes in {case.hex()[:4]}", case) as session:
                notes.add(session, case, Note(NoteKind.CONTACT, "said before"))

    def _grant(self) -> None:
        for case, _ in self._held_by_honest():
            who = self.founder[case]
            to = self.draw.choice([name for name in (*self.honest, self.hostile) if name != who])
            with self._as(who, f"gives {case.hex()[:4]} to {to}", case) as session, self._refusable(session, to):
                sharing.grant(session, case, self.organisation.members(to))
                self.held[case].add(to)
                if to == self.hostile:
                    self.met.add(case)

    def _revoke(self) -> None:
        for case, _ in self._held_by_honest():
            who = self.founder[case]
            others = sorted(self.held[case] - {who})
            if others:
                gone = self.draw.choice(others)
                with self._as(who, f"takes {case.hex()[:4]} from {gone}", case) as session:
                    sharing.revoke(session, case, self.organisation.members(gone))
                    self.held[case].discard(gone)

    def _meet(self) -> None:
        if len(self.honest) > 1:
            one, other = self.draw.sample(self.honest, 2)
            self.told.append(f"{one} meets {other}")
            self.organisation.exchange(one, other)

    # ---- what a patched program does

    def _meet_hostile(self) -> None:
        name = self.draw.choice([one for one in (self.hostile, _TWIN) if one in self.organisation.accounts])
        who = self.draw.choice(self.honest)
        self.told.append(f"{who} meets {name}, who is hostile")
        with suppress(VaultError), self.organisation.at(who, name) as (taker, giver):
            with suppress(VaultError):
                give(taker, giver)
            give_all_logs(giver, taker, self.folder)

    def _flood(self) -> None:
        count = self.draw.choice((2, 3, 5, 8, 20, 260))
        self._hostile(
            f"makes {count} keys and gives them to all",
            lambda session: make_keys(session, self._own_home(session), count, to=self._seats()),
        )

    def _logs(self) -> None:
        count, in_chain = self.draw.choice((1, 2, 5, 12)), self.draw.random() < 0.5
        self._hostile(f"begins {count} logs", lambda session: begin_logs(session, count, in_chain=in_chain))

    def _false_act(self) -> None:
        self._hostile(
            "puts everybody out and itself in, and calls it a look",
            lambda session: take_over(session, self._own_home(session), "case.list"),
        )

    def _list_nothing(self) -> None:
        kind = self.draw.choice((ItemKind.GRANT, ItemKind.EPOCH, ItemKind.VERSION))

        def list_nothing(session: Session) -> None:
            with Work(session.log) as work:
                work._items.append(Item.in_compartment(kind, self._own_home(session), make_id() + make_id()))
                work.commit(Entry(act="note.create" if kind is ItemKind.VERSION else "grant.add"))

        self._hostile(f"lists a {kind.name.lower()} that is nowhere", list_nothing)

    def _fork(self) -> None:
        account = self.organisation[self.hostile]
        place = account.place.copied_to(self.folder / make_id().hex())
        self.told.append("the hostile device is copied")
        self.organisation = Organisation(
            self.organisation.folder, {**self.organisation.accounts, _TWIN: replace(account, place=place)}
        )

    def _lose_rows(self) -> None:
        account = self.organisation[self.hostile]
        table = self.draw.choice(_TABLES)
        self.told.append(f"the hostile device loses rows of {table}")
        keys = learn_as(account.place.path, account.name, PASSPHRASE)
        column = {"checkpoint": "size", "version_key": "seq"}.get(table, "rowid")
        with keys.rows(account.place.path) as rows:
            rows.execute(f"DELETE FROM {table} WHERE {column} % 3 = {self.draw.randrange(3)}")

    # ---- how it ends

    def end_hostile(self) -> None:
        """Let the founder end the member, and everybody hear of it."""
        self.told.append(f"{self.hostile} is suspended")
        with self.organisation.open(MIRA) as mira:
            assert members.suspend(mira, self.organisation[self.hostile].member).is_done
        for _ in range(2):
            for name in self.honest[1:]:
                self.organisation.exchange(MIRA, name)

    def write_after(self) -> bytes:
        """Let everybody write in all that they hold; return what nobody who was ended may read."""
        marker = make_id().hex()
        for case, holders in self.held.items():
            for who in sorted(holders & set(self.honest)):
                self.told.append(f"{who} writes in {case.hex()[:4]}, after")
                with self.organisation.open(who) as session:
                    session.require_sound_log()
                    if session.holds(case):
                        notes.add(session, case, Note(NoteKind.CONTACT, f"after: {marker}"))
        return marker.encode()

    def read_by_hostile(self) -> bytes:
        """Return all that the ended member's keys make of every folder, with each database key leaked besides."""
        accounts = self.organisation.accounts
        own = learn_as(accounts[self.hostile].place.path, accounts[self.hostile].name, PASSPHRASE)
        leaked = [learn_as(one.place.path, one.name, PASSPHRASE).key for one in accounts.values()]
        with self.organisation.open(MIRA) as mira:
            vault = mira.vault
        return everything([one.place.path for one in accounts.values()], vault, own.secrets, leaked)

    # ---- helpers

    @contextmanager
    def _as(self, who: str, does: str, case: CompartmentId | None = None) -> Iterator[Session]:
        """Let somebody honest act; only in a case that the hostile member held may it be refused, and in words."""
        self.told.append(f"{who} {does}")
        try:
            with self.organisation.open(who) as session:
                yield session
        except (InternalError, MalformedError):
            raise
        except VaultError as refusal:
            # What a supervisor lists of the directory and never sends lets all wait until they are ended (SECURITY.md).
            said = str(refusal.message)
            waits = self.hostile in _SUPERVISORS and "waits until everything that is missing has arrived" in said
            # So does a signature of a copied device whose entries did not come.
            waits |= _TWIN in self.organisation.accounts and "waits until the log is sound" in said
            if case is None or not (case in self.met or waits):
                raise
            self.told.append(f"  refused: {refusal.message}")

    @contextmanager
    def _refusable(self, session: Session, to: str) -> Iterator[None]:
        """Pass over a grant to who may not be given a case, or is not known here yet."""
        if session.directory.roles_of(self.organisation[to].member) & {"caseworker", "supervisor"}:
            yield
        else:
            with suppress(VaultError):
                yield

    def _hostile(self, does: str, act: Callable[[Session], object]) -> None:
        self.told.append(f"{self.hostile} {does}")
        with suppress(VaultError, AssertionError), self.organisation.open(self.hostile) as session:
            act(session)

    def _own_home(self, session: Session) -> CompartmentId:
        """Return a compartment that the hostile member holds: a case, or the directory of everybody."""
        held = [case for case in self.met if session.holds(case)]
        return self.draw.choice([*held, *held, session.directory.compartment])

    def _seats(self) -> list[SeatId]:
        return [self.organisation[name].seat for name in self.honest]

    def _held_by_honest(self) -> list[tuple[CompartmentId, str]]:
        """Return one case, and who of the honest acts in it; none where there is none."""
        pairs = [(case, who) for case, names in self.held.items() for who in sorted(names & set(self.honest))]
        known = []
        for case, who in self.draw.sample(pairs, min(3, len(pairs))):
            with self.organisation.open(who) as session:
                if session.holds(case):
                    known.append((case, who))
                    break
        return known


def make_keys(session: Session, home: CompartmentId, count: int, *, to: Sequence[SeatId]) -> None:
    state, live = session.state_of(home), session.directory.certificates
    assert state is not None
    holders = [Holder(seat, live[seat].kem) for seat in dict.fromkeys((session.seat, *to))]
    for start in range(0, count, 100):
        with Work(session.log) as work:
            for _ in range(min(100, count - start)):
                work.add_key(home, state.kind, holders)
            work.commit(Entry(act="key.rotate"))


def take_over(session: Session, case: CompartmentId, act: str) -> None:
    """Put everybody else out of a case from its beginning on, let oneself in, and say something else of it."""
    state = session.state_of(case)
    assert state is not None
    with pytest.MonkeyPatch.context() as patched, Work(session.log) as work:
        patched.setattr("vault.records.work.check_act", lambda act, items: None)
        for member in sorted(state.members - {session.member}):
            for as_admin in (False, True):
                work.list_act(put_out(case, member, [], make_id(), as_admin=as_admin))
        work.list_act(let_in(case, session.member, Rank.KEEPER, None, make_id()))
        work.commit(Entry(act=act))


def make_schedule(seed: int, template: Organisation, folder: Path) -> Schedule:
    """Draw who takes part: the founder, at most three others, and somebody hostile."""
    draw = random.Random(seed)
    hostile = draw.choice(_HOSTILE)
    others = draw.sample([name for name in _HONEST if name != hostile], draw.randint(0, 3))
    names = (MIRA, *others)
    accounts: dict[str, Account] = {}
    for name in (*names, hostile):
        account = template[name]
        accounts[name] = replace(account, place=account.place.copied_to(folder / name))
    return Schedule(draw, Organisation(folder, accounts), names, hostile, folder)


def run(seed: int, template: Organisation, folder: Path, steps: int) -> Schedule:
    """Run one week to its end; what fails names the seed and all that was done."""
    schedule = make_schedule(seed, template, folder)
    try:
        for _ in range(steps):
            schedule.step()
        schedule.end_hostile()
        marker = schedule.write_after()
        for name in schedule.honest[1:]:
            schedule.organisation.exchange(MIRA, name)
        assert marker not in schedule.read_by_hostile(), "the ended member reads what was written after"
    except Exception as fault:
        raise AssertionError(f"schedule {seed}: {fault!r}\n  " + "\n  ".join(schedule.told)) from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return schedule
