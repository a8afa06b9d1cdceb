"""Which question each service asks first, or why it asks none: the table that `test_every_service` walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from vault.access.session import Session
from vault.ids import CompartmentId, MemberId, RecordId, SeatId
from vault.policy.roles import Action

ACTS: Mapping[str, tuple[Action, ...]] = {
    "approving.approver_named": (Action.MEMBER_LIST,),
    "approving.approvers": (Action.MEMBER_LIST,),
    "asking.give": (Action.APPROVE,),
    "asking.read_answer": (Action.MEMBER_LIST,),
    "asking.read_question": (Action.APPROVE,),
    "backups.make": (Action.BACKUP_MAKE,),
    "breaking_glass.break_glass": (Action.BREAK_GLASS,),
    "cases.create": (Action.CASE_CREATE,),
    "cases.list_all": (Action.CASE_LIST,),
    "cases.only_you": (Action.CASE_READ,),
    "cases.only_yours": (Action.CASE_LIST,),
    "cases.open_case": (Action.CASE_READ,),
    "cases.view": (Action.CASE_READ,),
    "checking.verify": (Action.LOG_VERIFY,),
    "checkpoints.checkpoint": (Action.LOG_VERIFY,),
    "clock.confirm": (Action.OWN_DEVICE,),
    "clock.look": (Action.OWN_DEVICE,),
    "clock.repair": (Action.CLOCK_REPAIR,),
    "deputies.deputies": (Action.MEMBER_LIST,),
    "deputies.deputy_of": (Action.MEMBER_LIST,),
    "deputies.set_deputy": (Action.DEPUTY_SET,),
    "destroying.destroy_access": (Action.OWN_KEYS,),
    "destroying.destroy_slots_after": (Action.RECOVERY_MANAGE,),
    "destroying.why_not_armed": (Action.OWN_KEYS,),
    "devices.end_moved": (Action.OWN_DEVICE,),
    "devices.give_cases": (Action.CASE_CREATE,),
    "devices.list_all": (Action.MEMBER_LIST,),
    "devices.lost": (Action.OWN_DEVICE,),
    "devices.name": (Action.OWN_DEVICE,),
    "elsewhere.names_elsewhere": (Action.CASE_SEARCH,),
    "exporting.ask": (Action.CASE_EXPORT,),
    "exporting.export": (Action.CASE_EXPORT,),
    "factors.add_keyfile": (Action.OWN_KEYS,),
    "factors.add_security_key": (Action.OWN_KEYS,),
    "factors.change_passphrase": (Action.OWN_KEYS,),
    "factors.list_own": (Action.OWN_KEYS,),
    "factors.remove": (Action.OWN_KEYS,),
    "handover.order": (Action.HANDOVER_ORDER,),
    "handover.orders": (Action.MEMBER_LIST,),
    "intake.add": (Action.INTAKE_WRITE,),
    "intake.close": (
        Action.INTAKE_WRITE,
        Action.CASE_WRITE,
    ),
    "intake.list_open": (Action.INTAKE_READ,),
    "intake.rotate_weekly": (Action.INTAKE_WRITE,),
    "joining.admit": (Action.MEMBER_ADMIT,),
    "joining.admit_here": (Action.MEMBER_ADMIT,),
    "joining.invite": (Action.MEMBER_ADMIT,),
    "joining.invite_device": (Action.MEMBER_ADMIT,),
    "joining.look": (Action.OWN_DEVICE,),
    "keys.cases_held": (Action.CASE_LIST,),
    "keys.keys_of": (Action.CASE_READ,),
    "listing.open_list": (Action.CASE_LIST,),
    "losing.before_end": (Action.MEMBER_END,),
    "losing.before_roles": (Action.ROLE_CHANGE,),
    "logbook.newest": (Action.LOG_READ,),
    "members.change_roles": (Action.ROLE_CHANGE,),
    "members.end_who_is_over": (Action.MEMBER_END,),
    "members.leave": (Action.MEMBER_END,),
    "members.list_all": (Action.MEMBER_LIST,),
    "members.suspend": (Action.MEMBER_END,),
    "notes.add": (Action.CASE_WRITE,),
    "notes.add_many": (Action.CASE_WRITE,),
    "notes.amend": (
        Action.CASE_READ,
        Action.CASE_WRITE,
    ),
    "notes.show": (Action.CASE_READ,),
    "notes.show_corrected": (Action.CASE_READ,),
    "partners.add": (Action.PARTNER_WRITE,),
    "partners.find": (Action.PARTNER_READ,),
    "partners.list_all": (Action.PARTNER_READ,),
    "people.add": (Action.CASE_WRITE,),
    "people.keep": (Action.CASE_WRITE,),
    "recovery.drill": (Action.RECOVERY_MANAGE,),
    "recovery.follow": (Action.OWN_KEYS,),
    "recovery.renew": (Action.RECOVERY_MANAGE,),
    "recovery.sheets": (Action.RECOVERY_MANAGE,),
    "recovery.standing": (Action.MEMBER_LIST,),
    "register.add": (Action.REGISTER_WRITE,),
    "register.ask": (Action.REGISTER_ASK,),
    "rostering.commit": (Action.MEMBER_ADMIT,),
    "rostering.settle_shared": (Action.SYNC,),
    "rostering.show": (Action.MEMBER_LIST,),
    "rostering.sign": (Action.APPROVE,),
    "searching.search": (Action.CASE_SEARCH,),
    "sections.add_note": (Action.CASE_WRITE,),
    "sections.add_person": (Action.CASE_WRITE,),
    "sections.create": (Action.SECTION_CREATE,),
    "sections.find_in": (Action.CASE_READ,),
    "sections.give": (Action.CASE_SHARE,),
    "sections.list_of": (Action.CASE_READ,),
    "sections.open_section": (Action.CASE_READ, Action.CASE_READ),
    "sharing.cost_of_change": (Action.CASE_SHARE,),
    "sharing.end_seats": (Action.SYNC,),
    "sharing.grant": (Action.CASE_SHARE,),
    "sharing.holders_of": (Action.CASE_READ,),
    "sharing.revoke": (Action.CASE_SHARE,),
    "sharing.rotate": (Action.CASE_SHARE,),
    "syncing.make": (Action.SYNC,),
    "syncing.show": (Action.SYNC,),
    "syncing.take": (Action.SYNC,),
    "terms.away": (Action.AWAY_SET,),
    "terms.give": (Action.CASE_SHARE,),
    "terms.lent": (Action.MEMBER_LIST,),
    "terms.terms_of": (Action.CASE_READ,),
}

ASKED = "a part of services that asked before they came to it"
DIRECTORY = "names and roles, which every member sees (MEMBER_LIST is everybody's)"
OWN_INDEX = "an id or a count from the member's own index, which holds what they may read; every act on it asks"
OWED = "looks at the role itself and acts through services that ask"
OWN_STATE = "what this account or session remembers; nothing of it is in the vault"

# What policy is not asked for here, and why.
NO_ACT: Mapping[str, str] = {
    "approval_checks.approval_faults": ASKED,
    "approval_checks.listings_of": ASKED,
    "approving.at_this_keyboard": ASKED,
    "approving.require_counts": ASKED,
    "approving.required_approval": ASKED,
    "approving.require_second": ASKED,
    "approving.rule_of": DIRECTORY,
    "arrival.settle": OWED,
    "arrival.settle_aloud": OWED,
    "arrivals.opened": ASKED,
    "arrivals.require_maker": ASKED,
    "arrivals.require_room": ASKED,
    "asking.ask_apart": ASKED,
    "authors.find_member": DIRECTORY,
    "authors.all_names": DIRECTORY,
    "authors.names_of_members": DIRECTORY,
    "authors.require_new_name": ASKED,
    "authors.written_by": DIRECTORY,
    "backup_building.build": ASKED,
    "blame.seats_of": ASKED,
    "blame.without_ended": ASKED,
    "bounds.bounds_of": ASKED,
    "cases.find": OWN_INDEX,
    "compartments.held_of_kind": ASKED,
    "compartments.the_one": ASKED,
    "dates.duties_are_separated": DIRECTORY,
    "dates.note_drill": OWN_STATE,
    "dates.note_opened": OWN_STATE,
    "destroying.recovery_is_proven": OWN_STATE,
    "device_checks.file_faults": ASKED,
    "device_checks.row_faults": ASKED,
    "devices.find": OWN_INDEX,
    "devices.warn_list": ASKED,
    "exchange.certified_identity": ASKED,
    "exchange.compartments_for": ASKED,
    "exchange.extents": ASKED,
    "exchange.keep_peers": ASKED,
    "exchange.knows": ASKED,
    "exchange.not_whole": ASKED,
    "exchange.peers_of": ASKED,
    "exchange.pins_of": ASKED,
    "exchange.stored_peers": ASKED,
    "export_material.make_ready": ASKED,
    "export_material.question_for": ASKED,
    "going_on.going_on": ASKED,
    "going_on.waits": OWN_STATE,
    "handover.carry_out": OWED,
    "limits.all_terms": ASKED,
    "limits.hide_what_is_over": OWN_INDEX,
    "limits.term_of": ASKED,
    "members.admission": ASKED,
    "members.members": DIRECTORY,
    "members.note_end": OWN_STATE,
    "notes.locate": OWN_INDEX,
    "noticing.notice": OWN_STATE,
    "noticing.notice_absent": OWN_STATE,
    "noticing.notice_false_acts": OWN_STATE,
    "noticing.notice_findings": OWN_STATE,
    "places.name_of": OWN_INDEX,
    "projection.ask_again": OWN_INDEX,
    "projection.audit_of": OWN_INDEX,
    "projection.caught_up": OWN_INDEX,
    "projection.read_counted": OWN_INDEX,
    "recounting.recount": OWN_INDEX,
    "restoring.begin_again": OWN_STATE,
    "reading.read_heads": ASKED,
    "reading.read_versions": ASKED,
    "rostering.carry_out": ASKED,
    "rostering.describe": ASKED,
    "rostering.end_again": ASKED,
    "rostering.seats_by_member": ASKED,
    "seats.member_of_seat": DIRECTORY,
    "seats.members_of_logs": DIRECTORY,
    "seats.seats_of": DIRECTORY,
    "sections.find": OWN_INDEX,
    "sections.withdraw_with_case": OWED,
    "sharing.add_seats": ASKED,
    "sharing.replace_key": ASKED,
    "sharing.rewrap_all": ASKED,
    "sharing.rewrap_left": ASKED,
    "terms.announcements": OWN_INDEX,
    "terms.withdraw_what_is_over": OWED,
}

BY_A_SESSION: Mapping[str, str] = {
    "listing.CaseList": "made by listing.open_list, which asks",
}

_STRANGER = MemberId(bytes(16))
_FROM_A_STRANGER = SimpleNamespace(request=None, invitation=SimpleNamespace(member=b""))

Call = Callable[[Any, Session, CompartmentId, RecordId, CompartmentId], object]

# Services that look at an argument before they ask: function, session, case, note and section of the world.
CALLS: Mapping[str, Call] = {
    "approving.approver_named": lambda run, session, *_: run(session, "nobody of this name"),
    "devices.lost": lambda run, session, *_: run(session, session.seat),
    "intake.close": lambda run, session, case, *_: run(session, "no slip", moved_to=case),
    "joining.admit": lambda run, session, *_: run(session, _FROM_A_STRANGER, ()),
    "joining.invite_device": lambda run, session, *_: run(session, _STRANGER),
    "losing.before_end": lambda run, session, *_: run(session, [SeatId(bytes(16))]),
    "notes.amend": lambda run, session, case, note, _: run(session, _known(session, case, note), text="x"),
    "notes.show": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "notes.show_corrected": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "sections.add_note": lambda run, session, case, _, section: run(
        session, _held(session, case, section), kind="safety", text="x"
    ),
    "sections.find_in": lambda run, session, case, _, section: run(session, case, _held(session, case, section).hex()),
    "sections.open_section": lambda run, session, case, _, section: run(session, _held(session, case, section)),
}


def _known(session: Session, case: CompartmentId, note: RecordId) -> str:
    """Return the id of a note of the world, or of none where the case is not granted."""
    return note.hex() if session.holds(case) else bytes(16).hex()


def _held(session: Session, case: CompartmentId, section: CompartmentId) -> CompartmentId:
    """Return the section of the world, or one that is not granted where the case is not."""
    return section if session.holds(case) else case
