"""`casevault log`: who did what, and what a verification says of work that nobody was entitled to."""

from __future__ import annotations

from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.founded import MEMBER
from tests.tables import each
from vault.cli.log import verified
from vault.log.checkpoint import parse_note
from vault.log.tree import verify_consistency
from vault.seal.recovery import words_of
from vault.services.evidence.log_checking import Verification
from vault.words.finding import Code, Finding
from vault.words.message import Message

FAULT = Finding(Code.ABSENT, Message("operation 3: missing 00"))


def found(apart: int, *faults: Finding) -> Verification:
    return Verification(
        logs=1,
        entries=7,
        expected=7,
        versions_opened=1,
        payloads_opened=2,
        quarantined=apart,
        size=7,
        root=bytes(32),
        faults=faults,
    )


def test_each_entry_names_who_did_it_and_counts_what_it_covers_in_words(desk: Desk) -> None:
    desk.run("case", "list")
    lines = desk.run("log", "list").out.splitlines()
    assert all(f"Z  {MEMBER}  " in line or f"  {MEMBER}  " in line for line in lines[:-1])
    assert "entries were searched." in lines[-1]
    entries = desk.run("log", "list", "--json").json()["entries"]
    assert {entry["member"] for entry in entries} == {MEMBER}
    assert desk.run("log", "list", "--act", "case.list").out.splitlines()[0].endswith("  2 cases")


def test_a_sound_log_says_how_much_was_proven_and_that_nothing_stands_apart(desk: Desk) -> None:
    answer = desk.run("log", "verify")
    assert answer.out.startswith("VERIFIED\n")
    assert "entries in 1 log are proven; opened: " in answer.out
    assert "set aside" not in answer.out
    assert desk.run("log", "verify", "--json").json()["quarantined"] == 0


@each({"one": (1, "1 saved change is set aside"), "several": (2, "2 saved changes are set aside")})
def test_quarantined_versions_are_told_and_are_no_fault(apart: int, words: str) -> None:
    result = verified(found(apart))
    assert (result.exit_code, result.data["quarantined"], str(result.lines[0])) == (0, apart, "VERIFIED")
    told = next(line for line in in_english(result.lines) if "set aside" in line)
    assert told.startswith(words)
    assert "knows of no right of their author" in told.replace("its author", "their author")
    assert "may have done nothing wrong" in told


def test_quarantined_versions_are_told_beside_a_fault_too() -> None:
    result = verified(found(1, FAULT))
    assert result.exit_code == 6
    assert str(result.lines[0]) == "NOT VERIFIED. First bad place: [absent] operation 3: missing 00"
    assert any("1 saved change is set aside" in line for line in in_english(result.lines))


def test_a_captured_checkpoint_is_a_signed_note_and_nothing_else(desk: Desk) -> None:
    answer = desk.run("log", "checkpoint")
    note = parse_note(answer.out.encode())
    assert f"To read aloud: {note.size} entries, {' '.join(words_of(note.root))}\n" in answer.err
    key = f"Other tools check the note with the key casevault/{note.origin.hex()}+{note.signatures[0].key_id.hex()}+"
    assert key in answer.err.replace("\n", " ")


def test_a_checkpoint_says_since_when_the_log_only_grew(desk: Desk) -> None:
    before = desk.run("log", "checkpoint", "--json").json()
    after = desk.run("log", "checkpoint", "--json", "--since", str(before["size"])).json()
    assert after["size"] > before["size"]
    assert {name: after["since"][name] for name in ("size", "root", "words")} == {
        name: before[name] for name in ("size", "root", "words")
    }
    proof = [bytes.fromhex(one) for one in after["since"]["proof"]]
    roots = bytes.fromhex(before["root"]), bytes.fromhex(after["root"])
    verify_consistency(before["size"], after["size"], proof, *roots)
    told = desk.run("log", "checkpoint", "--since", str(before["size"]))
    assert f"To read aloud: {before['size']} entries, {' '.join(before['words'])}\n" in told.err
    assert desk.run("log", "checkpoint", "--since", "100000").code == 2
