"""A command that ends in a new file refuses its place first: nothing was opened, written or changed by then."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk
from tests.tables import each

COMMANDS = (
    "export CASE --profile lawyer --to Lawyer --ask FILE",
    "approval give QUESTION --reason legal-referral --out FILE",
    "approval show QUESTION --files FILE",
    "deadline calendar --out FILE",
    "deadline week --out FILE",
    "device add --out FILE",
    "device move --invitation FILE",
    "device revoke 12345678 --yes --warn-list FILE",
    "document save 12345678 --out FILE",
    "drill seizure --out FILE",
    "erase CASE --reason mistake --yes --out FILE",
    "erase CASE --reason mistake --ask FILE",
    "export-all --to Lawyer --yes --out FILE",
    "factor add keyfile --out FILE",
    "import --template FILE",
    "member admit REQUEST --words W --bundle FILE",
    "member admit REQUEST --words W --out FILE",
    "member invite --like caseworker --out FILE",
    "member leave Somebody --yes --out FILE",
    "member roles Somebody auditor --yes --out FILE",
    "member sign PROPOSAL --out FILE",
    "member suspend Somebody --yes --out FILE",
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
