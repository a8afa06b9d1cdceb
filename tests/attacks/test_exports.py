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
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.attacks.memory import found_in, neighbour_reads, without_privileges
from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.export.samples import COVER, FORBIDDEN, dossier
from tests.services.founded import Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.export.children import command_of
from vault.export.dossier_report import in_days
from vault.export.leakcheck.forbidden_forms import ForbiddenForms
from vault.export.leakcheck.readers import read_with_pdfium
from vault.export.package import prepare, verifier_command, write_package
from vault.export.reader import OpenedPackage, open_package
from vault.export.release import Release
from vault.records import work
from vault.records.versions import encode_content
from vault.seal import signing
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes
from vault.services.exports import packages, partners

LAWYER = "Maître Ondrelle"
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
    return Referral(case.ref, identity, out)


@dataclass(frozen=True)
class Referral:
    ref: str
    identity: str
    out: Path

    def command(self, *more: str) -> tuple[str, ...]:
        wish = ("--profile", "lawyer-named", "--to", LAWYER, "--contact", CONTACT)
        return ("export", self.ref, *wish, "--out", str(self.out), *more)

    def begun(self, desk: Desk) -> Typist:
        """Return who types it at a terminal, and has said whom to call: that stays in no history of a shell."""
        words = (word for word in self.command() if word not in {"--contact", CONTACT})
        person = Typist(desk, *desk.given(), *words)
        person.wait_for("Whom may the recipient call, and how")
        person.type(CONTACT)
        return person

    def opened(self) -> OpenedPackage:
        """Return the one package that was written."""
        (file,) = self.out.iterdir()
        return open_package(file.read_bytes(), self.identity)

    def report(self) -> str:
        """Return the words of its report."""
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
        ("k", "b", "", "no"),
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
    person.wait_for("They met in Qarvosh")
    while person.wait_for(r"q stop: |Type yes: ")[0] != "Type yes: ":
        person.type("")
    assert list(referral.out.iterdir()) == []
    person.type("yes")
    assert person.end() == 0
    assert outcomes(desk) == {"export.begin": "ok:alone", "export.done": "ok"}
    assert json.loads(referral.opened().members["data.json"])["pages"] == "read"
    assert "Nobody at the organisation read" not in referral.report()


@pytest.mark.long
def test_a_report_can_be_cited_and_answered(desk: Desk, referral: Referral) -> None:
    assert desk.run(*referral.command("--decide", "proposed", "--unread")).code == 0
    report = referral.report()
    today = in_days(datetime.datetime.now(tz=datetime.UTC).date().isoformat(), "en")
    assert report.startswith(f"Referral report · {referral.ref} 1 / 1 ")
    for words in (
        f"Date {today}",
        f"Reference {referral.ref}",
        "From Quillfeather Aid",
        f"Questions to {CONTACT}",
        f"For {LAWYER}",
        "Stage before registration",
        "Date of birth 3 February 1991",
        "Who is named client and persecutor; others by a code",
        "1 12 March 2024 interview, by a caseworker Miralo Dastenov came on foot.",
        f"2 {today} contact, by a caseworker, date of writing They met in [removed].",
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


def test_packages_of_the_formats_before_still_open() -> None:
    opened = open_package((PACKAGES / "format-2.age").read_bytes(), (PACKAGES / "identity").read_text().strip())
    assert opened.manifest.release is not None
    assert (opened.manifest.form, opened.manifest.release.pages) == (2, "")
    assert "UNREAD" not in str(opened.manifest.release.sentence())


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
        age_recipient=recipient_of(identity),
        package_public=signing.public_key(bytes(range(1, 33))),
        sign=stranger,
        release=Release(datetime.date(2026, 10, 1), ("caseworker",), bytes(range(16))),
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
