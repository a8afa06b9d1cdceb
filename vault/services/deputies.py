"""Who opens a member's cases when the member cannot: named by an admin, kept in the directory, no word of any case."""

from __future__ import annotations

from vault.access.session import Session
from vault.casework.membership import Deputy
from vault.errors import UsageError
from vault.ids import MemberId, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import ALLOWED, Action
from vault.records.codec import to_fields
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.seal.named import deputy_record
from vault.services.projection import caught_up, read_counted
from vault.services.reading import read_versions, stored_of_kind


def set_deputy(session: Session, member: MemberId, deputy: MemberId | None) -> None:
    """Name who stands in for a member from now on, or nobody. Cases that stand already are not granted by this.

    Raises:
        UsageError: the deputy is the member, or has no role that shares cases.
    """
    rule = session.require(Action.DEPUTY_SET)
    value = Deputy(member, deputy)
    if deputy is not None and not session.directory.roles_of(deputy) & ALLOWED[Action.CASE_SHARE]:
        raise UsageError(
            "a deputy opens cases and hands them over: this member has no role that may",
            advice="Name a caseworker or a supervisor.",
        )
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    parents = [VersionId(head) for head in heads_of(caught_up(session), home, record)]
    with session.work(home) as work:
        work.write(home, record, Deputy.KIND, to_fields(value), parents)
        work.commit(Entry(act="config.change", covers={Deputy.KIND: 1}, pol=rule))


def deputies(session: Session) -> dict[MemberId, MemberId]:
    """Return who stands in for whom, of members and deputies who are in now."""
    session.require(Action.MEMBER_LIST)
    return _deputies(session, read_counted(session, session.directory.compartment))


def deputy_of(session: Session, member: MemberId) -> MemberId | None:
    """Return who stands in for a member, or None."""
    session.require(Action.MEMBER_LIST)
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    heads = frozenset(VersionId(head) for head in heads_of(caught_up(session), home, record))
    if not heads:
        return None
    known = _deputies(session, read_versions(session, home, record, heads))
    return known.get(member)


def _deputies(session: Session, versions: list[OpenedVersion]) -> dict[MemberId, MemberId]:
    stands = session.directory.standing.members
    return {
        MemberId(one.value.member): MemberId(one.value.deputy)
        for one in stored_of_kind(versions, Deputy)
        if one.value.deputy is not None and one.value.deputy in stands and one.record == deputy_record(one.value.member)
    }
