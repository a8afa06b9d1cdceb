"""Against the rule of two: a patched program, a second device, a stolen approval. Each is refused or told of."""

from __future__ import annotations

import dataclasses
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.attacks.test_erasing import admit as erasing_admit
from tests.services import colleague, consenting
from tests.services.approvals.keyboard import Person
from tests.services.approvals.test_approving import LAWYER, director, oren
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, share
from vault.access.membership.act_listing import list_acts
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.casework.case import Access, GrantReason
from vault.casework.disclosure import Approving
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import MalformedError, RefusedError, VerificationError
from vault.export.data_json import canonical, render_data
from vault.export.dossier_report import Cover, make_report
from vault.export.pdf import render_report
from vault.export.report_docx import render_docx
from vault.export.shown_sections import ShownBlock, ShownDossier, ShownSection
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.log.approval import APPROVAL_PURPOSE, Approval
from vault.policy.roles import Role
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.seal.named import access_record
from vault.seal.signing import make_signing_seed, sign
from vault.services import housekeeping
from vault.services.approvals import by_file, erasing, second_person
from vault.services.approvals.pipe import ask_second
from vault.services.approvals.question import ApprovalQuestion
from vault.services.cases import cases, holds, notes, sections
from vault.services.erasures import arrived, what_goes
from vault.services.evidence import log_checking
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing, timed_grants
from vault.services.members.changes import lower_member
from vault.store import tables
from vault.trust.trust_items import MEMBER as PERSON

# A question in a file: what its reader is shown is all that the approval is for.
PURPOSE = "referral to counsel"
COVER = Cover(PURPOSE, release="two-person", day="2026-11-27")
NAME = "Ilham Quillfeather"


def told_of(text: str) -> ShownDossier:
    """Return a report of one note, by whoever writes reports without redacting anything."""
    return ShownDossier("lawyer", (ShownSection("note", (ShownBlock("text", text),)),), ())


def files_of(text: str) -> dict[str, bytes]:
    told = told_of(text)
    report = make_report(told, COVER)
    return {
        "report.pdf": render_report(report),
        "report.docx": render_docx(report),
        "data.json": render_data(told, COVER),
    }


def question(files: Mapping[str, bytes], **other: Any) -> ApprovalQuestion:
    named = [[name, sha256(content).digest()] for name, content in sorted(files.items())]
    of = {"files": named, "profile": "lawyer", "purpose": PURPOSE, "recipient": "academic acid"}
    about, reasons = ("this report leaves for Maître Ondrelle",), second_person.REASONS
    wanted = ApprovalQuestion(
        act="export.begin", of=of, contents=dict(files), about=about, reasons=reasons, expires_ms=0
    )
    return replace(wanted, **other)


def ask(organisation: Organisation, wanted: ApprovalQuestion, path: Path) -> Path:
    """Seal a question of any content: the program of whoever asks is theirs."""
    with organisation.open(AMINA) as amina:
        wanted = replace(wanted, expires_ms=amina.log.now_ms() + 3_600_000)
        by_file.ask(amina, wanted, [second_person.approver_named(amina, full_name(SELIN))], path)
    return path


def give(session: Session, path: Path) -> tuple[Approval, str]:
    return by_file.give(session, path, path.with_name("answer"), why="legal-referral")


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    files = files_of(CODED)
    data = json.loads(files["data.json"])
    change(data)
    return {**files, "data.json": canonical(data)}


OTHER_PAGES = "the pages are not those that this program makes of the text in the question; nothing was approved"
CODED, NAMED = "[PERSON 1] was heard.", f"{NAME} was heard."


MORE_THAN_SHOWN: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "the pages name somebody": (lambda: {**files_of(CODED), "report.pdf": files_of(NAMED)["report.pdf"]}, OTHER_PAGES),
    "pages that no reader opens": (
        lambda: {**files_of(CODED), "report.pdf": b"%PDF-1.7 " + NAMED.encode()},
        OTHER_PAGES,
    ),
    "the Word document names somebody": (
        lambda: {**files_of(CODED), "report.docx": files_of(NAMED)["report.docx"]},
        OTHER_PAGES,
    ),
    "no Word document": (lambda: {name: files_of(CODED)[name] for name in ("report.pdf", "data.json")}, "no report"),
    "no pages": (lambda: {"data.json": files_of(CODED)["data.json"]}, "no report"),
    "a fourth file": (lambda: {**files_of(CODED), "more.txt": NAMED.encode()}, "no report"),
    "data under a key of its own": (lambda: changed(lambda data: data.update(more=NAMED)), "no report"),
    "data in the notice": (lambda: changed(lambda data: data["notice"]["lines"].append(NAMED)), "no report"),
    "data in a heading": (lambda: changed(lambda data: data["sections"][0].update(heading=NAMED)), "no report"),
    "another purpose than is signed": (lambda: changed(lambda data: data.update(purpose=NAMED)), "no report"),
}


@pytest.mark.long
@pytest.mark.parametrize(("make", "words"), MORE_THAN_SHOWN.values(), ids=MORE_THAN_SHOWN)
def test_files_that_say_more_than_is_shown_are_not_approved(
    organisation: Organisation, tmp_path: Path, make: Callable[[], dict[str, bytes]], words: str
) -> None:
    path = ask(organisation, question(make()), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        for act in (by_file.read_question, give):
            with pytest.raises(VerificationError, match=words):
                act(selin, path)
        assert not (tmp_path / "answer").exists()
        assert selin.log.size == before


@pytest.mark.skipif(sys.platform != "linux", reason="no other system holds to a limit of memory")
def test_a_text_that_asks_for_all_memory_is_refused(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vault.export.pdf.MOST_MEMORY", 48 * 2**20)
    files = {"report.pdf": b"", "report.docx": b"", "data.json": render_data(told_of("word\n" * 12_000), COVER)}
    path = ask(organisation, question(files), tmp_path / "question")
    with organisation.open(SELIN) as selin, pytest.raises(RefusedError, match="more memory than a report may use"):
        by_file.read_question(selin, path)


def test_pages_that_say_what_is_shown_are_approved(organisation: Organisation, tmp_path: Path) -> None:
    path = ask(organisation, question(files_of(NAMED)), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        assert f"|   text: {NAMED}" in by_file.read_question(selin, path).question.lines()
        approval, name = give(selin, path)
        assert (approval.act, name) == ("export.begin", full_name(AMINA))


def test_reasons_that_are_sentences_are_no_reasons(organisation: Organisation, tmp_path: Path) -> None:
    path = ask(organisation, question(files_of(CODED), reasons=("x\nApproved before.",)), tmp_path / "question")
    with organisation.open(SELIN) as selin, pytest.raises(MalformedError, match="reasons that are no codes"):
        by_file.read_question(selin, path)


FORGED = "To approve: nothing"


@pytest.mark.parametrize(
    "text",
    [
        f"First.\n\n{FORGED}",
        f"First.\u2028{FORGED}",
        f"First.\x85{FORGED}",
        f"First.{' ' * 200}{FORGED}",
        "x " * 90 + FORGED,
    ],
    ids=["line break", "line separator", "next line", "blanks to the edge", "words to the edge"],
)
def test_no_text_of_others_makes_a_line_that_passes_for_the_programs(text: str) -> None:
    """Wherever a text stands, at the beginning of a line or where a terminal would break it."""
    data = json.dumps({"sections": [{"heading": text, "blocks": [{"label": text, "text": text}]}]}).encode()
    wanted = ApprovalQuestion(
        act=text, of={text: text, "until": text}, contents={"data.json": data}, about=(text,), expires_ms=1
    )
    lines = wanted.lines()
    ours = [line for line in lines if not line.startswith(("| ", "  ", "> "))]
    assert ours[0] == ""
    assert ours[1].startswith(f"To approve: {text[:1]}")
    assert ours[2:] == ["As the one who asks says:"]
    assert all(len(line) <= 72 and len(line.splitlines()) <= 1 for line in lines)
    assert not [line for line in lines if line.strip() == FORGED and not line.startswith("      ")]


def test_what_the_first_page_says_is_shown_to_who_approves() -> None:
    """A name could leave by `whom to call`, too."""
    head = {"contact": f"call {NAME}", "reference": "K7QM-3XPD", "organisation": "Aid", "recipient": "M. Ondrelle"}
    cover = dataclasses.replace(COVER, **head)
    lines = question({"report.pdf": b"", "data.json": render_data(told_of(CODED), cover)}).lines()
    for said in (f"| contact: call {NAME}", "| reference: K7QM-3XPD", "| recipient: M. Ondrelle", "| day: 2026-11-27"):
        assert said in lines


__all__ = ["director", "oren"]  # fixtures


def wanted(session: Session, **changes: object) -> ApprovalQuestion:
    return msgspec.structs.replace(question(files_of(CODED), expires_ms=session.log.now_ms() + 60_000), **changes)


def given(session: Session, oren: Colleague, one: ApprovalQuestion) -> Approval:
    return ask_second(session, member=oren.member, name=oren.name, question=one, run=Person().run)


def unsigned(session: Session, one: ApprovalQuestion, approver: bytes) -> Approval:
    return Approval(
        vault=session.vault,
        act=one.act,
        digest=one.digest,
        requester=session.seat,
        approver=approver,
        role="supervisor",
        why="casework",
        expires_ms=one.expires_ms,
        nonce=secrets.token_bytes(16),
    )


def use(session: Session, case: CompartmentId, approval: Approval | None) -> None:
    """Do what a patched program does: carry the act out and ask no rule."""
    with session.work(case) as work:
        if approval is not None:
            work.list_approval(approval.encode())
            kept = Approving(approval.act, approval.digest, approval.encode())
            work.write(case, RecordId(make_id()), Approving.KIND, to_fields(kept))
        work.commit(Entry(act="export.begin", why="legal-referral"))


def told(session: Session) -> list[str]:
    """Return what is said of approvals: it is named, the log is not called verified, and nothing waits for it."""
    found = log_checking.verify(session)
    of_approvals = [fault for fault in found.faults if fault.code == "approval"]
    assert found.verified is not bool(of_approvals)
    session.require_sound_log(session.directory.compartment)
    return [str(fault.message) for fault in of_approvals]


@pytest.mark.long
def test_an_export_by_a_patched_program_without_any_approval_is_told(director: Session, filled: Filled) -> None:
    use(director, filled.cases[0], None)
    assert [text.partition(": ")[2] for text in told(director)] == [
        "export.begin without the approval of a second person"
    ]


def test_an_approval_used_twice_is_told_and_the_honest_program_refuses(
    director: Session, filled: Filled, oren: Colleague
) -> None:
    one = wanted(director)
    approval = given(director, oren, one)
    use(director, filled.cases[0], approval)
    assert told(director) == []
    with pytest.raises(RefusedError, match="used a second time"):
        second_person.require_valid(director, approval, one)
    use(director, filled.cases[0], approval)
    assert [text.partition("approval ")[2] for text in told(director)] == ["that was used a second time"]


def test_an_approval_for_something_else_is_refused(director: Session, oren: Colleague) -> None:
    approval = given(director, oren, wanted(director))
    with pytest.raises(RefusedError, match="for something else"):
        second_person.require_valid(director, approval, wanted(director, of={"profile": "lawyer-named"}))


def test_an_approval_is_refused_once_it_has_expired(director: Session, filled: Filled, oren: Colleague) -> None:
    one = wanted(director)
    approval = given(director, oren, one)
    director.log.now_ms = lambda: one.expires_ms + 1
    with pytest.raises(RefusedError, match="had expired"):
        second_person.require_valid(director, approval, one)
    use(director, filled.cases[0], approval)
    assert [text.partition("approval ")[2] for text in told(director)] == ["that was used after it had expired"]


def test_an_approval_that_the_director_signs_in_anothers_name_is_forged(
    director: Session, filled: Filled, oren: Colleague
) -> None:
    one = wanted(director)
    bare = unsigned(director, one, oren.seat)
    forged = bare.signed(sign(make_signing_seed(), APPROVAL_PURPOSE, bare.unsigned()))
    with pytest.raises(RefusedError, match="not signed by the seat that it names"):
        second_person.require_valid(director, forged, one)
    use(director, filled.cases[0], forged)
    assert "not signed by the seat that it names" in told(director)[0]


def test_a_second_device_of_the_director_approves_nothing(filled: Filled) -> None:
    with filled.open() as session:
        tablet = admit(session, name=MEMBER, passphrase=b"two silver anchors", member=session.member)
        admit(session)
    with tablet.open(filled.place):
        pass
    with filled.open() as session:
        person = Person(passphrase=b"two silver anchors")
        with pytest.raises(RefusedError, match="nobody can approve their own question"):
            ask_second(session, member=session.member, name=MEMBER, question=wanted(session), run=person.run)
        one = wanted(session)
        bare = unsigned(session, one, tablet.seat)
    with tablet.open(filled.place) as second:
        own = bare.signed(second.sign(APPROVAL_PURPOSE, bare.unsigned())[1])
        with second.work() as work:
            work.list_approval(own.encode())
            work.commit(Entry(act="approve"))
    with filled.open() as session:
        with pytest.raises(RefusedError, match="given by the member who carries the act out"):
            second_person.require_valid(session, own, one)
        use(session, filled.cases[0], own)
        assert "given by the member who carries the act out" in told(session)[0]


def test_a_member_without_such_a_role_approves_nothing(filled: Filled) -> None:
    with filled.open() as session:
        helper = admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles={Role.INTAKE})
    with helper.open(filled.place):
        pass
    with filled.open() as session:
        one, person = wanted(session), Person(passphrase=b"four amber lamps")
        with pytest.raises(RefusedError, match="role does not allow approvals"):
            ask_second(session, member=helper.member, name=helper.name, question=one, run=person.run)


def test_a_seat_that_was_ended_approves_nothing_any_more(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
    with oren.open(filled.place):
        pass
    with filled.open() as session:
        one = wanted(session)
        approval = given(session, oren, one)
        list_acts(session, lower_member(session, oren.member, [PERSON]))
        with pytest.raises(RefusedError, match="its giver is not a member"):
            second_person.require_valid(session, approval, one)
        with pytest.raises(RefusedError, match="does not use this device"):
            ask_second(session, member=oren.member, name=oren.name, question=one, run=Person().run)


def test_an_approving_operation_that_was_cut_off_is_missed(director: Session, filled: Filled, oren: Colleague) -> None:
    approval = given(director, oren, wanted(director))
    use(director, filled.cases[0], approval)
    with director.database.transaction() as rows:
        (origin,) = {row.origin for row in rows.geneses()} - {director.log.origin}
        newest = rows.size(origin) - 1
        rows.connection.execute(
            sa.delete(tables.operation).where(tables.operation.c.origin == origin, tables.operation.c.seq == newest)
        )
    director.close()
    with filled.open() as session:
        found = log_checking.verify(session)
        assert any(fault.code == "cut" for fault in found.faults)
        assert any("names an approval that is not here yet" in str(line) for line in found.on_their_way)


@pytest.mark.long
def test_no_seal_is_put_on_a_package_under_anothers_approval(
    director: Session, filled: Filled, oren: Colleague, tmp_path: Path
) -> None:
    approval = given(director, oren, wanted(director))
    with pytest.raises(RefusedError, match="for something else"):
        consenting.export(
            director,
            filled.cases[0],
            Wish("lawyer", LAWYER, take_proposals=True),
            out=tmp_path,
            second=lambda _: approval,
        )
    assert list(tmp_path.glob("*.age*")) == []


def test_the_second_process_never_sees_a_database_key(director: Session, oren: Colleague) -> None:
    questions: list[bytes] = []

    def run(question: bytes) -> bytes:
        questions.append(question)
        return Person().run(question)

    ask_second(director, member=oren.member, name=oren.name, question=wanted(director), run=run)
    secret = [
        director.copy_keys(read_key_file(director.folder.keys)).database_key,
        director.own_drafts.key,
        PASSPHRASE,
        colleague.PASSPHRASE,
    ]
    assert all(one not in questions[0] for one in secret)


def test_nobody_approves_other_files_than_those_that_are_shown(director: Session, oren: Colleague) -> None:
    harmful, harmless = b"{}", b'{"sections": []}'
    one = wanted(director, contents={"data.json": harmless})
    one = msgspec.structs.replace(one, of={**one.of, "files": [["data.json", sha256(harmful).digest()]]})
    person = Person()
    with pytest.raises(VerificationError, match="not what the approval would be for"):
        ask_second(director, member=oren.member, name=oren.name, question=one, run=person.run)
    assert person.shown == []


# A colleague's own program erases much without a second person, or with an approval of something else: it is named.
SAID = Note(NoteKind.INTERVIEW, "evidence")


@dataclass(frozen=True, slots=True)
class Office:
    """The founder, who reads the payloads, a supervisor beside them, and a case of twelve notes that both hold."""

    filled: Filled
    colleague: Colleague
    case: CompartmentId
    notes: tuple[RecordId, ...]


@pytest.fixture
def office(short: Filled) -> Office:
    with short.open() as owner:
        colleague = erasing_admit(owner, "Oren Sabaluk", "supervisor", b"nine copper whistles")
        case = cases.create(owner, title="C", kind="asylum", alone_reason="nobody").case
        written = tuple(notes.add(owner, case, SAID) for _ in range(12))
        sharing.grant(owner, case, [colleague.member])
    return Office(short, colleague, case, written)


def list_as_erased(
    session: Session, home: CompartmentId, *records: RecordId, approval: bytes | None = None, **said: object
) -> None:
    """List as erased what stays here, as a device that hears of it sees it."""
    with session.database.reading() as rows:
        found = [row for record in records for row in rows.placed(home, record)]
    with session.work() as work:
        for row in found:
            work.erase(home, VersionId(row.id))
        if approval is not None:
            work.list_approval(approval)
        work.commit(Entry(**{"act": "erase", "why": "mistake", **said}))  # type: ignore[arg-type]  # what an own program says


def named(session: Session) -> list[str]:
    arrived.note(session, arrived.look(session))
    return [str(fault.message) for fault in log_checking.verify(session).faults]


@pytest.mark.long
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"covers": {"note": 1}}, id="it says that it was one note"),
        pytest.param({"act": "case.delete"}, id="by another act"),
        pytest.param({"why": "arrived"}, id="it says that others erased it"),
    ],
)
def test_more_than_ten_records_without_a_second_person_are_named_also_once_they_are_gone(
    office: Office, said: dict[str, Any]
) -> None:
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, office.case, *office.notes, **said)
    with office.filled.open() as owner:
        assert any("erased 12 records that were here, without" in line for line in named(owner))
        assert arrived.carry_out(owner, at_once=True) == 12
        assert any("erased 12 records that were here, without" in line for line in named(owner))
        assert not any("without" in line and f"operation {owner.log.size - 1}:" in line for line in named(owner))


def test_ten_records_are_nobodys_business(office: Office) -> None:
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, office.case, *office.notes[:10], covers={"note": 10})
    with office.filled.open() as owner:
        assert named(owner) == []


def test_an_approval_of_another_erasure_is_named(office: Office, tmp_path: Path) -> None:
    place, spam = office.filled.place, tmp_path / "question"
    with office.filled.open() as owner:
        junk = [notes.add(owner, office.case, Note(NoteKind.CONTACT, "spam")) for _ in range(11)]
        going = what_goes.what_goes(owner, *(record.hex() for record in junk))
        erasing.ask(owner, going, why="mistake", out=spam, approver=office.colleague.name)
    with office.colleague.open(place) as colleague:
        by_file.give(colleague, spam, tmp_path / "answer", why="mistake")
    with office.filled.open() as owner:
        approval = by_file.read_answer(owner, tmp_path / "answer")
        said: dict[str, Any] = {"covers": {"note": 12}, "dig": approval.digest, "deleg": approval.approver}
        list_as_erased(owner, office.case, *office.notes, approval=approval.encode(), **said)
        assert any("used for something else than it was given for" in line for line in named(owner))


def test_the_approval_of_this_erasure_is_not(office: Office, tmp_path: Path) -> None:
    ids = [record.hex() for record in office.notes]
    with office.filled.open() as owner:
        going = what_goes.what_goes(owner, *ids)
        erasing.ask(owner, going, why="mistake", out=tmp_path / "question", approver=office.colleague.name)
    with office.colleague.open(office.filled.place) as colleague:
        by_file.give(colleague, tmp_path / "question", tmp_path / "answer", why="mistake")
    with office.filled.open() as owner:
        approval = by_file.read_answer(owner, tmp_path / "answer")
        erasing.erase(owner, what_goes.what_goes(owner, *ids), why="mistake", second=lambda _: approval)
        assert named(owner) == []


def test_an_erasure_in_a_section_of_a_case_on_hold_is_named(office: Office) -> None:
    with office.filled.open() as owner:
        section = sections.create(owner, office.case, what="other", title="S", members=[office.colleague.member])
        note = sections.add_note(owner, section, SAID)
        holds.hold(owner, office.case, reason="a court asks", review="2090-01-01")
    with office.colleague.open(office.filled.place) as colleague:
        list_as_erased(colleague, section, note)
    with office.filled.open() as owner:
        assert any("which was on legal hold" in line for line in named(owner))


# Whoever breaks the glass in the name of another holder is named themselves, to that one too.
DAY_MS = 86_400_000


@pytest.mark.parametrize("holder", [TOMAS, SELIN], ids=["the one named", "another"])
def test_who_opened_a_case_is_whose_log_says_so(organisation: Organisation, holder: str) -> None:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, TOMAS, SELIN)
        until_ms = amina.log.now_ms() + 10 * DAY_MS
        false = Access(member=joel, why=GrantReason.EMERGENCY, given_by=tomas, until=until_ms)
        with amina.work(case) as work:
            work.write(case, RecordId(access_record(joel)), Access.KIND, to_fields(false))
            work.commit(Entry(act="case.edit", pol="x"))
        sharing.grant(amina, case, [joel], until_ms=until_ms)
    organisation.exchange(AMINA, holder)
    with organisation.open(holder) as session:
        (line,) = housekeeping.settle(session)
        (term,) = timed_grants.terms_of(session, case)
    assert str(line).startswith(
        f"BREAK-GLASS: {full_name(AMINA)} opened 1 of the cases that you hold to {full_name(JOEL)}, until "
    )
    assert term.given_by == organisation[AMINA].member
