"""Packages with papers are made, told, verified and opened where no network is, and no file but theirs has a word."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.attacks.plaintext import Written, writes_in
from tests.attacks.test_what_shows import CALLS, reaching_out
from tests.cli.desk import REPOSITORY
from tests.export.paper_samples import as_picture, at, decision
from tests.services.founded import Place
from tests.walks.test_package import CLINIC, LAWYER, Office
from tests.walks.test_page_given import words_in
from vault.casework.document import DocumentKind
from vault.export.paper_text.asking import can_read_pictures
from vault.ids import short_id
from vault.services import case_papers
from vault.services.cases import cases

WORDS = ("Dastenov", "came on foot", "Velmar", "court decided", "010203")
WATCHED = f"unshare -n strace -f --seccomp-bpf -qq -y -xx -s 4000000 -e trace=%network,{CALLS} -o"

pytestmark = [
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.tool("strace"),
    pytest.mark.tool("unshare"),
    pytest.mark.tool("tesseract"),
]


class Watched:
    """Runs real commands of an office, each heard by `strace`, with a temporary folder of their own."""

    def __init__(self, office: Office, root: Path) -> None:
        self.desk, self.traces, self.temporary = office.desk, root / "traces", root / "temporary"
        for folder in (self.traces, self.temporary):
            folder.mkdir()

    def does(self, *command: str) -> str:
        trace = self.traces / f"{len(list(self.traces.iterdir())):02}"
        done = subprocess.run(
            [*WATCHED.split(), str(trace), *self.desk.command(*command)],
            env={**self.desk.environment, "TMPDIR": str(self.temporary), "PATH": os.environ["PATH"]},
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def in_vault(self, *command: str) -> str:
        return self.does(*self.desk.given(), *command)

    def writes(self) -> list[Written]:
        return [write for trace in sorted(self.traces.iterdir()) for write in writes_in(trace)]


def test_no_package_needs_a_network_and_no_word_of_it_is_written_anywhere_else(
    founded_template: Place, tmp_path: Path
) -> None:
    assert can_read_pictures()
    office = Office(founded_template.copied_to(tmp_path / "office"), tmp_path)
    for to in (LAWYER, CLINIC):
        office.agrees(to, "legal-referral", "proceedings")
    papers = []
    with office.place.open() as mira:
        case = cases.find(mira, office.ref)
        for name, paper in (("letter", decision(at(600, b"Velmar came"))), ("scan", as_picture(decision()))):
            (source := tmp_path / name).write_bytes(paper)
            facts = {"kind": DocumentKind.DECISION, "title": name, "language": "English"}
            papers += ["--paper", short_id(case_papers.add_paper(mira, case, source, facts).record)]
            source.unlink()
    watched = Watched(office, tmp_path)
    for to in (LAWYER, CLINIC):
        wish = ("--profile", "lawyer", "--to", to, "--surname", to.split()[-1], "--out", str(office.out))
        watched.in_vault("export", office.ref, *wish, "--unread", "--decide", "proposed", *papers)
    (page,), (sealed,) = office.out.glob("*.html"), office.out.glob("*.age")
    asked = ("package", "words", office.ref, "--package", office.reference(page), "--yes")
    said = words_in(watched.in_vault(*asked))
    opened = tmp_path / "opened"
    opened.mkdir()
    watched.does("package", "verify", str(page))
    watched.does("package", "verify", str(sealed), "--identity", str(office.key))
    watched.does("package", "open", str(sealed), "--identity", str(office.key), "--out", str(opened))
    assert "came on foot" in (opened / "data.json").read_text(encoding="utf-8")

    assert {trace.name: found for trace in watched.traces.iterdir() if (found := reaching_out(trace))} == {}
    told = tuple(word.encode() for word in (*WORDS, said))
    writes = watched.writes()
    assert len(writes) > 100, "the trace is not what it should be"
    assert any(b"came on foot" in write.data for write in writes if write.target.startswith(str(opened)))
    elsewhere = [
        (write.call, write.target)
        for write in writes
        if write.descriptor != 1 and not write.target.startswith(("pipe:[", str(opened)))
        if any(word in write.data for word in told)
    ]
    assert elsewhere == []
    assert list(watched.temporary.rglob("*")) == []
    held = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(watched.traces)]
    assert [
        path for path in held if not path.is_relative_to(opened) and any(word in path.read_bytes() for word in told)
    ] == []
