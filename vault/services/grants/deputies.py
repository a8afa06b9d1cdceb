"""Who opens a member's cases when the member cannot: named by an admin, kept in the directory, no word of any case."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.organisation_records import Deputy
from vault.errors import UsageError
from vault.ids import MemberId, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import ALLOWED, Action
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.seal.named import deputy_record
from vault.services.projection.projection import read_valid, up_to_date_index
from vault.services.projection.reading import read_versions, stored_of_kind
from vault.services.projection.seats import members_of_logs
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Named:
    """Who is the deputy of a member, None after one was taken away; `by` is whose log lists it, `version` where."""

    member: MemberId
    deputy: MemberId | None
    by: MemberId
    version: VersionId


def set_deputy(session: Session, member: MemberId, deputy: MemberId | None) -> None:
    """Name who stands in for a member from now on, or nobody. Cases that stand already are not granted by this.

    Raises:
        UsageError: the deputy is the member, or who names them, or has no role that shares cases.
    """
    rule = session.require(Action.DEPUTY_SET)
    value = Deputy(member, deputy)
    if deputy == session.member:
        raise UsageError(
            Message("members cannot name themselves as a deputy"), next_step=Message("Ask another admin to name you.")
        )
    if deputy is not None and not session.directory.roles_of(deputy) & ALLOWED[Action.CASE_SHARE]:
        raise UsageError(
            Message("a deputy opens cases and hands them over: this member's role does not allow that"),
            next_step=Message("Name a caseworker or a supervisor."),
        )
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Deputy.KIND)]
    with session.work(home) as work:
        work.keep(home, value, record, parents)
        work.commit(Entry(act="config.change", covers={Deputy.KIND: 1}, pol=rule))


def deputies(session: Session) -> dict[MemberId, MemberId]:
    """Return who stands in for whom, of members and deputies who are in now."""
    session.require(Action.MEMBER_LIST)
    named = _named(session, read_valid(session, session.directory.compartment))
    stands = session.directory.effective.members
    return {naming.member: naming.deputy for naming in named if naming.deputy is not None and naming.deputy in stands}


def deputy_of(session: Session, member: MemberId) -> MemberId | None:
    """Return who stands in for a member, or None."""
    named = naming_of(session, member)
    is_in = named is not None and named.deputy in session.directory.effective.members
    return named.deputy if named is not None and is_in else None


def naming_of(session: Session, member: MemberId) -> Named | None:
    """Return who named whom as the deputy of a member, whether or not these are in; None where nobody did."""
    session.require(Action.MEMBER_LIST)
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    heads = frozenset(VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Deputy.KIND))
    if not heads:
        return None
    named = _named(session, read_versions(session, home, record, heads))
    return next((naming for naming in named if naming.member == member), None)


def _named(session: Session, versions: list[OpenedVersion]) -> list[Named]:
    """Return the namings that are valid: nobody names themself, whatever their program lets them (FORMAT.md 4)."""
    of_kind = [version for version in versions if version.content.kind == Deputy.KIND]
    authors = members_of_logs(session, (version.origin for version in of_kind))
    by_others = [
        version
        for version in of_kind
        if authors.get(version.origin) not in {None, version.content.fields.get("deputy")}
    ]
    return [
        Named(
            MemberId(deputy.value.member),
            None if deputy.value.deputy is None else MemberId(deputy.value.deputy),
            authors[deputy.origin],
            deputy.version,
        )
        for deputy in stored_of_kind(by_others, Deputy)
        if deputy.origin is not None and deputy.record == deputy_record(deputy.value.member)
    ]
