"""The director tries to approve her own export: refused; a second person approves with a reason; both are visible."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services import colleague
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE
from tests.walks.second_person import Typed, run_beside
from vault.seal.age import make_identity, recipient_of

REASON = Typed("your reason to approve", "legal-referral")
SIGNED = Typed("Passphrase of", colleague.PASSPHRASE.decode())


@pytest.fixture
def export(desk: Desk, tmp_path: Path) -> tuple[str, ...]:
    """Words of an export that needs a second person; the lawyer's key lies in `lawyer.key`."""
    identity = make_identity()
    (tmp_path / "lawyer.key").write_text(identity)
    with desk.place.open() as session:
        oren = admit(session)
    with oren.open(desk.place):
        pass
    added = desk.run("recipient", "add", "Maître Lorvane", "--age", recipient_of(identity), "--json")
    assert added.code == 0, added.err
    case = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    (tmp_path / "out").mkdir()
    return (
        *("export", case, "--profile", "lawyer", "--to", "Maître Lorvane"),
        *("--out", str(tmp_path / "out"), "--decide", "proposed", "--unread"),
    )


@pytest.mark.long
def test_the_director_and_her_own_export(desk: Desk, export: tuple[str, ...], tmp_path: Path) -> None:
    waiting = desk.run(*export, "--json")
    assert waiting.code == 3
    assert "--second NAME" in waiting.json()["error"]["advice"]
    assert "Oren Sabaluk" in waiting.json()["error"]["advice"]

    herself = desk.run(*export, "--second", MEMBER, "--json")
    assert herself.code == 5
    assert "nobody can approve their own question" in herself.json()["error"]["message"]

    her_passphrase = Typed("Passphrase of", PASSPHRASE.decode())
    as_another = run_beside(desk, (*export, "--second", colleague.NAME), [REASON, her_passphrase])
    assert as_another.code == 12
    assert list((tmp_path / "out").iterdir()) == []

    refusing = run_beside(desk, (*export, "--second", colleague.NAME), [Typed("your reason", "")])
    assert refusing.code == 5
    assert list((tmp_path / "out").iterdir()) == []

    done = run_beside(desk, (*export, "--second", colleague.NAME), [REASON, SIGNED])
    assert done.code == 0, done.err
    assert "  names: " in done.err, "the second person reads what leaves"
    assert "this report leaves for Maître Lorvane" in done.err
    assert colleague.PASSPHRASE.decode() not in done.err + done.out
    assert "Two persons released it" in done.out

    (package,) = (tmp_path / "out").iterdir()
    seen = desk.run_bare("package", "verify", str(package), "--identity", str(tmp_path / "lawyer.key"), "--json")
    release = seen.json()["release"]
    assert release["rule"] == "two-person"
    assert "admin" in release["requested"]["roles"]
    assert (release["approved"]["role"], release["approved"]["why"]) == ("supervisor", "legal-referral")
    assert desk.run("log", "verify", "--json").code == 0


def test_no_second_person_is_asked_where_nobody_may_be(desk: Desk, export: tuple[str, ...]) -> None:
    answer = desk.run(*export, "--second", colleague.NAME, "--no-input", "--json")
    assert answer.code == 2
    assert "--ask FILE" in answer.json()["error"]["advice"]
