"""Eight people, each on a computer of their own, who meet by sealed files alone: days on which something goes wrong.

Everything is done at the real command line. Mira founded the office, Karim is its other admin, Selin and Tomas
supervise, Amina and Joel have cases, Dana takes calls, Noor audits.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Answer, Desk
from tests.services.founded import Place
from tests.services.organisation import (
    AMINA,
    DANA,
    FLOOR_MIB,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Organisation,
    full_name,
)
from tests.walks.test_back_from_backup import grids_in
from vault.services.cases import cases

VOLUNTEERS = {SELIN: "Petra Ombasa", TOMAS: "Ravi Quendale"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at their own computer."""

    desk: Desk
    name: str

    def run(self, *arguments: str, stdin: str = "") -> Answer:
        given = ("--vault", str(self.desk.place.path), "--member", self.name)
        return self.desk.run_bare(*given, "--passphrase-file", str(self.desk.passphrase_file), *arguments, stdin=stdin)

    def does(self, *arguments: str, stdin: str = "", code: int = 0) -> dict[str, Any]:
        answer = self.run(*arguments, "--json", stdin=stdin)
        assert answer.code == code, (arguments, answer)
        return answer.json()

    def texts(self, case: str) -> list[str]:
        return [note["text"] for note in self.does("note", "list", case)["notes"]]

    def members(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.does("member", "list", "--all")["members"]}

    def holds(self) -> None:
        assert self.does("log", "verify")["verified"]


@dataclass(frozen=True, slots=True)
class Office:
    """The people, and the stick on which files go from one to another."""

    stick: Path
    people: dict[str, Person]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def post(self, sender: str, to: str) -> Path:
        """Write a bundle, and let it lie."""
        name = self.stick / f"{len(list(self.stick.iterdir()))}.bundle"
        self[sender].does("bundle", "make", "--to", self[to].name, "--out", str(name))
        return name

    def takes(self, name: str, *files: Path) -> None:
        for file in files:
            assert self[name].run("bundle", "import", str(file)).code in {0, 3}, (name, file)

    def send(self, sender: str, *to: str) -> None:
        for name in to:
            self.takes(name, self.post(sender, name))

    def meet(self, one: str, others: Iterable[str]) -> None:
        """Exchange in both directions."""
        for other in others:
            self.send(one, other)
            self.send(other, one)

    def newcomer(self, name: str) -> Person:
        """Somebody with a computer, and no vault on it yet."""
        folder = self.stick.parent / f"at {name}"
        (folder / "state").mkdir(parents=True)
        self.people[name] = Person(Desk.of(Place(folder / "office.vault", folder / "state"), folder), name)
        return self[name]

    def asks(self, name: str, *more: str) -> tuple[Path, str]:
        """Ask to join with the words of the vault; return the request and the words that are read out."""
        words = " ".join(self[MIRA].does("recovery", "status")["vault_words"])
        request = self.stick / f"{name}.request"
        asked = ("member", "join", "--out", str(request), "--words", words, "--kdf-memory-mib", str(FLOOR_MIB))
        return request, " ".join(self[name].does(*asked, *more)["words"])

    def joins(self, name: str, by: str, *like: str) -> None:
        """Let one member admit somebody alone, and the newcomer finish."""
        self.newcomer(name)
        request, words = self.asks(name)
        bundle = self.stick / f"{name}.bundle"
        admit = ("member", "admit", str(request), "--words", words, "--name", name, "--bundle", str(bundle))
        assert self[by].does(*admit, *like)["done"]
        self[name].does("member", "finish", str(bundle))


@pytest.fixture
def office(organisation: Organisation, tmp_path: Path) -> Office:
    people = {}
    for name, account in organisation.accounts.items():
        folder = tmp_path / f"at {name}"
        folder.mkdir()
        people[name] = Person(Desk.of(account.place, folder), account.name)
    (tmp_path / "stick").mkdir()
    return Office(tmp_path / "stick", people)


def a_case(office: Office, owner: str, *to: str) -> str:
    """Make a case with one note, and give it to others."""
    ref = str(office[owner].does("case", "new", "--kind", "asylum", "--title", "Hearing")["ref"])
    office[owner].does("note", "add", ref, stdin="Written first.")
    for name in to:
        office[owner].does("grant", "add", ref, "--to", full_name(name))
    office.send(owner, *to)
    return ref


@pytest.mark.long
def test_two_supervisors_admit_on_one_day_and_the_slips_of_both_volunteers_are_seen_at_once(office: Office) -> None:
    for supervisor, volunteer in VOLUNTEERS.items():
        office.joins(volunteer, supervisor, "--like", "intake", "--days", "30")
        office[volunteer].does("intake", "add", "--text", f"A call to {volunteer}.")
        office.send(volunteer, supervisor)
    office.send(SELIN, TOMAS, MIRA)
    office.send(TOMAS, SELIN, MIRA)
    for name in (SELIN, TOMAS, MIRA):
        told = {slip["text"] for slip in office[name].does("intake", "list")["slips"]}
        assert told == {f"A call to {volunteer}." for volunteer in VOLUNTEERS.values()}, name
        assert {office[name].members()[volunteer]["admitted_by"] for volunteer in VOLUNTEERS.values()} == {
            full_name(SELIN),
            full_name(TOMAS),
        }
        office[name].holds()
    # One volunteer hears of the other with the next bundle.
    office.send(SELIN, VOLUNTEERS[SELIN])
    assert VOLUNTEERS[TOMAS] in office[VOLUNTEERS[SELIN]].members()


@pytest.mark.long
def test_an_admission_that_needs_a_second_person_waits_for_one_and_counts_once_both_said_it(office: Office) -> None:
    name, bundle = "Vera Lantos", office.stick / "vera.bundle"
    office.newcomer(name)
    request, words = office.asks(name)
    admit = ("member", "admit", str(request), "--words", words, "--name", name, "--like", "supervisor")
    assert office[KARIM].does(*admit, code=3)["done"] is False
    own = office[KARIM].does("member", "proposals")["proposals"]
    assert [(one["name"], one["roles"], one["by"]) for one in own] == [(name, ["supervisor"], [full_name(KARIM)])]
    assert "you proposed this admission" in office[KARIM].run("member", "agree", own[0]["device"], "--words", words).err
    office.send(KARIM, SELIN)
    assert name not in {who for who, one in office[SELIN].members().items() if one["stand"] == "in"}
    (found,) = office[SELIN].does("member", "proposals")["proposals"]
    wrong = office[SELIN].run("member", "agree", found["device"][:8], "--words", " ".join(reversed(words.split())))
    assert wrong.code == 6
    agree = ("member", "agree", found["device"][:8], "--words", words, "--bundle", str(bundle))
    assert office[SELIN].does(*agree)["done"]
    assert office[name].does("member", "finish", str(bundle))["roles"] == ["supervisor"]
    office.send(name, SELIN)
    office.send(SELIN, KARIM)
    assert office[KARIM].members()[name]["admitted_by"] == f"{full_name(KARIM)} and {full_name(SELIN)}"
    assert office[KARIM].does("member", "proposals")["proposals"] == []
    office[name].holds()


@pytest.mark.long
def test_who_forgot_a_passphrase_comes_back_with_sheets_and_exchanges_with_everybody(office: Office) -> None:
    ref = a_case(office, AMINA, JOEL)
    paper = office.stick / "sheets.txt"
    office[MIRA].does("recovery", "sheets", "--out", str(paper))
    two = json.dumps({"sheets": grids_in(paper.read_text())[:2]})
    office[AMINA].desk.passphrase_file.write_bytes(b"forgotten altogether")
    assert office[AMINA].run("case", "list").code == 12
    office[AMINA].desk.passphrase_file.write_bytes(b"nine paper sparrows")
    back = office[AMINA].does("recovery", "restore", "--from", "-", stdin=two)
    assert len(back["ended"]) == 1
    assert office[AMINA].texts(ref) == ["Written first."]
    office[AMINA].does("note", "add", ref, stdin="Written after.")
    others = [name for name in office.people if name != AMINA]
    office.meet(AMINA, others)
    assert office[JOEL].texts(ref) == ["Written first.", "Written after."]
    office[JOEL].does("note", "add", ref, stdin="Joel answers.")
    office.send(JOEL, AMINA)
    assert office[AMINA].texts(ref) == ["Written first.", "Written after.", "Joel answers."]
    assert office[TOMAS].does("recovery", "status")["used"] != []
    for name in office.people:
        office[name].holds()


@pytest.mark.long
def test_a_stolen_laptop_is_ended_by_one_admin_and_what_it_writes_then_counts_nowhere(office: Office) -> None:
    ref = a_case(office, AMINA, JOEL)
    office.meet(KARIM, [JOEL])
    (device,) = office[KARIM].members()[full_name(JOEL)]["devices"]
    assert office[KARIM].does("device", "revoke", device[:8], "--yes")["done"]
    office.send(KARIM, AMINA)
    office[JOEL].does("note", "add", ref, stdin="The thief was here.")
    thief = office.post(JOEL, AMINA)
    office[AMINA].run("bundle", "import", str(thief))
    assert office[AMINA].texts(ref) == ["Written first."]
    office[AMINA].does("note", "add", ref, stdin="For us alone.")
    grants = {one["name"] for one in office[AMINA].does("grant", "list", ref)["members"]}
    assert grants == {full_name(AMINA)}
    stand = office[AMINA].members()[full_name(JOEL)]
    assert (stand["stand"], stand["devices"]) == ("suspended", [])
    office[AMINA].holds()


@pytest.mark.long
def test_what_a_leaver_rightly_wrote_before_is_read_also_from_a_bundle_in_the_post(office: Office) -> None:
    ref = a_case(office, AMINA, JOEL)
    office[JOEL].does("note", "add", ref, stdin="On my last day.")
    in_the_post = office.post(JOEL, AMINA)
    office.send(JOEL, KARIM)  # whose copy of the log says how far it counts
    office[KARIM].does("member", "leave", full_name(JOEL), "--yes")
    office.send(KARIM, *(name for name in office.people if name not in {KARIM, JOEL}))
    office[JOEL].does("note", "add", ref, stdin="From home, a week later.")
    too_late = office.post(JOEL, AMINA)
    office.takes(AMINA, in_the_post)
    assert office[AMINA].texts(ref) == ["Written first.", "On my last day."]
    office[AMINA].run("bundle", "import", str(too_late))
    assert office[AMINA].texts(ref) == ["Written first.", "On my last day."]
    shown = office[AMINA].run("case", "take-over", ref)  # nobody said yes
    assert f"{full_name(JOEL)}" in shown.out + shown.err
    assert "From home, a week later." in shown.out + shown.err
    assert len(office[AMINA].does("case", "take-over", ref, "--yes")["taken_over"]) == 1
    assert office[AMINA].texts(ref) == ["Written first.", "On my last day.", "From home, a week later."]
    left = office[NOOR].members()[full_name(JOEL)]
    assert (left["stand"], left["taken_by"], left["roles"]) == ("left", full_name(KARIM), [])
    for name in (AMINA, NOOR):
        office[name].holds()


@pytest.mark.long
def test_an_old_backup_beside_the_newer_log_takes_in_what_came_after_it(office: Office) -> None:
    ref, backup = a_case(office, AMINA, JOEL), office.stick / "backup of Amina"
    office[AMINA].does("backup", "make", str(backup))
    office[AMINA].does("note", "add", ref, stdin="After the backup.")
    office.send(AMINA, JOEL, DANA)
    office[KARIM].does("member", "suspend", full_name(DANA), "--yes")
    office.send(KARIM, AMINA, JOEL)
    shutil.rmtree(office[AMINA].desk.place.path)
    restored = office[AMINA].does("backup", "restore", str(backup), "--old-vault-is-gone", "--yes")
    assert any(full_name(DANA) in line for line in restored["valid_again"])
    assert office[AMINA].texts(ref) == ["Written first."]
    office.meet(AMINA, [JOEL])  # hers says how much she lacks, his brings it
    assert office[AMINA].texts(ref) == ["Written first.", "After the backup."]
    assert office[AMINA].members()[full_name(DANA)]["stand"] == "suspended"
    office[AMINA].does("note", "add", ref, stdin="Back at work.")
    office.send(AMINA, JOEL, KARIM)
    assert office[JOEL].texts(ref) == ["Written first.", "After the backup.", "Back at work."]
    for name in (AMINA, JOEL, KARIM):
        office[name].holds()


@pytest.mark.long
def test_where_the_admins_are_dead_a_supervisor_makes_one_with_two_sheets(office: Office) -> None:
    ref = a_case(office, AMINA, JOEL)
    paper = office.stick / "sheets.txt"
    office[MIRA].does("recovery", "sheets", "--out", str(paper))
    two = grids_in(paper.read_text())[:2]
    office.send(MIRA, SELIN)
    name, bundle = "Vera Lantos", office.stick / "vera.bundle"
    office.newcomer(name)
    request, words = office.asks(name)
    admit = ("member", "admit", str(request), "--words", words, "--like", "admin,caseworker", "--sheets")
    piped = json.dumps({"name": name, "sheets": two})
    assert office[SELIN].does(*admit, "--bundle", str(bundle), "--from", "-", stdin=piped)["done"]
    assert office[name].does("member", "finish", str(bundle))["roles"] == ["admin", "caseworker"]
    office.send(SELIN, name)
    # She does at once what an admin does: somebody leaves, and the office hears of it.
    office[name].does("member", "leave", full_name(DANA), "--yes")
    office.send(name, AMINA, JOEL)
    assert office[AMINA].members()[full_name(DANA)]["stand"] == "left"
    office[AMINA].does("grant", "add", ref, "--to", name)
    office.send(AMINA, name)
    assert office[name].texts(ref) == ["Written first."]
    for each in (name, SELIN, AMINA):
        office[each].holds()


@pytest.mark.long
def test_forty_cases_of_a_leaver_are_handed_over_in_one_act(office: Office, organisation: Organisation) -> None:
    office[KARIM].does("member", "deputy", full_name(AMINA), "--is", full_name(JOEL))
    office.send(KARIM, AMINA, JOEL)
    with organisation.open(AMINA) as amina:
        for number in range(40):
            cases.create(amina, title=f"Case {number}", kind="asylum")
    office.send(AMINA, JOEL, KARIM)
    office[KARIM].does("handover", "order", full_name(AMINA), "--to", full_name(TOMAS), "--reason", "moves away")
    office[KARIM].does("member", "leave", full_name(AMINA), "--yes")
    office.send(KARIM, JOEL, TOMAS)  # the deputy's device does it, as soon as it hears that she has left
    office.send(JOEL, TOMAS)
    rows = office[TOMAS].does("case", "list")["cases"]
    assert len(rows) == 40
    office[TOMAS].does("note", "add", rows[0]["ref"], stdin="Tomas goes on.")
    assert office[TOMAS].texts(rows[0]["ref"]) == ["Tomas goes on."]
    office[TOMAS].holds()
