"""What is said before a device is ended or a role is taken: whose work is lost, of how many devices, or none."""

from __future__ import annotations

import pytest

from tests.services.office import Office
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give
from vault.errors import UsageError
from vault.services.cases import cases
from vault.services.members import members
from vault.services.projection.seats import seats_of


def words(devices: str, whose: str) -> str:
    return (
        f"What {devices} of {whose} wrote and you have not imported will be invalid for everybody."
        " Import a bundle of theirs first, if you can."
    )


def test_who_takes_a_role_hears_what_is_lost_and_which_role_may_stay(organisation: Organisation) -> None:
    joel = organisation[JOEL]
    with organisation.open(MIRA) as mira:
        hint = " Or give caseworker too: then nothing is lost, and they get no further rights."
        for roles, said in ((["supervisor"], hint), (["intake"], ""), (["admin", "auditor"], "")):
            assert str(members.before_roles(mira, joel.member, roles)) == words("1 device", joel.name) + said
        with pytest.raises(UsageError, match="there is no such role"):
            members.before_roles(mira, joel.member, ["wizard"])


def test_what_is_said_before_a_role_is_taken_is_so(organisation: Organisation) -> None:
    """The case that Joel made and did not send goes with the role, and stays where he keeps it beside the new one."""
    with organisation.at(MIRA, JOEL, SELIN) as (mira, joel, selin):
        made = cases.create(joel, title="Not sent", kind="asylum").case
        assert members.before_roles(mira, joel.member, ["caseworker", "supervisor"]) is None
        assert members.change_roles(mira, joel.member, ["caseworker", "supervisor"], by_root=True).is_done
        give(mira, joel, organisation.folder)
        assert [row.case for row in cases.list_all(joel)] == [made]
        assert members.before_roles(mira, joel.member, ["supervisor"])
        assert members.change_roles(mira, joel.member, ["supervisor"], by_root=True).is_done
        give(mira, joel, organisation.folder)
        give(mira, selin, organisation.folder)
        assert cases.list_all(joel) == []


def test_who_ends_devices_hears_of_how_many_and_whose(organisation: Organisation) -> None:
    two = organisation.members(AMINA, JOEL)
    with organisation.open(MIRA) as mira:
        names = " and ".join(sorted((organisation[AMINA].name, organisation[JOEL].name)))
        assert str(members.warn_before_removal(mira, seats_of(mira, two))) == words("2 devices", names)
        assert members.warn_before_removal(mira, [mira.seat]) is None


def test_nobody_is_asked_about_a_device_that_writes_into_this_very_folder(office: Office) -> None:
    with office.place.open() as mira:
        assert members.warn_before_removal(mira, seats_of(mira, [office.amina.member])) is None
        assert members.before_roles(mira, office.joel.member, ["intake"]) is None


def test_who_admits_somebody_who_only_audits_hears_of_those_who_audited_until_now(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        tomas = organisation[TOMAS]
        assert members.before_roles(mira, None, ["auditor"]) is None
        assert members.change_roles(mira, tomas.member, ["supervisor", "auditor"], by_root=True).is_done
        assert str(members.before_roles(mira, None, ["auditor"])) == words("1 device", tomas.name)
        assert members.before_roles(mira, None, ["supervisor"]) is None
