"""A member without a grant reads no byte of it, by whatever program: the stolen folder of the founder, key by key.

Each of the others has the founder's whole folder, the key of its database, a backup and a bundle that she made for
somebody else, and the secrets of their own seat. What they may read they find; of the rest, nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn, learn_as
from tests.attacks.plaintext import forms
from tests.english import in_english
from tests.services.colleague import Colleague, admit
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    give,
    share,
)
from tests.services.test_erasing_told import erase, later
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, NotFoundError, RefusedError
from vault.ids import CompartmentId, MemberId, SeatId, make_id
from vault.records.versions import open_each
from vault.seal.age import make_identity, recipient_of
from vault.seal.entrance.keyfile import SeatSecrets, unlock
from vault.seal.recipients import KemPrivate
from vault.services import case_counts, case_papers, housekeeping
from vault.services.backups import backups
from vault.services.cases import case_people, cases, intake, listing, notes, register, searching, sections
from vault.services.erasures.letter import letter
from vault.services.erasures.what_goes import what_goes
from vault.services.exchange import syncing
from vault.services.exports import full_export, partners
from vault.services.grants import sharing, timed_grants
from vault.services.members import members, warning
from vault.services.safety import seizure
from vault.sync.bundle_file import open_bundle
from vault.trust.trust_items import Rank

# Where a word of it can be found: what was typed there, and nowhere else.
TYPED = {
    "case": "Quernstone by the ferry",
    "person": "Ossiandra Velluto",
    "section": "Gimbledock behind the weir",
    "draft": "Halfwritten about Thimblewick",
    "slip": "Calls back at Larkspur Yard",
}
# An entry of the register holds hashes of names only; its kind stands in each.
MARKERS = {**TYPED, "register": "register-entry"}

FINDS = {
    MIRA: set(MARKERS),  # the control: the same eyes find all of it with the right keys
    SELIN: {"case", "person", "slip", "register"},  # the case was given to her; she does intake
    DANA: {"slip", "register"},
    JOEL: {"slip", "register"},  # caseworkers take calls
    AMINA: {"slip", "register"},
    KARIM: set(),
    NOOR: set(),
}


@dataclass(frozen=True, slots=True)
class Stolen:
    """The founder's folder, backup and bundle, and the key of her database."""

    organisation: Organisation
    folders: tuple[Path, ...]
    bundle: Path
    leaked: tuple[bytes, ...]
    secrets: Mapping[str, SeatSecrets]


def secrets_of(account: Account) -> SeatSecrets:
    return unlock(read_key_file(account.place.path / "keys"), bytearray(PASSPHRASE), account.name).secrets


@pytest.fixture(scope="module")
def stolen(organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Stolen:
    folder = tmp_path_factory.mktemp("stolen")
    organisation = organisation_template.copied_to(folder / "organisation")
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="A title", kind="asylum").case
        notes.add(mira, case, Note(NoteKind.CONTACT, TYPED["case"]))
        case_people.add(mira, case, role="client", names=[TYPED["person"]])
        section = sections.create(mira, case, what="location", title="A section")
        sections.add_note(mira, section, Note(NoteKind.SAFETY, TYPED["section"]))
        intake.add(mira, name="A caller", number="", language="", text=TYPED["slip"])
        register.add(mira, [TYPED["person"]])
        mira.drafts().save(case, make_id(), TYPED["draft"], "note")
        share(mira, case, organisation, SELIN)
        assert searching.search(mira, "Quernstone").hits  # it is in the index
        syncing.make(mira, organisation[SELIN].member, folder / "bundle")
        assert backups.make(mira, folder / "stick") is not None
    path = organisation[MIRA].place.path
    secrets = {name: secrets_of(organisation[name]) for name in FINDS}
    return Stolen(organisation, (path, folder / "stick"), folder / "bundle", (learn(path).key,), secrets)


@pytest.mark.long
@pytest.mark.parametrize("name", FINDS)
def test_keys_open_what_was_granted_and_no_byte_of_anything_else(stolen: Stolen, name: str) -> None:
    own = stolen.organisation[name].place.path
    found = everything(
        (*stolen.folders, own), stolen.organisation[MIRA].place.vault_id, stolen.secrets[name], stolen.leaked
    )
    assert {what for what, marker in MARKERS.items() if any(form in found for form in forms(marker))} == FINDS[name]


@pytest.mark.parametrize("name", sorted(FINDS.keys() - {SELIN}))
def test_a_bundle_opens_for_nobody_but_its_receiver(stolen: Stolen, name: str) -> None:
    vault = stolen.organisation[MIRA].place.vault_id
    secrets = stolen.secrets[name]
    private = KemPrivate.from_seed(secrets.kem_seed)
    for seat in (secrets.seat, stolen.organisation[SELIN].seat):
        with pytest.raises(BrokenSealError, match="the bundle is not for this device"):
            open_bundle(stolen.bundle, private, seat, vault)
    raw = stolen.bundle.read_bytes()
    assert not any(form in raw for marker in MARKERS.values() for form in forms(marker))


def test_the_same_bundle_opens_for_its_receiver(stolen: Stolen) -> None:
    secrets = stolen.secrets[SELIN]
    opened = open_bundle(
        stolen.bundle, KemPrivate.from_seed(secrets.kem_seed), secrets.seat, stolen.organisation[MIRA].place.vault_id
    )
    assert opened.manifest.member == stolen.organisation[SELIN].member


# Who may open a case until a day opens nothing of it from that day on, whatever is the first that they ask for.
HOUR_MS = 3_600_000
PLACE = "Quietwater Rise 17"


@dataclass(frozen=True, slots=True)
class Lent:
    """A case with a section that Joel holds until a moment, on his device."""

    case: CompartmentId
    section: CompartmentId
    other: MemberId
    until_ms: int


@pytest.fixture
def lent(organisation: Organisation) -> Lent:
    joel, tomas = organisation.members(JOEL, TOMAS)
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        until_ms = amina.log.now_ms() + HOUR_MS
        timed_grants.give(amina, case, [joel], until_ms=until_ms)
        sharing.grant(amina, case, [tomas])
        section = sections.create(amina, case, what="location", title="Where she is", members=[joel])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, PLACE))
    organisation.exchange(AMINA, JOEL)
    return Lent(case, section, tomas, until_ms)


Ask = Callable[[Session, Lent], object]
ASKED: dict[str, Ask] = {
    "sections.list_of": lambda joel, lent: sections.list_of(joel, lent.case),
    "sections.find_in": lambda joel, lent: sections.find_in(joel, lent.case, lent.section.hex()),
    "sections.open_section": lambda joel, lent: sections.open_section(
        joel, sections.find(joel, lent.section.hex()), why="casework"
    ),
    "sections.add_note": lambda joel, lent: sections.add_note(joel, lent.section, Note(NoteKind.SAFETY, "late")),
    "sections.add_person": lambda joel, lent: sections.add_person(
        joel, lent.section, case_people.checked_person(role="third", names=["Ilham Quillfeather"])
    ),
    "sections.give": lambda joel, lent: sections.give(joel, lent.section, [lent.other]),
    "sections.create": lambda joel, lent: sections.create(joel, lent.case, what="health", title="Late"),
    "cases.open_case": lambda joel, lent: cases.open_case(joel, lent.case),
    "notes.add": lambda joel, lent: notes.add(joel, lent.case, Note(NoteKind.CONTACT, "late")),
    "case_people.keep": lambda joel, lent: case_people.keep(
        joel, lent.case, case_people.checked_person(role="third", names=["Ilham Quillfeather"])
    ),
    "sharing.grant": lambda joel, lent: sharing.grant(joel, lent.case, [lent.other]),
    "sharing.revoke": lambda joel, lent: sharing.revoke(joel, lent.case, [lent.other]),
    "sharing.holders_of": lambda joel, lent: sharing.holders_of(joel, lent.case),
    "terms.give": lambda joel, lent: timed_grants.give(joel, lent.case, [lent.other]),
    "terms.terms_of": lambda joel, lent: timed_grants.terms_of(joel, lent.case),
    "case_papers.list_in": lambda joel, lent: case_papers.list_in(joel, lent.case),
    "case_papers.add_paper": lambda joel, lent: case_papers.add_paper(
        joel, lent.case, Path(__file__), {"kind": "other"}
    ),
}


FIRST = {
    name: ask
    for name, ask in ASKED.items()
    if name.startswith(("sections", "papers", "adding")) or name == "cases.open_case"
}


@pytest.mark.long_after(3)
@pytest.mark.parametrize("ask", FIRST.values(), ids=FIRST)
def test_what_is_asked_for_first_after_the_date_is_refused(organisation: Organisation, lent: Lent, ask: Ask) -> None:
    with organisation.open(JOEL) as joel:
        joel.log.now_ms = lambda: lent.until_ms
        _require_refused(joel, lent, ask)


@pytest.mark.long_after(5)
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_date_that_passes_in_an_open_session_ends_everything(
    organisation: Organisation, lent: Lent, ask: Ask
) -> None:
    with organisation.open(JOEL) as joel:
        joel.log.now_ms = lambda: lent.until_ms - 1
        cases.open_case(joel, lent.case)
        assert sections.open_section(joel, lent.section).notes
        joel.log.now_ms = lambda: lent.until_ms
        _require_refused(joel, lent, ask)


def test_lists_and_searches_of_an_open_session_do_not_find_it_from_then_on_until_the_clock_is_put_right(
    organisation: Organisation, lent: Lent
) -> None:
    with organisation.open(JOEL) as joel:
        before = joel.log.now_ms
        (shown,) = cases.list_all(joel)
        joel.log.now_ms = lambda: lent.until_ms
        assert cases.list_all(joel) == []
        assert listing.open_list(joel).count() == 0
        assert searching.search(joel, "title").hits == ()
        joel.log.now_ms = before
        joel.believe_clock()
        assert cases.list_all(joel) == [shown]


def _require_refused(joel: Session, lent: Lent, ask: Ask) -> None:
    size = joel.log.size
    with pytest.raises((RefusedError, NotFoundError), match=r"access to this case has expired|you have no case"):
        ask(joel, lent)
    assert joel.log.size == size + len(joel.refused)  # that it was tried, and nothing else


@pytest.mark.long
def test_a_lent_case_whose_day_passed_holds_up_nothing_of_the_borrowers_own(
    organisation: Organisation, lent: Lent, tmp_path: Path
) -> None:
    key = recipient_of(make_identity())
    with organisation.open(MIRA) as mira:
        partners.add(mira, name="Archive", age_recipient=key, compared=True)
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        seat = organisation[JOEL].seat
        own = cases.create(joel, title="Own", kind="asylum").case
        for passed, now_ms in enumerate((lent.until_ms - 1, lent.until_ms)):
            joel.log.now_ms = lambda now_ms=now_ms: now_ms  # type: ignore[misc]  # each its own
            _require_own(joel, seat, own, tmp_path, passed=passed, left_out=passed)


def _require_own(joel: Session, seat: SeatId, own: CompartmentId, folder: Path, *, passed: int, left_out: int) -> None:
    found = seizure.look(joel, seat)
    assert (found.unread, len(found.cases)) == (passed, 2 - passed)
    assert warning.warn_list(joel, seat).unread == passed
    shown = case_counts.count(joel, ["kind"])
    done = full_export.export_all(joel, to="Archive", out=folder / f"{joel.log.size}.age")
    assert done.cases == 2 - passed
    assert (shown.left_out, done.left_out) == (left_out, left_out)
    for lines in (case_counts.count_lines(shown), full_export.exported_lines(done)):
        assert ("lent to you until a day that has passed" in " ".join(map(str, lines))) == bool(left_out)


# A member who was revoked, or who left, and kept everything: a whole old copy, all keys, and the new files besides.
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
BEFORE = {"note": "Meadowsweet before", "slip": "Larkspur before"}
# What is written into the case that was taken back, and into what the organisation shares.
CASE_AFTER = {"note": "Meadowsweet after", "person": "Ossiandra After"}
SHARED_AFTER = {"slip": "Larkspur after", "partner": "Advocate After"}


def write_before(owner: Session, short: Filled) -> None:
    notes.add(owner, short.cases[0], Note(NoteKind.CONTACT, BEFORE["note"]))
    intake.add(owner, text=BEFORE["slip"])


def write_after(owner: Session, short: Filled) -> None:
    notes.add(owner, short.cases[0], Note(NoteKind.CONTACT, CASE_AFTER["note"]))
    case_people.add(owner, short.cases[0], role="witness", names=[CASE_AFTER["person"]])
    intake.add(owner, text=SHARED_AFTER["slip"])
    partners.add(owner, name=SHARED_AFTER["partner"], age_recipient=AGE, compared=True)
    register.add(owner, [CASE_AFTER["person"]])


def revoke(owner: Session, short: Filled, colleague: Colleague) -> None:
    sharing.revoke(owner, short.cases[0], [colleague.member])


def let_leave(owner: Session, short: Filled, colleague: Colleague) -> None:
    assert members.leave(owner, colleague.member).is_done


def found_by(colleague: Colleague, old: Place, new: Filled) -> set[str]:
    """Return which words the colleague reads: of the old copy, of the folder now, with the key of either database."""
    learned = learn_as(old.path, colleague.name, colleague.passphrase)
    leaked = (learned.key, learn(new.path).key)
    found = everything((old.path, old.state, new.path), new.place.vault_id, learned.secrets, leaked)
    words = (*BEFORE.values(), *CASE_AFTER.values(), *SHARED_AFTER.values())
    return {word for word in words if any(form in found for form in forms(word))}


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A supervisor in the same folder who holds the first case, and intake and register."""
    with short.open() as owner:
        write_before(owner, short)
        made = admit(owner)
        sharing.grant(owner, short.cases[0], [made.member])
    with made.open(short.place) as session:
        cases.open_case(session, short.cases[0])
    return made


@pytest.mark.parametrize(
    ("ended", "still_theirs"),
    [
        pytest.param(revoke, set(SHARED_AFTER.values()), id="revoked from the case"),
        pytest.param(let_leave, set[str](), id="left the organisation"),
    ],
)
def test_a_full_old_copy_opens_nothing_that_was_written_after(
    short: Filled,
    colleague: Colleague,
    ended: Callable[[Session, Filled, Colleague], None],
    still_theirs: set[str],
    tmp_path: Path,
) -> None:
    old = short.place.copied_to(tmp_path / "kept")
    with short.open() as owner:
        ended(owner, short, colleague)
        write_after(owner, short)
    assert found_by(colleague, old, short) == set(BEFORE.values()) | still_theirs


# The letter of an erasure names a device that had the record and lost the case since: it may have it still.
def test_a_device_that_lost_the_case_is_named_until_it_confirms(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, "secret"))
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel)
        sharing.revoke(amina, case, organisation.members(JOEL))
        going = what_goes(amina, note.hex())
        erase(amina, note.hex())
        said = in_english(letter(amina, going, why="subject-request"))
        (line,) = [line for line in said if "lost the case" in line]
        assert "Joel Brandvik" in line
        give(amina, joel)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        give(joel, amina)
        said = in_english(letter(amina, going, why="subject-request"))
        assert not [line for line in said if "lost the case" in line]
        assert [line for line in said if line.startswith("Removed on") and "Joel Brandvik" in line]


# Who lost a case lost its sections: what is written there next, they cannot open, whoever's device has not locked.
AFTER, BACK = "Quellgrund, where she is since", "Oberlicht, where all know her"


def readable(session: Session, section: CompartmentId) -> set[object]:
    """Return the text of every note of a section that this seat's keys open, whatever the program shows."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(section), vault=session.vault, keyring=session.keyring)
    return {one.content.fields.get("text") for one in opened}


@pytest.mark.parametrize("by", [SELIN, TOMAS], ids=["by the writer", "by somebody else"])
def test_a_note_in_a_section_is_not_for_who_lost_its_case(organisation: Organisation, by: str) -> None:
    with organisation.at(SELIN, AMINA, TOMAS) as (selin, amina, tomas):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        sharing.grant(selin, case, organisation.members(TOMAS), rank=Rank.LEAD)
        share(selin, case, organisation, AMINA)
        section = sections.create(
            selin, case, what="location", title="Where she is", members=organisation.members(AMINA)
        )
        give(selin, amina)
        give(selin, tomas)
        revoker = {SELIN: selin, TOMAS: tomas}[by]
        sharing.revoke(revoker, case, organisation.members(AMINA))
        if revoker is tomas:
            give(tomas, selin)
        sections.add_note(selin, section, Note(NoteKind.CONTACT, AFTER))
        give(selin, amina)
        assert AFTER in readable(selin, section)
        assert AFTER not in readable(amina, section)
        share(revoker, case, organisation, AMINA)  # with the case the section is hers again
        if revoker is tomas:
            give(tomas, selin)
        sections.add_note(selin, section, Note(NoteKind.CONTACT, BACK))
        give(selin, amina)
        assert {note.value.text for note in sections.open_section(amina, section).notes} >= {AFTER, BACK}
