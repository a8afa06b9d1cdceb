"""The hours of a day in a vault as large as a national organisation has, or a part of it, beside plain SQLite.

Ours writes its durable entry before it shows anything; the peer keeps no log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.bench.frame import Against, Bench, Figure, Goal, NotRunError, Series, Setting, interleave, measure, timed
from tests.bench.peers import CorePlain, PlainNote, plain_sqlite
from tests.services.founded import Place, found
from vault.access.session import Session
from vault.casework.form import FormedRecord
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story.events import Task
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, make_id
from vault.index.case_pages import Sort
from vault.index.people_index import find_alike
from vault.index.search_text import parse
from vault.records.versions import to_fields
from vault.services import housekeeping
from vault.services.cases import cases, editing, intake, listing, notes, searching, story_records, two_versions
from vault.services.demo_national import NATIONAL, SEED, Content, Size, contents_of, fill
from vault.services.projection.projection import up_to_date_index

_OPENED = "a case opened"
_SHOWN = 50
_LOOKED_UP = 12
_OPENED_AGAIN = 40
_PAGE = 64
_AT_ONCE = 5_000
_MOST_DUE = 1_000
_TABLES = """
CREATE TABLE IF NOT EXISTS case_row(id INTEGER PRIMARY KEY, title, ref, status, kind, due, name, closed);
CREATE TABLE IF NOT EXISTS record(id INTEGER PRIMARY KEY, case_id, kind, day, fields);
CREATE VIRTUAL TABLE IF NOT EXISTS text USING fts5(
    body, content='', tokenize='unicode61 remove_diacritics 2', prefix='2'
);
CREATE INDEX IF NOT EXISTS by_due ON case_row(due) WHERE closed IS NULL;
CREATE INDEX IF NOT EXISTS by_case ON record(case_id);
CREATE INDEX IF NOT EXISTS by_day ON record(day) WHERE day IS NOT NULL;
"""
# Words and beginnings that people type, common and rare; names have no end of them and come from the vault itself.
_ASKED = (
    "interpreter",
    "landlord",
    "суд",
    "переводчик",
    "recours",
    "lettre",
    "market",
    "sister",
    "محامي",
    "passport a",
)


def run(setting: Setting) -> Iterator[Figure]:
    """Fill ours and the peer with the same, then take each act in turn with the peer's."""
    size, rounds = NATIONAL.part(setting.scale.part), min(setting.scale.rounds, 200)
    of = f"{size.cases:,} cases, {size.notes:,} notes, {size.names:,} names"
    folder = (setting.kept or setting.folder) / str(size.cases)
    folder.mkdir(parents=True, exist_ok=True)
    place, whole = Place(folder / "office.vault", folder / "state"), folder / "whole"
    peer = _Plain(folder / "plain.db")
    if not whole.exists():
        with found(folder).open() as session:
            filled = Series()
            measure(filled, lambda: fill(session, size))
            yield timed(f"{of}: made, checked and in the index", "s", [filled.total()])
            peer.fill(session, size)
        whole.touch()
    with place.open() as session:
        up_to_date_index(session)
        asked = _Asked(session, peer)
        yield from _looks(asked, rounds, of)
        yield from _edit(session, asked, rounds, of)
    peer.close()


def _looks(asked: _Asked, rounds: int, of: str) -> Iterator[Figure]:
    acts: tuple[tuple[str, Callable[[int], object], Callable[[int], object], float, Goal], ...] = (
        ("first page of the list", asked.first_page, asked.peer.first_page, 50, Goal(300, Against.ITSELF)),
        (_OPENED, asked.open, asked.open_plain, 50, Goal(3.6, Against.PEER_CPU)),
        ("home", asked.home, asked.peer.home, 50, Goal(150, Against.ITSELF)),
        (f"search, newest {_SHOWN} with their words", asked.search, asked.peer.search, 99, Goal(20, Against.ITSELF)),
        ("a word of a name looked up by its sound", asked.look_up, asked.peer.look_up, 50, Goal(1, Against.ITSELF)),
        ("a name searched in whatever spelling", asked.search_name, asked.peer.look_up, 50, Goal(300, Against.ITSELF)),
    )
    for name, ours, plain, percent, goal in acts:
        for number in range(_OPENED_AGAIN if name == _OPENED else 1):
            ours(number)  # who can open it too was asked before
        both = interleave(rounds, ours, plain)
        for shown in dict.fromkeys((50.0, percent)):
            yield timed(
                f"{of}: {name}: p{shown:.0f}",
                "ms",
                [series.percentile(shown) for series in both],
                peer_name=f"{CorePlain.name}, fields from JSON" if name == _OPENED else "plain sqlite3, FTS5",
                goal=goal if shown == percent else None,
            )


def _edit(session: Session, asked: _Asked, rounds: int, of: str) -> Iterator[Figure]:
    """Edit a task and keep a note in turn, in a case that is open; the index is brought up between, unmeasured."""
    places: list[editing.Place] = asked.tasks(rounds)
    edited, noted = Series(), Series()
    for number, place in enumerate(places):
        change = partial(editing.edit, session, place, Task, _put_off)
        note = partial(notes.add, session, place.case, Note(NoteKind.CONTACT, f"put off, for the {number}th time"))
        cases.open_case(session, place.case)
        up_to_date_index(session)
        for series, act in ((edited, change), (noted, note))[:: 1 if number % 2 else -1]:
            measure(series, act)
            up_to_date_index(session)
    yield timed(
        f"{of}: a task edited, until it is acknowledged: p50",
        "ms",
        [edited.percentile(50), noted.percentile(50)],
        peer_name="ours, a note",
        goal=Goal(1, Against.PEER_CPU),
    )


def _put_off(task: Task) -> Task:
    return Task(what=f"{task.what}, again", due=task.due, by=task.by, done=task.done, text=task.text)


class _Asked:
    """Takes one act of a day after the other in ours."""

    def __init__(self, session: Session, peer: _Plain) -> None:
        self.session, self.peer = session, peer
        # The same cases of both, told by what stands in one case alone: references and ids are drawn for each.
        listed = [(row.case, (row.title, row.kind, row.status)) for row in cases.list_all(session)]
        theirs = peer.open_cases()
        same = [(CompartmentId(case), found[0]) for case, said in listed if len(found := theirs.get(said, [])) == 1]
        if not same:
            raise NotRunError("no case is told from the others")
        self.cases = same[:_OPENED_AGAIN]
        self.seen = set[RecordId]()

    def first_page(self, _number: int) -> object:
        return listing.open_list(self.session).page(0, Sort.DUE)

    def open(self, number: int) -> object:
        case, _ = self.cases[number % len(self.cases)]
        self.session.viewed.add((case, "casework"))  # its entry was made, as at each opening but the first
        return cases.open_case(self.session, case)

    def open_plain(self, number: int) -> object:
        _, case = self.cases[number % len(self.cases)]
        return self.peer.open(case)

    def home(self, _number: int) -> object:
        slips = intake.list_open(self.session, seen=self.seen)
        return (
            housekeeping.settle(self.session),
            story_records.due(self.session),
            two_versions.in_two(self.session),
            slips,
        )

    def search(self, number: int) -> object:
        return searching.search(self.session, _ASKED[number % len(_ASKED)], limit=_SHOWN)

    def look_up(self, number: int) -> object:
        name = self.peer.name(number).split()
        return find_alike(self.session.index(), name[number % len(name)], limit=_LOOKED_UP, in_part=True)

    def search_name(self, number: int) -> object:
        return searching.search(self.session, self.peer.name(number), limit=_SHOWN)

    def tasks(self, most: int) -> list[editing.Place]:
        """Return where tasks stand that are due."""
        due = [line for line in story_records.due(self.session).lines if line.kind == Task.KIND]
        if not due:
            raise NotRunError("no task is due in so few cases")
        return [editing.Place(line.case, line.record, Task.KIND) for line in (due * most)[:most]]


class _Plain:
    """The same casework in plain SQLite."""

    def __init__(self, path: Path) -> None:
        self._sql = plain_sqlite(path)
        self._sql.executescript(_TABLES)
        self._core = CorePlain(path.with_suffix(".core"))
        self._waiting: list[PlainNote] = []

    def fill(self, session: Session, size: Size) -> None:
        """Keep what `fill` wrote into ours."""
        self._sql.execute("BEGIN")
        for number, content in enumerate(contents_of(session, size, SEED), 1):
            self._keep(number, content)
        self._core.insert(self._waiting)
        self._sql.execute("COMMIT")

    def open_cases(self) -> dict[tuple[str, str, str], list[bytes]]:
        """Return which cases have this title, kind and status."""
        cases: dict[tuple[str, str, str], list[bytes]] = {}
        rows = self._sql.execute("SELECT title, kind, status, id FROM case_row WHERE closed IS NULL")
        for title, kind, status, number in rows:
            cases.setdefault((title, kind, status), []).append(_case_of(number))
        return cases

    def first_page(self, _number: int) -> object:
        rows = f"SELECT * FROM case_row WHERE closed IS NULL ORDER BY due, id LIMIT {_PAGE}"
        return self._sql.execute(rows).fetchall()

    def open(self, case: bytes) -> object:
        return [(*row[:4], json.loads(row.text)) for row in self._core.notes_of(case)]

    def home(self, _number: int) -> object:
        due = "SELECT record.*, ref, name FROM record JOIN case_row ON case_row.id=case_id AND closed IS NULL"
        return self._sql.execute(f"{due} WHERE day IS NOT NULL ORDER BY day LIMIT {_MOST_DUE}").fetchall()

    def search(self, number: int) -> object:
        query = parse(_ASKED[number % len(_ASKED)])
        assert query is not None
        hits = f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT {_SHOWN + 1}"
        found = self._sql.execute(f"SELECT record.* FROM record JOIN ({hits}) ON record.id=rowid", (query.expression,))
        return [(*row[:4], json.loads(row[4])) for row in found]

    def name(self, number: int) -> str:
        """Return the name of the client of a case, from all over the vault."""
        row = self._sql.execute(
            "SELECT name FROM case_row WHERE id=1+(?*7919)%(SELECT max(id) FROM case_row)", (number,)
        )
        return str(row.fetchone()[0])

    def look_up(self, number: int) -> object:
        query = parse(self.name(number))
        assert query is not None
        found = f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT {_SHOWN}"
        return self._sql.execute(found, (query.expression,)).fetchall()

    def close(self) -> None:
        self._sql.close()
        self._core.close()

    def _keep(self, number: int, content: Content) -> None:
        head = content.founding.head
        due = [record.when() for record in content.records if isinstance(record, FormedRecord) and record.is_due()]
        days = sorted(day for day in due if day)
        client = next(record.display_name() for record in content.records if isinstance(record, Person))
        row = (number, head.title, head.ref, head.stage, head.kind, days[0] if days else "~", client, head.closed)
        self._sql.execute("INSERT INTO case_row VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        case = _case_of(number)
        for record in (head, *content.records):
            day = record.when() if isinstance(record, FormedRecord) and record.is_due() else None
            fields = json.dumps(to_fields(record), default=str, ensure_ascii=False)
            kept = self._sql.execute(
                "INSERT INTO record(case_id, kind, day, fields) VALUES (?, ?, ?, ?)", (number, record.KIND, day, fields)
            )
            self._sql.execute("INSERT INTO text(rowid, body) VALUES (?, ?)", (kept.lastrowid, fields))
            self._waiting.append(PlainNote(make_id(), case, record.KIND, 1_700_000_000_000, fields))
        if len(self._waiting) > _AT_ONCE:
            self._core.insert(self._waiting)
            self._waiting.clear()


def _case_of(number: int) -> bytes:
    return number.to_bytes(16, "big")


BENCHES = (Bench("national", run),)
