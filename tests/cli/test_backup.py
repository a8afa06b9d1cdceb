"""`casevault backup`, `status`, `doctor` and `lock` as commands."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.attacks.outsider import flipped as outsider_flipped
from tests.attacks.outsider import learn
from tests.attacks.test_false_entries import EMPTY, write_junk
from tests.cli.desk import Desk
from tests.english import in_english
from tests.seal.places import flipped
from tests.services.founded import MARKER, MEMBER
from tests.tables import each
from vault.cli.log import verified
from vault.ids import CompartmentId
from vault.log.checkpoint import parse_note
from vault.log.tree import verify_consistency
from vault.seal.recovery import words_of
from vault.services.cases import cases
from vault.services.evidence.log_checking import Verification
from vault.words.finding import Code, Finding
from vault.words.message import Message


def test_a_backup_is_made_verified_and_restored(desk: Desk, tmp_path: Path) -> None:
    stick = str(tmp_path / "stick")
    made = desk.run("backup", "make", stick, "--json").json()
    assert made.keys() == {"schema", "backup", "digest", "versions", "operations", "drafts", "removed", "kept"} | {
        "documents",
        "missing",
        "broken",
        "cases",
    }
    assert made["backup"] == f"{stick}/backup-1"
    found = desk.run("backup", "verify", stick, "--json").json()
    assert {name: found[name] for name in ("backup", "digest", "versions")} == {
        name: made[name] for name in ("backup", "digest", "versions")
    }
    target = str(tmp_path / "restored.vault")
    restored = desk.run("backup", "restore", stick, "--old-vault-is-gone", "--vault", target, "--json").json()
    assert restored["vault"] == target
    assert restored["versions"] == made["versions"]
    assert restored["lost_entries"] == 1
    listed = desk.run("case", "list", "--vault", target, "--json").json()
    assert len(listed["cases"]) == 2
    # What a person reads; an account that never opened the vault is asked for no word more.
    assert desk.run("backup", "verify", stick).out.startswith("WHOLE. ")
    again = ("backup", "restore", stick, "--vault", str(tmp_path / "again.vault"))
    said = desk.does(*again, environment={"XDG_STATE_HOME": str(tmp_path / "new-account")})
    assert "It was opened again" in desk.run("backup", "make", stick).out
    said = desk.run("backup", "restore", stick, "--old-vault-is-gone", "--vault", str(tmp_path / "last.vault"))
    assert "of the log were made after this backup" in said.out[said.out.index("LOSS: ") :]
    assert MARKER not in said.out + said.err


def test_a_damaged_backup_ends_with_exit_code_6_and_names_the_file(desk: Desk, tmp_path: Path) -> None:
    made = desk.run("backup", "make", str(tmp_path / "stick"), "--json").json()
    path = Path(made["backup"]) / "vault.db"
    path.write_bytes(flipped(path.read_bytes(), -1))
    target = ("--old-vault-is-gone", "--vault", str(tmp_path / "new.vault"))
    for act in (("verify", made["backup"]), ("restore", made["backup"], *target)):
        said = desk.run("backup", *act, "--json")
        assert said.code == 6
        assert said.json()["error"]["message"] == "vault.db of the backup is not what was written"
    assert not (tmp_path / "new.vault").exists()


def test_a_trial_restore_beside_a_living_vault_is_refused(desk: Desk, tmp_path: Path) -> None:
    stick, target = str(tmp_path / "stick"), tmp_path / "trial.vault"
    desk.run("case", "list")
    desk.run("backup", "make", stick)
    said = desk.run("backup", "restore", stick, "--vault", str(target))
    assert said.code == 5
    assert "this account opened the old vault on 20" in said.err
    assert "To try a backup: `casevault backup verify SRC`." in said.err
    assert not target.exists()
    assert desk.run("log", "verify").code == 0
    assert desk.run("backup", "verify", stick).code == 0


def test_verify_status_and_recovery_status_say_the_same_of_the_last_backup_and_of_the_sheets(
    desk: Desk, tmp_path: Path
) -> None:
    desk.run("backup", "make", str(tmp_path / "stick"))
    made = desk.run("backup", "verify", str(tmp_path / "stick"), "--json").json()["made"]
    status = {item["name"]: item for item in desk.run("status", "--unlock", "--json").json()["items"]}
    clock = datetime.strptime(made, "%Y-%m-%d %H:%M %Z").replace(tzinfo=UTC).astimezone()
    assert status["last backup"]["found"].startswith(f"{clock:%Y-%m-%d %H:%M %z}")
    sheets = status["recovery"]
    assert f"recovery: {sheets['found']}\n{sheets['advice']}\n" in desk.run("recovery", "status").out
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    assert "There are no recovery sheets yet." in desk.run("case", "show", ref).out


def test_status_and_doctor_need_no_passphrase_and_tell_of_backups_and_sheets_after_it_alone(
    desk: Desk, tmp_path: Path
) -> None:
    desk.run("backup", "make", str(tmp_path / "stick"))
    bare = ("--vault", str(desk.place.path))
    locked = desk.run_bare(*bare, "status", "--json")
    for said in (locked, desk.run_bare(*bare, "doctor", "--json"), desk.run("status", "--unlock", "--json")):
        assert said.code == 0
        items = {item["name"]: item for item in said.json()["items"]}
        assert all(item.keys() == {"name", "state", "found", "advice"} for item in items.values())
        assert {item["state"] for item in items.values()} <= {"ok", "warn", "unknown"}
        assert MARKER not in said.out
        assert MEMBER not in said.out
    assert items["last backup"]["state"] == "ok"
    assert [item["name"] for item in locked.json()["items"]] == [
        "vault", "passphrase cost", "last opened", "wrong attempts",
    ]  # fmt: skip
    lines = desk.run_bare(*bare, "status").out
    assert "`casevault status --unlock`" in lines
    lines = desk.run("status", "--unlock").out
    assert "no auditor who does nothing else" in lines
    assert "no recovery sheets" in lines


def test_status_remembers_when_the_vault_was_opened_and_its_log_verified(desk: Desk, tmp_path: Path) -> None:
    status = ("--vault", str(desk.place.path), "status")

    def opened() -> str:
        items = json.loads(desk.run_bare(*status, "--json").out)["items"]
        return next(str(item["state"]) for item in items if item["name"] == "last opened")

    assert opened() == "unknown"
    assert "never on this device" in desk.run("status", "--unlock").out
    assert desk.run("log", "verify").code == 0
    assert opened() == "ok"
    assert "never on this device" not in desk.run("status", "--unlock").out
    said = desk.run_bare("--vault", str(desk.place.path), "lock", "--json")
    assert (said.code, said.json()) == (0, {"schema": 1, "locked": True, "ended": False})
    assert desk.run_bare("lock").code == 10
    assert desk.run_bare("--vault", str(tmp_path / "none.vault"), "status").code == 10
    assert desk.run_bare("doctor").code == 0


# A command that ends in a new file refuses its place first: nothing was opened, written or changed by then.
COMMANDS = (
    "export CASE --profile lawyer --to Lawyer --ask FILE",
    "approval give QUESTION --reason legal-referral --out FILE",
    "approval show QUESTION --files FILE",
    "deadline calendar --out FILE",
    "deadline week --out FILE",
    "device revoke 12345678 --yes --warn-list FILE",
    "document save 12345678 --out FILE",
    "drill seizure --out FILE",
    "erase CASE --reason mistake --yes --out FILE",
    "erase CASE --reason mistake --ask FILE",
    "export-all --to Lawyer --yes --out FILE",
    "factor add keyfile --out FILE",
    "import cases LIST --kind asylum --to-mend FILE",
    "import template FILE",
    "member admit REQUEST --words W --bundle FILE",
    "member agree 12345678 --words W --bundle FILE",
    "pack CASE --page FILE",
    "report counts --by kind --out FILE",
)
INTO = ("export CASE --profile lawyer --to Lawyer --decide proposed --out FILE", "pack CASE --to Lawyer --out FILE")


def test_what_is_there_already_and_a_folder_that_is_not_are_refused_before_a_byte_of_the_vault_changes(
    desk: Desk, tmp_path: Path
) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    taken = tmp_path / "taken.pdf"
    taken.write_text("an earlier one")
    linked = tmp_path / "linked.pdf"
    linked.symlink_to(tmp_path / "nowhere")
    missing, in_a_file = tmp_path / "no folder" / "a.pdf", taken / "a.pdf"
    before = _files(desk)

    places = {taken: "exists already", linked: "exists already"}
    places |= {missing: "there is no folder", in_a_file: "there is no folder"}
    rows = [(line, taken, places[taken]) for line in COMMANDS] + [(COMMANDS[0], *place) for place in places.items()]
    rows += [(line, missing, "there is no folder") for line in (*COMMANDS[1:], *INTO)]

    @each({f"{line} {fault}": (line, place, fault) for line, place, fault in rows})
    def is_refused(line: str, place: Path, fault: str) -> None:
        words = [{"FILE": str(place), "CASE": ref}.get(word, word) for word in line.split()]
        answer = desk.run(*words)
        assert (answer.code in {2, 5}, fault in answer.err, answer.out) == (True, True, ""), answer.err
        assert _files(desk) == before

    is_refused()
    assert taken.read_text() == "an earlier one"


def _files(desk: Desk) -> dict[Path, bytes]:
    folders = (desk.place.path, desk.place.state)
    return {path: path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}


# `casevault log`: who did what, and what a verification says of work that nobody was entitled to.
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


# What a command finds wrong on its way stands on standard error, beside what it shows, and no longer than it is so.
def test_a_missing_record_is_one_line_beside_the_answer(desk: Desk) -> None:
    with learn(desk.place.path).rows(desk.place.path) as rows:
        rows.execute("DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)")
    shutil.rmtree(desk.place.path / "index")
    for command in (("case", "list"), ("search", "note"), ("recipient", "list")) * 2:
        answer = desk.does(*command, "--json")
        assert answer.json()
        assert answer.err.startswith("1 record of ")
        assert answer.err.count(" is missing (") == 1
        assert len(answer.err.splitlines()) == 1


def test_what_a_member_wrote_so_that_nobody_can_read_it_is_another_answer_than_an_alteration(desk: Desk) -> None:
    with desk.place.open() as session:
        for _ in range(8):
            write_junk(session, CompartmentId(cases.list_all(session)[0].case), *EMPTY[1], "note")
    whole = desk.run("log", "verify")
    assert whole.code == 3
    assert whole.out.startswith(f"VERIFIED, but 8 records of {MEMBER} cannot be read.\n")
    answer = desk.run("log", "verify", "--json").json()
    assert (answer["answer"], answer["verified"], len(answer["unreadable"])) == ("unreadable", True, 8)
    assert "ok       last verify" in desk.run("status", "--unlock").out
    with learn(desk.place.path).rows(desk.place.path) as rows:
        rows.execute("UPDATE version SET blob = zeroblob(10) WHERE seq = 2")
    altered = desk.run("log", "verify")
    assert altered.code == 6
    assert altered.out.startswith("NOT VERIFIED. First bad place: [version-id] log of")
    assert f"Beside this, 8 records of {MEMBER} cannot be read." in altered.out.replace("\n", " ")


def test_a_recovery_door_that_was_altered_is_told_beside_the_next_answer(desk: Desk) -> None:
    keys = desk.place.path / "keys"
    keys.write_bytes(keys.read_bytes()[:71_260] + bytes(1200) + keys.read_bytes()[72_460:])
    answer = desk.does("case", "list")
    assert "The keys file was altered since this device saw it last: the recovery sheets" in answer.err


@pytest.mark.parametrize("part", ["blobs", "index"])
def test_a_folder_of_the_vault_that_is_a_link_is_refused_and_nothing_is_written_there(
    desk: Desk, tmp_path: Path, part: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (desk.place.path / part).rename(elsewhere)
    before = {path: path.read_bytes() for path in elsewhere.iterdir() if path.is_file()}
    (desk.place.path / part).symlink_to(elsewhere)
    answer = desk.run("case", "new", "--kind", "asylum", "--title", "Somebody")
    assert answer.code == 5
    assert f"{part} is a link to another folder" in answer.err.replace("\n", " ")
    assert {path: path.read_bytes() for path in elsewhere.iterdir() if path.is_file()} == before


def test_what_is_over_is_not_told_beside_a_clean_verification(desk: Desk) -> None:
    """Damage that was found once is remembered until a verification finds none; that one says VERIFIED alone."""
    outsider = learn(desk.place.path)
    with outsider.rows(desk.place.path) as rows:
        (whole,) = rows.execute("SELECT blob FROM version WHERE seq = 2").fetchone()
        rows.execute("UPDATE version SET blob = ? WHERE seq = 2", (outsider_flipped(whole),))
    assert "NOT VERIFIED" in desk.run("log", "verify").out
    with outsider.rows(desk.place.path) as rows:
        rows.execute("UPDATE version SET blob = ? WHERE seq = 2", (whole,))
    assert "The log does not verify" in desk.run("case", "list").err
    clean = desk.run("log", "verify")
    assert clean.out.startswith("VERIFIED\n")
    assert "does not verify" not in clean.err
    assert desk.run("case", "list").err == ""
