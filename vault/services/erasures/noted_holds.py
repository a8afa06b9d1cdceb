"""Which places are on legal hold as far as this folder knows: also where the key that opens the hold went since.

Else a member could take a case from a device first, or cut off who put the hold, and then erase past it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.access.session import Session
from vault.casework.case import Hold
from vault.ids import CompartmentId, VersionId
from vault.index.heads import heads_of_record
from vault.index.remembered import tell_once
from vault.policy.roles import ALLOWED, Action
from vault.seal.named import hold_record
from vault.services.cases import holds
from vault.services.cases.holds import cases_of_section, is_held, without_author
from vault.services.cases.sections import opened_sections
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.folder_row import FolderErasures, keep, stored
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import Stored
from vault.words.message import Message, Value
from vault.words.next_step import NextStep

_LOST = b"lost"


def note_holds(session: Session) -> None:
    """Remember which of the places that this session can open are on hold, and by which versions, before keys may go.

    What it cannot open stays as a session noted it that could.
    """
    known = _noted(session)
    held = set(map(CompartmentId, known.held))
    cases = {CompartmentId(case) for case, _ in known.stood}
    cases.update(map(CompartmentId, heads_of_record(up_to_date_index(session), hold_record(), Hold.KIND)))
    cases = {case for case in cases if session.holds(case)}
    stand = {case: _to_note(session, case) for case in cases}
    on_hold = {case for case in cases if stand[case]}
    if on_hold:
        on_hold |= {section for section, case, _ in opened_sections(session) if case in on_hold}
    on_hold |= {home for home in held - on_hold if is_on_hold(session, home)}
    stood = {(bytes(case), bytes(each.version)) for case, found in stand.items() for each in found}
    stood |= {(case, version) for case, version in known.stood if CompartmentId(case) not in cases}
    if on_hold != held or stood != set(known.stood):
        with session.database.transaction() as rows:
            keep(rows, msgspec.structs.replace(stored(rows), held=sorted(on_hold), stood=sorted(stood)))


def hold_again(session: Session) -> list[Message]:
    """Put each case on hold again where the author of what stood here was cut off; return what a person hears of it.

    Written anew, the hold reaches all who hold the case, and a backup. Else who cuts off an author ends their hold.
    """
    lines: list[Message] = []
    stood = {CompartmentId(case) for case, _ in _noted(session).stood}
    for case in sorted(case for case in stood if session.holds(case)):
        for each in without_author(session, case)[-1:]:
            words = {"case": name_of(session, case), "who": _who_wrote(session, each)}
            if not session.allows(Action.CASE_WRITE, case).allowed:
                lines += _said_once(session, each.version, words)
            else:
                holds.hold_again(session, case)
                lines.append(
                    Message(
                        "{who}, who had put {case} on legal hold, was cut off. So this device put it on hold again, in"
                        " your name. Look whether it has to be; you may release it: {release}.",
                        **words,
                        release=NextStep.RELEASE_HOLD,
                    )
                )
    return lines


def _said_once(session: Session, version: VersionId, words: Mapping[str, Value]) -> list[Message]:
    if not tell_once(session.index(), {_LOST + version}):
        return []
    line = Message(
        "{who}, who had put {case} on legal hold, was cut off. Nothing of it is erased on this device. You cannot put"
        " it on hold in your name: ask somebody who writes in the case.",
        **words,
    )
    return [line]


def _who_wrote(session: Session, hold: Stored[Hold]) -> str | Message:
    members = members_of_logs(session, {hold.origin} if hold.origin else set())
    return name_in(names_of_members(session), members.get(hold.origin) if hold.origin else None)


def _to_note(session: Session, case: CompartmentId) -> list[Stored[Hold]]:
    """Return the holds that stand on a case, to be noted.

    Who cannot put it on hold again waits for somebody who can: what others hold then replaces what lost its author.
    """
    stand = holds.standing(session, case)
    if not session.roles & ALLOWED[Action.CASE_WRITE]:
        lost = {each.version for each in without_author(session, case)}
        return [each for each in stand if each.version not in lost] or stand
    return stand


def is_on_hold(session: Session, home: CompartmentId) -> bool:
    """Say whether a hold stands on a case or the case of a section, or stood when its key went from this session."""
    if is_held(session, home):
        return True
    known = _noted(session).held
    return any(place in known and not session.holds(place) for place in (home, *cases_of_section(session, home)))


def _noted(session: Session) -> FolderErasures:
    with session.database.reading() as rows:
        return stored(rows)
