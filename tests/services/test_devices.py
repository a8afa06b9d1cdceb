"""Devices: named, added, moved to, lost; and whom to warn of a lost one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MARKER, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    KARIM,
    MIRA,
    NOOR,
    SELIN,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
    share,
)
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import SafeContact
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import short_id
from vault.services.cases import case_people, cases, intake, notes, sections
from vault.services.cases.cases import CaseMade
from vault.services.members import admissions, devices, invitations, rostering, warning

NOBODY_HERE = "In the cases that you can read, there is nobody to warn."
ASK_OTHERS = (
    "Other cases may have been on that device. Its member, and the members who share cases with them, know whom to"
    " warn: ask them."
)


def add_device(organisation: Organisation, session: Session) -> Account:
    """Admit a further device of the member who works."""
    name = next(account.name for account in organisation.accounts.values() if account.member == session.member)
    folder = organisation.folder / "second"
    place = Place(folder / "second.vault", folder / "state")
    request, words = ask_to_join(organisation.folder, place, invitations.invite_device(session, session.member), name)
    admitted = invitations.admit(session, invitations.look(session, request), words, by_root=True)
    assert admitted.outcome.is_done, admitted.outcome.missing
    return Account(name, place, admitted.member, admitted.seat)


def case_of_clients(session: Session) -> CaseMade:
    made = cases.create(session, title=f"{MARKER} case", kind="asylum")
    safe = SafeContact(
        Channel.PHONE,
        "+49 30 5550 4321",
        hours="after 18:00",
        code_phrase="about the choir",
        may_tell="only her sister",
        never_use=("+996 555 010 999",),
    )
    case_people.add(session, made.case, role="client", names=[f"Ilham {MARKER}"], safe_contact=safe)
    case_people.add(session, made.case, role="client", names=[f"Sana {MARKER}"], phones=["+49 30 5550 1234"])
    case_people.add(session, made.case, role="relative", names=[f"Tomasz {MARKER}"], phones=["+49 30 5550 9999"])
    return made


def test_every_device_is_listed_by_a_name_that_admins_and_supervisors_keep_for_all(organisation: Organisation) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        found = devices.list_all(amina)
        assert {device.seat for device in found} == {account.seat for account in organisation.accounts.values()}
        assert [device.member_name for device in found if device.is_this] == [organisation[AMINA].name]
        seat = organisation[JOEL].seat
        devices.name(selin, seat, "grey laptop")
        devices.name(selin, seat, "black laptop")
        for text in ("", "  ", "two\nlines"):
            with pytest.raises(UsageError):
                devices.name(selin, seat, text)
        give(selin, amina, organisation.folder)
        assert [device.name for device in devices.list_all(amina) if device.seat == seat] == ["black laptop"]
        assert devices.find(amina, "BLACK laptop") == seat
        assert devices.find(amina, seat.hex()[:8]) == seat
        for text in ("grey laptop", "", seat.hex()[:3]):
            with pytest.raises(NotFoundError, match="no such device"):
                devices.find(amina, text)
    for name in (JOEL, DANA, NOOR):
        with organisation.open(name) as session, pytest.raises(RefusedError, match="your role cannot name devices"):
            devices.name(session, session.seat, "mine")


def test_a_lost_device_ends_its_cases_get_new_keys_and_the_clients_are_listed(organisation: Organisation) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = case_of_clients(mira)
        share(mira, made.case, organisation, JOEL)
        only_his = cases.create(joel, title=f"{MARKER} his", kind="other")
        give(joel, mira, organisation.folder)  # which brings nothing of a case that is not hers
        done = devices.lost(mira, joel.seat)
        assert done.outcome.is_done
        assert done.outcome.ended == (joel.seat,)
        assert done.outcome.cases == 1
        assert [one.name for one in done.warn.clients] == [f"Ilham {MARKER}", f"Sana {MARKER}"]
        assert done.warn.unread == 0
        assert (made.case, warning.WHY_WARNED) in mira.viewed
        lines = in_english(warning.warn_lines(done.warn))
        assert [line.strip() for line in lines] == [
            "Call in this order: the highest risk is first.",
            f"{made.ref}  Ilham {MARKER}  (risk: medium)",
            "DO NOT CALL: +996 555 010 999",
            "phone: +49 30 5550 4321",
            "hours: after 18:00",
            "say: about the choir",
            "may be told: only her sister",
            f"{made.ref}  Sana {MARKER}  (risk: medium)",
            "no safe contact is kept; known: +49 30 5550 1234",
            f"{made.ref}  Tomasz {MARKER}  (relative; risk: medium)",
            "no safe contact is kept; known: +49 30 5550 9999",
            ASK_OTHERS,
        ]
        assert done.warn.calls == ()  # his device was never given the place where calls are kept
        assert not mira.holds(only_his.case)
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "after"))
        state = mira.state_of(made.case)
        assert state is not None
        assert joel.seat not in state.holders
        assert joel.seat not in mira.directory.effective.certificates
        assert joel.member in mira.directory.effective.members


def test_who_stands_in_a_restricted_section_alone_is_warned_where_the_lost_device_held_the_section(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, JOEL) as (mira, joel):
        made = cases.create(mira, title=f"{MARKER} case", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        for title, members, name in (("where", [joel.member], "Zarina"), ("source", [], "Farid")):
            section = sections.create(mira, made.case, what="location", title=title, members=members)
            safe = SafeContact(Channel.PHONE, f"+49 30 5550 {name}")
            sections.add_person(
                mira, section, case_people.checked_person(role="witness", names=[name], safe_contact=safe)
            )
        give(mira, joel, organisation.folder)
        found = warning.warn_list(mira, joel.seat)
        assert [(one.name, one.ref) for one in found.others] == [("Zarina", made.ref)]
        looked_at = {place for place, why in mira.viewed if why == warning.WHY_WARNED}
        assert made.case in looked_at
        assert section not in looked_at  # his device never held it: nobody looks into it for nothing


def test_who_else_can_be_reached_is_to_be_warned_by_their_safe_way_and_nobody_who_persecutes(
    founded: Place,
) -> None:
    barred, safe, dead = "+996 555 010 999", "+49 30 5550 4321", "+49 30 5550 7777"
    with founded.open() as mira:
        case = cases.create(mira, title="T", kind="asylum").case
        never = SafeContact(Channel.NOT_KNOWN, "", never_use=(barred, dead))
        case_people.add(mira, case, role="client", names=["Ilham"], safe_contact=never)
        case_people.add(mira, case, role="interpreter", names=["Reza"], phones=["0996-555-010-999"])
        case_people.add(mira, case, role="worker", names=["Ann"], emails=["ann@office.example"], phones=[barred])
        case_people.add(mira, case, role="persecutor", names=["Isakov"], phones=["+996 555 000 000"])
        case_people.add(mira, case, role="witness", names=["Nobody"])
        at_home = SafeContact(Channel.PHONE, safe, hours="after 18:00")
        case_people.add(mira, case, role="relative", names=["Lidia"], phones=["+996 555 111 222"], safe_contact=at_home)
        intake.add(mira, name="Temir", number=dead, text="or at temir@post.example", when="at night")
        intake.add(mira, name="without a number")
        found = warning.warn_list(mira, mira.seat)
        said = [line.strip() for line in in_english(warning.warn_lines(found))]
    assert ([person.name for person in found.others], len(found.calls), found.count) == (["Lidia", "Ann"], 1, 4)
    together = "\n".join(said)
    assert [word for word in ("Reza", "Isakov", "Nobody", "111 222", "without a number") if word in together] == []
    lidia, ann = (next(at for at, line in enumerate(said) if f"  {name}  (" in line) for name in ("Lidia", "Ann"))
    assert said[lidia + 1 : lidia + 3] == [f"phone: {safe}", "hours: after 18:00"]
    assert said[ann + 1 : ann + 3] == [f"DO NOT CALL: {barred}", "no safe contact is kept; known: ann@office.example"]
    call = said.index("Calls whose slips are open:")
    assert said[call + 1].endswith("Temir")
    assert said[call + 2 : call + 5] == [
        f"DO NOT CALL: {dead}",
        "known: temir@post.example",
        "when to call back: at night",
    ]


def test_who_reads_no_cases_gets_no_names_and_is_told_whom_to_ask(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM, JOEL) as (mira, karim, joel):
        made = case_of_clients(mira)
        share(mira, made.case, organisation, JOEL)
        give(mira, karim, organisation.folder)
        done = devices.lost(karim, joel.seat)
        assert done.outcome.is_done
        assert (done.warn.clients, done.outcome.cases) == ((), 0)
        assert list(in_english(warning.warn_lines(done.warn))) == [NOBODY_HERE, ASK_OTHERS]


def test_who_ends_a_device_and_what_no_device_is_given(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        done = devices.lost(mira, organisation[KARIM].seat)
        # It is an admin's: others have to sign, and the list of whom to warn does not wait.
        assert not done.outcome.is_done
        assert done.outcome.proposal is not None
        assert list(in_english(warning.warn_lines(done.warn))) == [NOBODY_HERE, ASK_OTHERS]
        with pytest.raises(RefusedError, match="you cannot revoke the device that you are using"):
            devices.lost(mira, mira.seat)
        with pytest.raises(NotFoundError, match="no such device"):
            devices.lost(mira, mira.seat[::-1])  # type: ignore[arg-type]  # bytes of no seat
        with pytest.raises(RefusedError, match="this device is another member's"):
            devices.give_cases(mira, organisation[JOEL].seat)
        place = Place(organisation.folder / "other" / "new.vault", organisation.folder / "other" / "state")
        with pytest.raises(UsageError, match="for another member's device"):
            ask_to_join(
                organisation.folder, place, invitations.invite_device(mira, organisation[JOEL].member), "Ilse Marrow"
            )
    for name in (SELIN, AMINA, DANA, NOOR):
        with organisation.open(name) as session, pytest.raises(RefusedError, match="your role does not allow it"):
            devices.lost(session, organisation[JOEL].seat)


def test_a_member_moves_to_another_device_which_gets_no_case_unasked(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        made = case_of_clients(mira)
        second = add_device(organisation, mira)
        assert second.member == mira.member
        with finish_joining(organisation.folder, mira, second) as there:
            assert there.roles == mira.roles
            assert not there.holds(made.case)
            devices.give_cases(mira, second.seat)
            give(mira, there, organisation.folder)
            assert cases.open_case(there, made.case).head.value.title == f"{MARKER} case"
            notes.add(there, made.case, Note(NoteKind.CONTACT, "from the new one"))
            outcome = devices.end_moved(there, mira.seat)
            # The old device is an admin's: others have to sign that, too.
            assert str(outcome.missing) == "a second admin, or two others (supervisor)"
            with pytest.raises(RefusedError, match="this device is another member's"):
                devices.end_moved(there, organisation[JOEL].seat)


def test_a_case_of_a_lost_device_that_is_here_and_not_ones_own_is_counted(founded: Place) -> None:
    with founded.open() as mira:
        oren = admit(mira)
    with oren.open(founded) as session:
        cases.create(session, title=f"{MARKER} his", kind="other")
    with founded.open() as mira:
        warn = devices.lost(mira, oren.seat).warn
        assert (warn.clients, warn.unread) == ((), 1)
        counted = "1 more case was on that device and is not yours: ask who holds it."
        assert list(in_english(warning.warn_lines(warn))) == [counted, ASK_OTHERS]


def test_a_caseworker_invites_a_device_of_their_own_and_a_supervisor_commits_it(organisation: Organisation) -> None:
    with organisation.at(JOEL, SELIN) as (joel, selin):
        with pytest.raises(RefusedError, match="your role does not allow it"):
            invitations.invite_device(joel, organisation[AMINA].member)
        place = Place(organisation.folder / "own" / "new.vault", organisation.folder / "own" / "state")
        invitation = invitations.invite_device(joel, joel.member)
        request, words = ask_to_join(organisation.folder, place, invitation, organisation[JOEL].name)
        admitted = invitations.admit(joel, invitations.look(joel, request), words)
        assert admitted.outcome.missing is not None
        assert "a supervisor alone" in str(admitted.outcome.missing)
        assert admitted.outcome.proposal is not None
        _, signed = rostering.sign(selin, admitted.outcome.proposal)
        assert rostering.commit(selin, signed).is_done
        assert not any("in your name" in said for said in in_english(joel.warnings))
        give(selin, joel, organisation.folder)
        # Whoever signed for it, its member hears of it.
        assert any(f"in your name: {admitted.seat.hex()[:8]}" in said for said in in_english(joel.warnings))


def test_who_gives_a_case_hears_of_each_further_device_and_who_admitted_it(
    organisation: Organisation, tmp_path: Path
) -> None:
    """One supervisor alone may admit a device in a caseworker's name: it reads what they are given from then on."""
    with organisation.at(MIRA, SELIN) as (mira, selin):
        member = organisation[JOEL].member
        assert admissions.said_of_devices(mira, member) == []
        request, words = ask_to_join(
            tmp_path,
            Place(tmp_path / "second.vault", tmp_path / "second-state"),
            invitations.invite_device(selin, member),
            organisation[JOEL].name,
        )
        second = invitations.admit(selin, invitations.look(selin, request), words).seat
        give(selin, mira, tmp_path)
        (said,) = admissions.said_of_devices(mira, member)
        assert str(said) == (
            f"{organisation[JOEL].name} opens it on a further device too: {short_id(second)}, admitted by"
            f" {organisation[SELIN].name}."
        )
        by = {device.seat: str(device.admitted_by) for device in devices.list_all(mira)}
        assert (by[second], by[mira.seat], by[organisation[JOEL].seat]) == (
            organisation[SELIN].name,
            "",
            organisation[MIRA].name,
        )
