"""What colleagues wrote in a case and this device sets aside: it is shown, counts for nothing, and can be taken over.

Taken over, it is written anew by who takes it. The version that was set aside stays, with its author: the new one
follows it, so that the two are one again where the rule brings the old one back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.differences import Change, changes
from vault.casework.document import Document
from vault.casework.person import Person
from vault.errors import MalformedError
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion, from_fields, open_each, to_fields
from vault.records.work import Entry
from vault.services.cases.cases import log_view
from vault.services.cases.editing import KINDS, names_told
from vault.services.cases.register import entries_for
from vault.services.cases.two_versions import ACTS_OF
from vault.services.projection.authors import NOBODY_KNOWN, names_of_logs
from vault.services.projection.folder_row import erased_records
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import read_record

_MOST_VERSIONS: Final = 64
"""So many of one author and record at once: an author decides how many there are."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is set aside of one record by one author, oldest first; and what the newest of it says.

    `value` is what would be written. `is_new`: the record has no version that counts.
    """

    versions: tuple[OpenedVersion, ...]
    value: Any = field(repr=False)
    by: str = field(repr=False)
    says: tuple[Change, ...] = field(repr=False)
    is_new: bool = True

    @property
    def newest(self) -> OpenedVersion:
        return self.versions[-1]

    @property
    def record(self) -> RecordId:
        return RecordId(self.newest.record)


def set_aside(session: Session, case: CompartmentId) -> list[SetAside]:
    """Return what is set aside in a case and can be taken over, oldest first; looking at it is in the log before.

    A paper stays where it is: its file came with the same entry. So does what the case says of itself, and what was
    erased.
    """
    session.require(Action.CASE_READ, case)
    log_view(session, case, why="casework")
    wanted = _set_aside_in(session)
    with session.database.reading() as rows:
        sealed = [each for each in rows.versions(case) if each.id in wanted]
    opened, _refusals = open_each(sealed, vault=session.vault, keyring=session.keyring)
    called, gone = names_told(session, case), erased_records(session)
    of_author = defaultdict[tuple[bytes, str, bytes], list[OpenedVersion]](list)
    for version in sorted(opened, key=lambda each: (each.content.clock, each.origin, each.seq)):
        of_author[version.record, version.content.kind, version.origin].append(version)
    names = names_of_logs(session, {version.origin for version in opened})
    found = list[SetAside]()
    for (record, kind, origin), versions in of_author.items():
        valid = read_record(session, case, RecordId(record))
        followed = {parent for each in valid for parent in each.content.parents}
        left = [each for each in versions if each.id not in followed][-_MOST_VERSIONS:]  # the others were taken over
        is_other = any(each.content.kind != kind for each in valid)  # it took the id of somebody else's record
        if left and not is_other and (case, record) not in gone and (value := _value(left[-1])) is not None:
            says = changes({}, to_fields(value), called)
            by = names.get(Origin(origin), NOBODY_KNOWN)
            found.append(SetAside(tuple(left), value, by, tuple(says), is_new=not valid))
    return found


def _set_aside_in(session: Session) -> set[VersionId]:
    up_to_date_index(session)
    return {each.version for each in session.quarantine if each.is_unentitled and each.version is not None}


def _value(version: OpenedVersion) -> Any:
    """Return what a version says, as it is written anew: nothing rides along that nobody is shown or confirmed."""
    kind = KINDS.get(version.content.kind)
    if kind is None or kind in {Case, Document}:
        return None
    try:
        value = from_fields(kind, version.content.fields)
    except MalformedError:
        return None
    unsaid = {name: None for name in ("confirmed", "who") if getattr(value, name, None) is not None}
    return replace(value, **unsaid) if unsaid else value


def take_over(session: Session, case: CompartmentId, chosen: Collection[SetAside]) -> int:
    """Write it anew as this member's own, each record in a step of its own; return how many.

    Where the record has a version that counts, it stands beside that, as two versions: it replaces nobody's words.

    Raises:
        RefusedError: this member may not write it.
    """
    rule = session.require(Action.CASE_WRITE, case)
    for each in chosen:
        kind, value = each.newest.content.kind, each.value
        is_person = isinstance(value, Person) and each.is_new and not value.unregistered
        beside = entries_for(session, [value]) if is_person else []
        with session.work(case, *(home for home, _ in beside)) as work:
            work.write(case, each.record, kind, to_fields(value), [version.id for version in each.versions])
            for home, entry in beside:
                work.keep(home, entry)
            covers = Counter([kind, *(entry.KIND for _, entry in beside)])
            work.commit(Entry(act=ACTS_OF.get(kind, "case.edit"), obj=audit_of(session, case), covers=covers, pol=rule))
    return len(chosen)
