"""A library that reads what somebody else made, taken over: what it may do from inside the process that loads it.

A module of its name stands first on the path of the process; nothing else of the start is changed.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.tables import each
from vault.casework.papers.media import PDF
from vault.export.children import ask_child, command_of

_HEADER: Final = json.dumps({"media": PDF, "ocr": None, "seconds": 60}).encode()
READERS: Final = {
    "a PDF": ("vault.export.paper_text", "pypdfium2", len(_HEADER).to_bytes(4, "big") + _HEADER + b"%PDF-1.7"),
    "a spreadsheet": ("vault.tables", "python_calamine", b"case;client\nAppeal;Ilham Quillfeather\n"),
    "a leak check": ("vault.export.leakcheck", "pypdf", b""),
}
_STAND_IN = """
import json, os, socket, sys
PLACE, PORT = {place!r}, {port}
def write_a_file():
    with open(PLACE + "/new", "wb", buffering=0) as file:
        file.write(b"x")
def connect_by_tcp():
    socket.create_connection(("127.0.0.1", PORT), 5)
done = []
for act in (write_a_file, connect_by_tcp):
    try:
        act()
    except Exception:
        continue
    done.append(act.__name__)
os.write(1, json.dumps(done).encode())
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="not run: this system lets no process leave the network")
@each(READERS)
def test_a_taken_over_library_does_nothing_outside_its_process(
    module: str, library: str, task: bytes, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stand_in = _STAND_IN.format(place=str(tmp_path), port=server.getsockname()[1])
        (tmp_path / f"{library}.py").write_text(stand_in)
        command = list(command_of(module, memory=1 << 30))
        start = command.index("-c") + 1
        command[start] = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {command[start]}"
        code, answer = ask_child(command, task, seconds=60)
    assert (code, json.loads(answer)) == (0, [])
    assert (tmp_path / "new").exists() is False or (tmp_path / "new").read_bytes() == b""
