"""Names that somebody else wrote: they rename nobody, and no line of theirs passes for a line of the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.conftest import AGE
from tests.english import in_english
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import (
    DANA,
    JOEL,
    KARIM,
    MIRA,
    SELIN,
    Organisation,
    ask_to_join,
    full_name,
)
from vault.access.membership.next_roster import Change, propose, sign_by_root
from vault.access.membership.pending_seat import new_seat
from vault.access.membership.roster_commit import commit_roster
from vault.access.membership.roster_proposals import Proposal, open_proposal, seal_proposal
from vault.access.session import Session
from vault.casework.organisation_records import DeviceName, Member
from vault.cli import member as member_cli
from vault.cli.output import Output
from vault.cli.table import Given
from vault.errors import MalformedError, RefusedError, UsageError, VaultError, WaitingForDecisionError
from vault.ids import MemberId, RecordId, SeatId, make_id
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.invitation import Invitation, Request, seal_request
from vault.services.approvals import second_person
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
