"""A caseworker's first week through the real command, from an empty folder to a package that a lawyer opens."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.founded import PASSPHRASE, Place
from vault.seal.entrance.passphrase import FLOOR

pytestmark = pytest.mark.tool("age-keygen")


@pytest.fixture
def new_desk(tmp_path: Path) -> Desk:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    place.state.mkdir()
    return Desk.of(place, tmp_path)


def test_from_an_empty_folder_to_a_package_that_the_lawyer_opens(  # noqa: PLR0915 - one task from end to end
    new_desk: Desk, tmp_path: Path
) -> None:
    desk = new_desk
    sheets = tmp_path / "sheets.txt"
    memory = str(FLOOR.memory_kib // 1024)
    made = desk.run("init", "--kdf-memory-mib", memory, "--sheets", str(sheets), "--org", "Aid", "--json")
    assert made.code == 0, made.err
    assert len(made.json()["root_words"]) == 13
    assert sheets.read_text().count("CASEVAULT RECOVERY SHEET") == 3
    assert sheets.stat().st_mode & 0o077 == 0
    assert PASSPHRASE.decode() not in made.out + made.err

    case = desk.run("case", "new", "--kind", "extradition", "--title", "Hearing", "--json").json()
    person = {"names": ["Тихон Омутков", "Tikhon Omutkov"], "born": "1987-06-05", "phones": ["+996 555 010 999"]}
    added = desk.run(
        "person", "add", case["ref"], "--role", "witness", "--from", "-", "--json", stdin=json.dumps(person)
    )
    assert set(added.json()) == {"schema", "person", "do_not_call", "mixed_letters"}
    text = "Tikhon Omutkov called from +996 555 010 999, from Qarvosh, about the hearing."
    note = desk.run("note", "add", case["case"], "--json", stdin=text).json()
    on_the_day = ("--when", "2026-11-26")
    twice = f"{text} He called twice."
    assert desk.run("note", "amend", note["note"], *on_the_day, "--json", stdin=twice).json()["note"] == note["note"]
    shown = desk.run("case", "show", case["ref"], "--json").json()
    assert [(one["text"], one["occurred"]) for one in shown["notes"]] == [(twice, "2026-11-26")]
    assert [len(desk.run("history", note["note"], "--json").json()["versions"])] == [2]
    text = twice
    assert desk.run("note", "show", note["note"], "--json").json()["text"] == text

    hits = desk.run("search", "hearing", "--json").json()["hits"]
    assert {hit["record"] for hit in hits} >= {note["note"]}
    assert all(set(hit) == {"case", "record", "kind", "snippet", "do_not_call", "closed", "why"} for hit in hits)

    identity = tmp_path / "lawyer.key"
    subprocess.run(["age-keygen", "-o", str(identity)], capture_output=True, check=True)
    public = next(word for word in identity.read_text().split() if word.startswith("age1"))
    recipient = desk.run("recipient", "add", "Maître Lorvane", "--age", public, "--json").json()
    assert len(recipient["fingerprint"].split()) == 13
    assert "NOT CONFIRMED" in desk.run("recipient", "list").out
    others = " ".join(reversed(recipient["fingerprint"].split()))
    assert desk.run("recipient", "confirm", "Maître Lorvane", "--words", others).code != 0

    out = tmp_path / "out"
    out.mkdir()
    arguments = (
        "export",
        case["ref"],
        "--profile",
        "lawyer",
        "--to",
        "Maître Lorvane",
        "--out",
        str(out),
        "--unread",
        "--json",
    )
    refused = desk.run(*arguments, "--decide", "proposed").err
    assert "casevault recipient confirm" in refused
    assert f"is NOT CONFIRMED. Its words are:\n  {recipient['fingerprint']}\n" in refused
    confirm = ("recipient", "confirm", "Maître Lorvane", "--words", recipient["fingerprint"])
    assert desk.run(*confirm, "--json").json()["confirmed"]
    edit = ("recipient", "edit", "Maître Lorvane", "--town", "Qarvosh", "--language", "fr", "--phone", "0312 555 010")
    assert desk.run(*edit, "--json").json()["confirmed"]
    waiting = desk.run(*arguments)
    assert waiting.code == 3
    assert list(out.iterdir()) == []
    exported = desk.run(*arguments, "--decide", "proposed").json()
    assert {"package", "digest", "questions", "decided"} <= set(exported)
    assert exported["decided"] >= exported["questions"] >= 1

    package = Path(exported["package"])
    assert desk.run_bare("package", "verify", str(package), "--json").json()["standing"] == "outer-form"
    words = " ".join(exported["key_words"])
    opened = desk.run_bare(
        *("package", "open", str(package), "--identity", str(identity)),
        *("--out", str(tmp_path / "opened"), "--words", words, "--json"),
    )
    assert opened.code == 0, opened.err
    assert (tmp_path / "opened" / "report.pdf").read_bytes().startswith(b"%PDF")
    wrong = desk.run_bare(
        *("package", "open", str(package), "--identity", str(identity)),
        *("--out", str(tmp_path / "second"), "--words", "other words", "--json"),
    )
    assert wrong.code == 6
    assert not (tmp_path / "second").exists()

    verified = desk.run("log", "verify", "--json").json()
    assert verified["verified"]
    assert verified["problems"] == []
    acts = [entry["act"] for entry in desk.run("log", "list", "--json").json()["entries"]]
    assert {"log.genesis", "case.create", "person.create", "note.create", "note.correct", "case.view"} <= set(acts)
    assert {"case.search", "partner.create", "export.begin", "export.done", "log.verify"} <= set(acts)
    assert desk.run("log", "checkpoint", "--json").json()["note"].startswith("casevault/")


def test_moving_through_a_case_leaves_one_view_for_each_session_and_reason(new_desk: Desk) -> None:
    desk = new_desk
    memory = str(FLOOR.memory_kib // 1024)
    assert desk.run("init", "--kdf-memory-mib", memory, "--org", "Aid").code == 0
    case = desk.run("case", "new", "--kind", "other", "--title", "T", "--json").json()["ref"]
    for why in ("casework", "handover", "handover"):
        assert desk.run("case", "show", case, "--why", why).code == 0
    entries = desk.run("log", "list", "--act", "case.view", "--json").json()["entries"]
    assert sorted(entry["why"] for entry in entries) == ["casework", "handover", "handover"]
    refused = desk.run("case", "show", case, "--why", "curiosity", "--json")
    assert refused.code == 2
