"""A question in a file: what its reader is shown is all that the approval is for."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.services.organisation import AMINA, SELIN, Organisation, full_name
from vault.access.session import Session
from vault.errors import MalformedError, RefusedError, VaultError, VerificationError
from vault.export.data_json import canonical, render_data
from vault.export.dossier_report import Cover, make_report
from vault.export.pdf import render_report
from vault.log.approval import Approval
from vault.services.approvals import by_file, second_person
from vault.services.approvals.question import ApprovalQuestion

PURPOSE = "referral to counsel"
COVER = Cover(PURPOSE, release="two-person", day="2026-11-27")
NAME = "Ilham Quillfeather"


@dataclass(frozen=True)
class Text:
    """A report of one note, by whoever writes reports without redacting anything."""

    text: str
    label: str = "text"
    heading: str = "note"
    profile: str = "lawyer"

    @property
    def blocks(self) -> list[Text]:
        return [self]

    @property
    def sections(self) -> list[Text]:
        return [self]


def files_of(text: str) -> dict[str, bytes]:
    report = Text(text)
    return {"report.pdf": render_report(make_report(report, COVER)), "data.json": render_data(report, COVER)}


def question(files: Mapping[str, bytes], **other: Any) -> ApprovalQuestion:
    named = [[name, sha256(content).digest()] for name, content in sorted(files.items())]
    of = {"files": named, "profile": "lawyer", "purpose": PURPOSE, "recipient": "academic acid"}
    about, reasons = ("this report leaves for Maître Ondrelle",), second_person.REASONS
    wanted = ApprovalQuestion(
        act="export.begin", of=of, contents=dict(files), about=about, reasons=reasons, expires_ms=0
    )
    return replace(wanted, **other)


def ask(organisation: Organisation, wanted: ApprovalQuestion, path: Path) -> Path:
    """Seal a question of any content: the program of whoever asks is theirs."""
    with organisation.open(AMINA) as amina:
        wanted = replace(wanted, expires_ms=amina.log.now_ms() + 3_600_000)
        by_file.ask(amina, wanted, [second_person.approver_named(amina, full_name(SELIN))], path)
    return path


def give(session: Session, path: Path) -> tuple[Approval, str]:
    return by_file.give(session, path, path.with_name("answer"), why="legal-referral")


def changed(files: Mapping[str, bytes], change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    data = json.loads(files["data.json"])
    change(data)
    return {**files, "data.json": canonical(data)}


OTHER_PAGES = "the pages are not those that this program makes of the text in the question; nothing was approved"
CODED, NAMED = "[PERSON 1] was heard.", f"{NAME} was heard."


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        pytest.param(
            lambda: {**files_of(CODED), "report.pdf": files_of(NAMED)["report.pdf"]},
            VerificationError,
            OTHER_PAGES,
            id="the pages name somebody",
        ),
        pytest.param(
            lambda: {**files_of(CODED), "report.pdf": b"%PDF-1.7 " + NAMED.encode()},
            VerificationError,
            OTHER_PAGES,
            id="pages that no reader opens",
        ),
        pytest.param(
            lambda: {"data.json": files_of(CODED)["data.json"]}, VerificationError, "no report", id="no pages"
        ),
        pytest.param(
            lambda: {**files_of(CODED), "more.txt": NAMED.encode()}, VerificationError, "no report", id="a third file"
        ),
        pytest.param(
            lambda: changed(files_of(CODED), lambda data: data.update(more=NAMED)),
            VerificationError,
            "no report",
            id="data under a key of its own",
        ),
        pytest.param(
            lambda: changed(files_of(CODED), lambda data: data["notice"]["lines"].append(NAMED)),
            VerificationError,
            "no report",
            id="data in the notice",
        ),
        pytest.param(
            lambda: changed(files_of(CODED), lambda data: data["sections"][0].update(heading=NAMED)),
            VerificationError,
            "no report",
            id="data in a heading",
        ),
        pytest.param(
            lambda: changed(files_of(CODED), lambda data: data.update(purpose=NAMED)),
            VerificationError,
            "no report",
            id="another purpose than is signed",
        ),
    ],
)
def test_files_that_say_more_than_is_shown_are_not_approved(
    organisation: Organisation,
    tmp_path: Path,
    make: Callable[[], dict[str, bytes]],
    error: type[VaultError],
    words: str,
) -> None:
    path = ask(organisation, question(make()), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        for act in (by_file.read_question, give):
            with pytest.raises(error, match=words):
                act(selin, path)
        assert not (tmp_path / "answer").exists()
        assert selin.log.size == before


@pytest.mark.skipif(sys.platform != "linux", reason="no other system holds to a limit of memory")
def test_a_text_that_asks_for_all_memory_is_refused(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault.export.pdf.MOST_MEMORY", 48 * 2**20)
    files = {"report.pdf": b"", "data.json": render_data(Text("word\n" * 12_000), COVER)}
    path = ask(organisation, question(files), tmp_path / "question")
    with organisation.open(SELIN) as selin, pytest.raises(RefusedError, match="more memory than a report may use"):
        by_file.read_question(selin, path)


def test_pages_that_say_what_is_shown_are_approved(organisation: Organisation, tmp_path: Path) -> None:
    path = ask(organisation, question(files_of(NAMED)), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        assert f"|   text: {NAMED}" in by_file.read_question(selin, path).question.lines()
        approval, name = give(selin, path)
        assert (approval.act, name) == ("export.begin", full_name(AMINA))


def test_reasons_that_are_sentences_are_no_reasons(organisation: Organisation, tmp_path: Path) -> None:
    path = ask(organisation, question(files_of(CODED), reasons=("x\nApproved before.",)), tmp_path / "question")
    with organisation.open(SELIN) as selin, pytest.raises(MalformedError, match="reasons that are no codes"):
        by_file.read_question(selin, path)


FORGED = "To approve: nothing"


@pytest.mark.parametrize(
    "text",
    [
        f"First.\n\n{FORGED}",
        f"First.\u2028{FORGED}",
        f"First.\x85{FORGED}",
        f"First.{' ' * 200}{FORGED}",
        "x " * 90 + FORGED,
    ],
    ids=["line break", "line separator", "next line", "blanks to the edge", "words to the edge"],
)
def test_no_text_of_others_makes_a_line_that_passes_for_the_programs(text: str) -> None:
    """Wherever a text stands, at the beginning of a line or where a terminal would break it."""
    data = json.dumps({"sections": [{"heading": text, "blocks": [{"label": text, "text": text}]}]}).encode()
    wanted = ApprovalQuestion(
        act=text, of={text: text, "until": text}, contents={"data.json": data}, about=(text,), expires_ms=1
    )
    lines = wanted.lines()
    ours = [line for line in lines if not line.startswith(("| ", "  ", "> "))]
    assert ours[0] == ""
    assert ours[1].startswith(f"To approve: {text[:1]}")
    assert ours[2:] == ["As the one who asks says:"]
    assert all(len(line) <= 72 and len(line.splitlines()) <= 1 for line in lines)
    assert not [line for line in lines if line.strip() == FORGED and not line.startswith("      ")]


def test_what_the_first_page_says_is_shown_to_who_approves() -> None:
    """A name could leave by `whom to call`, too."""
    head = {"contact": f"call {NAME}", "reference": "K7QM-3XPD", "organisation": "Aid", "recipient": "M. Ondrelle"}
    cover = dataclasses.replace(COVER, **head)
    lines = question({"report.pdf": b"", "data.json": render_data(Text(CODED), cover)}).lines()
    for said in (f"| contact: call {NAME}", "| reference: K7QM-3XPD", "| recipient: M. Ondrelle", "| day: 2026-11-27"):
        assert said in lines
