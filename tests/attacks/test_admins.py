"""One admin alone, with a program of their own: no case opens to them, and those whose cases it is about hear of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.attacks.plaintext import forms
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.attacks.test_wasted_work import lines_of
from tests.english import in_english
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER as FOUNDER
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.services.organisation import JOEL as ORGANISATION_JOEL
from tests.services.organisation import KARIM, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.membership.act_listing import heads_of as log_heads_of
from vault.access.membership.act_listing import list_acts, shared_compartments
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.case_lines import given_keys
from vault.access.trust.writing_keys import key_to_write
from vault.casework.note import Note
from vault.casework.organisation_records import Deputy, Order
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, SeatId, VersionId, make_id
from vault.index.heads import heads_of
from vault.log.act_bytes import end
from vault.log.items import Item, ItemKind
from vault.policy.roles import Role
from vault.records.epochs import notices_naming
from vault.records.versions import to_fields
from vault.records.work import Entry, Work
from vault.seal.named import deputy_record
from vault.services import housekeeping
from vault.services.cases import cases, intake, notes
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.services.grants import sharing, successors
from vault.services.members import members
from vault.services.members.changes import lower_member, nonce
from vault.services.projection.projection import up_to_date_index
from vault.trust.case import who_has
from vault.trust.trust_items import MEMBER


def _write_deputy(session: Session, member: MemberId, deputy: MemberId) -> None:
    """Name a deputy, as a program does that refuses nothing."""
    home, record = session.directory.compartment, RecordId(deputy_record(member))
    parents = [VersionId(one) for one in heads_of(up_to_date_index(session), home, record, Deputy.KIND)]
    with session.work(home) as work:
        work.write(home, record, Deputy.KIND, to_fields(Deputy(member, deputy)), parents)
        work.commit(Entry(act="config.change", covers={Deputy.KIND: 1}))


def _write_order(session: Session, leaver: MemberId, successor: MemberId, made_by: MemberId) -> None:
    home = session.directory.compartment
    with session.work(home) as work:
        value = Order(leaver=leaver, successor=successor, made_by=made_by, reason="left")
        work.write(home, RecordId(make_id()), Order.KIND, to_fields(value))
        work.commit(Entry(act="config.change", covers={Order.KIND: 1}))


@pytest.fixture
def ann(office: Office) -> Colleague:
    """An admin who works on cases too, so that her role alone refuses nothing."""
    with office.place.open() as founder:
        return admit(founder, name="Ann", passphrase=b"ann opens", roles={Role.ADMIN, Role.CASEWORKER}, by_root=True)


def _case(office: Office) -> CompartmentId:
    with office.open(office.amina) as amina:
        return cases.create(amina, title="The witness hides", kind="asylum").case


@pytest.mark.long
def test_an_admin_who_names_themself_deputy_opens_no_new_case(office: Office, ann: Colleague) -> None:
    with office.open(ann) as session:
        _write_deputy(session, office.amina.member, ann.member)
        with pytest.raises(UsageError, match="cannot name themselves"):
            successors.set_deputy(session, office.amina.member, ann.member)
        assert successors.deputies(session) == {}
    with office.open(office.amina) as amina:
        assert successors.deputy_of(amina, office.amina.member) is None
        case = cases.create(amina, title="A title", kind="asylum").case
        assert sharing.holders_of(amina, case).members == {office.amina.member}


@pytest.mark.parametrize("made_by", ["themself", "somebody else"])
def test_an_order_to_its_author_opens_no_case_whomever_it_names(office: Office, ann: Colleague, made_by: str) -> None:
    case = _case(office)
    with office.open(ann) as session:
        claimed = ann.member if made_by == "themself" else office.nadia.member
        _write_order(session, office.amina.member, ann.member, claimed)
        assert successors.handover_orders(session) == []
        with pytest.raises(UsageError, match="members cannot order a handover to themselves"):
            successors.order_handover(session, office.amina.member, ann.member, reason="left")
    with office.place.open() as founder:
        list_acts(founder, lower_member(founder, office.amina.member, [MEMBER]))
    with office.open(office.joel) as joel:
        in_english(housekeeping.settle(joel))
        assert successors.carry_out_handovers(joel) == []
        assert ann.member not in sharing.holders_of(joel, case).members
        assert cases.open_case(joel, case).head.value.owner == office.amina.member


def test_who_named_the_deputy_is_no_successor_either(office: Office, ann: Colleague) -> None:
    case = _case(office)
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, office.nadia.member)
        successors.set_deputy(session, office.amina.member, office.joel.member)
    with office.place.open() as founder:
        with pytest.raises(UsageError, match="named the deputy"):
            successors.order_handover(founder, office.amina.member, ann.member, reason="left")
        _write_order(founder, office.amina.member, ann.member, office.nadia.member)
        assert successors.handover_orders(founder) == []
        list_acts(founder, lower_member(founder, office.amina.member, [MEMBER]))
    with office.open(office.joel) as joel:
        in_english(housekeeping.settle(joel))
        assert ann.member not in sharing.holders_of(joel, case).members


def test_a_member_hears_once_who_named_their_deputy(office: Office, ann: Colleague) -> None:
    said = f"Ann named {NADIA} as your deputy: {NADIA} can open the cases that you make from now on."
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, office.nadia.member)
        successors.set_deputy(session, ann.member, office.joel.member)
        assert not [line for line in in_english(housekeeping.settle(session)) if "deputy" in line]
    with office.open(office.amina) as amina:
        assert said in in_english(housekeeping.settle(amina))
    with office.open(office.amina) as amina:
        assert said not in in_english(housekeeping.settle(amina))
    with office.open(ann) as session:
        successors.set_deputy(session, office.amina.member, None)
    with office.open(office.amina) as amina:
        assert "Ann took your deputy away: nobody else opens the cases that you make from now on." in in_english(
            housekeeping.settle(amina)
        )


@pytest.mark.long
def test_everybody_who_holds_a_case_hears_once_that_it_was_handed_over(office: Office, ann: Colleague) -> None:
    case = _case(office)
    with office.open(office.joel) as joel:
        sharing.grant(joel, case, [ann.member])
    with office.place.open() as founder:
        successors.order_handover(founder, office.amina.member, office.nadia.member, reason="left")
        list_acts(founder, lower_member(founder, office.amina.member, [MEMBER]))
    with office.open(office.joel) as joel:
        assert f"1 case of {AMINA} went to {NADIA}, as ordered." in in_english(housekeeping.settle(joel))
    for who, subject, whose in ((ann, NADIA, "that you hold"), (office.nadia, "You", "more")):
        with office.open(who) as session:
            heard = [line for line in in_english(housekeeping.settle(session)) if "handed over" in line]
            assert len(heard) == 1
            assert heard[0].startswith(subject)
            assert whose in heard[0]
            assert f"by {JOEL}, as {FOUNDER} ordered" in heard[0]
        with office.open(who) as session:
            assert not [line for line in in_english(housekeeping.settle(session)) if "handed over" in line]


def _keep_the_directory(session: Session) -> None:
    """Make a key of the directory that this seat alone has."""
    home = session.directory.compartment
    with session.work() as work:
        work.add_key(home, CompartmentKind.DIRECTORY, session.directory.holders([session.seat], with_recovery=False))
        work.commit(Entry(act="key.rotate"))


@pytest.mark.long
def test_an_admin_who_keeps_the_directorys_key_to_herself_is_ended_all_the_same(organisation: Organisation) -> None:
    organisation.everyone_meets()
    names = (MIRA, KARIM, SELIN, TOMAS)
    with organisation.at(*names) as (mira, karim, selin, tomas):
        _keep_the_directory(mira)
        for one in (karim, selin, tomas):
            give(mira, one)
        assert members.suspend(karim, mira.member, kept_secret(mira)).ended == (organisation[MIRA].seat,)
        in_english(housekeeping.settle(karim))
        for one in (selin, tomas):
            give(karim, one)
            in_english(housekeeping.settle(one))
        for one in (karim, selin, tomas):
            assert organisation[MIRA].seat not in one.directory.certificates
            assert organisation[MIRA].seat not in who_has_the_key(one, one.directory.compartment)


def who_has_the_key(session: Session, compartment: CompartmentId) -> set[bytes]:
    """Return who has the key under which this device writes there now, as the lists say."""
    epoch = key_to_write(session, compartment)
    assert epoch is not None
    with session.database.reading() as rows:
        (notice,) = notices_naming(rows, [epoch])
    maker = session.directory.places.seat_of(notice.origin)
    assert maker is not None
    return who_has(maker, given_keys(session, epoch))


# One admin of two is arrested, with her device, her passphrase and copies of all others: the others go on without
# her.
# She founded the vault and holds everything that the organisation shares, so that whatever is not replaced shows.
BEFORE = {"case": "Woodruff before", "slip": "Pimpernel before", "partner": "Advocate Before"}
AFTER = {"case": "Woodruff after", "slip": "Pimpernel after", "partner": "Advocate After"}
LATE = "Mira, from the cell"
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
LEFT = (KARIM, SELIN, TOMAS)


@dataclass(frozen=True, slots=True)
class Arrested:
    """The organisation after it ended the devices of its founder; and a case of hers that two others hold."""

    organisation: Organisation
    case: CompartmentId
    shared_before: dict[str, frozenset[bytes]]


@pytest.fixture(scope="module")
def arrested(organisation_template: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Arrested:
    organisation = organisation_template.copied_to(tmp_path_factory.mktemp("arrest"))
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="A case of three", kind="asylum").case
        share(mira, case, organisation, SELIN, ORGANISATION_JOEL)
        notes.add(mira, case, Note(NoteKind.CONTACT, BEFORE["case"]))
        intake.add(mira, text=BEFORE["slip"])
        partners.add(mira, name=BEFORE["partner"], age_recipient=AGE, compared=True)
        before, sheets = current_keys(mira), kept_secret(mira)
    for name in (*LEFT, ORGANISATION_JOEL):
        organisation.exchange(MIRA, name)
    with organisation.at(*LEFT) as (karim, selin, tomas):
        assert members.leave(karim, organisation[MIRA].member, sheets).ended == (organisation[MIRA].seat,)
        meet(organisation, karim, selin, tomas)
        notes.add(selin, case, Note(NoteKind.CONTACT, AFTER["case"]))
        intake.add(tomas, text=AFTER["slip"])
        partners.add(karim, name=AFTER["partner"], age_recipient=AGE, compared=True)
        meet(organisation, karim, selin, tomas)
    return Arrested(organisation, case, before)


def meet(organisation: Organisation, karim: Session, selin: Session, tomas: Session) -> None:
    """Bring three devices level; each does what it owes to the others as it does when somebody opens it."""
    for giver, taker in ((karim, selin), (selin, tomas), (tomas, selin), (selin, karim), (karim, tomas)):
        give(giver, taker)
        housekeeping.settle(taker)


def current_keys(session: Session) -> dict[str, frozenset[bytes]]:
    found = {kind.name: key_to_write(session, one) for kind, one in shared_compartments(session).items()}
    return {name: frozenset({key}) for name, key in found.items() if key is not None}


@pytest.mark.parametrize("name", LEFT)
def test_every_key_that_she_held_is_replaced_and_she_holds_none_of_the_new_ones(arrested: Arrested, name: str) -> None:
    gone = arrested.organisation[MIRA].seat
    with arrested.organisation.open(name) as session:
        shared = shared_compartments(session)
        now = current_keys(session)
        assert now.keys() >= {"DIRECTORY"}
        assert not any(now[kind] & arrested.shared_before[kind] for kind in now)
        for compartment in (*shared.values(), *([arrested.case] if name == SELIN else ())):
            assert gone not in who_has_the_key(session, compartment)
        assert log_checking.verify(session).verified


def test_everybody_who_should_reads_everything(arrested: Arrested) -> None:
    with arrested.organisation.at(*LEFT) as (karim, selin, tomas):
        texts = {note.value.text for note in cases.open_case(selin, arrested.case).notes}
        assert {BEFORE["case"], AFTER["case"]} <= texts
        for session in (selin, tomas):
            assert {line.stored.value.text for line in intake.list_open(session)} == {BEFORE["slip"], AFTER["slip"]}
        for session in (karim, selin, tomas):
            assert {one.name for one in partners.list_all(session)} == {BEFORE["partner"], AFTER["partner"]}


def test_her_keys_open_in_the_folders_of_all_others_nothing_that_came_after(arrested: Arrested) -> None:
    accounts = [arrested.organisation[name] for name in (MIRA, *LEFT)]
    learned = [learn_as(account.place.path, account.name, PASSPHRASE) for account in accounts]
    found = everything(
        [account.place.path for account in accounts],
        accounts[0].place.vault_id,
        learned[0].secrets,
        [one.key for one in learned],
    )
    assert {name for name, text in BEFORE.items() if any(form in found for form in forms(text))} == set(BEFORE)
    assert {name for name, text in AFTER.items() if any(form in found for form in forms(text))} == set()


@pytest.mark.long
def test_nothing_that_she_writes_afterwards_counts_for_anybody(arrested: Arrested) -> None:
    organisation = arrested.organisation.copied_to(arrested.organisation.folder.with_name("late"))
    with organisation.at(MIRA, KARIM, SELIN, ORGANISATION_JOEL) as (mira, karim, selin, joel):
        notes.add(mira, arrested.case, Note(NoteKind.CONTACT, LATE))
        assert members.suspend(mira, organisation[TOMAS].member).is_done  # by the rules that her device knows
        cases.create(mira, title="made in the cell", kind="asylum")
        with Work(mira.log) as work:  # things that are nowhere, listed so that others miss them
            kinds = (ItemKind.VERSION, ItemKind.EPOCH, ItemKind.GRANT)
            work._items += [Item.in_compartment(kind, arrested.case, secrets.token_bytes(32)) for kind in kinds]
            work.commit(Entry(act="case.create"))
        for taker in (karim, selin):
            give(mira, taker)
            housekeeping.settle(taker)
            assert organisation[TOMAS].seat in taker.directory.certificates
            assert organisation[MIRA].member not in taker.directory.members
        give(karim, joel)
        give(mira, joel)
        for session in (selin, joel):
            assert LATE not in {note.value.text for note in cases.open_case(session, arrested.case).notes}
        assert "C4" in {one.check for one in joel.quarantine}
        notes.add(selin, arrested.case, Note(NoteKind.CONTACT, "work goes on"))
        assert log_checking.verify(selin).verified
        selin.require_sound_log()  # what she sends keeps nobody from exporting


# One admin alone may end a caseworker, and can say so hundreds of times: all others go on, and wait no longer.
def list_ends(session: Session, seat: SeatId, count: int) -> None:
    """List so many ends of one seat; their random bytes differ."""
    with session.database.reading() as rows:
        heads = log_heads_of(session.directory, session.prover, rows, [seat])
    list_acts(session, [end(seat, heads, nonce()) for _ in range(count)])


@pytest.mark.long
def test_ends_that_one_admin_lists_alone_cost_an_unlock_no_more_than_their_number(
    short: Filled, tmp_path: Path
) -> None:
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        victim = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
    lines = []
    for count in (20, 80):
        place = short.place.copied_to(tmp_path / str(count))
        with admin.open(place) as session:
            list_ends(session, victim.seat, count)
        with place.open() as owner:
            assert victim.seat not in owner.directory.certificates
            notes.add(owner, short.cases[0], Note(NoteKind.CONTACT, "work goes on"))
        lines.append(lines_of(partial(_open_and_close, place)))
    small, large = lines
    assert large < 5 * small


def _open_and_close(place: Place) -> None:
    place.open().close()
