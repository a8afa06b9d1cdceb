"""Names that somebody else wrote: they rename nobody, and no line of theirs passes for a line of the program."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from msgspec.structs import replace as structs_replace

from tests.attacks.conftest import AGE
from tests.attacks.test_two_person import CODED, files_of, question
from tests.cli.desk import Desk
from tests.services.founded import PASSPHRASE, Place
from tests.services.offices import Office, admit
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, Organisation, ask_to_join, full_name, give
from tui.screens.cases.paper import file_name
from vault.access.membership.act_listing import list_acts
from vault.access.membership.joining import new_seat
from vault.access.membership.sheets import by_the_sheets
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.organisation_records import DeviceName, Member
from vault.casework.vocabulary import NoteKind
from vault.errors import (
    MalformedError,
    RefusedError,
    UsageError,
    VaultError,
    VerificationError,
)
from vault.export import archive
from vault.ids import MemberId, RecordId, SeatId, make_id
from vault.log.act_bytes import admit as admission_of
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import by_file, second_person
from vault.services.approvals.question import ApprovalQuestion
from vault.services.backups.backup_folder import BackupFolder, require_undamaged, write_digests
from vault.services.cases import cases, editing
from vault.services.erasures import what_goes
from vault.services.exports import partners
from vault.services.members import admitting, devices, members
from vault.services.members.changes import nonce
from vault.services.projection import authors


def test_a_stored_name_with_lines_breaks_none_and_stops_nobody(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        home = mira.directory.compartment
        seat = new_seat(mira.anchor, here=False)
        made = admission_of(seat.certificate, {Role.CASEWORKER}, None, nonce())
        new, names = MemberId(seat.secrets.seat), ("Joel\nis an admin", " ", "x" * 600)
        list_acts(mira, [by_the_sheets(mira, made)], members=[Member(new, name) for name in names])
        with mira.work(home) as work:
            work.write(home, RecordId(make_id()), DeviceName.KIND, {"seat": mira.seat, "name": "desk\nof Karim"})
            work.commit(Entry(act="member.change"))
        assert "Joel\u00b7is an admin" in authors.names_of_members(mira)[new]
        assert {one.name for one in devices.list_all(mira) if one.seat == mira.seat} == {"desk\u00b7of Karim"}
        assert full_name(SELIN) in {one.name for one in second_person.approvers(mira)}
        assert all("\n" not in one.name for one in members.list_all(mira))


@pytest.mark.parametrize("name", ["Kim\nAldous", "Kim\u202eAldous", "Kim\x07Aldous", "Kim\u200bAldous", "Kim\tAldous"])
def test_nobody_and_nothing_is_called_by_more_than_a_line(session: Session, tmp_path: Path, name: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: admitting.admit_here(session, like="intake", name=name, passphrase=bytearray(PASSPHRASE)),
        lambda: devices.name(session, SeatId(session.seat), name),
        lambda: partners.add(session, name=name, age_recipient=AGE),
        lambda: ask_to_join(tmp_path, Place(tmp_path / "v", tmp_path), admitting.vault_words(session), name),
    ]
    for act in acts:
        with pytest.raises(UsageError, match=r"must be one line|does not show as itself"):
            act()


@pytest.mark.long
@pytest.mark.parametrize("name", ["می\u200cرا", "Éva O’Neil", "李明", "Ainura Жээнбек кызы"])
def test_names_of_any_script_are_names(session: Session, name: str) -> None:
    assert admitting.admit_here(session, like="intake", name=name, passphrase=bytearray(b"x" * 40)).name == name


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


def let_pass(act: Callable[[str], object], names: Iterable[str], error: type[VaultError] = VaultError) -> list[str]:
    """Return the names that an act takes."""
    taken = []
    for name in names:
        with suppress(error):
            act(name)
            taken.append(name)
    return taken


def tree(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def digests(files: Mapping[str, bytes]) -> list[list[Any]]:
    return [[name, sha256(content).digest()] for name, content in sorted(files.items())]


def test_a_question_writes_no_file_but_those_of_a_report(tmp_path: Path) -> None:
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
    with organisation.open(AMINA) as amina:
        approver = [second_person.approver_named(amina, full_name(SELIN))]
        expires_ms = amina.log.now_ms() + 3_600_000
        for at, each in enumerate(wanted.values()):
            by_file.ask(amina, structs_replace(each, expires_ms=expires_ms), approver, tmp_path / f"question-{at}")
    with organisation.open(SELIN) as selin:
        paths = {name: tmp_path / f"question-{at}" for at, name in enumerate(wanted)}
        assert let_pass(lambda name: by_file.read_question(selin, paths[name]), wanted, VerificationError) == []
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
    packed, old = archive.pack(dict.fromkeys(archive.MEMBERS, b"x")), b"report.pdf".ljust(100, b"\0")

    def unpack(name: str) -> None:
        archive.unpack(packed.replace(old, name.encode()[:100].ljust(100, b"\0")))

    others = [name for name in names(tmp_path) if name.encode().ljust(100, b"\0") != old]
    assert let_pass(unpack, others, MalformedError) == []


def test_a_backup_whose_list_names_any_other_file_is_not_copied(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backup")
    folder.path.mkdir()
    for path in (folder.keys, folder.key_rows, folder.database):
        path.write_bytes(b"x")
    write_digests(folder)
    whole = folder.digests.read_bytes()
    (tmp_path / "outside").write_bytes(b"x")

    def check(name: str) -> None:
        folder.digests.write_bytes(whole + f"{sha256(b'x').hexdigest()}  {name}\n".encode())
        require_undamaged(folder)

    assert let_pass(check, names(tmp_path)) == []


def test_a_paper_is_written_into_the_folder_that_was_named_and_under_no_hidden_name(tmp_path: Path) -> None:
    written = [file_name(name) for name in names(tmp_path)]
    assert [name for name in written if name != PureWindowsPath(name).name or name.startswith(".")] == []
    assert all((tmp_path / name).parent == tmp_path for name in written)
    assert list(map(file_name, ("order.jpg", "r\u00e9cit 2.pdf", ""))) == ["order.jpg", "r\u00e9cit 2.pdf", "paper"]


# Somebody new who is called, to the eye, like a member who is in: nobody joins under such a name.
TAKEN = "Zo\u00e9 Lindquell"
SAME = {
    "the same": TAKEN,
    "marks apart": unicodedata.normalize("NFD", TAKEN),
    "without marks": "Zoe Lindquell",
    "another case": "ZO\u00c9 lindquell",
    "Cyrillic o": "Z\u043e\u00e9 Lindquell",
    "Cyrillic o and e": "Z\u043e\u0435\u0301 Lindquell",
    "fullwidth": "\uff3ao\u00e9 Lindquell",
    "two blanks": "Zo\u00e9  Lindquell",
    "a joiner that joins nothing": "Zo\u00e9 Lindquell\u200c",
}
UNSEEN = {
    "no-break space": "Zo\u00e9\u00a0Lindquell",
    "thin space": "Zo\u00e9\u2009Lindquell",
    "ideographic space": "Zo\u00e9\u3000Lindquell",
    "Braille blank": "Zo\u00e9\u2800Lindquell",
    "U+2065": "Zo\u00e9 Lind\u2065quell",
    "U+FFF0": "Zo\u00e9 Lindquell\ufff0",
    "U+2065, of nobody": "Somebody\u2065 New",
    "private use": "Somebody\ue000 New",
    "an isolate that ends": "Somebody \u2068N\u2069ew",
    "a filler": "Somebody\u3164 New",
    "a selector": "Somebody 1\ufe0f New",
}
HONEST = (
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 \u06a9\u0631\u06cc\u0645\u06cc",  # Persian, with a joiner
    "\u0645\u062d\u0645\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "\u0645\u062d\u0645\u0648\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "Айгүл Төлөнова",
    "Айгүлай Төлөнова",
    "Өмүрбек Ыманов",
    "Анна Фёдорова",
    "Şeyma Işık",
    "İbrahim Çağlar",
    "Ibrahima Çağlar",
    "Nguyễn Thị Ánh",
    "O\u2019Hara-Søltoft, Jr.",
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with a joiner
    "Zo\u00e9 Lindquells",
    "Z. Lindquell",
)


@pytest.fixture
def with_zoe(organisation: Organisation) -> Organisation:
    with organisation.open(MIRA) as mira:
        admitting.admit_here(mira, like="caseworker", name=TAKEN, passphrase=bytearray(PASSPHRASE), by_sheets=True)
    return organisation


def test_nobody_joins_under_a_name_that_is_the_same_to_the_eye(with_zoe: Organisation, tmp_path: Path) -> None:
    name = SAME["Cyrillic o"]
    with with_zoe.open(MIRA) as mira:
        assert let_pass(partial(authors.require_new_name, mira), [*SAME.values(), *UNSEEN.values()], RefusedError) == []
        place = Place(tmp_path / "new.vault", tmp_path / "state")
        request, words = ask_to_join(tmp_path, place, admitting.vault_words(mira), name)
        asked = admitting.read_request(mira, request)
        with pytest.raises(RefusedError, match="with this name, or with one that looks the same"):
            admitting.admit(mira, asked, words, name=name, like="intake", by_sheets=True)
        with pytest.raises(UsageError, match="does not show as itself"):
            admitting.admit(mira, asked, words, name=UNSEEN["U+2065"], like="intake", by_sheets=True)
    with_zoe.exchange(MIRA, SELIN)
    with with_zoe.at(SELIN, MIRA) as (selin, mira):
        made = admission_of(asked.certificate, {Role.SUPERVISOR}, None, nonce())
        list_acts(selin, [made], members=[Member(MemberId(asked.seat), name)])
        give(selin, mira)
        (proposal,) = admitting.proposals(mira)
        with pytest.raises(RefusedError, match="looks the same"):
            admitting.agree(mira, proposal, words)


@pytest.mark.long
def test_an_honest_name_is_refused_to_nobody(with_zoe: Organisation) -> None:
    with with_zoe.open(MIRA) as mira:
        assert let_pass(partial(authors.require_new_name, mira), HONEST, RefusedError) == list(HONEST)
