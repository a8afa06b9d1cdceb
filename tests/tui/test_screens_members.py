"""The screens of members, devices and access: what is asked before anything is done, and what cannot be done here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.still import StillApp, StillGateway, acts_of, go_to, press, stands_on, type_in, walk, words_on
from tests.tui.stills.access import ACCESS, Alone, StillSections, StillSharing
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.devices import DEVICES, ENDED, StillDevices
from tests.tui.stills.finding import StillFinding
from tests.tui.stills.members import DONE, MEMBERS, Signed, StillMembers, StillProposals
from tui.gateway.subject import Progress, Stopped, Subject
from tui.screens.access import AccessScreen
from tui.screens.admit import AdmitScreen
from tui.screens.case import CaseScreen
from tui.screens.devices import DevicesScreen
from tui.screens.invite import InviteForm
from tui.screens.members import MembersScreen
from tui.screens.section import SectionScreen
from tui.screens.sections import SectionsScreen
from tui.values import CaseListStart, CaseShown, Standing
from tui.values_access import CandidateShown, HolderLine
from tui.values_exchange import Told
from tui.values_members import LostShown
from vault.errors import RefusedError, VerificationError

pytestmark = pytest.mark.screen

CASE = f"{0:032x}"
JOEL = MEMBERS[2].member


def _app(*instead: type[Subject]) -> StillApp:
    return StillApp(StillGateway(*instead))


# ---- members -------------------------------------------------------------------------------------------------------


def test_a_volunteer_is_invited_with_a_last_day_and_admitted_only_after_the_words_were_compared() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "i")
        await go_to(pilot, "out")
        await type_in(pilot, "/media/stick/invitation")
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, MembersScreen)
        await press(pilot, "a")
        await type_in(pilot, "/media/stick/request")
        await press(pilot, "enter")
        assert "jury teacher animal academic empty cricket remove fortune" in words_on(pilot)
        await press(pilot, "f4", "enter")
        assert "Nobody is admitted. Where a word differs: make a new invitation" in words_on(pilot)
        assert not acts_of(app, "admit")
        await press(pilot, "f4", "y", "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert acts_of(app, "invite") == [("invite", "intake", 30, Path("/media/stick/invitation"))]
    assert acts_of(app, "admit") == [("admit", "Vera Tikhookova", Path("/media/stick/admitted.bundle"), False, False)]


def test_another_request_takes_the_words_of_the_first_off_the_screen() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "a")
        await type_in(pilot, "/media/stick/request")
        await press(pilot, "f4")
        await go_to(pilot, "request")
        await type_in(pilot, "/media/stick/another")
        assert "jury" not in words_on(pilot)
        await press(pilot, "f4")
        assert [done[1] for done in acts_of(app, "look")] == [
            Path("/media/stick/request"),
            Path("/media/stick/another"),
        ]

    walk(app, steps)


def test_a_request_that_was_altered_shows_no_words() -> None:
    class Altered(StillMembers):
        @override
        def look(self, request: Path) -> Any:
            raise VerificationError("the log of this request is not the first one of its own seat")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "a")
        await type_in(pilot, "/media/stick/request")
        await press(pilot, "f4")
        assert "! The log of this request is not the first one of its own seat." in words_on(pilot)
        assert isinstance(pilot.app.screen, AdmitScreen)
        assert "Its bundle" not in words_on(pilot)

    walk(_app(Altered), steps)


def test_a_role_proposes_its_days_and_days_are_a_number() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "i", "s", "c")
        await go_to(pilot, "days")
        await type_in(pilot, "two weeks")
        await go_to(pilot, "out")
        await type_in(pilot, "/media/stick/invitation")
        await press(pilot, "f4")
        assert "! Type a number of days, or nothing for no end." in words_on(pilot)
        assert isinstance(app.screen, InviteForm)
        await press(pilot, *["backspace"] * len("two weeks"), "f4")

    walk(app, steps)
    assert acts_of(app, "invite") == [("invite", "caseworker", 0, Path("/media/stick/invitation"))]


@pytest.mark.parametrize(
    ("keys", "done"),
    [
        pytest.param(("s", "y"), ("end devices", JOEL), id="suspend"),
        pytest.param(("x", "y"), ("leave", JOEL), id="leave"),
        pytest.param(("u", "down", "enter"), ("deputy", JOEL, MEMBERS[0].member), id="deputy"),
        pytest.param(("u", "enter"), ("deputy", JOEL, ""), id="no deputy"),
        pytest.param(("r", "space", "f4"), ("roles", JOEL, ("caseworker", "intake"), False), id="roles"),
        pytest.param(("enter", "enter", "f4"), ("roles", JOEL, ("caseworker",), False), id="by the list of acts"),
    ],
)
def test_a_member_is_changed_after_a_question(keys: tuple[str, ...], done: tuple[Any, ...]) -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", *keys[:-1])
        assert done not in app.still.done
        await press(pilot, keys[-1], "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert done in app.still.done


@pytest.mark.parametrize("key", ["s", "x"])
def test_enter_pressed_without_reading_ends_nobody(key: str) -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", key, "enter")

    walk(app, steps)
    assert not acts_of(app, "end devices") + acts_of(app, "leave")


def test_cases_are_lent_until_a_day_that_has_to_be_named() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "w", "f4")
        assert "! Type the last day, as 2026-12-24." in words_on(pilot)
        await type_in(pilot, "2026-12-24")
        await press(pilot, "f4", "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert acts_of(app, "lend") == [("lend", JOEL, MEMBERS[0].member, "2026-12-24")]


def test_who_has_left_is_shown_when_asked_for_and_not_changed() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members")
        assert "Karim Lindquell" not in words_on(pilot)
        await press(pilot, "o", "end", "s")
        assert "Left: shown so that their notes keep a name." in words_on(pilot)
        assert "! They have left; they come back only by a new invitation (i)." in words_on(pilot)

    walk(app, steps)


def test_what_a_role_does_not_allow_is_not_offered() -> None:
    class Volunteer(StillMembers):
        may = frozenset[str]()

    app = _app(Volunteer)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members")
        assert "i invite" not in words_on(pilot)
        await press(pilot, "enter")
        assert "Your roles change nothing about other members." in words_on(pilot)
        await press(pilot, "i", "a")
        stands_on(app, MembersScreen)
        await press(pilot, "f1")
        assert "Suspend" not in words_on(pilot)

    walk(app, steps)


def test_who_makes_no_cases_is_not_offered_to() -> None:
    class Intake(StillGateway):
        @override
        def standing(self) -> Standing:
            return replace(super().standing(), may=frozenset())

    class NoCases(StillFinding):
        @override
        def start(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
            return CaseListStart(0, ())

    async def steps(pilot: Pilot[None]) -> None:
        assert "No case was given to you yet." in words_on(pilot)
        assert "n new" not in words_on(pilot)

    walk(StillApp(Intake(NoCases)), steps)


def test_a_role_without_cases_is_told_where_to_go() -> None:
    class Admin(StillFinding):
        @override
        def start(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
            raise RefusedError("case.list is refused: your role does not allow it")

    async def steps(pilot: Pilot[None]) -> None:
        assert "Your roles open no cases. F2 has all that can be done: members, log, backup." in words_on(pilot)

    walk(_app(Admin), steps)


def test_what_policy_refuses_is_said_and_nothing_else_happens() -> None:
    class Refused(StillMembers):
        @override
        def end_devices(self, member: str, progress: Progress) -> Any:
            raise RefusedError("nobody ends their own access", advice="Ask another admin.")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "s", "y")
        assert "! Nobody ends their own access. Ask another admin." in words_on(pilot)
        assert isinstance(pilot.app.screen, MembersScreen)

    walk(_app(Refused), steps)


@pytest.mark.parametrize("root_is_here", [True, False])
def test_where_too_few_can_sign_the_way_out_is_told(root_is_here: bool) -> None:
    class Waits(StillMembers):
        changed = replace(Signed.changed, root_is_here=root_is_here)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "r", "f4")
        assert ("Are there not so many? Then an admin makes new recovery sheets" in words_on(pilot)) is not root_is_here

    walk(_app(Waits), steps)


def test_an_invitation_that_was_written_leaves_no_refusal_below_it() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "i", "f4")
        assert "! Type the whole path" in words_on(pilot)
        await type_in(pilot, "/media/stick/invitation")
        await press(pilot, "f4")
        assert "The invitation is at /media/stick/invitation." in words_on(pilot)
        assert "! Type the whole path" not in words_on(pilot)

    walk(_app(), steps)


# ---- changes that others sign too ----------------------------------------------------------------------------------


def test_a_change_that_others_have_to_sign_becomes_a_file_and_changes_nothing() -> None:
    app = _app(Signed)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "r", "f4")
        assert "Nothing is changed yet. Who has to sign: a second admin, or two" in words_on(pilot)
        await press(pilot, "enter")
        await type_in(pilot, "proposal")
        await press(pilot, "enter")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)
        await press(pilot, *["backspace"] * len("proposal"))
        await type_in(pilot, "/media/stick/proposal")
        await press(pilot, "enter")
        assert "NOTHING IS CHANGED YET. The proposal is at /media/stick/proposal." in words_on(pilot)
        assert "When all have, an admin or a supervisor makes it count" in words_on(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert acts_of(app, "keep") == [("keep", b"proposal", Path("/media/stick/proposal"))]


def test_the_root_signs_only_when_it_is_chosen() -> None:
    app = _app(Signed)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "r", "f4", "escape")
        assert "Nothing is changed." in words_on(pilot)
        await press(pilot, "f4", "down", "enter", "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert [done[-1] for done in acts_of(app, "roles")] == [False, False, True]


def test_a_role_is_taken_only_after_what_is_lost_was_read() -> None:
    class Loses(StillMembers):
        loss = "What 1 device of Joel Brandvik wrote will count no more. Or give caseworker too: then nothing is lost."

    app = _app(Loses)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "r", "f4")
        assert "What 1 device of Joel Brandvik wrote will count no more." in " ".join(words_on(pilot).split())
        await press(pilot, "enter")
        assert not acts_of(app, "roles")
        assert "Space marks a role" in words_on(pilot)
        await press(pilot, "f4", "y", "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert acts_of(app, "roles") == [("roles", JOEL, ("caseworker",), False)]


def test_a_proposal_is_read_then_signed_into_a_new_file_then_made_to_count() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "p", "f5")
        assert "! Read it first (F4)." in words_on(pilot)
        await type_in(pilot, "/media/stick/proposal")
        await press(pilot, "f4")
        assert "admits Vera Tikhookova as caseworker" in words_on(pilot)
        await press(pilot, "f9")
        assert "! It does not count yet. Who has to sign: one other supervisor." in words_on(pilot)
        await press(pilot, "f5", "enter")
        assert "Your signature is in /media/stick/proposal-signed. Pass this file on." in words_on(pilot)
        assert "All have signed: F9 makes it count." in words_on(pilot)
        await press(pilot, "f9", "y", "enter")
        assert isinstance(app.screen, MembersScreen)

    walk(app, steps)
    assert acts_of(app, "sign") == [("sign", Path("/media/stick/proposal"), Path("/media/stick/proposal-signed"))]
    assert acts_of(app, "commit") == [("commit", Path("/media/stick/proposal-signed"))]


def test_what_is_signed_is_what_is_shown() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "p")
        await type_in(pilot, "/media/stick/proposal")
        await press(pilot, "f4")
        await go_to(pilot, "file")
        await press(pilot, "x", "f5")
        assert "! Read it first (F4)." in words_on(pilot)
        assert "admits Vera" not in words_on(pilot)

    walk(app, steps)


def test_a_proposal_that_all_have_signed_counts_after_a_question() -> None:
    class AllSigned(StillProposals):
        missing = ""

    app = _app(AllSigned)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "p")
        await type_in(pilot, "/media/stick/proposal")
        await press(pilot, "f4", "f9", "enter")
        assert not acts_of(app, "commit")
        await press(pilot, "f9", "y")
        assert DONE.lines[0] in words_on(pilot)

    walk(app, steps)


# ---- handover ------------------------------------------------------------------------------------------------------


def test_a_handover_is_ordered_for_whoever_is_under_the_cursor_and_carried_out() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":members", "down", "down", "h")
        assert "moves to another city" in words_on(pilot)
        await press(pilot, "n")
        await go_to(pilot, "reason")
        await type_in(pilot, "goes back to study")
        await press(pilot, "f4", "enter", "c", "y")
        assert "7 cases of Karim Lindquell are Joel Brandvik's now." in words_on(pilot)
        assert len(acts_of(app, "orders")) == 3, "read when the screen opened, after the order and after the handover"

    walk(app, steps)
    assert acts_of(app, "order") == [("order", JOEL, MEMBERS[0].member, "goes back to study")]
    assert acts_of(app, "carry out") == [("carry out",)]


# ---- devices -------------------------------------------------------------------------------------------------------


def test_a_lost_device_is_ended_after_a_question_and_the_list_stands_until_it_is_closed() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", "down", "l")
        await type_in(pilot, "warn")
        await press(pilot, "f4")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)
        await press(pilot, "backspace", "backspace", "backspace", "backspace", "f4", "enter")
        assert not acts_of(app, "lost")
        await press(pilot, "f4", "y")
        assert "The device counts no more." in words_on(pilot)
        await press(pilot, "enter", "f8")
        assert "! Finish this or leave it with Esc first." in words_on(pilot)
        assert "messenger: through his sister" in words_on(pilot)
        await press(pilot, "escape")
        assert isinstance(app.screen, DevicesScreen)
        assert "through his sister" not in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "lost") == [("lost", DEVICES[1].seat, None)]


def test_a_missing_signature_does_not_hold_up_the_list_of_whom_to_warn() -> None:
    class Unsigned(StillDevices):
        @override
        def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
            return LostShown(Signed.changed, ("K7QM-3XPD  Арсений Вьюжанин",), 1)

    app = _app(Unsigned)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", "down", "l", "f4", "y", "escape")
        assert "WHOM TO WARN" in words_on(pilot)
        assert "Арсений Вьюжанин" in words_on(pilot)
        await press(pilot, "f4")
        await type_in(pilot, "/media/stick/warn")
        await press(pilot, "enter")
        assert "The list is at /media/stick/warn, in clear" in words_on(pilot)

    walk(app, steps)
    assert [done[2] for done in acts_of(app, "keep list")] == [Path("/media/stick/warn")]


def test_a_list_that_could_not_be_written_stays_on_the_screen() -> None:
    class Full(StillDevices):
        @override
        def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
            kept = "! The list was NOT written: no room. Copy it from this screen."
            return LostShown(ENDED, ("K7QM-3XPD  Арсений Вьюжанин",), 1, kept)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", "down", "l")
        await type_in(pilot, "/media/stick/warn")
        await press(pilot, "f4", "y", "enter")
        assert "! The list was NOT written: no room. Copy it from this screen." in words_on(pilot)
        assert "Арсений Вьюжанин" in words_on(pilot)

    walk(_app(Full), steps)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        pytest.param(("l",), "! You work on this one. End it from another device of yours", id="this one lost"),
        pytest.param(("g",), "! Choose another device of yours.", id="cases to this one"),
        pytest.param(("down", "down", "g"), "! Choose another device of yours.", id="cases to another member"),
    ],
)
def test_what_makes_no_sense_for_a_device_is_said_at_once(keys: tuple[str, ...], words: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", *keys)
        assert words in words_on(pilot)
        assert isinstance(pilot.app.screen, DevicesScreen)

    walk(_app(), steps)


def test_an_old_device_is_ended_after_a_move_and_no_other() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", "e")
        assert "! Choose an old device of yours." in words_on(pilot)
        await press(pilot, "down", "e", "enter")
        assert not acts_of(app, "end moved")
        await press(pilot, "e", "y", "enter")
        assert isinstance(app.screen, DevicesScreen)

    walk(app, steps)
    assert acts_of(app, "end moved") == [("end moved", DEVICES[1].seat)]


def test_a_device_is_named_and_a_further_one_invited_and_filled() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":devices", "down", "n")
        await type_in(pilot, "grey laptop")
        await press(pilot, "enter")
        assert "The device is called so from now on." in words_on(pilot)
        await press(pilot, "g", "y", "enter", "i")
        await type_in(pilot, "/media/stick/invitation")
        await press(pilot, "f4", "enter")
        assert isinstance(app.screen, DevicesScreen)

    walk(app, steps)
    seat, member = DEVICES[1].seat, DEVICES[1].member
    assert acts_of(app, "name") == [("name", seat, "grey laptop")]
    assert acts_of(app, "give cases") == [("give cases", seat)]
    assert acts_of(app, "invite device") == [("invite device", member, Path("/media/stick/invitation"))]


# ---- who can open a case -------------------------------------------------------------------------------------------


def test_a_case_is_given_until_a_day_for_a_reason() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "g", "right")
        await go_to(pilot, "until")
        await type_in(pilot, "2026-12-24")
        await press(pilot, "enter")
        assert acts_of(app, "give") == [], "Enter goes to the next field"
        await press(pilot, "left", "f4", "enter")
        assert isinstance(app.screen, AccessScreen)

    walk(app, steps)
    assert acts_of(app, "give") == [("give", CASE, "a8" * 16, "2026-12-24", "handover")]


def test_taking_a_case_back_says_what_it_costs_and_what_may_be_kept_before() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "t")
        assert "! Nobody takes a case from themselves. Ask another who holds it." in words_on(pilot)
        await press(pilot, "down", "t")
        said = words_on(pilot)
        assert "may have been copied," in said
        assert "41 versions to wrap anew" in said
        assert not acts_of(app, "take back")
        await press(pilot, "enter")
        assert not acts_of(app, "take back")
        await press(pilot, "t", "y", "enter", "k", "y", "enter", "r", "enter")

    walk(app, steps)
    assert acts_of(app, "take back") == [("take back", CASE, "a2" * 16)]
    assert acts_of(app, "new key") == [("new key", CASE)]
    assert acts_of(app, "wrap") == [("wrap", CASE)]


def test_everybody_holds_it_already() -> None:
    class Everybody(StillSharing):
        @override
        def candidates(self, case: str) -> tuple[CandidateShown, ...]:
            return ()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "g")
        assert (
            "Nobody else to give it to: whoever has a device and a role that opens cases holds it already."
            in words_on(pilot)
        )

    walk(_app(Everybody), steps)


def test_who_may_not_share_a_case_sees_who_holds_it_and_no_more() -> None:
    class Reader(StillSharing):
        access = replace(ACCESS, may_share=False)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w")
        said = words_on(pilot)
        assert "Joel Brandvik 2026-12-24 away Amina Raskolda" in said
        assert "Amina Raskolda (you) owner" in said
        assert "t take back" not in said
        assert "g give" not in said

    walk(_app(Reader), steps)


def test_only_you_is_said_in_the_list_in_the_case_and_in_its_access() -> None:
    class Lonely(StillCasework):
        @override
        def open(self, case: str, why: str) -> CaseShown:
            return replace(
                super().open(case, why), alone="only YOU can open this case; not even the recovery sheets do"
            )

    async def steps(pilot: Pilot[None]) -> None:
        assert "M2RF-6VJK!" in words_on(pilot)
        assert "Only YOU" not in words_on(pilot)
        await press(pilot, "down", "down")
        assert "! Only YOU can open this case." in words_on(pilot)
        await press(pilot, "down")
        assert "Only YOU" not in words_on(pilot)
        await press(pilot, "up", "enter")
        assert "! only YOU can open this case; not even the recovery sheets do" in words_on(pilot)
        await press(pilot, "w")
        assert "! only YOU can open this case; not even the recovery sheets do" in words_on(pilot)
        assert "The recovery sheets do NOT open it." in words_on(pilot)

    walk(_app(Lonely, Alone), steps)


def test_a_note_says_who_wrote_it() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "down")
        assert "2026-11-25 12:02 legal-advice" in words_on(pilot)
        assert "Селин Астерхольт, of 2026-11-25 12:00" in words_on(pilot)

    walk(_app(), steps, size=(120, 40))


# ---- sections ------------------------------------------------------------------------------------------------------


def test_a_section_is_made_for_those_who_are_marked_and_opened_at_once() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "s", "n", "f4")
        assert "! Type a title first." in words_on(pilot)
        await type_in(pilot, "Where she is")
        await go_to(pilot, "others")
        await press(pilot, "down", "space", "f4")
        assert isinstance(app.screen, SectionScreen)
        assert "Opens for you, Селин Астерхольт, and the recovery sheets." in words_on(pilot)
        assert "Quietwater 17. Ask for Tilda." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "section") == [("section", CASE, "location", "Where she is", ("a5" * 16,))]
    assert acts_of(app, "open section") == [("open section", "c1" * 16, "casework")]


def test_a_section_is_given_and_taken_back_and_a_note_is_written_into_it() -> None:
    app = _app()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "s", "enter", "g", "enter", "enter", "t", "enter", "enter")
        assert not acts_of(app, "take section back")
        await press(pilot, "t", "enter", "y", "enter", "n")
        assert "RESTRICTED note" in words_on(pilot)
        await type_in(pilot, "Moved to her aunt.")
        await press(pilot, "f4")
        stands_on(app, SectionScreen)
        await press(pilot, "escape")
        stands_on(app, SectionsScreen)
        await press(pilot, "escape")
        stands_on(app, CaseScreen)

    walk(app, steps)
    assert acts_of(app, "give section") == [("give section", "c1" * 16, "a2" * 16)]
    assert acts_of(app, "take section back") == [("take section back", "c1" * 16, "a5" * 16)]
    assert acts_of(app, "finish") == [("finish", "contact", "Moved to her aunt.", None)]


def test_a_section_that_nobody_else_could_open_says_so() -> None:
    class Nobody(StillSections):
        @override
        def others(self, case: str, section: str = "") -> tuple[HolderLine, ...]:
            return ()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "s", "n")
        assert "Nobody else holds this case: only you and the sheets will open the section." in words_on(pilot)
        await press(pilot, "escape", "enter", "g")
        assert "Everybody who holds the case opens this section already. Give them the case first." in words_on(pilot)

    walk(_app(Nobody), steps)


def test_stopping_a_new_key_says_that_it_counts_already() -> None:
    class Stops(StillSharing):
        @override
        def take_back(self, case: str, member: str, progress: Progress, stopped: Stopped) -> Told:
            while not stopped():
                progress(3, 4)
            return Told(("Stopped, but the new key counts already: it was made first.",))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "w", "down", "t")
        await pilot.press("y")
        await pilot.pause()
        await press(pilot, "escape")
        assert "Stopped, but the new key counts already: it was made first." in words_on(pilot)

    walk(_app(Stops), steps)
