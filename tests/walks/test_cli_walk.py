"""A caseworker's first week through the real command, from an empty folder to a package that a lawyer opens."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.conftest import desk, filled_template, founded_template
from tests.cli.desk import Desk, said
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.office import JOEL, NADIA, Office, office, office_template
from tests.services.organisation import AMINA, DANA, Organisation, organisation, organisation_template
from tests.tui.desk import Desk as AppDesk
from tests.walks.command_desk import listed
from tests.walks.office_desk import OfficeDesk
from vault.cli import dispatch
from vault.errors import RefusedError, VerificationError
from vault.log.genesis import CERTIFICATE_SIZE
from vault.seal.age import make_identity, recipient_of
from vault.seal.entrance.passphrase import FLOOR
from vault.services.cases import cases
from vault.services.exchange import syncing
from vault.services.exports import partners
from vault.services.grants import sharing
from vault.services.members import admitting


@pytest.fixture
def new_desk(tmp_path: Path) -> Desk:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    place.state.mkdir()
    return Desk.of(place, tmp_path)


@pytest.mark.tool("age-keygen")
def test_from_an_empty_folder_to_a_package_that_the_lawyer_opens(  # noqa: PLR0915 - one task from end to end
    new_desk: Desk, tmp_path: Path
) -> None:
    desk = new_desk
    sheets = tmp_path / "sheets.txt"
    memory = str(FLOOR.memory_kib // 1024)
    made = desk.run("init", "--kdf-memory-mib", memory, "--sheets", str(sheets), "--org", "Aid", "--json")
    assert made.code == 0, made.err
    assert len(made.json()["sheets_words"]) == 13
    assert sheets.read_text().count("CASEVAULT RECOVERY SHEET") == 3
    assert sheets.stat().st_mode & 0o077 == 0
    assert PASSPHRASE.decode() not in made.out + made.err

    case = desk.run("case", "new", "--kind", "extradition", "--title", "Hearing", "--json").json()
    person = {"names": ["Тихон Омутков", "Tikhon Omutkov"], "born": "1987-06-05", "phones": ["+996 555 010 999"]}
    added = desk.run(
        "person", "add", case["ref"], "--role", "witness", "--from", "-", "--json", stdin=json.dumps(person)
    )
    assert set(added.json()) == {"schema", "person", "do_not_call", "mixed_letters"}
    text = "Tikhon Omutkov called from +996 555 010 999, from Qarvosh, about the hearing."
    note = desk.run("note", "add", case["case"], "--json", stdin=text).json()
    on_the_day = ("--when", "2026-11-26")
    twice = f"{text} He called twice."
    assert desk.run("note", "amend", note["note"], *on_the_day, "--json", stdin=twice).json()["note"] == note["note"]
    shown = desk.run("case", "show", case["ref"], "--json").json()
    assert [(one["text"], one["occurred"]) for one in shown["notes"]] == [(twice, "2026-11-26")]
    assert [len(desk.run("history", note["note"], "--json").json()["versions"])] == [2]
    text = twice
    assert desk.run("note", "show", note["note"], "--json").json()["text"] == text

    hits = desk.run("search", "hearing", "--json").json()["hits"]
    assert {hit["record"] for hit in hits} >= {note["note"]}
    assert all(set(hit) == {"case", "record", "kind", "snippet", "do_not_call", "closed", "why"} for hit in hits)

    identity = tmp_path / "lawyer.key"
    subprocess.run(["age-keygen", "-o", str(identity)], capture_output=True, check=True)
    public = next(word for word in identity.read_text().split() if word.startswith("age1"))
    recipient = desk.run("recipient", "add", "Maître Lorvane", "--age", public, "--json").json()
    assert len(recipient["fingerprint"].split()) == 13
    assert "NOT CONFIRMED" in desk.run("recipient", "list").out
    others = " ".join(reversed(recipient["fingerprint"].split()))
    assert desk.run("recipient", "confirm", "Maître Lorvane", "--words", others).code != 0

    out = tmp_path / "out"
    out.mkdir()
    arguments = (
        "export",
        case["ref"],
        "--profile",
        "lawyer",
        "--to",
        "Maître Lorvane",
        "--out",
        str(out),
        "--unread",
        "--surname",
        "Lorvane",
        "--json",
    )
    refused = desk.run(*arguments, "--decide", "proposed").err
    assert "casevault recipient confirm" in refused
    assert f"is NOT CONFIRMED. Its words are:\n  {recipient['fingerprint']}\n" in refused
    confirm = ("recipient", "confirm", "Maître Lorvane", "--words", recipient["fingerprint"])
    assert desk.run(*confirm, "--json").json()["confirmed"]
    edit = ("recipient", "edit", "Maître Lorvane", "--town", "Qarvosh", "--language", "fr", "--phone", "0312 555 010")
    assert desk.run(*edit, "--json").json()["confirmed"]
    alone = desk.run(*arguments)
    assert (alone.code, "there is none" in alone.out) == (5, True)
    agreed = ("--purpose", "legal-referral", "--given", "today", "--how", "written", "--proceedings", "yes")
    consent = desk.run("consent", "add", case["ref"], "--recipient", "Maître Lorvane", *agreed, "--json").json()
    assert "it does not cover: " in desk.run(*arguments).out
    desk.run("consent", "edit", consent["record"], "--account", "yes", "--identity", "yes", "--others", "yes")
    assert "Maître Lorvane" in desk.run("consent", "list", case["ref"]).out
    waiting = desk.run(*arguments)
    assert waiting.code == 3
    assert list(out.iterdir()) == []
    exported = desk.run(*arguments, "--decide", "proposed").json()
    assert {"package", "digest", "questions", "decided"} <= set(exported)
    assert exported["decided"] >= exported["questions"] >= 1

    package = Path(exported["package"])
    assert desk.run_bare("package", "verify", str(package), "--json").json()["standing"] == "outer-form"
    words = " ".join(exported["key_words"])
    opened = desk.run_bare(
        *("package", "open", str(package), "--identity", str(identity)),
        *("--out", str(tmp_path / "opened"), "--words", words, "--json"),
    )
    assert opened.code == 0, opened.err
    assert (tmp_path / "opened" / "report.pdf").read_bytes().startswith(b"%PDF")
    wrong = desk.run_bare(
        *("package", "open", str(package), "--identity", str(identity)),
        *("--out", str(tmp_path / "second"), "--words", "other words", "--json"),
    )
    assert wrong.code == 6
    assert not (tmp_path / "second").exists()

    verified = desk.run("log", "verify", "--json").json()
    assert verified["verified"]
    assert verified["problems"] == []
    acts = [entry["act"] for entry in desk.run("log", "list", "--json").json()["entries"]]
    assert {"log.genesis", "case.create", "person.create", "note.create", "note.correct", "case.view"} <= set(acts)
    assert {"case.search", "partner.create", "export.begin", "export.done", "log.verify"} <= set(acts)
    assert desk.run("log", "checkpoint", "--json").json()["note"].startswith("casevault/")


@pytest.mark.tool("age-keygen")
def test_moving_through_a_case_leaves_one_view_for_each_session_and_reason(new_desk: Desk) -> None:
    desk = new_desk
    memory = str(FLOOR.memory_kib // 1024)
    assert desk.run("init", "--kdf-memory-mib", memory, "--org", "Aid").code == 0
    case = desk.run("case", "new", "--kind", "other", "--title", "T", "--json").json()["ref"]
    for why in ("casework", "handover", "handover"):
        assert desk.run("case", "show", case, "--why", why).code == 0
    entries = desk.run("log", "list", "--act", "case.view", "--json").json()["entries"]
    assert sorted(entry["why"] for entry in entries) == ["casework", "handover", "handover"]
    refused = desk.run("case", "show", case, "--why", "curiosity", "--json")
    assert refused.code == 2


# An ordinary week at the command line: what is typed from the screen is taken, and a refusal says what to do.
__all__ = [  # fixtures
    "desk",
    "filled_template",
    "founded_template",
    "office",
    "office_template",
    "organisation",
    "organisation_template",
]


@pytest.fixture
def at(office: Office, tmp_path: Path) -> OfficeDesk:
    return OfficeDesk.of(office, tmp_path)


def _ref(desk: Desk) -> str:
    return str(desk.run("case", "list", "--json").json()["cases"][0]["ref"])


def test_an_id_is_typed_as_it_is_shown_and_the_own_note_of_today_is_corrected_in_place(desk: Desk) -> None:
    kept = desk.run("note", "add", _ref(desk), "--when", "27.2.2026", stdin="Transfer on 3 March.")
    (typed,) = re.findall(r"^id ([0-9a-f]{8})$", kept.out, re.MULTILINE)
    assert (
        "`casevault history RECORD` shows what it said before"
        in desk.run("note", "amend", typed, stdin="On 4 March.").out
    )
    assert "contact, of 2026-02-27" in desk.run("note", "show", typed).out


def test_a_correction_of_somebody_elses_note_marks_what_it_corrects(at: OfficeDesk) -> None:
    amina, nadia = at.office.amina, at.office.nadia
    ref = at.done(amina, "case", "new", "--kind", "asylum", "--title", "Shared", "--json").json()["ref"]
    wrong = at.done(amina, "note", "add", ref, "--json", stdin="Transfer on 3 March.").json()["note"]
    at.done(amina, "grant", "add", ref, "--to", NADIA)
    right = at.done(nadia, "note", "amend", wrong[:8], "--when", "3.3.2026", "--json", stdin="On 4 March.").json()
    assert right["amends"] == wrong != right["note"]
    listed = at.done(nadia, "note", "list", ref).out
    assert f"CORRECTED by {right['note'][:8]}" in listed
    assert f"of 2026-03-03, corrects {wrong[:8]}" in listed
    assert f"CORRECTED by {right['note'][:8]}" in at.done(amina, "note", "show", wrong[:8]).out
    data = {note["note"]: note for note in at.done(amina, "note", "list", ref, "--json").json()["notes"]}
    assert data[wrong]["corrected_by"] == right["note"]


def test_a_note_that_is_withdrawn_says_why_and_stays(desk: Desk) -> None:
    ref = _ref(desk)
    note = desk.run("note", "add", ref, "--json", stdin="He called from the border.").json()["note"]
    assert desk.run("note", "withdraw", note, stdin="").code == 2
    asked = desk.run("note", "withdraw", note, "--reason", "of another case")
    assert "stays readable here, and leaves in no export" in asked.out
    shown = desk.run("note", "show", note).out
    assert "WITHDRAWN: of another case" in shown
    assert "He called from the border." in shown
    assert "withdrawn already" in desk.run("note", "withdraw", note, "--reason", "again").err


def test_a_date_is_understood_as_it_is_typed_in_three_languages_and_said_back(desk: Desk) -> None:
    ref = _ref(desk)
    kept = desk.run("note", "add", ref, "--when", "hier à 14h", stdin="Rang back.")
    assert re.search(r"^The note is saved: contact, of \d{4}-\d\d-\d\d 14:00$", kept.out, re.MULTILINE)
    desk.run("person", "add", ref, "--role", "witness", "--name", "Vera", "--born", "3 мая 1984")
    people = desk.run("person", "list", ref, "--json").json()["persons"]
    assert "1984-05-03" in [person["born"] for person in people]
    unclear = desk.run("note", "add", ref, "--when", "3/4/2026", stdin="Rang back.")
    assert (unclear.code, "--when can be read in two ways" in unclear.err) == (2, True)


def test_times_say_their_zone(desk: Desk) -> None:
    ref = _ref(desk)
    desk.run("note", "add", ref, stdin="Rang back.")
    away = desk.run("note", "list", ref, environment={"TZ": "Asia/Tbilisi"})
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d \+0400  contact", away.out, re.MULTILINE)
    assert desk.run("note", "list", ref, "--json").json()["notes"][0]["written"].endswith(" UTC")
    abroad = desk.run("log", "list", environment={"TZ": "Asia/Tbilisi"}).out.splitlines()[0]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0400  ", abroad)


def test_an_office_of_two_has_an_admin_who_is_a_caseworker_too(at: OfficeDesk, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    typed.write_bytes(b"eleven quiet harbours, and a kettle")
    typed.chmod(0o600)
    add = ("member", "add", "--name", "Ann Quistrel", "--new-passphrase-file", str(typed), "--like")
    assert "The roles are: admin, " in at.run(None, *add, "admin,boss").err
    at.done(None, *add, "admin,caseworker")
    assert "Ann Quistrel: admin, caseworker" in at.done(None, "member", "list").out


def test_who_is_named_in_a_refusal_is_named_by_name(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hers", kind="asylum").case
        with pytest.raises(RefusedError, match="Dana Okwiri has no role that can open cases"):
            sharing.grant(amina, case, [organisation[DANA].member])


def test_a_refusal_says_what_was_refused_and_which_role_it_takes(at: OfficeDesk, tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    typed.write_bytes(b"eleven quiet harbours, and a kettle")
    typed.chmod(0o600)
    add = ("member", "add", "--name", "Ann Quistrel", "--new-passphrase-file", str(typed), "--like", "intake")
    refused = at.run(at.office.amina, *add)
    assert "you cannot admit a member: your role does not allow it" in refused.err
    assert "This needs the role admin or supervisor. An admin gives roles" in refused.err
    assert "member.admit" not in refused.err


def test_the_log_says_to_whom_a_case_was_given_and_from_whom_it_was_taken(at: OfficeDesk) -> None:
    ref = at.done(at.office.amina, "case", "new", "--kind", "asylum", "--title", "Given", "--json").json()["ref"]
    at.done(at.office.amina, "grant", "add", ref, "--to", NADIA)
    at.done(at.office.amina, "grant", "revoke", ref, "--from-member", NADIA)
    listed = at.done(None, "log", "list", "--act", "grant").out
    assert f"to {NADIA}" in listed
    assert f"from {NADIA}" in listed
    entries = at.done(None, "log", "list", "--act", "grant.add", "--json").json()["entries"]
    assert entries[0]["whom"] == [NADIA]


def test_an_option_that_is_none_is_named_and_what_may_be_a_name_is_not(at: OfficeDesk) -> None:
    wrong = at.run(None, "member", "roles", JOEL, "--role", "caseworker")
    assert (wrong.code, "--role is not an option here" in wrong.err) == (2, True)
    other = at.run(None, "member", "list", "Ivan Secret")
    assert (other.code, "Ivan" in other.err) == (2, False)


def test_a_bundle_has_a_free_name_of_the_day_that_tells_nobodys_name(at: OfficeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for _ in range(2):
        at.done(None, "bundle", "make", "--to", JOEL, "--out", str(stick))
    names = sorted(path.name for path in stick.iterdir())
    assert [re.sub(r"\d{4}-\d\d-\d\d", "DAY", name) for name in names] == [
        "casevault-DAY-2.bundle",
        "casevault-DAY.bundle",
    ]


_NO_SUCH_FILES = (
    *((name, ("bundle", "import")) for name in ("folder", "fifo", "large")),
    *((name, ("member", "admit")) for name in ("folder", "false", "request")),
)


def test_a_file_from_others_that_is_none_is_no_damage_of_the_vault_and_no_lack_of_room(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "large").open("wb") as file:
        file.truncate((1 << 30) + 1)
    (tmp_path / "false").write_bytes(os.urandom(CERTIFICATE_SIZE))
    with desk.place.open() as session:
        (tmp_path / "request").write_bytes(b"\2" + session.vault + bytes(16) + os.urandom(CERTIFICATE_SIZE - 1 - 32))
    for name, words in _NO_SUCH_FILES:
        answer = desk.run(*words, str(tmp_path / name))
        assert answer.code in {6, 75}, (words, name, answer)
        for misfit in ("log verify", "backup", "space"):
            assert misfit not in answer.err, (words, name)


def test_a_stick_that_reports_an_error_is_a_sentence_to_each_reader(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk.place.open() as session:
        for read in (
            lambda path: syncing.import_bundle(session, path),
            lambda path: syncing.show(session, path),
            lambda path: admitting.read_request(session, path),
        ):
            with pytest.raises(VerificationError, match="the disk reports an error at mem"):
                read(Path("/proc/self/mem"))  # a file whose first byte cannot be read

    def fails(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "the system's own words", "/media/stick/list.csv")

    monkeypatch.setattr(dispatch, "verbs_of", fails)
    assert dispatch.run(["case", "list"]) == 6
    assert "the disk reports an error at list.csv. Try again." in capsys.readouterr().err


# An office brings its spreadsheet: a row that is wrong waits in a file, all others come in, and go again.
HEADERS = "case,client,names,phones,born,sex,nationality,stage,next date,note"
MANY = 400
WRONG = 217
SYLLABLES = (
    *("bar", "den", "fog", "gul", "haz", "jim", "kor", "lem", "mur", "nos"),
    *("pat", "rik", "sav", "tod", "vul", "wex", "yan", "zub", "chel", "shom"),
)


@pytest.mark.long
def test_400_cases_are_imported_a_wrong_row_is_told_and_all_of_it_is_undone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    assert desk.run_bare("import", "template", str(path)).code == 0
    headers = path.read_text(encoding="utf-8-sig").strip()
    assert headers == HEADERS
    own = listed(desk)

    fill(path, headers)
    shown = said(desk, "import", "show", str(path), "--kind", "asylum")
    assert (shown["rows"], shown["faults"]) == (MANY, [])
    assert [known["way"] for known in shown["known"]] == ["number"]
    assert listed(desk) == own
    asked = desk.run("import", "cases", str(path), "--kind", "asylum")
    assert asked.code == 3
    assert "These have a number of somebody in your cases" in asked.err
    done = said(desk, "import", "cases", str(path), "--kind", "asylum", "--duplicates", "skip", "--yes")
    assert (len(done["cases"]), done["left_out"]) == (MANY - 1, [2])
    assert len(listed(desk)) == len(own) + MANY - 1
    table = tmp_path / "counts.csv"
    counted = said(desk, "report", "counts", "--by", "kind, age-band", "--out", str(table))
    assert counted["total"]["cases"] == len(own) + MANY - 1
    assert table.read_text(encoding="utf-8-sig").splitlines()[0] == "kind,age-band,people,cases,acts"
    assert ("detention" in table.read_text(encoding="utf-8-sig"), counted["hides"]) == (False, True)

    key, sealed = recipient_of(make_identity()), tmp_path / "all.age"
    said(desk, "recipient", "add", "--name", "Own archive", "--age", key)
    assert desk.run("export-all", "--to", "Own archive", "--out", str(sealed), "--yes").code != 0  # not confirmed
    assert not sealed.exists()

    assert said(desk, "import", "undo", "--yes")["taken_back"] == MANY - 1
    assert listed(desk) == own
    assert desk.run("log", "verify").code == 0


@pytest.mark.long
def test_a_wrong_cell_keeps_its_own_row_alone_out_and_the_row_waits_where_somebody_says(
    desk: Desk, tmp_path: Path
) -> None:
    path, mend, own = tmp_path / "list.csv", tmp_path / "mend.csv", listed(desk)
    rows = [HEADERS, "One,Zarina Quill", "Two,Pavel Unheard,,,SECRETWORD", "Three,Nadir Holbekov"]
    path.write_text("\n".join(rows), encoding="utf-8")
    took = ("import", "cases", str(path), "--kind", "asylum")
    looked = desk.run("import", "show", *took[2:])
    assert (looked.code, "row 3, born:" in looked.out, listed(desk) == own) == (3, True, True)
    answer = desk.run(*took, "--yes")
    assert (answer.code, "2 cases are made." in answer.out, "row 3, born:" in answer.out) == (3, True, True)
    assert "1 row with a fault was not imported. It stands in the list as before." in answer.out
    assert "SECRETWORD" not in answer.out + answer.err
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == ["list.csv"]
    assert said(desk, "import", "undo", "--yes")["taken_back"] == 2
    assert desk.run(*took, "--yes", "--to-mend", str(path)).code == 5
    assert listed(desk) == own
    asked = desk.run_at_terminal(*took, typed="2\nyes\n")
    assert (asked.code, "so that you can mend it? Type the number:" in asked.err) == (3, True)
    assert said(desk, "import", "undo", "--yes")["taken_back"] == 2
    answer = desk.run(*took, "--yes", "--to-mend", str(mend))
    assert f"1 row to mend is at {mend}, in clear." in answer.out
    mend.write_text(mend.read_text("utf-8-sig").replace("SECRETWORD", "1984"), encoding="utf-8")
    assert len(said(desk, "import", "cases", str(mend), "--kind", "asylum", "--yes")["cases"]) == 1
    assert len(listed(desk)) == len(own) + 3


@pytest.mark.long
def test_the_app_tells_the_wrong_row_makes_all_other_cases_and_takes_them_back(
    filled_template: Filled, tmp_path: Path
) -> None:
    place, path, own = filled_template.place.copied_to(tmp_path / "office"), tmp_path / "list.csv", 2
    fill(path, HEADERS, wrong="31 February")
    with place.open() as session:
        partners.add(session, name="Own archive", age_recipient=recipient_of(make_identity()), compared=True)
    with AppDesk(place) as mira:
        mira.unlock()
        mira.press(":import a list", f" {path}").press_and_wait("f4", "leave these rows out")
        mira.sees("1 cell has a fault. Its row is left out:", f"row {WRONG}, next date: a date is written 2026-11-28")
        mira.sees(f"The list has {MANY - 1} cases.", "These have a number of somebody in your cases:", "row 2:")
        mira.press("enter").sees("Write the row with a fault to", "list-to-mend.csv")
        mira.press("enter").sees("Make these cases?")
        mira.press_and_stop("y").sees("Stopped. No case was made.")
        mira.press_and_wait("f4", "leave these rows out").press("enter", "enter")
        mira.press_and_wait("y", f"{MANY - 2} cases are made.").sees("1 row to mend is at")
        mended = path.with_name("list-to-mend.csv")
        assert [line.split(",")[0] for line in mended.read_text("utf-8-sig").splitlines()] == [
            "case",
            f"Matter {WRONG}",
        ]
        mira.press("enter", ":take the last list back", "f4").sees(f"Take back the {MANY - 2} cases of the last list?")
        mira.press_and_wait("y", f"{MANY - 2} imported cases are taken back.")
        mira.press(":import a list", "ctrl+t", f" {tmp_path / 'empty.csv'}", "enter").sees("The empty list is at")
        mira.press("enter")
        assert (tmp_path / "empty.csv").read_text(encoding="utf-8-sig").strip() == HEADERS
        mira.press("escape", ":counts for", " kind, age-band", "f4")
        mira.sees("Rows of fewer than 5 people or cases are hidden")
        mira.press("escape", ":export all").sees("Own archive")
        mira.fill(out=str(tmp_path / "all.age")).press("f4")
        mira.sees("Export all that you can read, for Own archive?", "2 cases leaves without any redaction")
        mira.press("y", " archive").press_and_wait("enter", "2 cases are in it.")
    assert b"Zarina" not in (tmp_path / "all.age").read_bytes()
    with place.open() as session:
        assert len(cases.list_all(session)) == own


def fill(path: Path, headers: str, *, wrong: str = "") -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in range(2, MANY + 2):
        due = wrong if wrong and row == WRONG else f"2027-01-{1 + row % 28:02d}"
        phone = "(030) 5550-1234" if row == 2 else f"0700 {100000 + row}"
        name = f"Zarina {SYLLABLES[row % 20].title()}{SYLLABLES[row // 20 % 20]}"
        writer.writerow((f"Matter {row}", name, "", phone, 1935 + row % 71, *("", "", ""), due, f"Came on day {row}"))
    path.write_text(f"{headers}\n{out.getvalue()}", encoding="utf-8")
