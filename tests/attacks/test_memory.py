"""What can be read of the memory of CaseVault: by a neighbour while it is open, and by root after it was locked."""

from __future__ import annotations

import datetime
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.attacks.memory import core_limit, found_in, locked_kib, neighbour_reads, places, without_privileges
from tests.cli.desk import Desk
from tests.export.samples import COVER, dossier
from tests.export.test_chats import TELEGRAM, WORDS, docx, paragraph, picture
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled
from tests.services.test_devices import prove
from tests.tables import each
from tests.tui.app_pane import AppPane
from tests.tui.second_desk import SECOND, SECOND_PASSPHRASE, approve, seat_the_second, to_the_second
from tests.tui.terminals import is_running, wait_for
from vault.casework.document import DOCX, PDF, PLAIN
from vault.casework.story.events import Hearing
from vault.export.children import ask_child, command_of
from vault.export.dossier_report import make_report
from vault.export.paper_text.asking import can_read_pictures, read_text
from vault.export.pdf import render_report
from vault.platform import landlock_version
from vault.services.cases import story_records
from vault.tables.table_files import read_table, xlsx_of

REPOSITORY = Path(__file__).parents[2]
# Of the cases alone: the bare marker is in the organisation's name too, which every member may read.
TITLES = (f"{MARKER} first".encode(), f"{MARKER} second".encode())

# The same command with the doors left open: what the tests below say must not hold for it.
_UNHARDENED = """
import sys
from vault import platform
platform.harden_process = lambda: ()
from vault.cli.dispatch import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def start(filled: Filled, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start a command that has the vault open and waits for an answer that nobody gives."""
    prove(filled.place)
    desk = Desk.of(filled.place, tmp_path)
    started: list[subprocess.Popen[bytes]] = []

    def start_one(*interpreter: str) -> int:
        command = [sys.executable, *(interpreter or ("-m", "vault")), *desk.given(), "destroy", "access", "--from", "-"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=desk.environment,
            cwd=REPOSITORY,
            preexec_fn=without_privileges,  # noqa: PLW1509 - no thread runs here
        )
        started.append(process)
        assert process.stderr is not None
        # Said once the vault is open.
        assert b"Your passphrase will open nothing here" in process.stderr.readline()
        return process.pid

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def secrets_of(filled: Filled) -> dict[str, bytes]:
    """Return the keys that an unlocked process holds, by name."""
    with filled.open() as session:
        keys = {
            f"epoch {epoch.hex()[:8]}": session.keyring.get(epoch) or b""
            for compartment in session.keyring.compartments()
            for epoch in session.keyring.epochs_of(compartment)
        }
        own = session._secrets
        return keys | {"kem": own.kem_seed, "identity": own.identity_seed, "keyring key": own.keyring_key}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
@pytest.mark.long
def test_a_command_with_an_open_vault_is_closed_to_its_neighbours(start: Callable[..., int]) -> None:
    pid = start()
    assert core_limit(pid) == ("0", "0")
    assert neighbour_reads(pid) == set()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
def test_without_the_hardening_a_neighbour_reads_it(start: Callable[..., int]) -> None:
    """The control of the test above."""
    pid = start("-c", _UNHARDENED)
    assert core_limit(pid)[1] != "0"
    assert {"maps", "environ"} <= neighbour_reads(pid)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
@pytest.mark.long
def test_each_key_of_an_epoch_rests_in_locked_memory(filled: Filled, start: Callable[..., int]) -> None:
    keys = {name: key for name, key in secrets_of(filled).items() if name.startswith("epoch")}
    pid = start()
    assert locked_kib(pid) >= 4
    for name, key in keys.items():
        # lo: out of swap, dd: out of a core dump, wf: zeros in a forked child. Freed memory may hold what was in use.
        assert sum({"lo", "dd", "wf"} <= area.flags for area in places(pid, key)) == 1, name


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
def test_after_a_lock_neither_the_old_child_nor_its_parent_nor_the_next_child_holds_anything(filled: Filled) -> None:
    keys = secrets_of(filled)
    needles = [*keys.values(), PASSPHRASE, MARKER.encode()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            pane.unlock()
            pane.open_first_case()
            parent, child = pane.processes()
            # The control: the same eyes see the keys and the case in the one process that may hold them.
            assert set(keys.values()) | {MARKER.encode()} <= found_in(child, needles)
            assert core_limit(child) == ("0", "0")
            assert neighbour_reads(child) == set()
            assert locked_kib(child) >= 4
            assert found_in(parent, needles) == set()
            pane.keys("C-l")
            wait_for("the end of the child", lambda: not is_running(child))
            pane.wait_for("Passphrase")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            assert following != child
            assert found_in(parent, needles) == set()
            assert found_in(following, needles) == set()
            assert neighbour_reads(following) == set()
        finally:
            pane.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
@pytest.mark.long
def test_of_a_date_neither_its_day_nor_a_word_is_in_a_locked_process_or_in_any_file(filled: Filled) -> None:
    tomorrow = datetime.datetime.now().astimezone() + datetime.timedelta(days=1)
    when = f"{tomorrow.date().isoformat()}T09:32"
    with filled.open() as session:
        story_records.add(session, filled.cases[0], Hearing(when, about="Larkspur Yard"))
    needles = [when.encode(), b"Larkspur Yard"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            pane.unlock()
            parent, child = pane.processes()
            assert set(needles) <= found_in(child, needles)  # the control
            pane.keys("C-l")
            wait_for("the end of the child", lambda: not is_running(child))
            pane.wait_for("Passphrase")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            for pid in (parent, following):
                assert found_in(pid, needles) == set()
            everything = pane.everything()
            assert "Larkspur" not in everything
            assert when[:10] not in everything
        finally:
            pane.close()
    for file in [*filled.path.rglob("*"), *filled.state.rglob("*")]:
        if file.is_file():
            content = file.read_bytes()
            assert [needle for needle in needles if needle in content] == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
@pytest.mark.long
def test_after_a_change_of_member_no_process_and_no_screen_knows_the_first(filled: Filled) -> None:
    seat_the_second(filled)
    keys = secrets_of(filled)
    first = MEMBER.encode()
    needles = [*keys.values(), PASSPHRASE, MARKER.encode(), *TITLES, first]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled, member="")
        try:
            pane.wait_for("Member")
            pane.type(MEMBER)
            pane.wait_for(MEMBER)
            pane.keys("Enter")
            pane.unlock()
            parent, child = pane.processes()
            # The control: the one process that may hold them does.
            assert {first, *TITLES, *keys.values()} <= found_in(child, needles)
            pane.keys("F2")
            pane.wait_for("what do you want to do?")
            pane.type("switch")
            pane.wait_for("switch")
            pane.keys("Enter")
            pane.wait_for_end(child)
            pane.wait_for("Member")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            for pid in (parent, following):
                assert found_in(pid, needles) == set()
            everything = pane.everything()
            assert MEMBER not in everything
            assert MARKER not in everything
            # The next one sees what is theirs.
            pane.type(SECOND)
            pane.wait_for(SECOND)
            pane.keys("Enter")
            pane.type(SECOND_PASSPHRASE)
            pane.wait_for("Letters typed: Latin")
            pane.keys("Enter")
            pane.wait_for("Home")
            pane.keys("c")
            pane.wait_for("Cases  0 cases")
            assert found_in(following, [*TITLES, keys["kem"], PASSPHRASE]) == set()
        finally:
            pane.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root")
@pytest.mark.long
def test_the_passphrase_of_the_second_person_never_is_in_the_memory_of_the_first(filled: Filled) -> None:
    seat_the_second(filled)
    needles = [SECOND_PASSPHRASE.encode(), MARKER.encode()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            to_the_second(pane)
            parent, child = pane.processes()
            approve(pane)
            pane.wait_for("The package is at")
            assert found_in(child, needles) == {MARKER.encode()}
            assert found_in(parent, needles) == set()
        finally:
            pane.close()


# A library that reads what somebody else made, taken over: what it may do from inside the process that loads it.
# A module of its name stands first on the path of the process; nothing else of the start is changed.
_HEADER: Final = json.dumps({"media": PDF, "ocr": None, "seconds": 60}).encode()
_TO_DRAW: Final = json.dumps({"ocr": None, "seconds": 60, "left": None}).encode()
READERS: Final = {
    "a PDF to draw anew": (
        "vault.export.redrawn", "pypdfium2", len(_TO_DRAW).to_bytes(4, "big") + _TO_DRAW + b"%PDF-1.7", None,
    ),
    "a picture to draw anew": (
        "vault.export.redrawn", "PIL", len(_TO_DRAW).to_bytes(4, "big") + _TO_DRAW + b"GIF89a", "/bin/cat",
    ),
    "a PDF": ("vault.export.paper_text", "pypdfium2", len(_HEADER).to_bytes(4, "big") + _HEADER + b"%PDF-1.7", None),
    "a PDF, with tesseract": (
        "vault.export.paper_text", "pypdfium2", len(_HEADER).to_bytes(4, "big") + _HEADER + b"%PDF-1.7", "/bin/cat",
    ),
    "a spreadsheet": ("vault.tables", "python_calamine", b"case;client\nAppeal;Ilham Quillfeather\n", None),
    "a leak check": ("vault.export.leakcheck", "pypdf", b"", None),
    "a report": ("vault.export.typesetting", "typst", b"{}", None),
}  # fmt: skip
_STAND_IN = """
import json, mmap, os, socket, subprocess, sys
PLACE, PORT = {place!r}, {port}
def at(name):
    return os.path.join(PLACE, "own", name)
def overwrite_in_place():
    with open(at("settings"), "r+b") as file, mmap.mmap(file.fileno(), 0) as whole:
        whole[:5] = b"taken"
def connect_to_a_socket(name):
    with socket.socket(socket.AF_UNIX) as bus:
        bus.connect(name)
ACTS = {{
    "write a new file": lambda: open(at("new"), "wb", buffering=0).write(b"x"),
    "make an empty file": lambda: open(at("empty"), "wb").close(),
    "overwrite through mmap": overwrite_in_place,
    "truncate": lambda: os.truncate(at("vault.db"), 0),
    "delete": lambda: os.unlink(at("keys")),
    "rename": lambda: os.rename(at("notes"), at("the words of it")),
    "link": lambda: os.link(at("vault.db"), at("words beside")),
    "point to words": lambda: os.symlink("the words", at("words")),
    "name a folder": lambda: os.mkdir(at("the words")),
    "remove a folder": lambda: os.rmdir(at("folder")),
    "read the keyfile": lambda: open(at("keyfile"), "rb").read(),
    "list a folder": lambda: os.listdir(at("")),
    "list the account": lambda: os.listdir(os.path.expanduser("~")),
    "read of the account": lambda: open("/etc/passwd").read(),
    "set rights": lambda: os.chmod(at("settings"), 0o777),
    "set rights of a library": lambda: os.chmod(json.__file__, 0o644),
    "set times": lambda: os.utime(at("settings"), (1, 1)),
    "set an attribute": lambda: os.setxattr(at("settings"), "user.words", b"the words"),
    "connect by TCP": lambda: socket.create_connection(("127.0.0.1", PORT), 5),
    "connect to a socket": lambda: connect_to_a_socket(at("bus")),
    "connect to a nameless socket": lambda: connect_to_a_socket("\\0casevault-test-" + str(PORT)),
    "a pair of sockets": socket.socketpair,
    "start a shell": lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True),
    "start a shell by the loader": lambda: subprocess.run(["/lib64/ld-linux-x86-64.so.2", "/bin/sh"], check=True),
    "read the memory of the program": lambda: open(f"/proc/{{os.getppid()}}/mem", "rb").read(0),
    "signal the program": lambda: os.kill(os.getppid(), 0),
}}
done = []
for name, act in ACTS.items():
    try:
        act()
    except OSError:
        continue
    except subprocess.CalledProcessError:
        continue
    done.append(name)
os.write(1, json.dumps([list(ACTS), done]).encode())
os._exit(0)
"""
_SIGNALS_SINCE: Final = 6
_ACTS: Final = 26
# A limit on the size of files, the rights of the account, the kind of disk and of processor refuse these already.
_NOT_EVERYWHERE: Final = {
    "write a new file", "set rights of a library", "set an attribute", "start a shell by the loader",
    "read the memory of the program",
}  # fmt: skip


@pytest.mark.skipif(not landlock_version(), reason="not run: this kernel has no Landlock")
@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="not run: no filter for this processor")
@each(READERS)
def test_a_taken_over_library_does_nothing_outside_its_process(
    module: str, library: str, task: bytes, runs: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("reader")
    own = _prepared(place)
    before = _shape(own)
    acts, done = _took_over(place, command_of(module, memory=1 << 30, runs=runs), library, task)
    allowed = ["signal the program"] if landlock_version() < _SIGNALS_SINCE else []
    assert (len(acts), done) == (_ACTS, allowed)
    assert _shape(own) == before


@pytest.mark.skipif(not landlock_version(), reason="not run: this kernel has no Landlock")
def test_the_same_acts_are_done_where_the_process_is_not_shut_in(tmp_path: Path) -> None:
    _prepared(tmp_path)
    command = [part.replace("shut_in(sys.argv[2:])", "pass") for part in command_of("vault.tables")]
    acts, done = _took_over(tmp_path, command, "python_calamine", b"")
    assert set(acts) - set(done) <= _NOT_EVERYWHERE


@pytest.mark.long
def test_ordinary_files_are_read_by_a_process_that_is_shut_in(tmp_path: Path) -> None:
    (tmp_path / "cases.xlsx").write_bytes(xlsx_of([["case"], [WORDS]], title="cases"))
    assert read_table(tmp_path / "cases.xlsx") == [["case"], [WORDS]]
    printed = read_text(render_report(make_report(dossier(), COVER)), PDF)
    assert (printed.by, "notice of refusal" in printed.text) == ("pdf", True)
    assert read_text(docx(paragraph(WORDS)), DOCX).text == WORDS
    assert read_text(json.dumps(TELEGRAM).encode(), PLAIN).by == "chat"


@pytest.mark.long
@pytest.mark.tool("tesseract")
def test_a_picture_is_read_by_a_process_that_is_shut_in() -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    for kind, media in {"PNG": "image/png", "PDF": PDF}.items():
        assert " ".join(read_text(picture(kind), media).text.split()) == WORDS


def test_a_table_is_read_where_the_kernel_refuses_nothing() -> None:
    old = (
        "from vault.platform import confinement; "
        "confinement._call = lambda *_: -1; confinement._ARCHITECTURES = {}; harden_process()"
    )
    command = [part.replace("harden_process()", old) for part in command_of("vault.tables")]
    assert ask_child(command, b"case\nAppeal\n", seconds=60) == (0, b'{"rows": [["case"], ["Appeal"]]}')


def _prepared(place: Path) -> Path:
    own = place / "own"
    (own / "folder").mkdir(parents=True)
    for name in ("settings", "vault.db", "keys", "keyfile", "notes"):
        (own / name).write_bytes(b"of the account")
    (place / "libraries").mkdir()
    return own


def _took_over(place: Path, given: Sequence[str], library: str, task: bytes) -> tuple[list[str], list[str]]:
    """Start a reader whose library is the stand-in; return which acts that tried, and which it did."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as bus,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        port = server.getsockname()[1]
        for listening, name in ((bus, str(place / "own" / "bus")), (nameless, f"\0casevault-test-{port}")):
            listening.bind(name)
            listening.listen()
        (place / "libraries" / f"{library}.py").write_text(_STAND_IN.format(place=str(place), port=port))
        command = list(given)
        start = command.index("-c") + 1
        command[start] = f"import sys; sys.path.insert(0, {str(place / 'libraries')!r}); {command[start]}"
        code, answer = ask_child(command, task, seconds=60)
    assert code == 0
    acts, done = json.loads(answer)
    return acts, done


def _shape(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        path.name: (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.iterdir()
        if path.name != "bus"
    }
