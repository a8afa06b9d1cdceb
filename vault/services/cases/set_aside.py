"""What colleagues wrote in a case and this device sets aside: it is shown, counts for nothing, and can be taken over.

Taken over, it is written anew by who takes it. The version that was set aside stays, with its author: the new one
follows it, so that the two are one again where the rule brings the old one back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vault.access.session import Session
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
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import read_record


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is set aside of one record, oldest first; who wrote the newest of it, and what that says."""

    versions: tuple[OpenedVersion, ...]
    by: str = field(repr=False)
    says: tuple[Change, ...] = field(repr=False)

    @property
    def newest(self) -> OpenedVersion:
        return self.versions[-1]

    @property
    def record(self) -> RecordId:
        return RecordId(self.newest.record)


def set_aside(session: Session, case: CompartmentId) -> list[SetAside]:
    """Return what is set aside in a case and can be taken over, oldest first; looking at it is in the log before.

    A paper stays where it is: its file came with the same entry. Whoever kept it can add it anew.
    """
    session.require(Action.CASE_READ, case)
    log_view(session, case, why="casework")
    wanted = _set_aside_in(session)
    with session.database.reading() as rows:
        sealed = [each for each in rows.versions(case) if each.id in wanted]
    opened, _refusals = open_each(sealed, vault=session.vault, keyring=session.keyring)
    called, of_record = names_told(session, case), defaultdict[tuple[bytes, str], list[OpenedVersion]](list)
    for version in sorted(opened, key=lambda each: (each.content.clock, each.origin, each.seq)):
        of_record[version.record, version.content.kind].append(version)
    names = names_of_logs(session, {version.origin for version in opened})
    found = list[SetAside]()
    for (record, _), versions in of_record.items():
        followed = {parent for each in read_record(session, case, RecordId(record)) for parent in each.content.parents}
        left = [each for each in versions if each.id not in followed]  # the others were taken over
        if left and (said := _said(left[-1])) is not None:
            by = names.get(Origin(left[-1].origin), NOBODY_KNOWN)
            found.append(SetAside(tuple(left), by, tuple(changes({}, said, called))))
    return found


def _set_aside_in(session: Session) -> set[VersionId]:
    up_to_date_index(session)
    return {each.version for each in session.quarantine if each.is_unentitled and each.version is not None}


def _said(version: OpenedVersion) -> Mapping[str, object] | None:
    """Return what a version says; nothing of one that no program here can write anew."""
    kind = KINDS.get(version.content.kind)
    if kind is None or kind is Document:
        return None
    try:
        return to_fields(from_fields(kind, version.content.fields))
    except MalformedError:
        return None


def take_over(session: Session, case: CompartmentId, chosen: Collection[SetAside]) -> int:
    """Write it anew as this member's own, each record in a step of its own; return how many.

    Where others changed the record since, it stands beside what they wrote, as two versions.

    Raises:
        RefusedError: this member may not write it.
    """
    rule = session.require(Action.CASE_WRITE, case)
    for each in chosen:
        kind, fields = each.newest.content.kind, each.newest.content.fields
        value = from_fields(KINDS[kind], fields)
        beside = entries_for(session, [value]) if isinstance(value, Person) and not value.unregistered else []
        parents = dict.fromkeys(VersionId(parent) for version in each.versions for parent in version.content.parents)
        parents |= dict.fromkeys(version.id for version in each.versions)
        with session.work(case, *(home for home, _ in beside)) as work:
            work.write(case, each.record, kind, to_fields(value, known=fields), list(parents))
            for home, entry in beside:
                work.keep(home, entry)
            covers = Counter([kind, *(entry.KIND for _, entry in beside)])
            work.commit(Entry(act=ACTS_OF.get(kind, "case.edit"), obj=audit_of(session, case), covers=covers, pol=rule))
    return len(chosen)
