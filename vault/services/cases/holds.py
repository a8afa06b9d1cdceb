"""Legal holds: while one stands, this program erases nothing of its case and carries out no erasure of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.hold import Hold, LogSize
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.services.cases.cases import today
from vault.services.projection.places import name_of
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import Stored, read_versions, stored_of_kind
from vault.store.rowtypes import SealedVersion
from vault.words.message import Message
from vault.words.next_step import NextStep


def hold(session: Session, case: CompartmentId, *, reason: str, review: str) -> None:
    """Put a case on hold, or change the reason and the review day of the hold that stands.

    Raises:
        UsageError: no reason, or a review day that is none or has passed.
    """
    rule = session.require(Action.CASE_WRITE, case)
    wanted = Hold(reason=reason, review=review, since=_sizes(session))
    if wanted.review < today(session):
        raise UsageError(Message("the review day has passed"), next_step=Message("Give a day from today on."))
    before = held(session, case)
    if before is not None:
        wanted = replace(wanted, since=before.value.since)
    _keep(session, case, wanted, rule)


def release(session: Session, case: CompartmentId, *, reason: str) -> None:
    """Release the hold of a case: from here on it can be erased.

    Raises:
        UsageError: no hold stands, or there is no reason.
    """
    rule = session.require(Action.CASE_WRITE, case)
    before = held(session, case)
    if before is None:
        raise UsageError(Message("this case is not on legal hold"))
    day = today(session)
    ended = replace(before.value, released=day, release_reason=reason, since=_sizes(session))
    _keep(session, case, ended, rule)


def held(session: Session, case: CompartmentId) -> Stored[Hold] | None:
    """Return the hold that stands on a case, or None; of several beside one another, one that stands."""
    session.require(Action.CASE_READ, case)
    return _standing(session, case)


def require_none(session: Session, homes: Iterable[CompartmentId]) -> None:
    """Return if none of these cases is on hold, and no case of these restricted sections.

    Raises:
        RefusedError: one is.
    """
    for case in {case for home in homes for case in (home, *_cases_of_section(session, home))}:
        found = _standing(session, case)
        if found is not None:
            raise RefusedError(
                Message("case {case} is on legal hold: nothing of it is erased", case=name_of(session, case)),
                next_step=Message(
                    "The hold is to be reviewed on {day}. Who releases it says why: {release}.",
                    day=found.value.review,
                    release=NextStep.RELEASE_HOLD,
                ),
            )


def is_held(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case, or on the case of a section, as far as this seat can open it.

    Of the rows, not of the index: also of a case whose key is about to go.
    """
    with session.database.reading() as rows:
        found = _opened(session, rows.versions(home, hold_record()))
        if not found:
            cases = _cases_of_section(session, home)
            found = [hold for case in cases for hold in _opened(session, rows.versions(case, hold_record()))]
    holds = [version for version in found if version.content.kind == Hold.KIND]
    replaced = {parent for version in holds for parent in version.content.parents}
    return any(version.id not in replaced and "released" not in version.content.fields for version in holds)


def _cases_of_section(session: Session, home: CompartmentId) -> set[CompartmentId]:
    """Return of which case a restricted section says it is; of another place nothing."""
    if _kind_of(session, home) is not CompartmentKind.SECTION:
        return set()
    with session.database.reading() as rows:
        heads = [each for each in _opened(session, rows.versions(home)) if each.content.kind == Section.KIND]
    return {CompartmentId(case) for head in heads if isinstance(case := head.content.fields.get("case"), bytes)}


def _opened(session: Session, sealed: list[SealedVersion]) -> list[OpenedVersion]:
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    return list(opened)


def _kind_of(session: Session, home: CompartmentId) -> CompartmentKind | None:
    state = session.state_of(home)
    return None if state is None else state.kind


def _standing(session: Session, case: CompartmentId) -> Stored[Hold] | None:
    record = RecordId(hold_record())
    heads = heads_of(up_to_date_index(session), case, record, Hold.KIND)
    for head in heads:  # of two beside one another, each is asked: one that stands holds
        found = stored_of_kind(read_versions(session, case, record, frozenset({VersionId(head)})), Hold)
        if found and found[0].value.released is None:
            return found[0]
    return None


def _keep(session: Session, case: CompartmentId, value: Hold, rule: str) -> None:
    record = RecordId(hold_record())
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), case, record, Hold.KIND)]
    with session.work(case) as work:
        work.keep(case, value, record, parents)
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers={Hold.KIND: 1}, pol=rule))


def _sizes(session: Session) -> tuple[LogSize, ...]:
    with session.database.reading() as rows:
        return tuple(LogSize(row.origin, rows.size(row.origin)) for row in rows.geneses())
