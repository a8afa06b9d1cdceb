"""Which question each service asks first, or why it asks none: the table that `test_every_service` walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.document import Body, Document, DocumentKind
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.story.events import Task
from vault.casework.story.incident import ChecklistStep
from vault.casework.story.protection import CheckIn, CheckInEnd
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.ids import CompartmentId, Origin, RecordId, SeatId, VersionId
from vault.policy.roles import Action
from vault.records.versions import Content, OpenedVersion
from vault.services.approvals.moving import Moving
from vault.services.cases.editing import Place
from vault.services.cases.undoing import Undoable
from vault.services.erasures.reach import Plan
from vault.store.rowtypes import PlacedVersion

_ASKS: Mapping[Action, str] = {
    Action.CASE_CREATE: """
    cases.create cases.new_case devices.give_cases case_import.make_cases taking_back.last_import
    taking_back.take_back writing_down.known_of_case writing_down.make_case
    """,
    Action.CASE_LIST: """
    case_counts.count case_changes.change_all case_changes.close_all case_changes.list_closed retention.overdue
    cases.list_all cases.list_silent cases.only_yours listing.has_cases listing.open_list
    case_changes.check_ins_said case_changes.needs_reason case_changes.what_stops paper_week.print_week
    paper_week.week_of story_records.agenda story_records.due story_records.due_all story_records.due_in
    incidents.missed_check_ins seizure.look seizure.print_page two_versions.in_two
    """,
    Action.CASE_READ: """
    ledger.of_case consents.refuse_conflict
    case_papers.papers_in sections.head_of case_papers.list_in case_papers.save case_papers.show paper_text.text_of
    paper_text.senders_of ledger.given_out two_versions.both two_versions.in_view editing.history
    set_aside.set_aside
    case_people.names_in case_people.show case_people.never_use_in case_people.never_used story_records.list_in
    incidents.steps_in person_pack.facts cases.log_view cases.only_you cases.open_case cases.view
    notes.require_in_use notes.show notes.show_corrected export_people.known_people
    sections.locate_person sections.people_of_case sections.find_in sections.list_of sections.opened_to_read
    sharing.holders_of sharing.ranks_of sharing.takings_of timed_grants.terms_of holds.held paper_text.searched_by
    holds.require_held paper_text.proposed_language
    """,
    Action.NOTE_WRITE: "notes.add notes.begin",
    Action.CASE_WRITE: """
    case_papers.add_paper case_papers.keep_again case_papers.require_write paper_text.read_and_keep
    replies.keep
    case_papers.change case_changes.change case_changes.close case_changes.reopen editing.edit case_people.add
    set_aside.take_over two_versions.settle incidents.protect_at_risk own_forms.fill own_forms.change case_people.change
    case_people.keep sections.change_person sections.edit_person sections.opened_to_write sections.add_note
    sections.add_person story_records.add story_records.change incidents.note_heard incidents.tick_step
    writing_down.add_person writing_down.change_person writing_down.known_of_change writing_down.known_of_person
    undoing.undo holds.hold holds.hold_again holds.release
    """,
    Action.CASE_SEARCH: """
    same_people.alike_to_new same_people.alike_to_added case_import.known_of export_people.names_elsewhere
    case_people.never_used_in_calls searching.search searching.search_sections
    """,
    Action.EXPORT_ALL: "full_export.export_all full_export.what_leaves",
    Action.CASE_EXPORT: """
    exporting.ask exporting.export papers_leaving.papers_staying person_pack.print_page export_people.clients
    page_words.find_file page_words.find_page page_words.reissue page_words.show_words
    """,
    Action.CASE_SHARE: """
    sections.give sharing.grant sharing.require_gift sharing.revoke timed_grants.give
    """,
    Action.CASE_ERASE: "moving.move erasing.ask erasing.erase what_goes.what_goes",
    Action.SECTION_CREATE: "sections.create",
    Action.BREAK_GLASS: "breaking_glass.ask breaking_glass.break_glass breaking_glass.ready",
    Action.FORM_READ: "own_forms.find own_forms.list_all",
    Action.FORM_WRITE: "own_forms.add",
    Action.PARTNER_READ: "partners.find partners.history partners.list_all",
    Action.PARTNER_WRITE: "partners.add partners.confirm partners.edit partners.words_of_new",
    Action.INTAKE_READ: "intake.find intake.find_open intake.list_open",
    Action.INTAKE_WRITE: """
    intake.add intake.caller intake.close intake.correct intake.require_open
    """,
    Action.REGISTER_ASK: "register.ask register.ask_among register.ask_each",
    Action.REGISTER_WRITE: "register.add",
    Action.MEMBER_LIST: """
    known_peers.with_whom by_file.read_answer intake.takers second_person.approver_named second_person.approvers
    successors.deputies successors.deputy_of retention.rules letter.letter letter.print_letter preview.preview
    import_words.preview_lines preview.described successors.only_theirs successors.said_before_end
    successors.nothing_to_do successors.who_carries_out admissions.admitters
    successors.naming_of devices.list_all devices.revoked_words successors.handover_orders
    members.list_all recovery.status timed_grants.lent admissions.taken_by admitting.vault_words
    admitting.proposals admitting.find_proposal recovery.secret_is_here recovery.secret_of
    """,
    Action.MEMBER_ADMIT: "admitting.admit admitting.wished admitting.admit_here",
    Action.MEMBER_END: """
    members.leave members.remove_expired_members members.suspend members.warn_before_end members.warn_before_removal
    """,
    Action.ROLE_CHANGE: "members.change_roles members.before_roles",
    Action.DEPUTY_SET: "successors.set_deputy",
    Action.RETENTION_SET: "retention.set_rule",
    Action.HANDOVER_ORDER: "successors.order_handover",
    Action.AWAY_SET: "timed_grants.away",
    Action.APPROVE: "by_file.give by_file.read_question by_file.shown_here by_file.own_texts admitting.agree",
    Action.RECOVERY_MANAGE: """
    entering.destroy_slots_after recovery.drill recovery.renew recovery.sheets recovery.require_secret
    recovery.require_manager
    """,
    Action.CLOCK_REPAIR: "this_computer.repair_clock",
    Action.OWN_DEVICE: """
    this_computer.confirm_clock this_computer.look_at_clock devices.end_moved devices.lost devices.name
    admitting.read_request admitting.own_words
    """,
    Action.OWN_KEYS: """
    entering.destroy_access entering.require_armed entering.add_keyfile entering.add_security_key
    entering.change_passphrase entering.list_factors entering.remove_factor recovery.follow recovery.confirm
    """,
    Action.SYNC: """
    changes.settle_shared syncing.import_bundle syncing.make syncing.show syncing.everybody_here
    syncing.known_here syncing.require_for_us syncing.seats_to_reach
    """,
    Action.LOG_READ: "logbook.newest",
    Action.LOG_VERIFY: "log_checking.verify logbook.checkpoint",
    Action.BACKUP_MAKE: "backups.make backups.require_place",
}
ACTS: Mapping[str, tuple[Action, ...]] = {
    **{name: (action,) for action, names in _ASKS.items() for name in names.split()},
    **dict.fromkeys(
        ("intake.move", "writing_down.known_of_call", "writing_down.move_slip"),
        (Action.INTAKE_WRITE, Action.CASE_WRITE),
    ),
    **dict.fromkeys(
        ("intake.move_to_new", "writing_down.known_of_case_of_slip", "writing_down.make_case_of_slip"),
        (Action.INTAKE_WRITE, Action.CASE_CREATE),
    ),
    "case_import.preview": (Action.CASE_CREATE, Action.CASE_SEARCH),
    **dict.fromkeys(("same_people.alike", "same_people.alike_within"), (Action.CASE_READ, Action.CASE_SEARCH)),
    "same_people.called": (Action.CASE_READ,),
    "same_people.cases_of": (Action.CASE_READ, Action.CASE_LIST),
    "ledger.of_person": (Action.CASE_READ, Action.CASE_LIST),
    "same_people.same": (Action.CASE_WRITE, Action.CASE_WRITE),
    "incidents.begin_checklist": (Action.CASE_WRITE, Action.CASE_READ),
    "notes.amend": (Action.CASE_READ, Action.CASE_WRITE),
    "moving.ask": (Action.CASE_ERASE, Action.CASE_SHARE),
    "notes.correct": (Action.CASE_READ, Action.CASE_WRITE),
    "notes.withdraw": (Action.CASE_READ, Action.CASE_WRITE),
    "sections.open_section": (Action.CASE_READ, Action.CASE_READ),
}

# What policy is not asked for here, by why.
_ASKS_NOTHING: Mapping[str, str] = {
    "a part of services that asked before they came to it": """
    searching.by_members searching.in_narrowing searching.narrowed case_papers.case_of case_papers.facts_typed
    case_papers.heads case_papers.place_of case_papers.pseudonym case_papers.pseudonym_to_write
    case_papers.content_of case_papers.is_here case_papers.is_whole stored_records.extracted_text
    stored_checks.check_contents by_file.ask absences.missed_since approval_checks.listings_of
    approval_checks.judge_listed approval_checks.refused_uses stored_checks.awaited_approvals
    erasure_checks.hold_breaches second_person.at_this_keyboard second_person.require_second
    second_person.require_valid second_person.required_approval pipe.ask_second partners.partner_rows partners.names
    page_words.told_of exporting.package_seed export_material.gather supplements.behind
    replies.of_words replies.of_form
    ledger.by_consent ledger.find ledger.answer_by ledger.recall_letter ledger.wrong_letter
    stored_records.read_valid_at editing.heads_at editing.write_next sections.records_of sections.case_of_person
    sections.who_is case_people.stored_at sections.person_at writing_down.called authors.require_new_name
    proven_backup.build bundle_import.opened bundle_import.require_maker bundle_import.require_room
    stored_checks.file_faults stored_checks.row_faults warning.warn_list warning.cases_on stored_checks.bounds_of
    expired_rights.all_terms expired_rights.term_of export_material.make_ready export_material.question_for
    raised_alarms.seats_of raised_alarms.without_ended places.going_on places.held_of_kind places.the_one_of_kind
    known_peers.certified_identity known_peers.compartments_for known_peers.extents
    known_peers.keep_peers known_peers.knows known_peers.not_whole known_peers.peers_of known_peers.pins_of
    known_peers.stored_peers stored_records.read_heads stored_records.read_versions bundle_import.recovered_logs
    said_beside.told_beside export_material.reference_for rare_things.rare_things admissions.said_of_devices
    papers_leaving.papers_leaving papers_leaving.painted
    backup_warnings.broken_cases backup_warnings.closed_cases
    arrived.look arrived.note holds.is_held
    holds.require_none holds.said_of holds.what_stops removing.begin removing.finish removing.forget_contents
    preview.note_look holds.cases_of_section noted_holds.is_on_hold noted_holds.note_holds holds.standing
    holds.without_author noted_holds.hold_again erasure_checks.two_person_faults removing.all_contents
    removing.named_by removing.validator_of preview.whose_words preview.opened_of preview.in_a_line
    mentions.namesakes mentions.naming what_goes.heads letter.holds_in_plan sections.opened_sections
    register.entered register.take_out sharing.forget_indexes_of_others
    sharing.add_members sharing.members_in sharing.putting_out_others editing.keep_one stored_records.read_record
    changes.carry_out changes.end_devices changes.lower_member changes.remove_member
    changes.seats_by_member changes.seats_ever_of admissions.certificate_bytes approval_checks.approval_faults
    approval_checks.needed_second log_checking.malformed_items urgent_reviews.package_reviewed
    urgent_reviews.review_task
    """,
    "invented people, into a vault that was made for them a moment ago": "demo_national.contents_of demo_national.fill",
    "names and roles, which every member sees (MEMBER_LIST is everybody's)": """
    second_person.chosen_approvers second_person.rule_of reviewed_after.reviewers authors.all_names authors.find_member
    authors.names_of_members authors.names_of_logs authors.written_by breaking_glass.said_of cases.deputy_words
    last_done.duties_are_separated logbook.names_of_objects members.members sharing.readers
    said_beside.organisation_name seats.member_of_seat seats.members_of_logs seats.seat_of_log seats.seats_of
    """,
    "an id or a count from the member's own index, which holds what they may read; every act on it asks": """
    absences.all_pending story_records.typed_values editing.locate editing.names_told editing.own_record
    projection.reindex story_records.times_due undoing.last same_people.are_of_one_case
    sections.is_section arrived.untold arrived.waiting arrived.waiting_now retention.untold
    standing_again.standing_again standing_again.untold absences.author_of cases.find devices.find
    expired_rights.hide_expired_cases
    housekeeping.untold_news logbook.references notes.locate places.kind_of places.name_of
    projection.audit_of projection.cases_called
    projection.read_valid projection.revalidate projection.up_to_date_index
    sections.find timed_grants.announcements
    """,
    "looks at the role itself and acts through services that ask": """
    arrived.carry_out retention.erase_words standing_again.erase_late register.entries_for writing_down.look_each
    successors.carry_out_handovers housekeeping.settle housekeeping.settle_aloud
    sections.places_of_person incidents.told_after
    """,
    "what this account or session remembers; nothing of it is in the vault": """
    undoing.note_together cases.today story_records.day_within incidents.now_here
    incidents.minute_here absences.tell_waiting folder_row.keep_offered folder_row.offered_of
    folder_row.end_begun folder_row.erased_records removing.forget_drafts taking_back.keep_mark taking_back.mark_of
    case_counts.keep_table case_counts.tables_before last_done.note last_done.note_drill last_done.note_new_sheets
    last_done.note_opened entering.recovery_is_proven places.is_pending members.note_end
    raised_alarms.notice_absent raised_alarms.notice_false_acts raised_alarms.notice_findings said_beside.today
    restoring.begin_again
    """,
}
NO_ACT: Mapping[str, str] = {name: why for why, names in _ASKS_NOTHING.items() for name in names.split()}

BY_A_SESSION: Mapping[str, str] = {
    "exporting.ExportSteps": "made by exporting.export, which asks",
    "listing.CaseList": "made by listing.open_list, which asks",
    "notes.NoteBegun": "made by notes.begin, which asks",
}

_SOME_PAPER = Document(DocumentKind.OTHER, Body(bytes(32), bytes(16), bytes(32), 0), bytes(32))
_FROM_A_STRANGER = SimpleNamespace(member=None)

Call = Callable[[Any, Session, CompartmentId, RecordId, CompartmentId], object]

# Services that look at an argument before they ask: function, session, case, note and section of the world.
CALLS: Mapping[str, Call] = {
    "second_person.approver_named": lambda run, session, *_: run(session, "nobody of this name"),
    "moving.ask": lambda run, session, case, note, section: run(session, Place(case, note, Note.KIND), section),
    "moving.move": lambda run, session, case, note, section: run(session, _moving(case, note, section)),
    "erasing.ask": lambda run, session, case, *_: run(session, _going_from(case), why="mistake", out=Path("out")),
    "erasing.erase": lambda run, session, case, *_: run(session, _going_from(case), why="mistake"),
    "what_goes.what_goes": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "undoing.undo": lambda run, session, case, *_: run(session, Undoable((_version_in(case),))),
    "editing.edit": lambda run, session, case, *_: run(session, _own_record(case), Case, lambda head: head),
    "editing.history": lambda run, session, case, *_: run(session, _own_record(case)),
    "case_people.change": lambda run, session, case, *_: run(session, _somebody(case), PersonChange(role="third")),
    "writing_down.change_person": lambda run, session, case, *_: run(
        session, _somebody(case), PersonChange(role="third")
    ),
    "writing_down.known_of_change": lambda run, session, case, *_: run(
        session, _somebody(case), PersonChange(role="third")
    ),
    "same_people.called": lambda run, session, case, *_: run(session, _own_record(case)),
    "page_words.show_words": lambda run, session, case, *_: run(
        session, SimpleNamespace(package=SimpleNamespace(case=case))
    ),
    "ledger.of_person": lambda run, session, case, *_: run(session, _own_record(case)),
    "same_people.cases_of": lambda run, session, case, *_: run(session, _own_record(case)),
    "same_people.same": lambda run, session, case, *_: run(session, _own_record(case), _own_record(case)),
    "case_people.show": lambda run, session, case, *_: run(session, _somebody(case)),
    "same_people.alike_within": lambda run, session, case, *_: run(session, Person(PersonRole.CLIENT), case),
    "same_people.alike": lambda run, session, case, *_: run(session, _somebody(case), Person(PersonRole.CLIENT)),
    "sections.change_person": lambda run, session, case, _, section: run(
        session, _somebody(_held(session, case, section)), PersonChange(role="third")
    ),
    "sections.edit_person": lambda run, session, case, _, section: run(
        session, _somebody(_held(session, case, section)), lambda person: person
    ),
    "two_versions.both": lambda run, session, case, *_: run(session, _somebody(case)),
    "two_versions.in_view": lambda run, session, case, *_: run(session, SimpleNamespace(case=case)),
    "two_versions.settle": lambda run, session, case, *_: run(
        session, _somebody(case), (VersionId(bytes(32)), VersionId(bytes(32))), {}
    ),
    "story_records.add": lambda run, session, case, *_: run(session, case, Task(what="x")),
    "seizure.look": lambda run, session, *_: run(session, session.seat),
    "person_pack.print_page": lambda run, session, case, *_: run(
        session, SimpleNamespace(case=case), None, Path("/nowhere/page.pdf"), str
    ),
    "incidents.begin_checklist": lambda run, session, case, *_: run(session, case, "detained"),
    "incidents.tick_step": lambda run, session, case, *_: run(
        session, Place(case, RecordId(bytes(16)), ChecklistStep.KIND)
    ),
    "incidents.note_heard": lambda run, session, case, *_: run(
        session, Place(case, RecordId(bytes(16)), CheckIn.KIND), CheckInEnd.WELL
    ),
    "story_records.change": lambda run, session, case, *_: run(
        session, Place(case, RecordId(bytes(16)), Task.KIND), {"what": "x"}
    ),
    "own_forms.add": lambda run, session, *_: run(session, b""),
    "own_forms.fill": lambda run, session, case, *_: run(session, case, "none", {}),
    "own_forms.change": lambda run, session, case, *_: run(
        session, Place(case, RecordId(bytes(16)), "filled"), "none", {"what": "x"}
    ),
    "case_papers.keep_again": lambda run, session, case, *_: run(session, _SOME_PAPER, case),
    "paper_text.text_of": lambda run, session, case, *_: run(session, _paper(case)),
    "paper_text.read_and_keep": lambda run, session, case, *_: run(session, _paper(case)),
    "paper_text.senders_of": lambda run, session, case, *_: run(session, _paper(case)),
    "case_papers.show": lambda run, session, case, *_: run(session, _paper(case)),
    "case_papers.save": lambda run, session, case, *_: run(session, _paper(case), Path("out")),
    "case_papers.change": lambda run, session, case, *_: run(session, _paper(case), {"title": "x"}),
    "devices.lost": lambda run, session, *_: run(session, session.seat),
    "writing_down.known_of_call": lambda run, session, case, *_: run(session, "no slip", case),
    "writing_down.move_slip": lambda run, session, case, *_: run(session, "no slip", case),
    "intake.move": lambda run, session, case, *_: run(session, "no slip", case),
    "admitting.admit": lambda run, session, *_: run(session, _FROM_A_STRANGER, ()),
    "admitting.wished": lambda run, session, *_: run(session, _FROM_A_STRANGER),
    "admitting.agree": lambda run, session, *_: run(session, SimpleNamespace(request=_FROM_A_STRANGER), ()),
    "members.warn_before_removal": lambda run, session, *_: run(session, [SeatId(bytes(16))]),
    "notes.amend": lambda run, session, case, note, _: run(session, _known(session, case, note), text="x"),
    "notes.correct": lambda run, session, case, note, _: run(session, _known(session, case, note), text="x"),
    "notes.withdraw": lambda run, session, case, note, _: run(session, _known(session, case, note), reason="x"),
    "notes.require_in_use": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "notes.show": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "notes.show_corrected": lambda run, session, case, note, _: run(session, _known(session, case, note)),
    "sections.add_note": lambda run, session, case, _, section: run(
        session, _held(session, case, section), Note(NoteKind.SAFETY, "x")
    ),
    "sections.find_in": lambda run, session, case, _, section: run(session, case, _held(session, case, section).hex()),
    "sections.open_section": lambda run, session, case, _, section: run(session, _held(session, case, section)),
}


def _somebody(home: CompartmentId) -> Place:
    return Place(home, RecordId(bytes(16)), Person.KIND)


def _own_record(case: CompartmentId) -> Place:
    return Place(case, RecordId(bytes(16)), Case.KIND)


def _paper(case: CompartmentId) -> Place:
    return Place(case, RecordId(bytes(16)), Document.KIND)


def _going_from(case: CompartmentId) -> Plan:
    return Plan((PlacedVersion(bytes(32), 0, 0, bytes(32), case, bytes(16)),), {}, {})


def _moving(case: CompartmentId, note: RecordId, section: CompartmentId) -> Moving:
    return Moving(_going_from(case), Place(case, note, Note.KIND), section, ())


def _version_in(case: CompartmentId) -> OpenedVersion:
    content = Content(kind=Task.KIND, parents=(), clock=(0, 0), fields={})
    return OpenedVersion(VersionId(bytes(32)), Origin(bytes(32)), 0, 0, case, RecordId(bytes(16)), content)


def _known(session: Session, case: CompartmentId, note: RecordId) -> str:
    """Return the id of a note of the world, or of none where the case is not granted."""
    return note.hex() if session.holds(case) else bytes(16).hex()


def _held(session: Session, case: CompartmentId, section: CompartmentId) -> CompartmentId:
    """Return the section of the world, or one that is not granted where the case is not."""
    return section if session.holds(case) else case
