"""What a thief of the database key sees without the key of a case: sizes in steps, ids without order, and no time."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.outsider import Outsider
from tests.attacks.plaintext import MARKERS, Written, found_in, found_in_files, writes_in
from tests.services.colleague import Colleague, admit
from tests.services.founded import MARKER, MEMBER, Filled, Place, found
from tests.services.founded import PASSPHRASE as PASSPHRASE_OF_OFFICE
from tests.tui.app_pane import AppPane
from tests.tui.terminals import REPOSITORY
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import WrongPassphraseError
from vault.policy.roles import Role
from vault.records.versions import encode_content, open_version
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.named import dates_file_name
from vault.services import health
from vault.services.backups import backups
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.projection import last_done
from vault.store.folder import SIZE_STEP

READABLE = 2  # format and suite
OVERHEAD = READABLE + 24 + 32 + 16
AUDIT_SIZES = {256, 512, 1024, 4096}
# Columns whose bytes are sealed, wrapped or hashed: what stands there is noise to whoever lacks the key.
SEALED = {"blob", "sealed", "wrap"}


def is_padme(size: int) -> bool:
    """Say whether a length is one that Padme allows, as its paper words it: few low bits are set."""
    exponent = size.bit_length() - 1
    return size >= 256 and size % (1 << (exponent - exponent.bit_length())) == 0


def test_every_stored_length_is_one_of_few(victim: Filled, outsider: Outsider) -> None:
    with victim.open() as session:
        for size in (0, 1, 255, 256, 257, 1_000, 5_001, 70_003):
            notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, "x" * size or "-"))
    with outsider.rows(victim.path) as rows:
        versions = [len(blob) - OVERHEAD for (blob,) in rows.execute("SELECT blob FROM version").fetchall()]
        payloads = {len(sealed) - OVERHEAD for (sealed,) in rows.execute("SELECT sealed FROM operation").fetchall()}
        grants = {len(sealed) for (sealed,) in rows.execute("SELECT sealed FROM granted").fetchall()}
        wraps = {len(wrap) for (wrap,) in rows.execute("SELECT wrap FROM version_key").fetchall()}
        local = [len(blob) - OVERHEAD for (blob,) in rows.execute("SELECT blob FROM local").fetchall() if blob]
    assert all(map(is_padme, versions))
    assert len(set(versions)) < 16 < len(versions)
    assert payloads <= AUDIT_SIZES
    assert (grants, wraps) == ({1_168}, {40})
    assert all(map(is_padme, local))


def test_ids_of_records_are_uniform_and_tell_no_order(victim: Filled, outsider: Outsider) -> None:
    with outsider.rows(victim.path) as rows:
        found = rows.execute("SELECT record FROM version ORDER BY origin, seq, n").fetchall()
    ids = list(dict.fromkeys(bytes(record) for (record,) in found))
    assert len(ids) > 256
    spread = len(ids) ** 0.5 / 2
    for bit in range(128):  # a version number or a clock would fix some of them
        ones = sum(one[bit // 8] >> bit % 8 & 1 for one in ids)
        assert abs(ones - len(ids) / 2) < 6 * spread, f"bit {bit} is set in {ones} of {len(ids)}"
    counted = Counter(byte for one in ids for byte in one)
    expected = 16 * len(ids) / 256
    assert 255 - 6 * 22.6 < sum((counted[byte] - expected) ** 2 / expected for byte in range(256)) < 255 + 6 * 22.6
    # Whoever sorts them learns nothing of when they were made.
    rank = {one: place for place, one in enumerate(sorted(ids))}
    assert abs(sum(rank[one] < rank[following] for one, following in pairwise(ids)) - len(ids) / 2) < 6 * spread


def spellings(ms: int) -> Iterator[bytes]:
    """Yield how a wall clock of these minutes could stand in bytes of either order, or in text."""
    for number, kept in ((ms, 5), (ms // 1_000, 6), (ms * 1_000, 4)):
        yield number.to_bytes(8, "big")[:kept]
        yield number.to_bytes(8, "big")[:kept][::-1]
    yield str(ms)[:7].encode()
    yield time.strftime("%Y-%m-%d", time.gmtime(ms / 1_000)).encode()


def cells(rows: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every cell that is not sealed, with its table and column."""
    for (table,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = rows.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            for name, value in zip(names, row, strict=True):
                if name not in SEALED and value is not None:
                    number = value.to_bytes(8, "big") if isinstance(value, int) else value
                    yield f"{table}.{name}", number if isinstance(number, bytes) else str(number).encode()


def test_no_time_stands_outside_a_seal(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        now = session.log.now_ms()
        record = notes.add(session, short.cases[0], Note(NoteKind.CONTACT, "written just now"))
        with session.database.reading() as rows:
            (sealed,) = rows.versions(short.cases[0], record)
        opened = open_version(sealed, vault=session.vault, keyring=session.keyring)
    assert opened is not None
    inside = encode_content(opened.content)
    assert any(one in inside for one in spellings(now)), "the control: the same search finds the time inside the seal"
    with holder.rows(short.path) as outside:
        found = {where for where, cell in cells(outside) for one in spellings(now) if one in cell}
    assert found == set()


# Markers in every field, the real commands under strace: nothing of them in any file, or in any write but the answer.
# "Done when" 2 of the first issue. The same search finds them when the test itself replaces the ciphers.
PASSPHRASE = "quiet meadow lantern river"
WITH_CIPHER = ("-m", "vault")
WITHOUT_CIPHER = ("-m", "tests.attacks.without_cipher")
CALLS = "execve,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,splice,vmsplice,copy_file_range"


@dataclass(slots=True)
class Desk:
    """One account's world: home, state, temporary folder, vault, all below one folder."""

    root: Path
    program: tuple[str, ...]
    runs: int = 0

    def __post_init__(self) -> None:
        for name in ("home", "state", "tmp", "out", "traces", "given"):
            (self.root / name).mkdir()
        passphrase = self.root / "given" / "passphrase"
        passphrase.write_text(PASSPHRASE)
        passphrase.chmod(0o600)

    def run(self, *arguments: str, given: object = None, fails_with: int = 0) -> dict[str, object]:
        """Run one command under strace, `given` as JSON or text on standard input, and return its JSON answer."""
        self.runs += 1
        text = given if isinstance(given, str) else json.dumps(given) if given is not None else ""
        done = subprocess.run(
            [
                *("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}"),
                *("-o", str(self.root / "traces" / f"{self.runs:02}")),
                *(sys.executable, *self.program, "--vault", str(self.root / "home" / "desk.vault")),
                *("--passphrase-file", str(self.root / "given" / "passphrase"), "--json", *arguments),
            ],
            input=text.encode(),
            capture_output=True,
            env=self.environment(),
            cwd=Path(__file__).parents[2],
            timeout=120,
            check=False,
        )
        assert done.returncode == fails_with, done.stderr.decode()
        assert found_in(done.stderr) == [], "standard error is logged by whoever started us"
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def environment(self) -> dict[str, str]:
        names = {"HOME": "home", "XDG_STATE_HOME": "state", "TMPDIR": "tmp"}
        return {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "CASEVAULT_MEMBER": MARKERS["member"],
            **{name: str(self.root / folder) for name, folder in names.items()},
        }

    def writes(self) -> Iterator[Written]:
        """Yield every write of every command so far."""
        for trace in sorted((self.root / "traces").iterdir()):
            yield from writes_in(trace)


def work_through(desk: Desk) -> None:
    """Do what a caseworker does in the first week, with a marker in every field."""
    desk.run("init", "--kdf-memory-mib", str(FLOOR.memory_kib // 1024), "--from", "-", given={"org": MARKERS["org"]})
    case = str(desk.run("case", "new", "--kind", "asylum", "--from", "-", given={"title": MARKERS["title"]})["case"])
    person = {
        "names": [MARKERS["name"], MARKERS["cyrillic name"]],
        "born": MARKERS["born"],
        "phones": [MARKERS["phone"]],
        "emails": [MARKERS["email"]],
        "documents": [f"passport:{MARKERS['document']}"],
    }
    desk.run("person", "add", case, "--role", "witness", "--from", "-", given=person)
    note = desk.run("note", "add", case, given=f"{MARKERS['note']}, said {MARKERS['name']}.")
    desk.run("note", "amend", str(note["note"]), given=MARKERS["amendment"])
    desk.run("case", "list")
    desk.run("case", "show", case)
    assert desk.run("search", "--from", "-", given={"words": MARKERS["search"]})["hits"]
    identity = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    key = next(word for word in identity.split() if word.startswith("age1"))
    recipient = desk.run("recipient", "add", "--age", key, "--from", "-", given={"name": MARKERS["recipient"]})
    words = str(recipient["fingerprint"])
    desk.run("recipient", "confirm", str(recipient["recipient"]), "--from", "-", given={"words": words})
    to, out = str(recipient["recipient"]), str(desk.root / "out")
    agreed = ("--purpose", "legal-referral", "--given", "2026-11-01", "--how", "written", "--until", "2150-01-01")
    told = ("--account", "yes", "--others", "yes", "--proceedings", "yes")
    said = {"excluded": MARKERS["excluded"], "interpreter": MARKERS["interpreter"]}
    desk.run("consent", "add", case, "--recipient", to, *agreed, *told, "--from", "-", given=said)
    export = ("export", case, "--profile", "lawyer", "--to", to, "--out", out, "--unread", "--from", "-")
    named = {"surname": MARKERS["recipient"].split()[-1]}
    desk.run(*export, given=named, fails_with=3)
    desk.run(*export, "--decide", "proposed", given=named)
    desk.run("log", "list")
    assert desk.run("log", "verify")["verified"]
    desk.run("backup", "make", str(desk.root / "home" / "copies"))


def is_answer(write: Written) -> bool:
    """Standard output and the terminal may show what a member asked for."""
    return write.descriptor == 1 or write.target.startswith(("/dev/pts/", "/dev/tty"))


@pytest.mark.slow
@pytest.mark.tool("strace")
@pytest.mark.tool("age-keygen")
def test_no_file_no_write_but_the_answer_and_no_argument_holds_a_marker(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WITH_CIPHER)
    work_through(desk)
    assert found_in_files(desk.root, besides=frozenset({desk.root / "traces"})) == {}
    writes = list(desk.writes())
    assert len(writes) > 500, "the trace is not what it should be"
    leaks = [
        (write.call, write.target, fields)
        for write in writes
        if not is_answer(write) and not write.target.startswith("pipe:[") and (fields := found_in(write.data))
    ]
    assert leaks == []
    for trace in sorted((desk.root / "traces").iterdir()):
        for line in trace.read_bytes().splitlines():
            if b" execve(" in line:
                spelled = b"".join(
                    bytes.fromhex(part.replace(b"\\x", b"").decode()) + b" "
                    for part in line.split(b'"')[1::2]
                    if part.startswith(b"\\x")
                )
                assert found_in(spelled) == []


@pytest.mark.slow
@pytest.mark.tool("strace")
@pytest.mark.long
@pytest.mark.tool("age-keygen")
def test_the_search_finds_every_marker_when_the_ciphers_are_taken_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WITHOUT_CIPHER)
    work_through(desk)
    in_files = {f for fields in found_in_files(tmp_path / "home").values() for f in fields}
    stored = MARKERS.keys() - {"search"}
    assert in_files >= stored
    assert {f for write in desk.writes() if not is_answer(write) for f in found_in(write.data)} >= stored


@pytest.mark.slow
@pytest.mark.tool("strace")
@pytest.mark.tool("tmux")
def test_the_app_writes_no_word_of_a_case_to_anything_but_the_terminal(filled_template: Filled, tmp_path: Path) -> None:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    trace = tmp_path / "trace"
    typed = MARKERS["note"].lower()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled, under=f"strace -f -y -xx -s 4000000 -e trace={CALLS} -o {trace}")
        try:
            pane.unlock()
            pane.open_first_case()
            pane.keys("n")
            pane.wait_for("F4 finish")
            pane.type(typed)
            pane.wait_for(typed)
            pane.wait_for("draft, encrypted, saved")
            pane.keys("C-q")
            pane.wait_for("code 0")
        finally:
            pane.close()
        besides = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "tmux.conf"]
    assert besides == []
    words = (MARKER.encode(), typed.encode(), PASSPHRASE_OF_OFFICE)
    writes = list(writes_in(trace))
    to_terminal = b"".join(write.data for write in writes if is_answer(write))
    assert MARKER.encode() in to_terminal, "the trace is not what it should be"
    leaks = [
        (write.call, write.target)
        for write in writes
        if not is_answer(write) and any(word in write.data for word in words)
    ]
    assert leaks == []
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != trace:
            assert not any(word in path.read_bytes() for word in words), path


CRASHING = """
import sys
import vault.services.cases.notes
def broken(*args, **kwargs):
    secret = {marker!r}
    raise ValueError(secret)
vault.services.cases.notes.add = broken
from vault.__main__ import main
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.tool("strace")
def test_a_crash_tells_its_place_and_no_contents(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WITH_CIPHER)
    desk.run("init", "--kdf-memory-mib", str(FLOOR.memory_kib // 1024), "--from", "-", given={"org": "Org"})
    case = str(desk.run("case", "new", "--kind", "other", "--from", "-", given={"title": "T"})["case"])
    desk.program = ("-c", CRASHING.format(marker=MARKERS["note"]))
    answer = desk.run("note", "add", case, given=MARKERS["note"], fails_with=70)
    assert "ValueError at" in str(answer["error"])
    assert found_in(json.dumps(answer).encode()) == []
    assert found_in_files(tmp_path, besides=frozenset({tmp_path / "traces"})) == {}


# What an examiner learns from a locked folder and the account's state beside it: three images of each, and no key.
_ENVELOPE = 74  # bytes around a padded content
_PINS_STEP = 4096
_PARTS = {"attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"}


def _work(place: Place, who: list[Colleague], number: int) -> None:
    """Let each of them open the vault and type something; the first writes a case too."""
    with place.open() as session:
        made = cases.create(session, title=f"Round {number}", kind="asylum")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "A day's work. " * number))
        session.drafts().save(made.case, b"r" * 16, "half a sentence " * number, "note")
    for one in who:
        with one.open(place) as session:
            session.index()
            session.drafts().save(made.case, b"r" * 16, "more " * number, "note")


def _wrong_attempts(place: Place, count: int) -> None:
    for _ in range(count):
        with suppress(WrongPassphraseError):
            unlock(place.path, member=MEMBER, passphrase=bytearray(b"guessed"), state=place.state, wait=lambda _: None)


def _files(place: Place) -> list[Path]:
    return [path for root in (place.path, place.state) for path in root.rglob("*") if path.is_file()]


def _look(place: Place, seats: list[bytes]) -> tuple[int, ...]:
    """Look as an examiner does, and return what still differs between folders: files of members, pages, changes."""
    assert {path.name for path in place.path.iterdir()} == _PARTS
    assert len({int(path.stat().st_mtime) for path in (*_files(place), place.path, place.path / "index")}) == 1
    assert (place.path / "attempts").stat().st_size == 100 * 1_144
    own = [*(place.path / "index").iterdir(), *(place.path / "drafts").iterdir()]
    assert [path.name for path in own if path.stat().st_size % SIZE_STEP] == []
    pins = list((place.state / "pins").iterdir())
    assert [path.name for path in pins if (path.stat().st_size - _ENVELOPE) % _PINS_STEP] == []
    names = {path.name.partition(".")[0] for path in (*own, *pins)}
    assert len(names) == len(own) + len(pins)
    vault = read_key_file(place.path / "keys").header.vault
    for kind in (b"casevault/files", b"casevault/pins"):
        # These ids stand in bundles, which travel by mail.
        assert names & {hashlib.sha256(kind + vault + seat).hexdigest()[:32] for seat in seats} == set()
    return len(list((place.path / "index").iterdir())), len(pins)


@pytest.mark.long_after(1)
@pytest.mark.parametrize("members", [1, 2, pytest.param(5, marks=pytest.mark.long)])
def test_three_images_of_a_locked_folder_tell_what_security_md_says_and_no_more(tmp_path: Path, members: int) -> None:
    place = found(tmp_path)
    with place.open() as session:
        seats = [bytes(session.seat)]
        who = [
            admit(session, name=f"Helper {number}", passphrase=b"%d opens" % number, roles=frozenset({Role.CASEWORKER}))
            for number in range(members - 1)
        ]
    seats += [bytes(one.seat) for one in who]
    for image in range(1, 4):
        _wrong_attempts(place, image)
        _work(place, who, image)
        # It remains, and is said: how many members have worked in this folder.
        assert _look(place, seats) == (members, members)


def test_the_state_folder_tells_of_no_backup_no_sheets_and_no_auditor_and_what_told_it_before_goes(
    filled: Filled, tmp_path: Path
) -> None:
    kept = filled.state / "dates" / f"{dates_file_name(filled.place.vault_id)}.json"
    kept.parent.mkdir()
    before = {"opened": 1_000, "backup": 2_000, "verify": 3_000, "separated": False, "sheets": False, "root": "0" * 64}
    kept.write_text(json.dumps(before))
    assert health.before_unlock(filled.path, state=filled.state) == (1_000, 0)
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
        assert log_checking.verify(session).verified
        last_done.note_opened(session)
        opened = {item.name for item in health.status(filled.path, session=session, state=filled.state)}
    assert json.loads(kept.read_text()).keys() == {"opened"}
    locked = {item.name for item in health.status(filled.path, state=filled.state)}
    assert locked == {"vault", "passphrase cost", "last opened", "wrong attempts"}
    assert opened - locked == {"last backup", "last verify", "duties", "recovery"}


# Nothing is fetched or sent: the real command with no network to be had, and each call that would use one is heard.
# Every socket and every connection is refused, so that whatever needs one fails here.
TRACED = "strace -f -qq -e trace=%network -e inject=socket,connect:error=ENETUNREACH -o"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$", re.MULTILINE)


def reaching_out(trace: Path) -> list[str]:
    """Return the calls that speak of anything but this machine's own pipes."""
    calls = _CALL.findall(trace.read_text(encoding="utf-8", errors="replace"))
    return [
        f"{name}({rest}"
        for name, rest in calls
        if "AF_UNIX" not in rest and ("AF_" in rest or name in {"connect", "bind", "listen", "accept", "accept4"})
    ]


def run(trace: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        [*TRACED.split(), str(trace), sys.executable, *command],
        env=environment,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.tool("strace")
def test_who_connects_is_heard(tmp_path: Path) -> None:
    program = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    assert run(tmp_path / "trace", tmp_path, "-c", program).returncode == 1
    assert any("AF_INET" in call for call in reaching_out(tmp_path / "trace"))


@pytest.mark.slow
@pytest.mark.tool("strace")
@pytest.mark.long
def test_a_vault_is_made_exported_from_verified_and_brought_back_without_a_network(tmp_path: Path) -> None:
    done = run(tmp_path / "trace", tmp_path, "-m", "vault", "demo", str(tmp_path / "here"))
    for step in ("Verified the log", "Redacted a case", "Opened the package", "Made a backup", "brought"):
        assert step in done.stdout + done.stderr
    assert reaching_out(tmp_path / "trace") == []


@pytest.mark.slow
@pytest.mark.tool("strace")
@pytest.mark.long
@pytest.mark.tool("tmux")
def test_the_app_starts_and_opens_a_case_without_a_network(filled_template: Filled, tmp_path: Path) -> None:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled, under=f"{TRACED} {tmp_path / 'trace'}")
        try:
            pane.unlock()
            pane.open_first_case()
            pane.keys("C-q")
            pane.wait_for("code 0")
        finally:
            pane.close()
    assert (tmp_path / "trace").exists()
    assert reaching_out(tmp_path / "trace") == []
