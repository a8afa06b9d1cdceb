"""An ordinary week at the command line: what is typed from the screen is taken, and a refusal says what to do."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.conftest import desk, filled_template, founded_template
from tests.cli.desk import Desk
from tests.services.office import JOEL, NADIA, Office, office, office_template
from tests.services.organisation import AMINA, DANA, Organisation, organisation, organisation_template
from tests.walks.office_desk import OfficeDesk
from vault.cli import dispatch
from vault.errors import RefusedError, VerificationError
from vault.seal.invitation import REQUEST_FILE_SIZE
from vault.services.cases import cases
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import invitations, rostering

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
    assert "`casevault history` shows what it said before" in desk.run("note", "amend", typed, stdin="On 4 March.").out
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


def test_an_office_of_two_invites_an_admin_who_is_a_caseworker_too(at: OfficeDesk, tmp_path: Path) -> None:
    out = tmp_path / "invitation"
    at.done(None, "member", "invite", "--like", "admin,caseworker", "--out", str(out))
    assert b"admin" in out.read_bytes()
    assert b"caseworker" in out.read_bytes()
    wrong = at.run(None, "member", "invite", "--like", "admin,boss", "--out", str(tmp_path / "other"))
    assert "The roles are: admin, " in wrong.err


def test_who_is_named_in_a_refusal_is_named_by_name(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="Hers", kind="asylum").case
        with pytest.raises(RefusedError, match="Dana Okwiri has no role that can open cases"):
            sharing.grant(amina, case, [organisation[DANA].member])


def test_a_refusal_says_what_was_refused_and_which_role_it_takes(at: OfficeDesk, tmp_path: Path) -> None:
    refused = at.run(at.office.amina, "member", "invite", "--like", "intake", "--out", str(tmp_path / "invitation"))
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
    (tmp_path / "false").write_bytes(os.urandom(REQUEST_FILE_SIZE))
    with desk.place.open() as session:
        (tmp_path / "request").write_bytes(
            b"\1\1" + session.vault + session.seat + os.urandom(REQUEST_FILE_SIZE - 2 - 32)
        )
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
            lambda path: invitations.look(session, path),
            rostering.read_proposal,
        ):
            with pytest.raises(VerificationError, match="the disk reports an error at mem"):
                read(Path("/proc/self/mem"))  # a file whose first byte cannot be read

    def fails(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "the system's own words", "/media/stick/list.csv")

    monkeypatch.setattr(dispatch, "verbs_of", fails)
    assert dispatch.run(["case", "list"]) == 6
    assert "the disk reports an error at list.csv. Try again." in capsys.readouterr().err
