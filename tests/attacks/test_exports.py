"""What leaves in a package, and what stops it: the processes that see names, large cases, pages that nobody read."""

from __future__ import annotations

import datetime
import functools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclasses_replace
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from tests.attacks.conftest import AGE, RECIPIENT
from tests.attacks.memory import found_in, neighbour_reads, without_privileges
from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.export.samples import COVER, FORBIDDEN, dossier
from tests.services import consenting
from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tables import each
from tests.tui.house import CLIENT, House, house, house_template
from vault.access.session import Session
from vault.casework.disclosure import Decision, Disclosure, PseudonymGiven
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import AskedFor, SubjectRequest
from vault.casework.vocabulary import NoteKind, ReferralPurpose
from vault.errors import UsageError, VerificationError
from vault.export.children import command_of
from vault.export.leakcheck.examine import read_with_pdfium
from vault.export.leakcheck.forbidden_forms import ForbiddenForms
from vault.export.package import prepare, verifier_command, write_package
from vault.export.reader import OpenedPackage, open_package
from vault.export.release import Release
from vault.export.shown_text import in_days
from vault.ids import CompartmentId, RecordId, make_id
from vault.policy.roles import Role
from vault.records import work
from vault.records.versions import encode_content
from vault.records.work import Entry
from vault.seal import signing
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import second_person
from vault.services.cases import case_people, cases, notes, story_records
from vault.services.evidence import log_checking
from vault.services.exports import exporting, packages, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index
from vault.services.safety import person_pack
from vault.services.safety.person_pack import PageWish, Printed, print_page

LAWYER, SURNAME = "Maître Ondrelle", "Ondrelle"
PACKAGES = Path(__file__).parents[1] / "vectors" / "packages"
CONTACT = "Mira Halvorsen, +999 555 0100"

NAME = "Quillfeather"
CHILDREN = {"verifier": verifier_command(), "typesetter": command_of("vault.export.typesetting")}


@pytest.fixture(params=CHILDREN.values(), ids=list(CHILDREN))
def child(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process of an export that has read a name and waits for the rest of its task."""
    process = subprocess.Popen(
        request.param,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=without_privileges,  # noqa: PLW1509 - no thread runs here
    )
    assert process.stdin is not None
    process.stdin.write((10**6).to_bytes(4, "big") + b'{"forbidden":["' + NAME.encode() * 4096)
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not found_in(process.pid, [NAME.encode()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process.pid
    process.kill()
    process.communicate()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
def test_the_processes_that_read_names_are_closed_to_their_neighbours(child: int) -> None:
    assert found_in(child, [NAME.encode()])
    assert neighbour_reads(child) == set()


def test_the_search_for_forms_does_not_grow_with_the_square_of_what_was_removed() -> None:
    removed = "[removed]"
    text = f"one word {removed} " * 40_000
    own = [(place, place + len(removed)) for place in range(9, len(text), len(text) // 40_000)]
    began = time.process_time()
    assert ForbiddenForms(FORBIDDEN).find_in(f"{text} {FORBIDDEN[0]}", own) == {0}
    assert time.process_time() - began < 20


@pytest.fixture
def desk(founded: Place, tmp_path: Path) -> Desk:
    """An account with a vault, and the real command to work with."""
    return Desk.of(founded, tmp_path)


@pytest.fixture
def referral(desk: Desk, tmp_path: Path) -> Referral:
    """A case with a client, two notes and one word that nobody knows, a lawyer, and a folder for the package."""
    identity = make_identity()
    out = tmp_path / "out"
    out.mkdir()
    with desk.place.open() as session:
        partners.add(session, name=LAWYER, age_recipient=recipient_of(identity), compared=True)
        case = cases.create(session, title="T", kind="asylum")
        case_people.add(
            session, case.case, role="client", names=["Мирало Дастенов", "Miralo Dastenov"], born="1991-02-03"
        )
        notes.add(session, case.case, Note(NoteKind.INTERVIEW, "Miralo Dastenov came on foot.", "2024-03-12"))
        notes.add(session, case.case, Note(NoteKind.CONTACT, "They met in Qarvosh."))
        consenting.agree(session, case.case, LAWYER)
    return Referral(case.ref, identity, out)


@dataclass(frozen=True)
class Referral:
    ref: str
    identity: str
    out: Path

    def command(self, *more: str) -> tuple[str, ...]:
        wish = ("--profile", "lawyer-named", "--to", LAWYER, "--contact", CONTACT, "--surname", SURNAME)
        return ("export", self.ref, *wish, "--out", str(self.out), *more)

    def begun(self, desk: Desk) -> Typist:
        """Return who types it at a terminal, and has said whom to call: that stays in no history of a shell."""
        words = (word for word in self.command() if word not in {"--contact", CONTACT, "--surname", SURNAME})
        person = Typist(desk, *desk.given(), *words)
        person.wait_for("Whom may the recipient call, and how")
        person.type(CONTACT)
        person.wait_for("last word of the recipient's name")
        person.type(SURNAME)
        return person

    def opened(self) -> OpenedPackage:
        (file,) = self.out.iterdir()
        return open_package(file.read_bytes(), self.identity)

    def report(self) -> str:
        pages = read_with_pdfium(self.opened().members["report.pdf"]).pages
        return " ".join(" ".join(pages).split())


def outcomes(desk: Desk) -> dict[str, str]:
    """Return how each act of an export went, by the log."""
    entries = desk.run("log", "list", "--act", "export", "--json").json()["entries"]
    return {entry["act"]: entry["out"] for entry in entries}


def test_a_script_seals_nothing_that_nobody_reads_unless_it_says_so(desk: Desk, referral: Referral) -> None:
    refused = desk.run(*referral.command("--decide", "proposed"), "--json")
    assert refused.code == 2
    assert "--unread" in refused.json()["error"]["advice"]
    assert list(referral.out.iterdir()) == []
    assert outcomes(desk) == {}


@pytest.mark.long
def test_what_nobody_read_says_so_in_log_report_data_and_manifest(desk: Desk, referral: Referral) -> None:
    done = desk.run(*referral.command("--decide", "proposed", "--unread"), "--json")
    assert done.code == 0, done.err
    assert done.json()["read"] is False
    assert outcomes(desk) == {"export.begin": "ok:alone", "export.done": "ok:unread"}
    opened = referral.opened()
    assert json.loads(opened.members["data.json"])["pages"] == "unread"
    assert opened.manifest.release is not None
    assert opened.manifest.release.pages == "unread"
    assert "UNREAD" in str(opened.manifest.release.sentence())
    assert "Nobody at the organisation read these pages" in referral.report()


@pytest.mark.long
@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(("k", "q"), marks=pytest.mark.long),
        pytest.param(("q",), marks=pytest.mark.long),
        ("k", "", "b", "", "", "no"),
    ],
)
def test_who_stops_while_reading_seals_nothing(desk: Desk, referral: Referral, answers: Sequence[str]) -> None:
    person = referral.begun(desk)
    for answer in answers:
        person.wait_for(r"q stop: |q stop: |Type yes: ")
        person.type(answer)
    assert person.end() == 3
    assert list(referral.out.iterdir()) == []
    assert "export.begin" not in outcomes(desk)


def test_at_a_terminal_each_question_and_each_page_is_shown_before_the_word_to_seal(
    desk: Desk, referral: Referral
) -> None:
    person = referral.begun(desk)
    asked = person.wait_for(r"Question 1 of (\d+): '(\w+)'.*\n?[^\n]*")
    assert asked[2] == "Qarvosh"
    for number in range(int(asked[1])):
        person.wait_for("q stop: ")
        person.type("k" if number == 0 else "")
    person.answer("q stop: ", "")
    person.wait_for("They met in Qarvosh")
    for form, kind, shown in (
        ("kettle", "", "kettle: nothing"),
        ("ON foot", "o", "came .R1 other.*"),
        ("met", "d", ""),
    ):
        person.answer("q stop: ", "h")
        person.answer("hides nothing): ", form)
        person.answer("(Enter: name): ", kind)
        if shown.startswith("came"):
            person.answer("q stop: ", "")
        person.wait_for(shown)
        if form == "kettle":
            person.answer("shows the pages again: ", "")
    person.wait_for(r"You hid: 'ON foot', 'met'\.")
    person.answer("u take the last back, q stop: ", "u")
    person.answer("q stop: ", "")
    person.wait_for("They met in Qarvosh")
    while person.wait_for(r"q stop: |Type yes: ")[0] != "Type yes: ":
        person.type("")
    assert list(referral.out.iterdir()) == []
    person.type("yes")
    assert person.end() == 0
    assert outcomes(desk) == {"export.begin": "ok:alone", "export.done": "ok"}
    assert "on foot" not in referral.report()
    assert "They met in Qarvosh." in referral.report()
    assert json.loads(referral.opened().members["data.json"])["pages"] == "read"
    assert "Nobody at the organisation read" not in referral.report()


@pytest.mark.long
def test_a_report_can_be_cited_and_answered(desk: Desk, referral: Referral) -> None:
    assert desk.run(*referral.command("--decide", "proposed", "--unread")).code == 0
    report = referral.report()
    today = in_days(datetime.datetime.now(tz=datetime.UTC).date().isoformat(), "en")
    quoted = json.loads(referral.opened().members["data.json"])["reference"]
    assert f" · {today} Referral report · {quoted} 1 / 2 " in report[:200]
    assert referral.ref not in report
    for words in (
        f"Date {today}",
        f"Reference {quoted}",
        "From Quillfeather Aid",
        f"Questions to {CONTACT}",
        f"For {LAWYER}",
        "Stage before registration",
        "Date of birth 3 February 1991",
        "Who is named client and persecutor; others by a code",
        "1 12 March 2024 interview, by a caseworker Miralo Dastenov came on foot.",
        f"2 {today} contact, by a caseworker, date of writing They met in [R1 name].",
    ):
        assert words in report
    assert "agreed to share" not in report
    assert report.count("Names") == 1
    entries = json.loads(referral.opened().members["manifest.json"])["files"]
    assert all(set(entry) == {"sha256", "padded"} for entry in entries.values())


def test_whom_to_call_is_remembered_in_the_case(desk: Desk, referral: Referral) -> None:
    assert desk.run(*referral.command("--decide", "proposed", "--unread")).code == 0
    next(referral.out.iterdir()).unlink()
    again = tuple(word for word in referral.command("--unread") if word not in {"--contact", CONTACT})
    assert desk.run(*again).code == 0
    assert f"Questions to {CONTACT}" in referral.report()


@pytest.mark.long
def test_a_note_with_a_time_that_no_calendar_has_stops_no_export(
    desk: Desk, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.place.open() as session, monkeypatch.context() as patched:
        patched.setattr(work, "encode_to_travel", lambda c: encode_content(replace(c, clock=(1 << 62, 0))))
        notes.add(session, cases.find(session, referral.ref), Note(NoteKind.CONTACT, "They met in Qarvosh."))
    assert desk.run(*referral.command("--decide", "proposed", "--unread")).code == 0


@each([(2, "", "alone"), (3, "read", "two-person"), (4, "read", "two-person")])
def test_packages_of_the_formats_before_still_open(form: int, pages: str, rule: str) -> None:
    opened = open_package((PACKAGES / f"format-{form}.age").read_bytes(), (PACKAGES / "identity").read_text().strip())
    release = opened.manifest.release
    assert release is not None
    assert (opened.manifest.form, release.pages, release.rule) == (form, pages, rule)
    assert "report.docx" not in opened.members
    assert "UNREAD" not in str(release.sentence())
    assert "device" not in str(release.sentence())


@pytest.mark.tool("openssl")
@pytest.mark.tool("xxd")
@pytest.mark.parametrize("altered", ["", "report.pdf", "manifest.json", "manifest.sig"])
def test_a_lawyer_with_openssl_alone_can_check_a_package(tmp_path: Path, altered: str) -> None:
    """The commands are those of docs/dossier.md."""
    page = (Path(__file__).parents[2] / "docs" / "dossier.md").read_text("utf-8")
    lines = page.partition("must be in `manifest.json`:\n\n")[2].partition("\n\n")[0].splitlines()
    opened = open_package((PACKAGES / "format-2.age").read_bytes(), (PACKAGES / "identity").read_text().strip())
    for name, content in opened.members.items():
        at = len(content) // 3
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] if name == altered else content
        (tmp_path / name).write_bytes(changed)
    done = subprocess.run(
        ["sh", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    digests = [line.split()[0] for line in done.stdout.splitlines() if line.endswith((".pdf", ".json"))]
    manifest = (tmp_path / "manifest.json").read_text("utf-8", "replace")
    holds = "Signature Verified Successfully" in done.stdout and len(digests) == 2
    assert (holds and all(digest in manifest for digest in digests)) is (altered == "")


@pytest.mark.long
@pytest.mark.parametrize("words", [None, "other words"])
def test_a_package_is_never_called_unaltered_before_its_words_were_compared(tmp_path: Path, words: str | None) -> None:
    """Anybody can seal another file to the lawyer: `age` does not tell who did."""
    identity = make_identity()
    (tmp_path / "key").write_text(identity)
    stranger = functools.partial(signing.sign, bytes(range(1, 33)))
    forged = write_package(
        prepare(dossier(), COVER),
        to=recipient_of(identity),
        package_public=signing.public_key(bytes(range(1, 33))),
        sign=stranger,
        release=Release(datetime.date(2026, 10, 1), ("caseworker",)),
    )
    file = tmp_path / "forged.age"
    file.write_bytes(forged.sealed)
    if words is None:
        found = packages.verify(file, identity_file=tmp_path / "key")
        assert str(found.sentence()).startswith("whole, and signed by the key with these words: ")
        assert "unaltered" not in str(found.sentence())
        assert "NOT CHECKED" in str(found.sentence())
    else:
        with pytest.raises(VerificationError, match="made by another key") as refused:
            packages.verify(file, identity_file=tmp_path / "key", expected_words=words)
        assert "verify-log" not in str(refused.value.next_step)
        assert "Call the sender" in str(refused.value.next_step)


# A case of two clients: she fled from him, and both are clients. What leaves of one does not name the other.
__all__ = ["house", "house_template"]  # fixtures

SHE, HE = "Farida Noorzai", "Temir Abdykaparov"
OF_HIS = ("temir", "abdykaparov", "700111222", "ac1234567", "1985")


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return cases.create(session, title="T", kind="asylum").case


@pytest.fixture
def both(session: Session, case: CompartmentId) -> dict[str, RecordId]:
    """Her and him, by name; a note and a confirmed fact tell of both."""
    her = case_people.add(session, case, role="client", names=[SHE], born="1990-03-04", phones=["+996555010203"])
    him = case_people.add(
        session,
        case,
        role="client",
        names=[HE],
        born="1985-01-02",
        phones=["+996700111222"],
        documents=["passport:AC1234567"],
    )
    notes.add(session, case, Note(NoteKind.INTERVIEW, f"{HE} called {SHE} from +996700111222."))
    gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place=f"beside {HE}", confirmed="the prosecutor")
    story_records.add(session, case, gone)
    return {SHE: her, HE: him}


@pytest.mark.long
@pytest.mark.parametrize("profile", ["subject", "disappearance"])
def test_of_several_clients_the_data_of_the_one_who_was_chosen_leaves(
    session: Session, case: CompartmentId, both: dict[str, RecordId], profile: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="2 clients"):
        consenting.export(session, case, Wish(profile, RECIPIENT, take_proposals=True), out=tmp_path)
    wish = Wish(profile, RECIPIENT, take_proposals=True, person=both[SHE])
    done = consenting.export(session, case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    text = " ".join(done.pages).casefold()
    assert SHE.casefold() in text
    assert not [form for form in OF_HIS if form in text]


def test_the_page_of_who_disappeared_names_the_client_who_was_chosen(
    session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    found = person_pack.facts(session, case)
    with pytest.raises(UsageError, match="2 clients"):
        print_page(session, found, PageWish(), tmp_path / "page.pdf", str)
    wish = PageWish(both[SHE], take_proposals=True)
    assert isinstance(print_page(session, found, wish, tmp_path / "page.pdf", str), Printed)
    page = " ".join(part.extract_text() for part in PdfReader(tmp_path / "page.pdf").pages).casefold()
    assert SHE.casefold() in page
    assert [form for form in OF_HIS if form in page] == []


def test_by_the_profile_of_one_client_an_export_tells_of_no_relative(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    him = case_people.add(session, case, role="relative", names=[HE])
    case_people.add(session, case, role="client", names=[SHE])
    with pytest.raises(UsageError, match="not a client of this case"):
        consenting.export(session, case, Wish("subject", RECIPIENT, take_proposals=True, person=him), out=tmp_path)


def test_an_export_of_the_whole_case_is_not_called_that_of_one_client(
    session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="whole case"):
        consenting.export(session, case, Wish("lawyer-named", RECIPIENT, person=both[SHE]), out=tmp_path)


@pytest.mark.long
def test_the_command_asks_which_client_and_pack_lists_them(
    founded: Place, session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    for person in both.values():
        consenting.agree(session, case, RECIPIENT, person=person, purpose=ReferralPurpose.SEARCH)
    session.close()
    desk, her = Desk.of(founded, tmp_path), both[SHE].hex()
    listed = desk.run("--json", "pack", case.hex()).json()["clients"]
    assert {row["person"]: row["name"] for row in listed} == {record.hex(): name for name, record in both.items()}
    for leaves in (("pack",), ("export", "--profile", "subject")):
        leave = (
            *leaves,
            case.hex(),
            "--to",
            RECIPIENT,
            "--out",
            str(tmp_path),
            "--unread",
            "--decide",
            "proposed",
            "--surname",
            RECIPIENT.split()[-1],
        )
        refused = desk.run("--json", *leave)
        assert (refused.code, "2 clients" in refused.out + refused.err) == (2, True)
        assert desk.run("--json", *leave, "--person", her[:8]).json()["person"] == her


@pytest.mark.screen
def test_the_app_asks_of_which_client_an_export_and_a_page_tell(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        case_people.add(amina, house.case, role="client", names=[HE])
        gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place="the station", confirmed="the prosecutor")
        story_records.add(amina, house.case, gone)
        partners.add(amina, name=RECIPIENT, age_recipient=AGE, compared=True)
    page = tmp_path / "page.pdf"
    with house.desk("Amina") as desk:
        desk.press("enter", "exclamation_mark", "right", "f4")
        desk.press("ctrl+p")
        desk.sees("Which client is the page about?", HE, CLIENT)
        desk.press("enter", f" {page}", "enter")
        desk.sees("The page is at")
        shown = " ".join(sheet.extract_text() for sheet in PdfReader(page).pages)
        assert (CLIENT in shown, HE in shown) == (True, False)
        desk.press("f4")
        desk.at("EXPORT")
        desk.sees("Which client not said: choose the client")
        desk.fill(out=str(tmp_path))
        desk.press("f4")
        desk.sees("! This case has several clients.")
        desk.press("right")
        desk.sees(f"Which client {CLIENT}")
        desk.sees_not(HE)


@pytest.mark.screen
def test_a_request_goes_to_the_export_of_who_asked(house: House) -> None:
    with house.open("Amina") as amina:
        him = case_people.add(amina, house.case, role="client", names=[HE])
        story_records.add(amina, house.case, SubjectRequest(AskedFor.COPY, person=him, due="2150-01-01"))
        partners.add(amina, name=RECIPIENT, age_recipient=AGE, compared=True)
    with house.desk("Amina") as desk:
        desk.press("enter", "d", "e")
        desk.at("EXPORT")
        desk.sees(f"Which client {HE}", "answer by 2150-01-01")
        desk.press("escape", "space")
        desk.sees("What was handed over, and to whom")
        desk.press(" a page to him", "enter")
        desk.sees("What was handed over, and to whom: a page to him", "Answered on")
    with house.open("Amina") as amina:
        (request,) = story_records.list_in(amina, house.case, (SubjectRequest.KIND,))
        assert (request.value.plain()["handed"], request.value.is_due()) == ("a page to him", False)


# Somebody who holds a case writes a disclosure of their own: what of it comes into the package of a colleague.
SHARED = Disclosure(bytes(16), "lawyer", "x", bytes(16), bytes(32), "2026-11-27")


@dataclass(frozen=True, slots=True)
class Office:
    """The founder's case of a client and a witness, which a colleague in the same folder holds too."""

    place: Place
    oren: Colleague
    case: CompartmentId
    recipient: RecordId
    client: RecordId
    witness: RecordId


def office_with(place: Place, role: Role) -> Office:
    with place.open() as session:
        oren = admit(session, roles={role}, by_root=True)
        kept = partners.add(session, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        case = cases.create(session, title="T", kind="extradition").case
        client = case_people.add(session, case, role="client", names=["Tikhon Omutkov"])
        witness = case_people.add(session, case, role="witness", names=["Sana Belgorova"])
        notes.add(session, case, Note(NoteKind.CONTACT, "Tikhon Omutkov met Sana Belgorova, and Qamar hid them."))
        consenting.agree(session, case, LAWYER)
        sharing.grant(session, case, [oren.member])
    with oren.open(place):
        pass
    return Office(place, oren, case, kept.record, client, witness)


@pytest.fixture
def office(founded: Place) -> Office:
    return office_with(founded, Role.CASEWORKER)


def forge(session: Session, office: Office, **said: object) -> None:
    forged = dataclasses_replace(SHARED, recipient=office.recipient, **said)  # type: ignore[arg-type]
    with session.work(office.case) as work:
        work.keep(office.case, forged)
        work.commit(Entry(act="export.done"))


def pages_of(
    session: Session, office: Office, *, take_proposals: bool = True, contact: str | None = None
) -> str | exporting.Undecided:
    """Return what the person who exports reads before anybody is asked to approve it."""
    pages: list[str] = []

    def approve(shown: tuple[str, ...]) -> bool:
        pages.extend(shown)
        return True

    wish = Wish("lawyer", LAWYER, take_proposals=take_proposals, contact=contact)
    out = office.place.path.with_name(f"{make_id().hex()}.question")
    asked = consenting.ask(session, office.case, wish, out=out, approve=approve)
    return asked if isinstance(asked, exporting.Undecided) else "\n".join(pages)


def exported(session: Session, office: Office, out: Path, *, contact: str | None = None) -> exporting.Exported:
    (approver,) = second_person.approvers(session)
    person = Person(PASSPHRASE) if approver.name == MEMBER else Person()
    second = second_person.at_this_keyboard(session, approver.name, run=person.run)
    wish = Wish("lawyer", LAWYER, take_proposals=True, contact=contact)
    done = consenting.export(session, office.case, wish, out=out, second=second)
    assert isinstance(done, exporting.Exported)
    return done


@pytest.mark.long
@each(["Gulnara Isakova", "+996555123456", "Bakyt Sadyrov of Jalalabad", "1987-06-05", "kx4", "KXX", "x" * 512])
def test_no_code_is_printed_but_of_the_shape_that_the_program_draws(code: str, office: Office) -> None:
    with office.oren.open(office.place) as oren:
        forge(oren, office, pseudonyms=(PseudonymGiven(office.client, code),))
    with office.place.open() as session:
        pages = pages_of(session, office)
    assert isinstance(pages, str)
    assert "[P-" in pages
    assert f"[P-{code}" not in pages


@pytest.mark.long
def test_no_code_stands_for_two_people_nor_for_another_than_this_member_gave_it(office: Office, tmp_path: Path) -> None:
    with office.oren.open(office.place) as oren:
        forge(oren, office, pseudonyms=tuple(PseudonymGiven(who, "KX4") for who in (office.client, office.witness)))
    with office.place.open() as session:
        first = exported(session, office, tmp_path).pages
    assert "[P-KX4]" not in " ".join(first)
    codes = sorted({word.strip(".,") for word in " ".join(first).split() if word.startswith("[P-")})
    assert len(codes) == 2
    with office.oren.open(office.place) as oren:
        given = [code.removeprefix("[P-").removesuffix("]") for code in codes]
        for client, witness in (given, given[::-1]):
            pairs = (PseudonymGiven(office.client, client), PseudonymGiven(office.witness, witness))
            forge(oren, office, pseudonyms=pairs, made="2031-01-01")
    with office.place.open() as session:
        assert exported(session, office, tmp_path).pages == first


@pytest.mark.long
def test_whom_to_call_and_what_stays_is_what_this_member_said_and_read(office: Office) -> None:
    with office.oren.open(office.place) as oren:
        read = tuple(note.version for note in cases.open_case(oren, office.case).notes)
        forge(oren, office, contact="Oren +996 555 000 111", decisions=(Decision("Qamar", "keep"),), read=read)
    with office.place.open() as session:
        undecided = pages_of(session, office, take_proposals=False)
        assert isinstance(undecided, exporting.Undecided)
        assert [(asked.form, asked.before) for asked in undecided.questions] == [("Qamar", "keep")]
        pages = pages_of(session, office)
        assert isinstance(pages, str)
        assert "Oren" not in pages
        assert "Qamar" not in pages


@pytest.mark.long
def test_what_a_legal_reviewer_exports_stays_in_the_case(founded: Place, tmp_path: Path) -> None:
    office = office_with(founded, Role.LEGAL_REVIEWER)
    with office.oren.open(office.place) as lea:
        first = exported(lea, office, tmp_path)
        assert first.questions > 0
        up_to_date_index(lea)
        assert [str(told) for told in lea.warnings if "set aside" in str(told)] == []
        lea.require_sound_log(office.case)
        again = exported(lea, office, tmp_path)
        assert (again.pages, again.questions) == (first.pages, 0)
    with office.place.open() as session:
        up_to_date_index(session)
        assert [str(told) for told in session.warnings if "set aside" in str(told)] == []
        assert log_checking.verify(session).verified
