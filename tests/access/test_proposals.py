"""A roster on its way: what its file holds, byte for byte, and which files are none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.access.told import is_told
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_proposals import Proposal, open_proposal, seal_proposal
from vault.access.session import Session
from vault.casework.organisation_records import Member
from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.ids import ZERO_ID, MemberId
from vault.log.roster import Roster
from vault.seal.envelope import LocalContext, open_sealed, seal
from vault.seal.keyring import derive_proposal_key
from vault.seal.purposes import Purpose
from vault.store import tables

NEW = MemberId(b"\x07" * 16)
MIB = 1 << 20


def admitting(session: Session) -> Roster:
    """Return a roster that admits NEW, who has no seat yet."""
    return propose(session, Change(roles={NEW: frozenset()}))


def written(session: Session, content: object, number: int, compartment: bytes | None = None) -> bytes:
    """Return the file of FORMAT.md 7 with this content, whatever it is, under the newest key of the directory."""
    epoch = session.keyring.epochs_of(compartment or session.directory.compartment)[-1]
    key = derive_proposal_key(session.keyring.get(epoch) or b"")
    encoded = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
    context = LocalContext(Purpose.PROPOSAL, session.vault, ZERO_ID, number)
    return epoch + number.to_bytes(8, "big") + seal(key, encoded, context)


def content_of(session: Session, file: bytes) -> dict[str, Any]:
    epoch, number = file[:16], int.from_bytes(file[16:24], "big")
    key = derive_proposal_key(session.keyring.get(epoch) or b"")
    content = open_sealed(key, file[24:], LocalContext(Purpose.PROPOSAL, session.vault, ZERO_ID, number))
    decoded: dict[str, Any] = msgspec.msgpack.decode(content)
    return decoded


def test_a_proposal_says_of_new_members_what_the_directory_is_to_say_and_comes_back_the_same(session: Session) -> None:
    roster = admitting(session)
    proposal = Proposal(roster, (Member(NEW, "Oren Sabaluk"), Member(session.member, "Mira", 7)))
    file = seal_proposal(session, proposal)
    assert open_proposal(session, file) == proposal
    assert content_of(session, file) == {
        **roster.fields(),
        "members": [
            {"member": NEW, "name": "Oren Sabaluk"},
            {"member": session.member, "name": "Mira", "until": 7},
        ],
    }
    again = written(session, content_of(session, file), roster.head.number)
    assert open_proposal(session, again) == proposal


def test_what_was_sealed_and_is_no_proposal_is_refused(session: Session) -> None:
    roster = admitting(session)
    fields = {**roster.fields(), "members": []}
    for content in (
        {**fields, "more": 1},
        {**fields, "members": [{"member": NEW, "name": "Oren", "role": 1}]},
        {**fields, "sigs": 1},
        b"\xc1",
        b"\x81\xa1\xff\x01",  # no UTF-8
        b"\x91" * 5000,  # nested deep
        b"\x81\xa7members" + b"\x91" * 5000,
    ):
        with pytest.raises(MalformedError, match="the proposal cannot be read"):
            open_proposal(session, written(session, content, roster.head.number))


def test_a_proposal_names_nobody_beside_those_whom_its_roster_admits(session: Session) -> None:
    for member, name in ((MemberId(b"\x08" * 16), "Oren"), (NEW, " ")):
        proposal = Proposal(admitting(session), (Member(member, name),))
        with pytest.raises(MalformedError, match="names somebody whom its list of members does not admit"):
            open_proposal(session, seal_proposal(session, proposal))


OTHER = MemberId(b"\x09" * 16)


def test_a_proposal_calls_each_member_by_a_name_of_their_own(session: Session) -> None:
    roster = propose(session, Change(roles={NEW: frozenset(), OTHER: frozenset()}))
    oren = Member(NEW, "Oren")
    for also in (Member(NEW, "Joel"), Member(OTHER, "OREN")):
        with pytest.raises(MalformedError, match="names a member twice, or gives two members the same name"):
            open_proposal(session, seal_proposal(session, Proposal(roster, (oren, also))))


def test_a_proposal_under_another_number_than_its_rosters_is_refused(session: Session) -> None:
    roster = admitting(session)
    file = written(session, {**roster.fields(), "members": []}, roster.head.number + 1)
    with pytest.raises(BrokenSealError, match="not the proposal that its file names"):
        open_proposal(session, file)


def test_a_file_of_another_size_than_a_proposals_is_none(session: Session) -> None:
    file = seal_proposal(session, Proposal(admitting(session)))
    for size, error, words in (
        (0, MalformedError, "this is not a proposal"),
        (24, MalformedError, "this is not a proposal"),  # its head alone
        (25, BrokenSealError, "seal does not hold"),
        (MIB, BrokenSealError, "seal does not hold"),
        (MIB + 1, MalformedError, "this is not a proposal"),
    ):
        cut = file.ljust(size, b"\0")[:size]
        assert is_told(error, words, open_proposal, session, cut)


def no_keys(session: Session) -> None:
    for epoch in session.keyring.epochs_of(session.directory.compartment):
        session.keyring.drop(epoch)


def no_founding(session: Session) -> None:
    with session.database.transaction() as rows:
        rows.connection.execute(tables.epoch.delete())
    session.learned.states.clear()


@pytest.mark.parametrize("lose", [no_keys, no_founding])
def test_nothing_is_proposed_under_a_key_that_this_seat_does_not_hold(session: Session, lose: Any) -> None:
    proposal = Proposal(admitting(session))
    lose(session)
    with pytest.raises(RefusedError, match="does not hold the directory's key"):
        seal_proposal(session, proposal)


def test_a_proposal_under_a_key_that_this_seat_does_not_hold_says_what_to_take_first(session: Session) -> None:
    file = seal_proposal(session, Proposal(admitting(session)))
    with pytest.raises(RefusedError, match="for another vault, or newer than what this device knows"):
        open_proposal(session, b"\0" * 16 + file[16:])


def test_a_proposal_opens_under_a_key_of_the_directory_alone(session: Session) -> None:
    roster, home = admitting(session), session.directory.compartment
    content = {**roster.fields(), "members": []}
    for compartment in session.keyring.compartments():
        file = written(session, content, roster.head.number, compartment)
        if compartment == home:
            assert open_proposal(session, file) == Proposal(roster)
        else:
            with pytest.raises(RefusedError, match="for another vault, or newer than what this device knows"):
                open_proposal(session, file)
