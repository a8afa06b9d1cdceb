"""What a command loads, and when: where a person types, most of it behind the prompt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.services.founded import MEMBER, PASSPHRASE

# Stands in for the terminal, and tells which modules are there before the prompt, behind it and at the end.
_RUN = """
import json, sys
from vault import platform
from vault.__main__ import main
loaded = []
def typed(prompt, *, meanwhile):
    loaded.append(list(sys.modules))
    meanwhile()
    loaded.append(list(sys.modules))
    return bytearray(PASSPHRASE)
platform.read_tty_passphrase = typed
code = main()
loaded.append(list(sys.modules))
json.dump(loaded, sys.stderr)
sys.exit(code)
"""
_LARGE = {"sqlcipher3.dbapi2", "vault.access.unlock", "vault.access.session", "vault.services.housekeeping"}
_STARTED = [("-m", "vault"), ("-c", "from vault.__main__ import main; raise SystemExit(main())")]


@pytest.mark.parametrize("way", _STARTED, ids=["as a module", "by the installed command"])
def test_what_the_environment_says_of_python_is_left_out(way: tuple[str, str], desk: Desk, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for name in ("json", "msgspec", "argon2", "cryptography", "shlex", "textwrap"):
        (hostile / f"{name}.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'a').write('{name} ')\n")
    for left_over in ({"PYTHONPATH": str(hostile)}, {"PYTHONINSPECT": "1"}):
        done = subprocess.run(
            [sys.executable, *way, "--vault", str(desk.place.path), "--json", "--no-input", "status"],
            cwd=REPOSITORY, env={**desk.environment, **left_over}, input="print('asked for more')\n",
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert json.loads(done.stdout)["schema"] == 1
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize("words", [("case", "list"), ("log", "verify")], ids=" ".join)
def test_a_command_loads_what_opens_a_vault_behind_its_prompt_and_sqlalchemy_never(
    desk: Desk, words: tuple[str, ...]
) -> None:
    options = ("--vault", str(desk.place.path), "--member", MEMBER)
    done = subprocess.run(
        [sys.executable, "-c", f"PASSPHRASE = {PASSPHRASE!r}\n{_RUN}", *words, *options],
        cwd=REPOSITORY, env=desk.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    before, behind, at_the_end = map(set, json.loads(done.stderr))
    assert before & _LARGE == set()
    assert behind >= _LARGE
    assert "sqlalchemy" not in at_the_end
