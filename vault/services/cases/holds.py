"""Legal holds: while one stands, this program erases nothing of its case and carries out no erasure of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from vault.access.session import Session
from vault.casework.case import Hold, LogSize, Section
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId
from vault.index.heads import heads_of
from vault.policy.roles import Action
from vault.records.versions import PARENT_LIMIT, OpenedVersion, of_kind, open_each, to_fields
from vault.records.work import Entry
from vault.seal.named import hold_record
from vault.services.cases.cases import today
from vault.services.projection.folder_row import stored
from vault.services.projection.places import kind_of, name_of
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import Stored, read_valid_at, stored_of_kind
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
    _keep(session, case, wanted, rule)


def release(session: Session, case: CompartmentId, *, reason: str) -> None:
    """Release all holds that stand on a case: from here on it can be erased.

    Raises:
        UsageError: no hold stands, or there is no reason.
    """
    rule = session.require(Action.CASE_WRITE, case)
    before = require_held(session, case)
    day = today(session)
    ended = replace(before.value, released=day, release_reason=reason, since=_sizes(session))
    _keep(session, case, ended, rule)


def require_held(session: Session, case: CompartmentId) -> Stored[Hold]:
    """Return the hold that stands on a case.

    Raises:
        UsageError: none does.
    """
    found = held(session, case)
    if found is None:
        raise UsageError(Message("this case is not on legal hold"))
    return found


def held(session: Session, case: CompartmentId) -> Stored[Hold] | None:
    """Return the hold that stands on a case, or None; of several beside one another, one that stands."""
    session.require(Action.CASE_READ, case)
    return next(reversed(standing(session, case)), None)


def hold_again(session: Session, case: CompartmentId) -> None:
    """Put a case on hold again, in this member's name, for the newest of the holds that lost their author.

    From now on: what was erased before they never said that they had seen it.

    Raises:
        UsageError: no such hold stands.
    """
    rule = session.require(Action.CASE_WRITE, case)
    lost = without_author(session, case)
    if not lost:
        raise UsageError(Message("this case is not on legal hold"))
    _keep(session, case, replace(lost[-1].value, since=_sizes(session)), rule)


def require_none(session: Session, homes: Iterable[CompartmentId]) -> None:
    """Return if none of these cases is on hold, and no case of these restricted sections.

    Raises:
        RefusedError: one is.
    """
    stop = what_stops(session, homes)
    if stop is not None:
        raise stop


def what_stops(session: Session, homes: Iterable[CompartmentId]) -> RefusedError | None:
    """Return what stops these cases, or the cases of these restricted sections, from being erased; None if nothing."""
    for case in {case for home in homes for case in (home, *cases_of_section(session, home))}:
        found = standing(session, case)
        if found:
            return RefusedError(
                Message("case {case} is on legal hold: nothing of it is erased", case=name_of(session, case)),
                next_step=Message(
                    "The hold is to be reviewed on {day}. To release it, give a reason: {release}.",
                    day=found[-1].value.review,
                    release=NextStep.RELEASE_HOLD,
                ),
            )
    return None


def is_held(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case, or on the case of a section, as far as this seat can open it.

    Of the rows, not of the index: also of a case whose key is about to go.
    """
    return any(standing(session, case) for case in (home, *cases_of_section(session, home)))


class Said(NamedTuple):
    """What a version says of the hold on a case."""

    version: OpenedVersion
    hold: Hold


@dataclass(frozen=True, slots=True)
class SaidOfHold:
    """What is said of the hold on a case.

    Attributes:
        valid: by valid versions, replaced ones too.
        lost: by holds that stood when this folder looked last, and are valid no longer.
        parents: of these versions, and of all that they follow.
    """

    valid: list[Said]
    lost: list[Said]
    parents: Mapping[bytes, Sequence[bytes]]

    def before(self, versions: Iterable[bytes]) -> set[bytes]:
        """Return all versions that these follow by `parents`. Each is looked at once."""
        found: set[bytes] = set()
        left = list(versions)
        while left:
            new = set(self.parents.get(left.pop(), ())) - found
            found |= new
            left += new
        return found


def said_of(session: Session, case: CompartmentId) -> SaidOfHold:
    """Return what is said of the hold on a case. A version without the fields of a hold says nothing."""
    with session.database.reading() as rows:
        places = [(origin, seq) for _, origin, seq in rows.places_in_record(case, hold_record())]
        stood = {version for home, version in stored(rows).stood if home == case}
    if not places:
        return SaidOfHold([], [], {})
    valid = {each.id: each for each in read_valid_at(session, case, places) if each.record == hold_record()}
    versions = [
        each for each in (*valid.values(), *_no_longer(session, case, valid, stood)) if each.content.kind == Hold.KIND
    ]
    said = [Said(*each) for each in of_kind(versions, Hold)]
    return SaidOfHold(
        [each for each in said if each.version.id in valid],
        [each for each in said if each.version.id in stood and each.version.id not in valid],
        {each.id: each.content.parents for each in versions},
    )


def _no_longer(
    session: Session, case: CompartmentId, valid: Mapping[VersionId, OpenedVersion], stood: Set[bytes]
) -> list[OpenedVersion]:
    """Open what stood here or what others follow, and is not valid. What nobody names is not looked at."""
    named = set(stood).union(*(each.content.parents for each in valid.values())) - valid.keys()
    if not named:
        return []
    sealed: dict[bytes, list[SealedVersion]] = {}
    with session.database.reading() as rows:
        for each in rows.versions(case, RecordId(hold_record())):
            sealed.setdefault(each.id, []).append(each)
    found: list[OpenedVersion] = []
    left = list(named)
    while left:
        opened = _opened(session, sealed.pop(left.pop(), []))
        found += opened
        left += [parent for each in opened for parent in each.content.parents if parent not in valid]
    return found


def cases_of_section(session: Session, home: CompartmentId) -> set[CompartmentId]:
    """Return of which case a restricted section says it is; of another place nothing."""
    if kind_of(session, home) is not CompartmentKind.SECTION:
        return set()
    with session.database.reading() as rows:
        heads = [each for each in _opened(session, rows.versions(home)) if each.content.kind == Section.KIND]
    return {CompartmentId(case) for head in heads if isinstance(case := head.content.fields.get("case"), bytes)}


def _opened(session: Session, sealed: list[SealedVersion]) -> list[OpenedVersion]:
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    return list(opened)


def standing(session: Session, case: CompartmentId) -> list[Stored[Hold]]:
    """Return the holds that stand, the newest last: those that neither a valid release follows nor a valid hold.

    One that stood when this folder looked last does so still where its author was cut off since: somebody holds again.
    """
    return _stored(_standing(session, case)[0])


def without_author(session: Session, case: CompartmentId) -> list[Stored[Hold]]:
    """Return which of the holds that stand are valid no longer, because their author was cut off."""
    return _stored(_standing(session, case)[1])


def _standing(session: Session, case: CompartmentId) -> tuple[list[Said], list[Said]]:
    """Return the holds that stand, and which of them are not valid."""
    said = said_of(session, case)
    ended = said.before(each.version.id for each in said.valid if each.hold.released is not None)
    valid, lost = (
        [each for each in some if each.hold.released is None and each.version.id not in ended]
        for some in (said.valid, said.lost)
    )
    replaced = said.before(each.version.id for each in valid)
    lost = [each for each in lost if each.version.id not in replaced]
    return [*(each for each in valid if each.version.id not in replaced), *lost], lost


def _stored(found: list[Said]) -> list[Stored[Hold]]:
    return sorted((stored_of_kind([each.version], Hold)[0] for each in found), key=lambda each: each.written_ms)


def _keep(session: Session, case: CompartmentId, value: Hold, rule: str) -> None:
    """Write a version that follows all that stands; as many, each behind the one before, as it takes to name that."""
    record = RecordId(hold_record())
    left = [each.version for each in standing(session, case)]  # first: a head that says nothing may stand over them
    left += sorted(set(map(VersionId, heads_of(up_to_date_index(session), case, record, Hold.KIND))).difference(left))
    with session.work(case) as work:
        written: list[VersionId] = []
        while left or not written:
            named = [*written[-1:], *left][:PARENT_LIMIT]
            left = left[len(named) - len(written[-1:]) :]
            written.append(work.write(case, record, Hold.KIND, to_fields(value), named))
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers={Hold.KIND: len(written)}, pol=rule))


def _sizes(session: Session) -> tuple[LogSize, ...]:
    with session.database.reading() as rows:
        return tuple(LogSize(row.origin, rows.size(row.origin)) for row in rows.geneses())
