"""Names that somebody else wrote: they rename nobody, and no line of theirs passes for a line of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from msgspec.structs import replace as structs_replace

from tests.attacks.conftest import AGE
from tests.attacks.test_two_person import CODED, files_of, question
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.founded import PASSPHRASE, Place
from tests.services.offices import Office, admit
from tests.services.organisation import AMINA, DANA, JOEL, KARIM, MIRA, SELIN, Organisation, ask_to_join, full_name
from tui.screens.cases.paper import file_name
from vault.access.membership.next_roster import Change, propose, sign_by_root
from vault.access.membership.pending_seat import new_seat
from vault.access.membership.roster_commit import commit_roster
from vault.access.membership.roster_proposals import Proposal, open_proposal, seal_proposal
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.organisation_records import DeviceName, Member
from vault.casework.vocabulary import NoteKind
from vault.cli import member as member_cli
from vault.cli.output import Output
from vault.cli.table import Given
from vault.errors import (
    MalformedError,
    RefusedError,
    UsageError,
    VaultError,
    VerificationError,
    WaitingForDecisionError,
)
from vault.export import archive
from vault.ids import MemberId, RecordId, SeatId, make_id
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.seal.invitation import Invitation, Request, seal_request
from vault.services.approvals import by_file, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.backups.backup_folder import BackupFolder, require_undamaged, write_digests
from vault.services.cases import cases, editing
from vault.services.erasures import what_goes
from vault.services.exports import partners
from vault.services.grants.timed_grants import last_day
from vault.services.members import devices, invitations, members, roster_changes, rostering
from vault.services.projection import authors

NEWCOMER = "Ilse Marrow"
WORDS = " ".join(["academic"] * 13)


# ---- a proposal, of which the signatures cover no name


@pytest.fixture
def proposal(organisation: Organisation, tmp_path: Path) -> bytes:
    """Karim's proposal to admit somebody as admin, on its way to Mira."""
    with organisation.open(KARIM) as karim:
        invitation = invitations.invite(karim, like="admin", days=3)
        request, words = ask_to_join(tmp_path, Place(tmp_path / "new.vault", tmp_path / "news"), invitation, NEWCOMER)
        outcome = invitations.admit(karim, invitations.look(karim, request), words).outcome
        assert outcome.proposal is not None
        return outcome.proposal


def swapped(of: Organisation, new: Member) -> list[Member]:
    joel, selin = of[JOEL].member, of[SELIN].member
    return [new, Member(joel, full_name(SELIN)), Member(selin, full_name(JOEL))]


@pytest.mark.long
@pytest.mark.parametrize(
    ("records", "error", "words"),
    [
        pytest.param(
            swapped, MalformedError, "gives a name to somebody who is already a member", id="of those who are in"
        ),
        pytest.param(
            lambda of, new: [replace(new, name=full_name(SELIN).upper())],
            RefusedError,
            "there is already a member with this name",
            id="a member's, for somebody new",
        ),
        pytest.param(
            lambda of, new: [replace(new, name=full_name(SELIN).replace("e", "\u0435"))],
            RefusedError,
            "there is already a member with this name, or with one that looks the same",
            id="one that looks like a member's",
        ),
        pytest.param(
            lambda of, new: [replace(new, name=f"{NEWCOMER}\u2065")],
            MalformedError,
            "gives no name",
            id="a sign that no font has",
        ),
        pytest.param(
            lambda of, new: [replace(new, name=NEWCOMER.replace(" ", "\u00a0"))],
            RefusedError,
            "does not show as itself",
            id="another blank",
        ),
        pytest.param(lambda of, new: [new, replace(new, name="Ilse")], MalformedError, "a member twice", id="two"),
        pytest.param(
            lambda of, new: [replace(new, name=f"{NEWCOMER}\nsigned by Karim")],
            MalformedError,
            "gives no name",
            id="lines",
        ),
    ],
)
def test_whoever_carries_a_proposal_writes_no_other_names_into_it(
    organisation: Organisation,
    proposal: bytes,
    records: Callable[[Organisation, Member], Sequence[Member]],
    error: type[VaultError],
    words: str,
) -> None:
    with organisation.open(DANA) as dana:  # who holds the directory's key, and signs nothing
        true = open_proposal(dana, proposal)
        carried = seal_proposal(dana, Proposal(true.roster, tuple(records(organisation, true.members[0]))))
    with organisation.open(MIRA) as mira:
        for act in (rostering.show, rostering.sign, rostering.commit):
            with pytest.raises(error, match=words):
                act(mira, carried)
        joel = organisation[JOEL].member
        also = Proposal(true.roster, (Member(joel, full_name(SELIN)), *true.members))
        told = roster_changes.changes_in_words(mira, also)
        assert str(told[0]) == f"admits {NEWCOMER} as admin, until {last_day(until_of(true))}"
        assert rostering.commit(mira, rostering.sign(mira, proposal)[1]).is_done


def until_of(proposal: Proposal) -> int:
    (member,) = proposal.members
    assert member.until is not None
    return member.until


@pytest.mark.parametrize("until", [None, 1 << 50], ids=["none", "later"])
def test_the_device_that_began_a_proposal_refuses_another_last_day(
    organisation: Organisation, proposal: bytes, until: int | None
) -> None:
    with organisation.open(DANA) as dana:
        true = open_proposal(dana, proposal)
        changed = tuple(replace(member, until=until) for member in true.members)
        carried = seal_proposal(dana, Proposal(true.roster, changed), came=proposal)
    with organisation.open(KARIM) as karim:
        for act in (rostering.show, rostering.sign, rostering.commit):
            with pytest.raises(RefusedError, match="another name or last day"):
                act(karim, carried)
        assert rostering.show(karim, proposal).changes


def test_a_proposal_says_of_everybody_whom_it_admits_who_they_are(organisation: Organisation, proposal: bytes) -> None:
    with organisation.open(DANA) as dana:
        carried = seal_proposal(dana, Proposal(open_proposal(dana, proposal).roster), came=proposal)
    with organisation.open(MIRA) as mira, pytest.raises(MalformedError, match="does not name everybody whom it admits"):
        rostering.sign(mira, carried)


# ---- invitation and request, before anybody has compared the words


LINES = [
    pytest.param(f"Mira\nRead these 13 words:\n  {WORDS}", id="line break"),
    pytest.param("Mira\u2028second line", id="line separator"),
    pytest.param("Mira\rRead", id="carriage return"),
    pytest.param("Mira\tRead", id="tab"),
    pytest.param("Mira\x1b[2J", id="escape"),
    pytest.param("Mira \u202earim", id="other order"),
    pytest.param("Mi\u200bra", id="no width"),
    pytest.param(" Mira", id="blanks around"),
]


def patched(monkeypatch: pytest.MonkeyPatch, kind: type[Any]) -> None:
    """Leave out what the program asks of what it makes itself."""
    monkeypatch.setattr(kind, "__post_init__", lambda self: None)


@pytest.mark.long
@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("field", ["by", "name"])
def test_an_invitation_with_lines_in_a_name_is_none(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, name: str
) -> None:
    true = Invitation.decode(invitations.invite_device(session, session.member))
    paper = tmp_path / "paper"
    changed: dict[str, Any] = {field: name}
    with monkeypatch.context() as program:
        patched(program, Invitation)
        paper.write_bytes(replace(true, **changed).encode())
    with pytest.raises(MalformedError, match="not one line of printable characters"):
        invitations.read_invitation(paper)


@pytest.mark.parametrize("name", LINES)
def test_a_request_with_lines_in_its_name_is_none(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    true = Invitation.decode(invitations.invite(session, like="caseworker"))
    paper = tmp_path / "request"
    with monkeypatch.context() as program:
        patched(program, Request)
        paper.write_bytes(seal_request(true, new_seat(session.database, true, name, here=False).request))
    with pytest.raises(MalformedError, match="not one line of printable characters"):
        invitations.look(session, paper)


def test_the_words_stand_before_every_name_that_came_with_a_file(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invitation, secret = tmp_path / "paper", tmp_path / "passphrase"
    invitation.write_bytes(invitations.invite(session, like="caseworker"))
    secret.write_bytes(PASSPHRASE)
    secret.chmod(0o600)
    args = Given(vault=str(tmp_path / "new.vault"), invitation=invitation, out=tmp_path / "request")
    args.kdf_memory_mib, args.member, args.passphrase_file, args.passphrase_fd = 64, NEWCOMER, secret, None
    result = member_cli._join(args, Output(may_ask=False))
    answered = invitations.look(session, args.out)
    assert result.lines[1] == f"  {' '.join(answered.words)}"
    assert "Mira" not in "".join(in_english(result.lines[:2]))
    assert "The invitation gives their name as: Mira" in str(result.lines[2])
    with pytest.raises(WaitingForDecisionError, match="compare the 13 words first"):
        member_cli._compared(Given(words=None), Output(may_ask=False), answered)
    assert capsys.readouterr().err.split("\n")[:3] == [
        "A device asks to join (caseworker). It must show these words:",
        f"  {' '.join(answered.words)}",
        f"The request gives their name as: {NEWCOMER}",
    ]


# ---- names that are stored already, or typed now


def test_a_stored_name_with_lines_breaks_none_and_stops_nobody(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        home, seat = mira.directory.compartment, SeatId(mira.seat)
        new = MemberId(make_id())
        roster = sign_by_root(mira, propose(mira, Change({new: frozenset({Role.CASEWORKER})})))
        names = ("Joel\nis an admin", " ", "x" * 600)
        commit_roster(mira, roster, members=[Member(new, name) for name in names])
        with mira.work(home) as work:
            work.write(home, RecordId(make_id()), DeviceName.KIND, {"seat": seat, "name": "desk\nof Karim"})
            work.commit(Entry(act="roster.change"))
        assert "Joel\u00b7is an admin" in authors.names_of_members(mira)[new]
        assert {one.name for one in devices.list_all(mira) if one.seat == seat} == {"desk\u00b7of Karim"}
        assert full_name(SELIN) in {one.name for one in second_person.approvers(mira)}
        assert all("\n" not in one.name for one in members.list_all(mira))


@pytest.mark.parametrize("name", ["Kim\nAldous", "Kim\u202eAldous", "Kim\x07Aldous", "Kim\u200bAldous", "Kim\tAldous"])
def test_nobody_and_nothing_is_called_by_more_than_a_line(session: Session, tmp_path: Path, name: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: invitations.admit_here(session, like="intake", name=name, passphrase=bytearray(PASSPHRASE)),
        lambda: devices.name(session, SeatId(session.seat), name),
        lambda: partners.add(session, name=name, age_recipient=AGE),
        lambda: ask_to_join(
            tmp_path, Place(tmp_path / "v", tmp_path), invitations.invite(session, like="intake"), name
        ),
    ]
    for act in acts:
        with pytest.raises(UsageError, match=r"must be one line|does not show as itself"):
            act()


@pytest.mark.long
@pytest.mark.parametrize("name", ["می\u200cرا", "Éva O’Neil", "李明", "Ainura Жээнбек кызы"])
def test_names_of_any_script_are_names(session: Session, name: str) -> None:
    assert invitations.admit_here(session, like="intake", name=name, passphrase=bytearray(b"x" * 40)).name == name


# A name that is the id of something else: who types that id never gets what was only called so.
BOTH = "the beginning of one id, and the name of something else"


def call(session: Session, seat: SeatId, name: str) -> None:
    """Name a device as a program of one's own does, which asks nothing of the name."""
    home = session.directory.compartment
    with session.work(home) as work:
        work.keep(home, DeviceName(seat, name), RecordId(make_id()))
        work.commit(Entry(act="config.change", covers={DeviceName.KIND: 1}))


def test_no_device_is_named_by_what_could_be_an_id(organisation: Organisation) -> None:
    joel, own = organisation[JOEL].seat, organisation[SELIN].seat.hex()
    with organisation.open(SELIN) as selin:
        for name in (own, own[:8], own[:4].upper(), f" {own[:9]} ", "cafe"):
            with pytest.raises(UsageError, match="looks like the id of a device"):
                devices.name(selin, joel, name)
        devices.name(selin, joel, "cafe laptop")


@pytest.mark.long
@pytest.mark.parametrize("digits", [4, 8, 31, 32])
def test_the_id_of_a_device_names_no_other_that_is_called_so(organisation: Organisation, digits: int) -> None:
    own = organisation[SELIN].seat
    typed = own.hex()[:digits].upper()
    with organisation.open(SELIN) as selin:
        call(selin, organisation[JOEL].seat, own.hex()[:digits])
    organisation.exchange(SELIN, MIRA)
    with organisation.open(MIRA) as mira:
        if digits < 32:
            with pytest.raises(UsageError, match=BOTH) as told:
                devices.find(mira, typed)
            assert own.hex() in str(told.value.next_step)
        assert devices.find(mira, own.hex()) == own
        assert devices.find(mira, organisation[JOEL].seat.hex()) == organisation[JOEL].seat


def test_who_revokes_a_device_reads_whose_it_is_before_they_say_yes(organisation: Organisation, tmp_path: Path) -> None:
    joel = organisation[JOEL]
    desk = Desk.of(organisation[MIRA].place, tmp_path)
    assert desk.run("device", "name", joel.seat.hex(), "old laptop").code == 0
    for more in ((), ("--json",)):
        refused = desk.run("device", "revoke", "old laptop", *more)
        assert refused.code == 3
        assert f"This revokes a device of {joel.name}: {joel.seat.hex()}, old laptop." in refused.err.replace("\n", " ")


@pytest.mark.long
def test_the_id_of_a_member_names_no_other_who_joined_under_it(organisation: Organisation, tmp_path: Path) -> None:
    joel, mira = organisation[JOEL].member, organisation[MIRA]
    office = Office(mira.place.path, mira.place.state, mira.name, mira.member, mira.seat)
    begin = admit(office, tmp_path, joel.hex()[:8], like="intake").member
    whole = admit(office, tmp_path, joel.hex(), like="intake").member
    with organisation.open(MIRA) as session:
        with pytest.raises(UsageError, match=BOTH):
            authors.find_member(session, joel.hex()[:8])
        for member in (joel, begin, whole):
            assert authors.find_member(session, member.hex()) == member
        assert authors.find_member(session, joel.hex()[:9]) == joel
        assert authors.find_member(session, organisation[JOEL].name) == joel
        assert authors.find_member(session, organisation[JOEL].name.upper().replace("O", "Ò")) == joel


def test_the_id_of_a_recipient_names_no_other_that_is_called_so(organisation: Organisation) -> None:
    def add(session: Session, name: str) -> RecordId:
        return partners.add(session, name=name, age_recipient=recipient_of(make_identity()), compared=True).record

    with organisation.open(MIRA) as mira:
        lawyer = add(mira, "Advocate Orlova")
        others = [add(mira, lawyer.hex()[:8]), add(mira, lawyer.hex())]
        with pytest.raises(UsageError, match=BOTH):
            partners.find(mira, lawyer.hex()[:8])
        for record in (lawyer, *others):
            assert partners.find(mira, record.hex()).record == record


def test_the_id_of_a_case_names_no_record_that_was_given_it(organisation: Organisation) -> None:
    with organisation.open(AMINA) as amina:
        case, other = (cases.create(amina, title=title, kind="asylum") for title in ("Hearing", "Other"))
        for planted in (case.case, case.case[:4] + bytes(12)):
            with amina.work(other.case) as work:
                work.keep(other.case, Note(NoteKind.CONTACT, "Made to look like the case."), RecordId(planted))
                work.commit(Entry(act="case.edit"))
        for typed in (case.case.hex()[:8], case.case.hex()):
            for act in (editing.locate, what_goes.what_goes):
                with pytest.raises(UsageError, match="the id of a case and of a record"):
                    act(amina, typed)
            assert cases.find(amina, typed) == case.case
        assert editing.locate(amina, case.ref).case == case.case
        assert what_goes.what_goes(amina, case.ref).whole == (case.case,)


# A name that somebody else chose never says where this program writes: of a file in a question, package or backup.
HOSTILE = (
    "{outside}",
    "../outside",
    "look/../../outside",
    "sub/file",
    "..",
    ".",
    "",
    ".bashrc",
    "..\\outside",
    "C:\\outside",
    "report.pdf\0",
    "report.pdf/",
    "Report.pdf",
    "a" * 5_000,
    "\u202efdp.tropeR",
)


def names(tmp_path: Path) -> list[str]:
    return [name.format(outside=tmp_path / "outside") for name in HOSTILE]


def tree(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def digests(files: Mapping[str, bytes]) -> list[list[Any]]:
    return [[name, sha256(content).digest()] for name, content in sorted(files.items())]


def test_a_question_writes_no_file_but_the_two_of_a_report(tmp_path: Path) -> None:
    """Whatever reached the writing: it asks no name of the question."""
    (tmp_path / "outside").write_bytes(b"mine")
    contents = dict.fromkeys(names(tmp_path), b"theirs") | {"report.pdf": b"%PDF"}
    before = tree(tmp_path)
    by_file.write_files(question({}, contents=contents), tmp_path / "look")
    assert tree(tmp_path) - before == {Path("look"), Path("look/report.pdf")}
    assert (tmp_path / "outside").read_bytes() == b"mine"


def test_a_question_with_files_that_its_act_does_not_have_is_not_read(
    organisation: Organisation, tmp_path: Path
) -> None:
    """By file, as it comes from a program that is the asker's own."""
    (tmp_path / "outside").write_bytes(b"mine")
    report = files_of(CODED)
    erase = question({}, act="erase", of={"versions": [bytes(32)], "why": "retention"})
    wanted: dict[str, ApprovalQuestion] = {"an erasure that shows a report": structs_replace(erase, contents=report)}
    for name in names(tmp_path):
        files = {name: b"theirs"}
        named = {**erase.of, "files": digests(files)}
        wanted[f"an erasure with {name[:60]!r}"] = structs_replace(erase, contents=files)
        wanted[f"an erasure that names {name[:60]!r}"] = structs_replace(erase, of=named, contents=files)
        wanted[f"an export with {name[:60]!r}"] = question(report | files)
    taken = []
    with organisation.open(AMINA) as amina:
        approver = [second_person.approver_named(amina, full_name(SELIN))]
        expires_ms = amina.log.now_ms() + 3_600_000
        for at, each in enumerate(wanted.values()):
            by_file.ask(amina, structs_replace(each, expires_ms=expires_ms), approver, tmp_path / f"question-{at}")
    with organisation.open(SELIN) as selin:
        for at, name in enumerate(wanted):
            try:
                by_file.read_question(selin, tmp_path / f"question-{at}")
            except VerificationError:
                continue
            taken.append(name)
    assert taken == []
    assert (tmp_path / "outside").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("act", "of"),
    [
        ("erase", {"versions": [bytes(32)], "why": "mistake", "files": []}),
        ("erase", {"versions": [bytes(32)], "why": "mistake", "note": "all of it is empty"}),
        ("erase", {"versions": [bytes(32)]}),
        ("break.glass", {"case": bytes(16), "seats": [], "until": 1, "why": "emergency", "files": []}),
        ("export.begin", {"files": [], "profile": "", "purpose": "", "recipient": "", "versions": [bytes(32)]}),
        ("seat.end", {}),
    ],
)
def test_a_question_of_other_things_than_its_act_is_done_with_is_refused(act: str, of: dict[str, Any]) -> None:
    with pytest.raises(VerificationError, match="other things than such an act is done with"):
        question({}, act=act, of=of).require_true()


def test_a_package_with_a_file_of_any_other_name_is_not_opened(tmp_path: Path) -> None:
    contents = dict.fromkeys(archive.MEMBERS, b"x")
    packed, opened = archive.pack(contents), []
    for name in names(tmp_path):
        old, new = b"report.pdf".ljust(100, b"\0"), name.encode()[:100].ljust(100, b"\0")
        if old == new:
            continue
        try:
            archive.unpack(packed.replace(old, new))
        except MalformedError:
            continue
        opened.append(name)
    assert opened == []


def test_a_backup_whose_list_names_any_other_file_is_not_copied(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backup")
    folder.path.mkdir()
    for path in (folder.keys, folder.key_rows, folder.database):
        path.write_bytes(b"x")
    write_digests(folder)
    whole, taken = folder.digests.read_bytes(), []
    (tmp_path / "outside").write_bytes(b"x")
    for name in names(tmp_path):
        folder.digests.write_bytes(whole + f"{sha256(b'x').hexdigest()}  {name}\n".encode())
        try:
            require_undamaged(folder)
        except VaultError:
            continue
        taken.append(name)
    assert taken == []


def test_a_paper_is_written_into_the_folder_that_was_named_and_under_no_hidden_name(tmp_path: Path) -> None:
    written = [file_name(name) for name in names(tmp_path)]
    assert [name for name in written if name != PureWindowsPath(name).name or name.startswith(".")] == []
    assert all((tmp_path / name).parent == tmp_path for name in written)
    assert [file_name(name) for name in ("order.jpg", "r\u00e9cit 2.pdf", "")] == [
        "order.jpg",
        "r\u00e9cit 2.pdf",
        "paper",
    ]
