"""What an admin reads of a proposed roster before signing it: nothing that it changes goes unsaid."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.services.founded import Place
from tests.tables import each
from vault.access.membership.roster_proposals import Proposal
from vault.access.session import Session
from vault.log.roster import Roster
from vault.log.roster_entries import MemberEntry, RosterEntry, encode_entry
from vault.services.members import roster_changes


@pytest.fixture(scope="module")
def mira(founded_template: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with founded_template.copied_to(tmp_path_factory.mktemp("roster") / "founded").open() as session:
        yield session


def proposed(session: Session, **head: Any) -> Roster:
    """Return the roster that stands, with another head."""
    stands = session.directory.effective
    members = [MemberEntry(member, roles) for member, roles in stands.members.items()]
    entries: list[RosterEntry] = [replace(stands.head, **head), *members, *stands.certificates.values()]
    return Roster(tuple(encode_entry(entry, secrets.token_bytes(16)) for entry in entries))


@each(
    {
        "nothing": ({}, []),
        "root": ({"new_root": bytes(32)}, ["replaces the root key: other recovery sheets"]),
        "recovery": ({"recovery": bytes(1216)}, ["replaces the recovery key: other recovery sheets"]),
        "rights": ({"rights": 1}, ["judges by rights table 1 (was {rights})"]),
        "suites": ({"suites": (1, 2)}, ["allows other algorithms"]),
        "helpers": (
            {"helpers_by_supervisor": False},
            ["no longer lets a supervisor alone admit intake, field and caseworker"],
        ),
    }
)
def test_a_rule_that_a_roster_changes_is_said(head: dict[str, Any], said: list[str], mira: Session) -> None:
    rights = mira.directory.effective.head.rights
    told = roster_changes.changes_in_words(mira, Proposal(proposed(mira, **head)))
    assert [str(line) for line in told] == [line.format(rights=rights) for line in said]


def test_it_is_said_when_a_supervisor_alone_may_admit_helpers_from_here_on(mira: Session) -> None:
    stands, allowed = mira.directory, Proposal(proposed(mira))
    strict = proposed(mira, helpers_by_supervisor=False)
    mira.directory = replace(stands, effective=replace(stands.effective, head=strict.head))
    try:
        told = roster_changes.changes_in_words(mira, allowed)
    finally:
        mira.directory = stands
    assert [str(line) for line in told] == ["lets a supervisor alone admit intake, field and caseworker"]
