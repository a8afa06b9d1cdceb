"""Legal holds: while one stands, this program erases nothing of its case and carries out no erasure of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.hold import Hold, LogSize
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import Action
from vault.records.codec import of_kind
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.services.cases.cases import today
from vault.services.projection.folder_row import stored
from vault.services.projection.places import name_of
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.reading import Stored, read_valid_at, stored_of_kind
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
    return next(reversed(_standing(session, case)), None)


def require_none(session: Session, homes: Iterable[CompartmentId]) -> None:
    """Return if none of these cases is on hold, and no case of these restricted sections.

    Raises:
        RefusedError: one is.
    """
    for case in {case for home in homes for case in (home, *cases_of_section(session, home))}:
        found = _standing(session, case)
        if found:
            raise RefusedError(
                Message("case {case} is on legal hold: nothing of it is erased", case=name_of(session, case)),
                next_step=Message(
                    "The hold is to be reviewed on {day}. To release it, give a reason: {release}.",
                    day=found[-1].value.review,
                    release=NextStep.RELEASE_HOLD,
                ),
            )


def is_held(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case, or on the case of a section, as far as this seat can open it.

    Of the rows, not of the index: also of a case whose key is about to go.
    """
    return any(_standing(session, case) for case in (home, *cases_of_section(session, home)))


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says of the hold on a case, and all versions that it follows by `parents`.

    `is_valid`: if not, it was valid here once, and its author was cut off since.
    """

    version: OpenedVersion
    hold: Hold
    follows: frozenset[bytes]
    is_valid: bool


def said_of(session: Session, case: CompartmentId) -> list[Said]:
    """Return what the valid versions of the hold on a case say, and those that this folder saw valid before.

    So nobody ends a hold by cutting off its author. One without the fields of a hold says nothing.
    """
    with session.database.reading() as rows:
        places = [(origin, seq) for _, origin, seq in rows.places_in_record(case, hold_record())]
        if not places:
            return []
        seen = {version for home, version in stored(rows).seen if home == case}
        sealed = [each for each in rows.versions(case, RecordId(hold_record())) if each.id in seen]
    valid = {each.id: each for each in read_valid_at(session, case, places) if each.record == hold_record()}
    known = {each.id: each for each in _opened(session, sealed)} | valid
    versions = [each for each in known.values() if each.content.kind == Hold.KIND]
    parents = {bytes(each.id): each.content.parents for each in versions}
    return [
        Said(version, hold, _all_before(version.id, parents), version.id in valid)
        for version, hold in of_kind(versions, Hold)
    ]


def cases_of_section(session: Session, home: CompartmentId) -> set[CompartmentId]:
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


def _standing(session: Session, case: CompartmentId) -> list[Stored[Hold]]:
    """Return the holds that stand, the newest last: those that neither a valid release follows nor another of them."""
    said = said_of(session, case)
    releases = (each for each in said if each.hold.released is not None and each.is_valid)
    ended = {version for each in releases for version in each.follows}
    stand = [each for each in said if each.hold.released is None and each.version.id not in ended]
    replaced = {version for each in stand for version in each.follows}
    found = [stored_of_kind([each.version], Hold)[0] for each in stand if each.version.id not in replaced]
    return sorted(found, key=lambda each: each.written_ms)


def _all_before(version: bytes, parents: Mapping[bytes, Sequence[bytes]]) -> frozenset[bytes]:
    found: set[bytes] = set()
    left = [version]
    while left:
        new = set(parents.get(left.pop(), ())) - found
        found |= new
        left += new
    return frozenset(found)


def _keep(session: Session, case: CompartmentId, value: Hold, rule: str) -> None:
    record = RecordId(hold_record())
    heads = set(heads_of(up_to_date_index(session), case, record, Hold.KIND))
    heads |= {each.version for each in _standing(session, case)}  # a head that says nothing may stand over them
    parents = [VersionId(head) for head in sorted(heads)]
    with session.work(case) as work:
        work.keep(case, value, record, parents)
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers={Hold.KIND: 1}, pol=rule))


def _sizes(session: Session) -> tuple[LogSize, ...]:
    with session.database.reading() as rows:
        return tuple(LogSize(row.origin, rows.size(row.origin)) for row in rows.geneses())
