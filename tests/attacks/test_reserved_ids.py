"""Nobody joins under the id of the recovery sheets, or of nobody: what one is granted the other is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vault.access.membership.pending_seat import new_seat
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.errors import MalformedError
from vault.ids import ZERO_ID
from vault.log.roster import Roster
from vault.seal.invitation import Invitation, Request, seal_request
from vault.services.members import invitations

RESERVED = [pytest.param(bytes(RECOVERY), id="recovery's"), pytest.param(ZERO_ID, id="nobody's")]


@pytest.mark.parametrize("reserved", RESERVED)
@pytest.mark.parametrize("field", ["seat", "member"])
def test_a_request_under_a_reserved_id_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, reserved: bytes
) -> None:
    invitation = Invitation.decode(invitations.invite(session, like="caseworker"))
    honest = new_seat(session.database, invitation, "Eve Quiet", here=False).request
    paper = tmp_path / "request"
    changed: dict[str, Any] = {field: reserved}
    with monkeypatch.context() as program:
        program.setattr(Request, "__post_init__", lambda self: None)
        paper.write_bytes(seal_request(invitation, replace(honest, **changed)))
    with pytest.raises(MalformedError, match="a seat or a member that cannot exist"):
        invitations.look(session, paper)


@pytest.mark.parametrize("reserved", RESERVED)
@pytest.mark.parametrize("of_the_member", [False, True], ids=["seat", "member"])
def test_a_roster_that_certifies_a_reserved_id_is_none(session: Session, reserved: bytes, of_the_member: bool) -> None:
    """Whoever may write rosters puts the id into every entry, with a program that does not look."""
    true = session.directory.chain.accepted[-1]
    honest = bytes(session.member if of_the_member else session.seat)
    entries = [entry.replace(honest, reserved) for entry in true.entries]
    assert tuple(entries) != true.entries
    with pytest.raises(MalformedError, match=r"not of the form of FORMAT\.md 2"):
        Roster.from_fields({"entries": entries, "sigs": []})
