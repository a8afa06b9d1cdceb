"""Whoever has FORMAT.md alone opens whole vaults, comes to what the program shows, and names what is wrong."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.differing import shown_by_program
from tests.services.founded import PASSPHRASE as FOUNDED_PASSPHRASE
from tests.services.founded import Place
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give
from tests.services.sheets_help import typed
from tests.vectors import made as makes
from tests.vectors.independent import backups, bundles, keys_file, opening, packages, tables
from tests.vectors.independent.basis import Fault, padme
from tests.vectors.made import ALBA, INES, NOOR, OREN, TOVE, WORDS, Made, members_of
from vault.access.recovering import Wish
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.policy.roles import Role
from vault.services.backups import backups as program_backups
from vault.services.backups import restoring
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import members
from vault.trust.trust_items import Rank

pytestmark = pytest.mark.vectors


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return makes.make(tmp_path_factory.mktemp("made"), entries=260)


@pytest.fixture
def made(template: Made, tmp_path: Path) -> Made:
    return template.copied_to(tmp_path / "copy")


def texts_read(whole: opening.Whole) -> list[str]:
    return sorted(one.fields["text"] for one in whole.shown("note"))


def test_the_reader_knows_nothing_of_the_program() -> None:
    folder = Path(opening.__file__).parent
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
        imported |= {name.name for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names}
        ours = {one for one in imported if one.partition(".")[0] in {"vault", "tui", "tests"}}
        assert all(f"{one}.".startswith("tests.vectors.independent.") for one in ours), path.name


@pytest.mark.long_after(1)
@pytest.mark.parametrize("name", [ALBA, INES, TOVE, NOOR, OREN])
def test_it_comes_to_what_the_program_shows(made: Made, name: str) -> None:
    place = made.oren if name == OREN else made.alba
    whole = opening.open_folder(place.path, name, WORDS, state=place.state)
    assert whole.faults == []
    with made.open(name, place) as session:
        assert name == NOOR or whole.in_short() == shown_by_program(session)
        assert log_checking.verify(session).faults == ()
    assert name == OREN or whole.everything.rows.tiles


@pytest.mark.long
def test_it_comes_to_what_eight_see_of_a_lead_who_puts_somebody_out_and_is_put_out(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        case = cases.create(joel, title="T", kind="asylum").case
        notes.add(joel, case, Note(NoteKind.CONTACT, "by Joel"))
        sharing.grant(joel, case, organisation.members(SELIN), rank=Rank.LEAD)
        sharing.grant(joel, case, organisation.members(TOMAS))
    organisation.everyone_meets()
    organisation.exchange(JOEL, SELIN)
    organisation.exchange(JOEL, TOMAS)
    with organisation.open(SELIN) as selin:
        notes.add(selin, case, Note(NoteKind.CONTACT, "by Selin"))
        sharing.grant(selin, case, organisation.members(AMINA))
    for one, other in ((SELIN, AMINA), (JOEL, SELIN), (TOMAS, SELIN)):
        organisation.exchange(one, other)
    for one, other in ((JOEL, SELIN), (SELIN, TOMAS)):
        with organisation.open(one) as session:
            sharing.revoke(session, case, organisation.members(other))
    for one, other in ((JOEL, TOMAS), (SELIN, AMINA), (SELIN, TOMAS), (AMINA, TOMAS)):
        organisation.exchange(one, other)
    organisation.everyone_meets()
    for account in organisation.accounts.values():
        whole = opening.open_folder(
            account.place.path, account.name, FOUNDED_PASSPHRASE.decode(), state=account.place.state
        )
        with account.open() as session:
            verified = log_checking.verify(session)
            assert verified.faults == ()
            assert bool(whole.faults) == bool(verified.on_their_way), whole.faults
            if session.roles & {Role.CASEWORKER, Role.SUPERVISOR}:
                assert whole.in_short() == shown_by_program(session)


def read(place: Place, name: str, words: str = WORDS) -> opening.Whole:
    """Read a folder as the second reader does, and hold what it shows and who is in against the program."""
    whole = opening.open_folder(place.path, name, words, state=place.state)
    with unlock(place.path, member=name, passphrase=bytearray(words.encode()), state=place.state) as session:
        assert whole.in_short() == shown_by_program(session)
        lines = whole.everything.lines
        assert {person for seat, person in lines.members.items() if lines.is_in(seat)} == {
            one.member for one in members.list_all(session) if one.stand.value == "in"
        }
    return whole


@pytest.mark.long
def test_it_counts_both_histories_of_a_log_and_what_an_end_leaves_of_them(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(SELIN, JOEL) as (selin, joel):
        case = cases.create(selin, title="T", kind="asylum").case
        sharing.grant(selin, case, organisation.members(JOEL))
        give(selin, joel)
    twin = organisation.copied_to(tmp_path / "twin")
    for where, texts in ((organisation, ("one",)), (twin, ("another", "and more"))):
        with where.open(JOEL) as joel, organisation.open(SELIN) as selin:
            for text in texts:
                notes.add(joel, case, Note(NoteKind.CONTACT, text))
            give(joel, selin)
    selins = organisation[SELIN]
    whole = read(selins.place, selins.name)
    assert {"two histories", "alarm"} == {one.what for one in whole.faults}
    assert texts_read(whole) == ["and more", "another", "one"]
    with organisation.at(SELIN, MIRA) as (selin, mira):
        give(selin, mira)
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, selin)
    whole = read(selins.place, selins.name)
    assert {one.what for one in whole.faults} == {"alarm"}
    assert texts_read(whole) == ["and more", "another", "one"]


@pytest.mark.long
def test_it_comes_to_what_is_seen_of_other_sheets_and_by_who_came_back_with_them(made: Made, tmp_path: Path) -> None:
    stick, back = tmp_path / "stick", Place(tmp_path / "back" / "office.vault", tmp_path / "back" / "state")
    back.path.parent.mkdir()
    with made.open() as session:
        sheets = recovery.renew(session).sheets
        kept_copy = program_backups.make(session, stick)
    whole = read(made.alba, ALBA)
    assert (whole.faults, len(whole.everything.lines.compared)) == ([], 1)
    assert backups.read_backup(kept_copy.path, ALBA, WORDS).faults == []
    wish = Wish(ALBA, new_admin=False, everything=False, ends_old=True)
    words = "five wooden herons"
    restoring.restore_by_sheets(
        stick, back.path, typed(sheets, 1, 2), wish, passphrase=bytearray(words.encode()), state=back.state
    )
    whole = read(back, ALBA, words)
    lines = whole.everything.lines
    assert (whole.faults, [lines.is_in(seat) for seat in lines.members].count(False)) == ([], 1)


def test_it_opens_what_travels_and_what_is_kept(made: Made) -> None:
    alba = opening.open_folder(made.alba.path, ALBA, WORDS)
    bundle = bundles.read_bundle(made.bundle.read_bytes(), alba.file.vault, alba.secrets.seat, alba.secrets.kem)
    oren = opening.open_folder(made.oren.path, OREN, WORDS)
    assert bundle.maker == oren.secrets.seat
    assert bundle.log[1] == oren.everything.logs[bundle.log[0]].size - 1  # the entry that says that it was made
    copy = backups.read_backup(made.backup, ALBA, WORDS)
    assert (copy.faults, copy.whole.faults, texts_read(copy.whole)) == ([], [], texts_read(alba))
    package = packages.read_package(made.package.read_bytes(), made.age_identity)
    assert set(package.manifest["files"]) == {"report.pdf", "report.docx", "data.json"}
    drafts = opening.read_drafts(made.alba.path, alba)
    assert [one.content for one in drafts] == [b"Half a sentence"]


def test_two_bundles_share_nothing_but_vault_size_and_count(made: Made, tmp_path: Path) -> None:
    """Two for one member and one for another: behind the 35 readable bytes no six bytes stand in two of them."""
    files = []
    with made.open(OREN, made.oren) as session:
        by_name = members_of(session)
        for number, name in enumerate((ALBA, ALBA, INES)):
            syncing.make(session, by_name[name], tmp_path / f"{number}.bundle")
            files.append((tmp_path / f"{number}.bundle").read_bytes())
    whole = opening.open_folder(made.alba.path, ALBA, WORDS)
    readable = b"casevault bundle" + bytes((1, 1)) + whole.file.vault + bytes((1,))
    seen: set[bytes] = set()
    for data in files:
        assert data[:35] == readable
        body = len(data) - 35 - 1168 - 32
        padded = body - 16 * -(-body // ((1 << 20) + 16))
        assert padme(padded) == padded
        windows = {data[at : at + 6] for at in range(35, len(data) - 5)}
        assert seen.isdisjoint(windows)
        seen |= windows


Edit = Callable[[Any, opening.Whole], object]


def delete_newest_key(rows: Any, whole: opening.Whole) -> None:
    """Delete the row of the newest epoch that Alba's own log lists."""
    listed = [
        item.digest
        for log in whole.everything.logs.values()
        for entry in log.entries
        for item in entry.items
        if log.genesis.seat == whole.secrets.seat and item.kind == 3
    ]
    assert rows.execute("DELETE FROM epoch WHERE digest = ?", (listed[-1],)).rowcount == 1


def sql(*statements: str) -> Edit:
    def edit(rows: Any, whole: opening.Whole) -> None:
        del whole
        for one in statements:
            rows.execute(one)

    return edit


def detach(index: str, table: str) -> Edit:
    """Let a row of a table be in no index: the index is taken from the schema while the row is written again."""

    def edit(rows: Any, whole: opening.Whole) -> None:
        del whole
        (kept,) = rows.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchall()
        page = rows.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
        rows.execute("PRAGMA writable_schema=ON")
        rows.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
        rows.execute("PRAGMA writable_schema=RESET")
        rows.execute(
            f"CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE rowid = (SELECT max(rowid) - 1 FROM {table})"
        )
        rows.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) - 1 FROM {table})")
        rows.execute(f"INSERT INTO {table} SELECT * FROM kept")
        rows.execute("PRAGMA writable_schema=ON")
        rows.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('index', ?, ?, ?, ?)",
            (index, table, page, kept[0]),
        )
        rows.execute("PRAGMA writable_schema=RESET")

    return edit


NAMED: dict[str, tuple[Edit, str]] = {
    "an epoch row": (delete_newest_key, "a missing key"),
    "a version": (sql("DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)"), "a missing version"),
    "an entry": (sql("DELETE FROM operation WHERE seq = 40"), "missing operation"),
    "the newest checkpoints": (sql("DELETE FROM checkpoint WHERE size > 250 AND length(note) > 0"), "not proven"),
    "a genesis": (sql("DELETE FROM genesis WHERE rowid = (SELECT max(rowid) FROM genesis)"), "rows without a genesis"),
    "the keyring": (sql("DELETE FROM local WHERE purpose = 8"), "the keyring"),
    "a wrap": (
        sql("DELETE FROM version_key WHERE (origin, seq) IN (SELECT origin, max(seq) FROM version_key)"),
        "a version that does not open",
    ),
    "an altered tile": (sql("UPDATE tile SET hashes = zeroblob(8192)"), "tile"),
    "an unlisted version": (
        sql("UPDATE version SET n = n + 100 WHERE rowid = (SELECT max(rowid) FROM version)"),
        "an unlisted version",
    ),
    "a number as text": (sql("UPDATE granted SET giver = 'text' WHERE rowid = 1"), "a cell of another type"),
    "a trigger": (sql("CREATE TRIGGER t AFTER INSERT ON version BEGIN SELECT RAISE(IGNORE); END"), "schema"),
    "a dropped table": (sql("DROP TABLE cosignature"), "schema"),
    "a detached index": (detach("version_by_record", "version"), "index"),
    "a detached index of epochs": (detach("epoch_by_compartment", "epoch"), "index"),
}


@pytest.fixture(scope="module")
def wholes(template: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[opening.Whole, bytes]:
    copy = template.copied_to(tmp_path_factory.mktemp("read") / "copy")
    whole = opening.open_folder(copy.alba.path, ALBA, WORDS)
    return whole, keys_file.open_door(whole.file, whole.secrets)[0]


@pytest.mark.long_after(4)
@pytest.mark.parametrize("what", NAMED)
def test_it_names_what_is_wrong(made: Made, wholes: tuple[opening.Whole, bytes], what: str) -> None:
    edit, name = NAMED[what]
    connection = tables.connect(made.alba.path / "vault.db", wholes[1])
    edit(connection, wholes[0])
    connection.close()
    found: list[Fault] = opening.open_folder(made.alba.path, ALBA, WORDS, state=made.alba.state).faults
    assert name in {one.what for one in found}
