"""`casevault backup`, `status`, `doctor` and `lock` as commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.desk import Desk
from tests.seal.places import flipped
from tests.services.founded import MARKER, MEMBER


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
    said = desk.run(*again, environment={"XDG_STATE_HOME": str(tmp_path / "new-account")})
    assert said.code == 0, said.err
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
