"""The gateway of an organisation, over a real vault of four: what members, devices, grants and sections really do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.colleague import Colleague
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.office import Office, office, office_template
from tests.services.organisation import ask_to_join, open_place
from tui.gateway import Gateway
from vault.errors import RefusedError, UsageError, WrongPassphraseError
from vault.services import cases, joining, notes, people
from vault.services.sharing import WHAT_MAY_BE_KEPT

__all__ = ["office", "office_template"]  # fixtures

VOLUNTEER = "Vera Tikhookova"


def NOTHING(done: int, total: int) -> None:  # noqa: N802 - stands where a value would
    """Tell nobody how far it is."""


def NEVER() -> bool:  # noqa: N802 - stands where a value would
    """Stop nothing."""
    return False


@contextmanager
def at(office: Office, who: Colleague | None = None) -> Iterator[Gateway]:
    """Unlock as a member, or as the founder."""
    gateway = Gateway(office.place.path, state=office.place.state)
    name, passphrase = (MEMBER, PASSPHRASE) if who is None else (who.name, who.passphrase)
    gateway.unlock(name, bytearray(passphrase))
    try:
        yield gateway
    finally:
        gateway.close()


@pytest.fixture
def case(office: Office) -> str:
    """A case of Amina's with a client and a note; Joel is its deputy."""
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="Arrest", kind="detention")
        people.add(amina, made.case, role="client", names=["Ilham Torgaev"], phones=["+49 30 5550 1234"])
        notes.add(amina, made.case, kind="contact", text="If they come: call the lawyer first.")
    return made.case.hex()


# ---- members -------------------------------------------------------------------------------------------------------


def test_the_list_names_roles_devices_deputies_and_what_the_reader_may_do(office: Office) -> None:
    with at(office) as mira:
        shown = mira.members.list_all()
        assert [(one.name, one.roles, one.devices) for one in shown.members if one.name == office.amina.name] == [
            (office.amina.name, ("caseworker",), 1)
        ]
        by_name = {one.name: one for one in shown.members}
        assert by_name[office.amina.name].deputy == office.joel.name
        assert by_name[MEMBER].is_you
        assert {name for name, one in by_name.items() if one.may_stand_in} == set(by_name)
        assert {"member.admit", "member.end", "role.change", "deputy.set"} <= shown.may
    with at(office, office.joel) as joel:
        assert joel.members.list_all().may == {"away.set", "approve", "case.share"}


def test_a_volunteer_is_admitted_with_a_last_day_and_their_bundle_lets_them_in(office: Office, tmp_path: Path) -> None:
    invitation, bundle = tmp_path / "invitation", tmp_path / "bundle"
    laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
    with at(office, office.nadia) as nadia:
        nadia.members.invite("intake", 30, invitation)
        with pytest.raises(RefusedError, match="exists already"):
            nadia.members.invite("intake", 30, invitation)
        request, words = ask_to_join(tmp_path, laptop, invitation.read_bytes(), VOLUNTEER)
        asked = nadia.members.look(request)
        assert (asked.name, asked.roles, asked.days, asked.words) == (VOLUNTEER, ("intake",), 30, words)
        with pytest.raises(UsageError, match="exists already"):
            nadia.members.admit(asked, invitation, with_cases=False, by_root=False, progress=NOTHING, stopped=NEVER)
        assert VOLUNTEER not in {one.name for one in nadia.members.list_all().members}
        done = nadia.members.admit(asked, bundle, with_cases=False, by_root=False, progress=NOTHING, stopped=NEVER)
        assert done.lines[0] == f"{VOLUNTEER} is admitted."
        line = next(one for one in nadia.members.list_all().members if one.name == VOLUNTEER)
        assert (line.roles, bool(line.until), line.stand) == (("intake",), True, "in")
    joining.finish(laptop.path, bundle, member=VOLUNTEER, passphrase=bytearray(PASSPHRASE))
    with open_place(laptop, VOLUNTEER) as vera:
        assert {role.value for role in vera.roles} == {"intake"}


def test_who_was_admitted_stays_in_where_the_bundle_was_stopped(office: Office, tmp_path: Path) -> None:
    invitation, bundle = tmp_path / "invitation", tmp_path / "bundle"
    with at(office, office.nadia) as nadia:
        nadia.members.invite("intake", 0, invitation)
        laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
        request, _ = ask_to_join(tmp_path, laptop, invitation.read_bytes(), VOLUNTEER)
        asked = nadia.members.look(request)
        done = nadia.members.admit(
            asked, bundle, with_cases=False, by_root=False, progress=NOTHING, stopped=lambda: True
        )
        assert "! The bundle is NOT written: it was stopped." in done.lines[1]
        assert not bundle.exists()
        assert VOLUNTEER in {one.name for one in nadia.members.list_all().members}


def test_roles_that_others_sign_too_pass_through_files_until_they_count(office: Office, tmp_path: Path) -> None:
    proposal, signed, whole = tmp_path / "proposal", tmp_path / "signed", tmp_path / "whole"
    member = office.joel.member.hex()
    with at(office) as mira:
        waits = mira.members.change_roles(member, ["caseworker", "admin"], by_root=False)
        assert waits.missing
        assert waits.root_is_here
        assert waits.lines == ()
        mira.proposals.keep(waits.proposal, proposal)
        assert office.joel.name.encode() not in proposal.read_bytes()
        with pytest.raises(RefusedError, match="waits for signatures"):
            mira.proposals.commit(proposal, NOTHING)
    with at(office, office.nadia) as nadia:
        read = nadia.proposals.show(proposal)
        assert read.changes == (f"makes {office.joel.name} admin, caseworker (was caseworker)",)
        assert read.signed_by == (MEMBER,)
        after = nadia.proposals.sign(proposal, signed)
        assert after.missing == "a second admin, or one other (supervisor or caseworker)"
        with pytest.raises(RefusedError, match="you signed this proposal already"):
            nadia.proposals.sign(signed, tmp_path / "again")
    with at(office, office.amina) as amina:
        assert amina.proposals.sign(signed, whole).missing == ""
    with at(office) as mira:
        assert mira.proposals.commit(whole, NOTHING).lines[0].startswith("The proposal counts now.")
        roles = {one.name: one.roles for one in mira.members.list_all().members}
        assert roles[office.joel.name] == ("admin", "caseworker")


def test_a_suspended_member_opens_nothing_here_and_one_who_left_is_shown_when_asked_for(office: Office) -> None:
    with at(office) as mira:
        done = mira.members.end_devices(office.amina.member.hex(), NOTHING)
        assert done.lines[0] == "The member is suspended: no device of theirs counts any more."
        stands = {one.name: one.stand for one in mira.members.list_all().members}
        assert stands[office.amina.name] == "suspended"
        mira.members.leave(office.joel.member.hex(), NOTHING)
        assert office.joel.name not in {one.name for one in mira.members.list_all().members}
        left = next(one for one in mira.members.list_all(also_left=True).members if one.name == office.joel.name)
        assert (left.stand, left.devices) == ("left", 0)
    with pytest.raises(WrongPassphraseError), at(office, office.amina):
        pass


def test_lent_cases_stand_in_the_list_until_their_day(office: Office, case: str) -> None:
    amina, nadia = office.amina.member.hex(), office.nadia.member.hex()
    with at(office, office.joel) as joel:
        told = joel.members.lend(amina, nadia, "2099-12-31")
        assert told.lines[0] == "1 case is open to the deputy until 2099-12-31; then their keys change."
        line = next(one for one in joel.members.list_all().members if one.member == amina)
        assert line.lent == f"{office.nadia.name} until 2099-12-31"
        again = joel.members.lend(amina, nadia, "2099-12-31")
        assert again.lines == (
            "Nothing was lent: of the cases that you hold, the deputy opens each of theirs already.",
        )
        with pytest.raises(UsageError, match="that day has passed"):
            joel.members.lend(amina, nadia, "2001-01-01")
    with at(office, office.nadia) as nadias:
        assert nadias.casework.open(case, "deputy").title == "Arrest"
    with at(office) as mira:
        mira.members.name_deputy(amina, "")
        assert next(one for one in mira.members.list_all().members if one.member == amina).deputy == ""


def test_a_leavers_cases_go_over_by_an_order(office: Office, case: str) -> None:
    with at(office) as mira:
        mira.handovers.order(office.amina.member.hex(), office.nadia.member.hex(), "moves away")
        (line,) = mira.handovers.list_all()
        assert (line.leaver, line.successor, line.reason) == (office.amina.name, office.nadia.name, "moves away")
    with at(office, office.joel) as joel:
        told = joel.handovers.carry_out(NOTHING, NEVER)
        assert told is not None
        assert told.lines == (f"1 cases of {office.amina.name} are {office.nadia.name}'s now.",)
    with at(office, office.nadia) as nadia:
        assert nadia.casework.open(case, "handover").title == "Arrest"


# ---- devices -------------------------------------------------------------------------------------------------------


def test_a_lost_device_is_out_and_whom_to_warn_is_on_the_screen_and_in_a_private_file(
    office: Office, case: str, tmp_path: Path
) -> None:
    warn = tmp_path / "warn"
    with at(office) as mira:
        device = next(one for one in mira.devices.list_all() if one.member == office.amina.member.hex())
        mira.devices.name(device.seat, "grey laptop")
        device = next(one for one in mira.devices.list_all() if one.seat == device.seat)
        assert (device.name, device.is_this, device.is_yours) == ("grey laptop", False, False)
        warn.touch()
        with pytest.raises(UsageError, match="exists already"):
            mira.devices.lost(device.seat, warn, NOTHING)
        warn.unlink()
    with at(office, office.joel) as joel, pytest.raises(RefusedError, match="your role does not allow it"):
        joel.devices.lost(device.seat, warn, NOTHING)
    with at(office, office.amina) as amina:
        founder = next(one.member for one in amina.members.list_all().members if one.name == MEMBER)
        amina.sharing.give(case, founder, until="", why="supervision")
    with at(office) as mira:
        found = mira.devices.lost(device.seat, warn, NOTHING)
        assert found.clients == 1
        assert any("Ilham Torgaev" in line for line in found.warn)
        assert warn.read_text("utf-8").splitlines() == list(found.warn)
        assert warn.stat().st_mode & 0o077 == 0
        assert "1 device ended; 1 case or section got a new key." in found.changed.lines
        assert device.seat not in {one.seat for one in mira.devices.list_all()}
    with pytest.raises(WrongPassphraseError), at(office, office.amina):
        pass


def test_a_further_device_gets_all_cases_and_ending_an_admins_old_one_waits_for_others(
    office: Office, tmp_path: Path
) -> None:
    invitation, bundle = tmp_path / "invitation", tmp_path / "bundle"
    laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
    with at(office) as mira:
        case = mira.casework.create("Arrest", "detention")
        me = next(one.member for one in mira.members.list_all().members if one.is_you)
        mira.members.invite_device(me, invitation)
        request, _ = ask_to_join(tmp_path, laptop, invitation.read_bytes(), MEMBER)
        asked = mira.members.look(request)
        assert (asked.is_device, asked.is_yours, asked.roles) == (True, True, ())
        done = mira.members.admit(asked, bundle, with_cases=True, by_root=True, progress=NOTHING, stopped=NEVER)
        assert done.lines[1] == "Given to the device: 1 case or section."
        old = next(one for one in mira.devices.list_all() if one.is_this)
    joining.finish(laptop.path, bundle, member=MEMBER, passphrase=bytearray(PASSPHRASE))
    there = Gateway(laptop.path, state=laptop.state)
    there.unlock(MEMBER, bytearray(PASSPHRASE))
    assert there.casework.open(case, "casework").title == "Arrest"
    ended = there.devices.end_moved(old.seat, NOTHING)
    assert ended.missing.startswith("a second admin")
    assert not ended.root_is_here
    there.proposals.keep(ended.proposal, tmp_path / "proposal")
    assert there.proposals.show(tmp_path / "proposal").changes == (f"ends device {old.seat[:8]} of {MEMBER}",)
    there.close()


# ---- who can open a case -------------------------------------------------------------------------------------------


def test_a_case_is_given_with_a_day_shown_with_it_and_taken_back(office: Office, case: str) -> None:
    with at(office, office.amina) as amina:
        opened = amina.casework.open(case, "casework")
        assert (opened.owner, opened.deputy) == (office.amina.member.hex(), office.joel.member.hex())
        assert opened.alone == ""
        shown = amina.sharing.who(case)
        assert [(one.name, one.is_you) for one in shown.holders] == [
            (office.amina.name, True),
            (office.joel.name, False),
        ]
        assert (shown.with_recovery, shown.keys, shown.current, shown.waiting) == (True, 1, 1, 0)
        assert {one.name for one in amina.sharing.candidates(case)} == {office.nadia.name, MEMBER}
        amina.sharing.give(case, office.nadia.member.hex(), until="2099-12-31", why="supervision")
        line = next(one for one in amina.sharing.who(case).holders if one.name == office.nadia.name)
        assert (line.until, line.why, line.given_by) == ("2099-12-31", "supervision", office.amina.name)
        told = amina.sharing.take_back(case, office.nadia.member.hex(), NOTHING, NEVER)
        assert told.lines[0].startswith("The case has a new key; ")
        assert told.lines[-1] == WHAT_MAY_BE_KEPT
        assert amina.sharing.who(case).keys == 2
        amina.sharing.new_key(case, NOTHING, NEVER)
        assert amina.sharing.who(case).keys == 3
    with at(office, office.nadia) as nadia, pytest.raises(RefusedError, match="was not granted to you"):
        nadia.casework.open(case, "casework")


def test_a_new_key_that_is_stopped_counts_and_the_rest_is_wrapped_later(office: Office, case: str) -> None:
    with at(office, office.amina) as amina:
        told = amina.sharing.take_back(case, office.joel.member.hex(), NOTHING, lambda: True)
        assert told.lines[0] == "Stopped, but the new key counts already: it was made first."
        assert [one.name for one in amina.sharing.who(case).holders] == [office.amina.name]
        assert amina.sharing.wrap_anew(case, NOTHING, NEVER) is not None
        assert amina.sharing.who(case).waiting == 0
        assert amina.casework.open(case, "casework").notes[0].by == office.amina.name


def test_a_case_that_nobody_else_opens_is_marked_where_there_is_somebody_else(office: Office, case: str) -> None:
    with office.open(office.amina) as amina:
        alone = cases.create(amina, title="About Joel", kind="other", alone_reason="it is about Joel").case.hex()
    with at(office, office.amina) as gateway:
        assert gateway.finding.alone((case, alone)) == {alone}
        words = "only YOU can open this case; the recovery sheets open it too"
        assert gateway.casework.open(alone, "casework").alone == f"{words} (it is about Joel)"
        assert gateway.sharing.who(alone).only_you == words
        gateway.sharing.give(alone, office.nadia.member.hex(), until="", why="colleague")
        assert gateway.finding.alone((case, alone)) == set()


# ---- sections ------------------------------------------------------------------------------------------------------


def test_a_section_opens_for_those_who_were_chosen_and_its_notes_go_nowhere_else(office: Office, case: str) -> None:
    joel = office.joel.member.hex()
    with at(office, office.amina) as amina:
        assert [one.name for one in amina.sections.others(case)] == [office.joel.name]
        section = amina.sections.create(case, "location", "Where she is", ())
        draft = amina.writing.begin(case, "ref", "safety", section=section)
        amina.writing.finish(replace(draft, text="Quietwater 17", turn=1))
        shown = amina.sections.open(section, "casework")
        assert [(note.text, note.by) for note in shown.notes] == [("Quietwater 17", office.amina.name)]
        assert len(amina.casework.open(case, "casework").notes) == 1
        assert [(one.title, one.holders) for one in amina.sections.list_of(case)] == [("Where she is", 1)]
        amina.sections.give(section, joel)
        assert amina.sections.others(case, section) == ()
    with at(office, office.joel) as joels:
        assert [note.text for note in joels.sections.open(section, "deputy").notes] == ["Quietwater 17"]
    with at(office, office.amina) as amina:
        amina.sections.take_back(section, joel, NOTHING, NEVER)
    with at(office, office.joel) as joels:
        assert joels.sections.list_of(case) == ()
        with pytest.raises(RefusedError, match="was not granted to you"):
            joels.sections.open(section, "deputy")
