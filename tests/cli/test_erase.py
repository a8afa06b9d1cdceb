"""`casevault erase`, `case hold` and `case release`: what goes is shown first, and nobody erases by mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli.desk import Answer, Desk
from tests.cli.typist import Typist
from tests.services.organisation import JOEL, MIRA, Organisation, organisation, organisation_template
from tests.services.test_devices import prove
from tests.tables import each
from vault.access.seat_keys.root_secret import forget_secret
from vault.access.seat_keys.slots import salt_of_vault
from vault.casework.case import Case
from vault.seal.recovery import Sheet, make_sheets
from vault.services.cases import cases, editing
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets


def ref_of(desk: Desk) -> str:
    return str(desk.run("case", "list", "--json").json()["cases"][0]["ref"])


def test_what_goes_is_shown_and_nothing_goes_without_a_yes(desk: Desk) -> None:
    ref = ref_of(desk)
    person = desk.run("person", "add", ref, "--role", "client", "--name", "Vexilda Morrowquay", "--json").json()[
        "person"
    ]
    asked = desk.run("erase", person, "--reason", "subject-request")
    assert "This is erased for good" in asked.err
    assert "1 x person" in asked.err
    assert "nobody confirmed it" in asked.err
    assert asked.code != 0
    answer = desk.does("erase", person, "--reason", "subject-request", "--yes")
    assert "The letter about it:" in answer.out
    assert "Vexilda" not in answer.out
    assert desk.run("search", "Morrowquay", "--json").json()["hits"] == []
    verified = desk.run("log", "verify")
    assert verified.code == 0, verified.out


def test_the_letter_goes_into_a_file_where_the_person_says_and_into_none_else(desk: Desk, tmp_path: Path) -> None:
    ref, out = ref_of(desk), tmp_path / "letter.pdf"
    said = tmp_path / "note.txt"
    said.write_text("Vexilda Morrowquay called", "utf-8")
    first, second = (desk.run("note", "add", ref, "--file", str(said), "--json").json()["note"] for _ in range(2))
    erase = ("--reason", "mistake", "--yes", "--json", "--out", str(out))
    answer = desk.does("erase", first, *erase)
    assert answer.json()["file"] == str(out)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(out).pages).split())
    assert "we erased these records (reason: they were written by mistake): notes: 1" in text
    assert "Vexilda" not in text
    kept = out.read_bytes()
    third = desk.run("note", "add", ref, "--file", str(said), "--json").json()["note"]
    russian = tmp_path / "russian.pdf"
    answer = desk.does("erase", third, *erase[:-1], str(russian), "--language", "ru")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(russian).pages).split())
    assert "мы удалили эти записи (причина: они были записаны по ошибке): заметки: 1" in text
    assert "erased" not in text
    refused = desk.run("erase", second, *erase)
    assert "exists already" in refused.err
    assert desk.run("note", "show", second).code == 0
    assert out.read_bytes() == kept


def test_a_case_on_hold_is_not_erased_until_it_is_released(desk: Desk) -> None:
    ref = ref_of(desk)
    desk.does("case", "hold", ref, "--review", "2090-01-01", "--reason", "a court asks")
    refused = desk.run("erase", ref, "--reason", "retention", "--yes")
    assert "is on legal hold" in refused.err
    assert "casevault case release CASE" in refused.err
    desk.does("case", "release", ref, "--reason", "it is over")
    gone = desk.does("erase", ref, "--reason", "retention", "--yes", "--json")
    assert gone.json()["cases"] == [ref]
    assert ref not in desk.run("case", "list").out


def test_what_colleagues_erased_is_listed_and_can_go_now(desk: Desk) -> None:
    assert desk.run("erasures", "list").out == "Nothing that a colleague erased is on this device.\n"
    assert desk.run("erasures", "now", "--json").json()["removed"] == 0


def test_closed_cases_are_proposed_by_the_rules_and_nothing_goes_by_itself(desk: Desk) -> None:
    ref = ref_of(desk)
    kind = desk.run("case", "list", "--json").json()["cases"][0]["kind"]
    assert desk.run("erasures", "rules").out == "No rule: nothing is proposed.\n"
    assert "months is a number from 1" in desk.run("erasures", "rules", "--kind", kind, "--months", "0").err
    assert desk.run("erasures", "rules", "--kind", kind, "--months", "24", "--json").json()["rules"] == {kind: 24}
    assert desk.run("erasures", "due", "--json").json()["due"] == []
    assert desk.run("case", "close", ref, "--reason", "he is safe").code == 0
    with desk.place.open() as session:
        case = cases.find(session, ref)
        old = partial(replace, closed="2023-05-31")
        editing.edit(session, editing.own_record(session, case), Case, old)
    (due,) = desk.run("erasures", "due", "--json").json()["due"]
    assert (due["ref"], due["since"], due["held"]) == (ref, "2025-05-31", False)
    assert desk.run("case", "list", "--closed").out.count(ref) == 1
    assert desk.run("case", "hold", ref, "--review", "2090-01-01", "--reason", "a court asks").code == 0
    assert "on legal hold: it stays" in desk.run("erasures", "due").out
    assert desk.run("erasures", "rules", "--kind", kind, "--json").json()["rules"] == {}


# Before a role or a device is taken from a member, the command says what is lost by it, and asks.
__all__ = ["organisation", "organisation_template"]  # fixtures

LOST = "What 1 device of Joel Brandvik wrote and you have not imported will not count."


@pytest.fixture
def mira_desk(organisation: Organisation, tmp_path: Path) -> Desk:
    return Desk.of(organisation[MIRA].place, tmp_path)


def commands(organisation: Organisation) -> dict[str, tuple[str, ...]]:
    joel = organisation[JOEL]
    return {
        "suspend": ("member", "suspend", joel.name),
        "leave": ("member", "leave", joel.name),
        "roles": ("member", "roles", joel.name, "legal-reviewer", "--sheets"),
    }


def test_a_script_is_told_what_is_lost_and_has_to_say_yes(organisation: Organisation, mira_desk: Desk) -> None:
    for given in commands(organisation).values():
        refused = mira_desk.run(*given, "--json")
        assert refused.code == 3
        assert LOST in refused.err
        error = refused.json()["error"]
        assert (error["message"], error["advice"]) == (
            "nothing is changed: nobody confirmed it",
            "Repeat it with --yes.",
        )
    done = mira_desk.run(*given, "--yes", "--json")
    assert (done.code, done.json()["done"]) == (0, True)


@pytest.mark.long
def test_a_person_is_asked_and_enter_means_no(organisation: Organisation, mira_desk: Desk) -> None:
    for typed, code in (("\n", 3), ("y\n", 3), ("yes\n", 0)):
        answer = mira_desk.run_at_terminal(*commands(organisation)["roles"], typed=typed)
        assert answer.code == code, answer.err
        assert LOST in answer.err
        assert "Take a role from Joel Brandvik? Type yes to go on: " in answer.err
        if code:
            assert "nothing is changed. Repeat it when you are sure." in answer.err
        listed = mira_desk.run("member", "list", "--json").json()["members"]
        roles = next(member["roles"] for member in listed if member["name"] == organisation[JOEL].name)
        assert roles == (["caseworker"] if code else ["legal-reviewer"])


def test_where_nothing_is_lost_nobody_is_asked(organisation: Organisation, mira_desk: Desk) -> None:
    name = organisation[JOEL].name
    more = mira_desk.run("member", "roles", name, "supervisor", "--sheets", "--json")
    assert (more.code, more.err) == (0, "")


def test_sheets_that_only_they_can_do_it_with_are_piped_and_are_in_no_answer(
    organisation: Organisation, mira_desk: Desk
) -> None:
    with organisation.open(MIRA) as mira:
        sheets = recovery.sheets(mira)[:2]
        secret = recovery.secret_of(mira, TypedSheets([sheet.words for sheet in sheets]))
        recovery.drill(mira, secret)  # it is on no device now
    admin = ("member", "roles", organisation[JOEL].name, "admin", "caseworker")
    assert "sheets" in mira_desk.run(*admin, "--json").json()["error"]["message"]
    assert "the sheets are missing" in mira_desk.run(*admin, "--sheets").err
    piped = json.dumps({"sheets": [" ".join(sheet.words) for sheet in sheets]})
    done = mira_desk.run(*admin, "--from", "-", "--json", stdin=piped)
    assert (done.code, done.json()["done"]) == (0, True)
    assert not [sheet for sheet in sheets if " ".join(sheet.words[-3:]) in done.out + done.err]


def test_a_device_is_never_revoked_without_a_yes(organisation: Organisation, mira_desk: Desk) -> None:
    revoke = ("device", "revoke", organisation[JOEL].seat.hex()[:8], "--json")
    refused = mira_desk.run(*revoke)
    assert (refused.code, refused.json()["error"]["message"]) == (3, "nothing is changed: nobody confirmed it")
    assert "it cannot come back" in refused.err
    assert "What 1 device of" in refused.err


# `casevault destroy` at the command line: refused, asked, done.
def test_without_a_proven_recovery_nothing_is_armed(desk: Desk) -> None:
    for arguments in (("destroy", "access"), ("destroy", "after-wrong-attempts", "20")):
        answer = desk.run(*arguments, "--json")
        assert answer.code == 5
        assert "recovery" in json.loads(answer.out)["error"]["message"]


def test_the_sentence_is_asked_for_and_ends_the_access(desk: Desk) -> None:
    prove(desk.place)
    wrong = desk.run("destroy", "access", "--from", "-", stdin='{"sentence": "yes"}')
    assert wrong.code == 2
    assert desk.run("case", "list").code == 0
    done = desk.run("destroy", "access", "--from", "-", "--json", stdin='{"sentence": "destroy my access here"}')
    assert (done.code, json.loads(done.out)) == (0, {"schema": 1, "destroyed": True})
    assert "Copies of this folder and backups still open" in done.err
    assert desk.run("case", "list").code == 12


def test_the_destruction_of_slots_is_said_aloud_when_armed_and_shown_by_status(desk: Desk) -> None:
    prove(desk.place)
    armed = desk.does("destroy", "after-wrong-attempts", "25")
    assert "EVERY slot of this folder" in armed.out
    assert "the 25th destroys every slot" in desk.run("status", "--unlock").out
    assert desk.run("destroy", "after-wrong-attempts", "off", "--json").out == '{"schema": 1, "after": null}\n'
    assert "they destroy nothing" in desk.run("status", "--unlock").out


def test_a_count_is_twenty_or_more_or_off(desk: Desk) -> None:
    prove(desk.place)
    for count, code in (("5", 5), ("many", 2), ("-3", 2), ("", 2)):
        assert desk.run("destroy", "after-wrong-attempts", count).code == code


# `casevault recovery` as a process: pipes, exit codes, a typing person; no word of a sheet in any answer or error.
OTHERS = make_sheets(bytes(range(32)), bytes(32))


@pytest.fixture
def sheets(desk: Desk) -> tuple[Sheet, ...]:
    with desk.place.open() as session:
        return recovery.sheets(session)


def piped(*texts: str) -> str:
    return json.dumps({"sheets": texts})


def words(sheet: Sheet) -> str:
    return " ".join(sheet.words)


def printed(sheet: Sheet, *, wrong: int = 0) -> str:
    """Give the printed rows of a sheet; the row of the number `wrong` has no check that anybody printed."""
    return "\n".join(
        f"{row.number} {' '.join(row.words)} {'x' if row.number == wrong else row.check}" for row in sheet.rows
    )


def says_no_word(answer: Answer, *told: Sheet) -> bool:
    """Say whether an answer repeats no run of three words of a sheet: single ones are ordinary English."""
    said = f"{answer.out} {answer.err}"
    return not any(" ".join(row.words) in said or row.check in said.split() for sheet in told for row in sheet.rows)


def test_sheets_are_written_and_the_drill_proves_them(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    made = desk.does("recovery", "sheets", "--out", str(folder), "--language", "ru", "--json")
    assert made.json()["files"] == [str(folder / f"recovery-sheet-{n}-of-3.pdf") for n in (1, 2, 3)]
    again = desk.run("recovery", "sheets", "--out", str(folder), "--json")
    assert (again.code, again.json()["error"]["code"]) == (5, "refused")
    text = desk.run("recovery", "sheets", "--out", str(tmp_path / "sheets.txt"))
    assert "Printers and print programs keep copies" in text.out
    pages = (tmp_path / "sheets.txt").read_text().split("CASEVAULT RECOVERY SHEET")[1:]
    grids = [page.split("Check")[1].split("The vault")[0] for page in pages]
    status = desk.run("recovery", "status")
    assert "recovery: recovery sheets not proven yet\nDo not rely on them until a drill" in status.out
    done = desk.does("recovery", "drill", "--from", "-", "--json", stdin=piped(grids[2], grids[0]))
    assert done.json()["erased_here"] is True
    assert done.json()["opened"] == 6
    after = desk.run("recovery", "status")
    assert f"recovery: proven {done.json()['proven']}" in after.out
    assert f"proven {done.json()['proven']}" in desk.run("status", "--unlock").out
    gone = desk.run("recovery", "sheets", "--out", str(tmp_path / "more.txt"), "--json")
    assert gone.code == 5
    assert not (tmp_path / "more.txt").exists()


@each(
    {
        "one custodian alone": (lambda s: piped(words(s[0])), 5, "2 sheets are needed, not 1"),
        "none": (lambda _: piped(), 5, "no sheet was given"),
        "one twice": (lambda s: piped(words(s[0]), words(s[0])), 6, "is the first sheet (number 1) again"),
        "two sets": (
            lambda s: piped(words(s[0]), words(OTHERS[1])),
            6,
            "the second sheet (number 2) belongs to another set than the first sheet (number 1)",
        ),
        "another vault": (
            lambda _: piped(words(OTHERS[0]), words(OTHERS[1])),
            6,
            "these sheets are not of the set that is in effect",
        ),
        "a wrong row": (lambda s: piped(words(s[0]), printed(s[1], wrong=5)), 6, "second sheet has 10 rows"),
        "a word more": (lambda s: piped(words(s[0]) + " acid"), 6, "first sheet has 34 words, not 33"),
        "glued": (lambda s: piped(words(s[0]).replace(" ", "x", 1)), 6, "first sheet has 32 words"),
        "no object": (lambda _: "[1]", 2, "not a JSON object"),
        "no strings": (lambda _: json.dumps({"sheets": [7]}), 2, "strings or lists of strings"),
    }
)
def test_a_drill_that_does_not_prove_is_refused_without_a_word(
    stdin: Callable[[Sequence[Sheet]], str], code: int, text: str, desk: Desk, sheets: Sequence[Sheet]
) -> None:
    answer = desk.run("recovery", "drill", "--from", "-", "--json", stdin=stdin(sheets))
    assert answer.code == code
    assert text in answer.json()["error"]["message"]
    assert says_no_word(answer, *sheets, *OTHERS)
    assert "recovery sheets not proven yet" in desk.run("recovery", "status").out


def test_without_terminal_or_pipe_the_sheets_are_missing(desk: Desk) -> None:
    for verb in ("drill", "restore"):
        answer = desk.run("recovery", verb, "--json")
        assert (answer.code, answer.json()["error"]["message"]) == (2, "the sheets are missing")
    answer = desk.run("recovery", "sheets", "--json")
    assert (answer.code, answer.json()["error"]["message"]) == (2, "the sheets need a file or a terminal")


def test_new_sheets_take_the_place_of_the_old_ones(desk: Desk, sheets: Sequence[Sheet], tmp_path: Path) -> None:
    made = desk.does("recovery", "new", "--of", "3-of-5", "--out", str(tmp_path / "new.txt"), "--json")
    assert (made.json()["needed"], made.json()["sealed_anew"]) == (3, 2)
    pages = (tmp_path / "new.txt").read_text().split("CASEVAULT RECOVERY SHEET")[1:]
    grids = [page.split("Check")[1].split("The vault")[0] for page in pages]
    assert len(grids) == 5
    old = desk.run("recovery", "drill", "--from", "-", stdin=piped(words(sheets[0]), words(sheets[1])))
    assert old.code == 6
    assert desk.run("recovery", "drill", "--from", "-", stdin=piped(grids[4], grids[0], grids[2])).code == 0
    refused = desk.run("recovery", "new", "--out", str(tmp_path / "third.txt"), "--json")
    assert (refused.code, refused.json()["error"]["message"]) == (2, "the sheets are missing")
    taken = desk.run("recovery", "new", "--out", str(tmp_path / "new.txt"), "--json")
    assert (taken.code, "exists already" in taken.json()["error"]["message"]) == (5, True)
    typed = desk.run(
        *("recovery", "new", "--from", "-", "--out", str(tmp_path / "third.txt"), "--json"),
        stdin=piped(grids[1], grids[2], grids[3]),
    )
    assert typed.code == 0, typed.err
    assert desk.run("recovery", "follow", "--json").json() == {"schema": 1, "sealed_anew": 0}
    status = desk.run("recovery", "status", "--json").json()
    assert status["sheets_words"] == typed.json()["sheets_words"] != status["vault_words"]
    assert (status["proven"], status["under_old_sheets"]) == (False, 0)


def test_a_case_without_recovery_says_so(desk: Desk) -> None:
    stdin = json.dumps({"title": "Closed", "reason": "the client asked for it"})
    made = desk.does("case", "new", "--kind", "asylum", "--without-recovery", "--from", "-", "--json", stdin=stdin)
    shown = desk.run("case", "show", made.json()["ref"])
    assert "Recovery cannot open this case: the client asked for it" in shown.out
    assert desk.run("recovery", "status", "--json").json()["without_recovery"] == 1
    forgotten = desk.run("case", "new", "--kind", "asylum", "--title", "T", "--without-recovery", "--json")
    assert (forgotten.code, forgotten.json()["error"]["message"]) == (2, "--reason is missing")
    alone = desk.run("case", "new", "--kind", "asylum", "--title", "T", "--reason", "x", "--json")
    assert alone.code == 2


def test_a_person_types_sheets_row_by_row_by_the_number_on_the_paper_and_a_slip_costs_one_row(
    desk: Desk, sheets: Sequence[Sheet]
) -> None:
    typist = Typist(desk, *desk.given(), "recovery", "drill")
    for ordinal, sheet in (("first", sheets[2]), ("second", sheets[1])):
        for row in sheet.rows:
            # The paper is headed SHEET 3: from the third row on its number is known, and said.
            name = f"{ordinal} sheet" if row.number < 3 else rf"{ordinal} sheet \(number {sheet.number}\)"
            typist.wait_for(f"{name}, row +{row.number}: ")
            if (ordinal, row.number) == ("first", 4):
                typist.type("acid acne acid 000")
                typist.wait_for(f"{name}, row 4: the words do not give the number beside them")
                typist.wait_for(f"{name}, row +4: ")
            typist.type(" ".join([*(word[:4] for word in row.words), row.check]))
    typist.wait_for(r"\x1b\[2J\x1b\[3J\x1b\[H")  # the screen is cleared of what was typed
    typist.wait_for("PROVEN on ")
    assert typist.end() == 0


def test_sheets_are_shown_until_three_words_come_from_paper(desk: Desk) -> None:
    typist = Typist(desk, *desk.given(), "recovery", "sheets")
    slipped = False
    number = 1
    while number <= 3:
        shown = typist.wait_for(rf"RECOVERY SHEET {number} of 3(?s:.*?)press Enter")[0]
        known = dict(re.findall(r"\b(\d+) ([a-z]+)", shown))
        typist.type("")
        typist.wait_for(r"\x1b\[2J\x1b\[3J\x1b\[H")
        for question in range(3):
            place = typist.wait_for(rf"Sheet {number}, word (\d+), from your paper: ")[1]
            if not slipped and question == 1:
                slipped = True
                typist.type("wrong")
                typist.wait_for("That is not the word that was shown")
                break
            typist.type(known[place])
        else:
            number += 1
    typist.wait_for("Give each sheet to a different person")
    assert typist.end() == 0
    assert slipped


def test_printed_sheets_are_compared_with_three_words_of_the_paper_or_later(desk: Desk, tmp_path: Path) -> None:
    paper = tmp_path / "sheets.txt"
    typist = Typist(desk, *desk.given(), "recovery", "sheets", "--out", str(paper))
    typist.wait_for("Print these now")
    pages = paper.read_text().split("RECOVERY SHEET")[1:]
    for number in (1, 1, 1, 2, 2, 2, 3, 3, 3):
        known = dict(re.findall(r"\b(\d+) ([a-z]+)", pages[number - 1]))
        place = typist.wait_for(rf"Sheet {number}, word (\d+), from your paper: ")[1]
        typist.type("wrong")
        typist.wait_for("Look at the paper again")
        typist.wait_for(rf"Sheet {number}, word {place}, from your paper: ")
        typist.type(known[place][:4])
    typist.wait_for(r"\x1b\[3J")
    typist.wait_for("Three words of each sheet were compared with the paper")
    assert typist.end() == 0
    assert paper.exists()
    later = Typist(desk, *desk.given(), "recovery", "sheets", "--out", str(tmp_path / "later.txt"))
    later.answer("from your paper: ", "")
    later.wait_for("The paper was not compared.")
    assert later.end() == 0
    assert (tmp_path / "later.txt").exists()


def test_a_device_that_never_saw_a_drill_claims_none(desk: Desk) -> None:
    """As a member's who was admitted: the secret of the sheets never was there; whether there are any is unknown."""
    with desk.place.open() as session:
        forget_secret(session)
    data = desk.run("recovery", "status", "--json").json()
    assert (data["proven"], data["drill"]) == (None, None)
    shown = desk.run("recovery", "status").out
    found = next(one for one in desk.run("status", "--unlock", "--json").json()["items"] if one["name"] == "recovery")
    assert (found["state"], found["found"]) == ("unknown", "this device does not know whether sheets are proven")
    assert f"recovery: {found['found']}\n{found['advice']}\n" in shown


# `init --sheets FILE`: the file is there before the vault is, and goes when there is no vault.
def init(desk: Desk, vault: Path, sheets: Path) -> Answer:
    options = ("--vault", str(vault), "--member", "M", "--passphrase-file", str(desk.passphrase_file), "--no-input")
    wanted = ("init", "--org", "Harbour Aid", "--kdf-memory-mib", "64", "--sheets", str(sheets), "--json")
    return desk.run_bare(*options, *wanted)


def test_sheets_that_cannot_be_written_are_told_before_there_is_a_vault(desk: Desk, tmp_path: Path) -> None:
    for name in ("there", "letter"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "letter")
    (tmp_path / "empty.txt").touch()
    for sheets in ("missing/sheets", "there", "link", "empty.txt"):
        answer = init(desk, tmp_path / "new.vault", tmp_path / sheets)
        assert (answer.code, answer.json()["error"]["code"]) == (5, "refused")
        assert not (tmp_path / "new.vault").exists()
        left = "It is empty, perhaps from an interrupted attempt"
        assert (left in answer.json()["error"]["advice"]) is (sheets == "empty.txt")
    assert [(tmp_path / name).read_text() for name in ("there", "letter", "link")] == ["mine"] * 3
    # They go when there is no vault.
    assert init(desk, desk.place.path, tmp_path / "sheets").code == 5
    assert not (tmp_path / "sheets").exists()


def test_sheets_are_for_their_owner_alone(desk: Desk, tmp_path: Path) -> None:
    answer = init(desk, tmp_path / "new.vault", tmp_path / "sheets.txt")
    assert answer.code == 0, answer.err
    assert (tmp_path / "sheets.txt").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "sheets.txt").read_text().count("RECOVERY SHEET") == 3
    own = ("--vault", str(tmp_path / "new.vault"), "--member", "M", "--passphrase-file", str(desk.passphrase_file))
    status = desk.run_bare(*own, "status", "--unlock").out
    assert "recovery sheets not proven yet" in status
    assert "until a drill proves them: `casevault recovery drill`." in status
    folder = tmp_path / "paper"
    answer = init(desk, tmp_path / "second.vault", folder)
    assert answer.code == 0, answer.err
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in folder.iterdir()) == [f"recovery-sheet-{n}-of-3.pdf" for n in (1, 2, 3)]
    # The tests give all folders of their own process one salt; a real one draws its own.
    salts = {salt_of_vault(tmp_path / name) for name in ("new.vault", "second.vault")}
    assert len(salts) == 2


def test_whoever_has_a_printer_is_told_so_before_anything_is_typed(desk: Desk, tmp_path: Path) -> None:
    typist = Typist(desk, "--vault", str(tmp_path / "new.vault"), "--member", "M", "init")
    typist.wait_for(r"33 words each\. If you have a printer of your own")
    typist.wait_for(r"`casevault init --sheets FOLDER`")
    typist.answer("Name of the organisation", "\x04")
    assert typist.end() == 2
    assert not (tmp_path / "new.vault").exists()
