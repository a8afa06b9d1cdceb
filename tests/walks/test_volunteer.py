"""A volunteer starts tomorrow: six actions through the real command, from a request to a first look at the intake.

Then the day on which their laptop is gone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk, said
from tests.services import colleague
from tests.services.colleague import admit
from tests.services.consenting import agree
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Place, found
from tests.services.organisation import FLOOR_MIB
from tests.walks.second_person import Typed, run_beside
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases

VOLUNTEER = "Dana Okwiri"


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    folder = tmp_path / "office"
    folder.mkdir()
    return Desk.of(found(folder), folder)


@pytest.fixture
def laptop(tmp_path: Path) -> Desk:
    """A new device: an account with a passphrase in mind, and no vault yet."""
    folder = tmp_path / "laptop"
    (folder / "state").mkdir(parents=True)
    return Desk.of(Place(folder / "new.vault", folder / "state"), folder)


def on(desk: Desk, member: str) -> tuple[str, ...]:
    return ("--vault", str(desk.place.path), "--member", member, "--passphrase-file", str(desk.passphrase_file))


def join(office: Desk, laptop: Desk, request: Path) -> Answer:
    """Ask on a new device, with the words that the office reads out."""
    words = " ".join(said(office, "recovery", "status")["vault_words"])
    asked = ("member", "join", "--out", str(request), "--words", words, "--kdf-memory-mib", str(FLOOR_MIB), "--json")
    return laptop.run_bare(*on(laptop, VOLUNTEER), *asked)


def admit_by(office: Desk, request: Path, words: str, *more: str, like: str = "intake") -> Answer:
    """Admit who asks in the office."""
    name = ("--name", VOLUNTEER, "--like", like)
    return office.run("member", "admit", str(request), "--words", words, *name, *more, "--json")


def test_a_volunteer_starts_tomorrow(office: Desk, laptop: Desk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    request, bundle = stick / "request", stick / "bundle"

    # 1. On the laptop: ask, with the words of the vault.
    joined = join(office, laptop, request)
    assert joined.code == 0, joined.err
    words = joined.json()["words"]
    assert len(words) == 13
    waiting = laptop.run_bare(*on(laptop, VOLUNTEER), "member", "list", "--json")
    assert waiting.code == 3
    assert "waiting for admission" in waiting.json()["error"]["message"]
    # 2. In the office: look who asks, compare the words that the volunteer reads out.
    named = ("--name", VOLUNTEER, "--like", "intake")
    looked = office.run("member", "admit", str(request), *named, "--json")
    assert looked.code == 3
    assert " ".join(words) in looked.json()["error"]["advice"]
    assert admit_by(office, request, " ".join(reversed(words))).code == 6
    # 3. Admit for thirty days, and write what the laptop needs: where it cannot lie there, nobody is in yet.
    bundle.write_text("an earlier one")
    for taken, fault in ((bundle, "exists already"), (stick / "no folder" / "bundle", "there is no folder")):
        refused = admit_by(office, request, " ".join(words), "--bundle", str(taken))
        assert (refused.code, fault in refused.err) == (5, True)
    no_device = admit_by(office, request, " ".join(words), "--with-cases")
    assert (no_device.code, "only a further device of yours gets all your cases" in no_device.err) == (5, True)
    assert VOLUNTEER not in office.run("member", "list").out
    bundle.unlink()
    admitted = admit_by(office, request, " ".join(words), "--days", "30", "--bundle", str(bundle))
    assert admitted.code == 0, admitted.err
    assert admitted.json()["done"]
    # 4. On the laptop: take it.
    finished = laptop.run_bare(*on(laptop, VOLUNTEER), "member", "finish", str(bundle), "--json")
    assert finished.code == 0, finished.err
    assert finished.json()["roles"] == ["intake"]
    # 5. Work.
    listed = laptop.run_bare(*on(laptop, VOLUNTEER), "member", "list", "--json").json()["members"]
    volunteer = next(one for one in listed if one["name"] == VOLUNTEER)
    assert volunteer["roles"] == ["intake"]
    assert volunteer["until"] is not None
    assert laptop.run_bare(*on(laptop, VOLUNTEER), "case", "list", "--json").json()["cases"] == []
    refused = laptop.run_bare(*on(laptop, VOLUNTEER), "member", "suspend", MEMBER, "--json")
    assert refused.code == 5
    for answer in (joined, looked, admitted, finished):
        assert PASSPHRASE.decode() not in answer.out + answer.err
    # Neither file on the stick says who joins.
    for file in (request, bundle):
        assert b"Okwiri" not in file.read_bytes()


def test_the_same_request_admits_nobody_twice(office: Desk, laptop: Desk, tmp_path: Path) -> None:
    request = tmp_path / "request"
    words = " ".join(join(office, laptop, request).json()["words"])
    assert admit_by(office, request, words).code == 0
    again = admit_by(office, request, words)
    assert again.code == 5
    assert "was admitted before" in again.json()["error"]["message"]


def test_a_stolen_laptop_ends_and_the_list_of_whom_to_warn_is_there_at_once(
    office: Desk, laptop: Desk, tmp_path: Path
) -> None:
    request, bundle = tmp_path / "request", tmp_path / "bundle"
    with office.place.open() as mira:
        case = cases.create(mira, title="On the laptop", kind="asylum")
        case_people.add(mira, case.case, role="client", names=[f"Ilham {MARKER}"], phones=["+49 30 5550 1234"])
    joined = join(office, laptop, request).json()
    admitted = admit_by(office, request, " ".join(joined["words"]), "--bundle", str(bundle), like="caseworker")
    assert admitted.code == 0, admitted.err
    finished = laptop.run_bare(*on(laptop, VOLUNTEER), "member", "finish", str(bundle), "--json")
    assert finished.code == 0, finished.err
    assert office.run("grant", "add", case.ref, "--to", VOLUNTEER).code == 0
    assert office.run("device", "name", joined["device"], "grey laptop").code == 0

    warn = tmp_path / "warn"
    asked = office.run("device", "revoke", "grey laptop", "--warn-list", str(warn), "--json")
    assert (asked.code, asked.json()["error"]["message"]) == (3, "nothing is changed: nobody confirmed it")
    assert f"What 1 device of {VOLUNTEER} wrote and you have not imported will not count" in asked.err
    assert not warn.exists()
    lost = office.run("device", "revoke", "grey laptop", "--warn-list", str(warn), "--yes", "--json")
    assert lost.code == 0, lost.err
    data = lost.json()
    assert (data["done"], data["clients"], data["unread"]) == (True, 1, 0)
    assert f"Ilham {MARKER}" in warn.read_text()
    assert "+49 30 5550 1234" in warn.read_text()
    assert warn.stat().st_mode & 0o077 == 0
    assert MARKER not in lost.out
    assert data["warn_list"] == str(warn)
    devices = office.run("device", "list", "--json").json()["devices"]
    assert [one["this"] for one in devices] == [True]
    assert office.run("device", "revoke", devices[0]["device"][:8], "--yes", "--json").code == 5


# The director tries to approve her own export: refused; a second person approves with a reason; both are visible.
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
    with desk.place.open() as session:
        agree(session, cases.find(session, case), "Maître Lorvane")
    (tmp_path / "out").mkdir()
    return (
        *("export", case, "--profile", "lawyer", "--to", "Maître Lorvane"),
        *("--out", str(tmp_path / "out"), "--decide", "proposed", "--unread", "--surname", "Lorvane"),
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
    assert "admin" in release["roles"]
    assert (release["approved"]["role"], release["approved"]["why"]) == ("supervisor", "legal-referral")
    assert desk.run("log", "verify", "--json").code == 0


def test_no_second_person_is_asked_where_nobody_may_be(desk: Desk, export: tuple[str, ...]) -> None:
    answer = desk.run(*export, "--second", colleague.NAME, "--no-input", "--json")
    assert answer.code == 2
    assert "--ask FILE" in answer.json()["error"]["advice"]
