"""Markers in every field, the real commands under strace: nothing of them in any file, or in any write but the answer.

"Done when" 2 of the first issue. The same search finds them when the test itself replaces the ciphers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.plaintext import MARKERS, Written, found_in, found_in_files, writes_in
from tests.services.founded import MARKER, Filled
from tests.services.founded import PASSPHRASE as PASSPHRASE_OF_OFFICE
from tests.tui.app_pane import AppPane
from vault.seal.entrance.passphrase import FLOOR

pytestmark = [pytest.mark.slow, pytest.mark.tool("strace")]

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
    made = desk.run("case", "new", "--kind", "asylum", "--from", "-", given={"title": MARKERS["title"]})
    case = str(made["case"])
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
    export = (
        "export",
        case,
        "--profile",
        "lawyer",
        "--to",
        str(recipient["recipient"]),
        "--out",
        str(desk.root / "out"),
        "--unread",
    )
    desk.run(*export, fails_with=3)
    desk.run(*export, "--decide", "proposed")
    desk.run("log", "list")
    assert desk.run("log", "verify")["verified"]
    desk.run("backup", "make", str(desk.root / "home" / "copies"))


def is_answer(write: Written) -> bool:
    """Standard output and the terminal may show what a member asked for."""
    return write.descriptor == 1 or write.target.startswith(("/dev/pts/", "/dev/tty"))


def is_pipe_between_our_own(write: Written) -> bool:
    """The export feeds its verifier, a process of ours, by an anonymous pipe: no name, no disk."""
    return write.target.startswith("pipe:[")


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
        if not is_answer(write) and not is_pipe_between_our_own(write) and (fields := found_in(write.data))
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


@pytest.mark.long
@pytest.mark.tool("age-keygen")
def test_the_search_finds_every_marker_when_the_ciphers_are_taken_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WITHOUT_CIPHER)
    work_through(desk)
    in_files = {f for fields in found_in_files(tmp_path / "home").values() for f in fields}
    stored = MARKERS.keys() - {"search"}
    assert in_files >= stored
    in_writes = {f for write in desk.writes() if not is_answer(write) for f in found_in(write.data)}
    assert in_writes >= stored


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


def test_a_crash_tells_its_place_and_no_contents(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WITH_CIPHER)
    desk.run("init", "--kdf-memory-mib", str(FLOOR.memory_kib // 1024), "--from", "-", given={"org": "Org"})
    case = str(desk.run("case", "new", "--kind", "other", "--from", "-", given={"title": "T"})["case"])
    desk.program = ("-c", CRASHING.format(marker=MARKERS["note"]))
    answer = desk.run("note", "add", case, given=MARKERS["note"], fails_with=70)
    assert "ValueError at" in str(answer["error"])
    assert found_in(json.dumps(answer).encode()) == []
    assert found_in_files(tmp_path, besides=frozenset({tmp_path / "traces"})) == {}
