"""`casevault` alone where there is nothing to open: it says what to do, whoever stands there."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.typist import Typist


@pytest.mark.parametrize("named", [True, False])
def test_where_no_vault_is_each_way_to_one_is_told(desk: Desk, tmp_path: Path, named: bool) -> None:
    typist = Typist(desk, *(("--vault", str(tmp_path / "none.vault")) if named else ()))
    typist.wait_for("there is no vault at .*none.vault" if named else "no vault was named.*--vault V")
    for way in ("casevault init", "member join INVITATION", "backup restore", "recovery restore", "casevault demo"):
        typist.wait_for(way)
    assert typist.end() == 10


def test_a_terminal_of_lines_alone_is_told_before_the_app_takes_it(desk: Desk) -> None:
    desk.environment["TERM"] = "dumb"
    typist = Typist(desk, "--vault", str(desk.place.path))
    typist.wait_for("this terminal shows only lines .TERM=dumb.")
    typist.wait_for("casevault --help")
    assert typist.end() == 2
    assert "\x1b[" not in typist.seen


@pytest.mark.slow
@pytest.mark.long
def test_what_the_demo_did_can_be_read_before_the_app_and_the_way_back_behind_it(desk: Desk, tmp_path: Path) -> None:
    typist = Typist(desk, "demo", str(tmp_path / "my demo"))
    typist.wait_for(r"10 The vault is .*, passphrase demo\.")
    typist.wait_for("Enter opens the app, which then asks for the passphrase. It is `demo`. ")
    assert "\x1b[?1049h" not in typist.seen
    typist.type("")
    typist.wait_for("assphrase")
    typist.type_bytes(b"\x1c")  # leave at once
    (again,) = typist.wait_for(r"To open it again \(passphrase demo\): `(.*?)`").groups()
    assert typist.end() == 0
    words = shlex.split(re.sub(r"\s+", " ", again))
    assert words[:4] == [sys.executable, "-m", "vault", "--vault"]
    assert words[5:] == ["--member", "Amina"]
    assert words[4].startswith(str(tmp_path / "my demo"))


def test_a_place_that_is_taken_is_refused_before_anything_is_asked_and_leaves_no_half_a_vault(
    desk: Desk, tmp_path: Path
) -> None:
    for words in (("init",), ("member", "join", "invitation", "--out", "request")):
        typist = Typist(desk, "--vault", str(desk.place.path), *words)
        typist.wait_for("there is something at .* already")
        assert typist.end() == 5
        assert typist.seen.startswith("casevault: there is something at ")
    request, new = tmp_path / "request", tmp_path / "new.vault"
    request.write_text("an earlier one")
    answer = desk.run_bare("--vault", str(new), "member", "join", "invitation", "--out", str(request))
    assert answer.code == 5
    assert f"{request} exists already. Name a new file." in answer.err
    assert not new.exists()
    assert request.read_text() == "an earlier one"
