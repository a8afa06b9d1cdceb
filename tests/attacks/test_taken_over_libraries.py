"""A library that reads what somebody else made, taken over: what it may do from inside the process that loads it.

A module of its name stands first on the path of the process; nothing else of the start is changed.
"""

from __future__ import annotations

import json
import platform
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.export.samples import COVER, dossier
from tests.export.test_chats import TELEGRAM
from tests.export.test_paper_text import WORDS, docx, paragraph, picture
from tests.tables import each
from vault.casework.document import DOCX, PDF, PLAIN
from vault.export.children import ask_child, command_of
from vault.export.dossier_report import make_report
from vault.export.paper_text.asking import can_read_pictures, read_text
from vault.export.pdf import render_report
from vault.platform import landlock_version
from vault.tables.table_files import read_table, xlsx_of

_HEADER: Final = json.dumps({"media": PDF, "ocr": None, "seconds": 60}).encode()
READERS: Final = {
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
