"""Two members change one case and one person without seeing each other: each command marks it, and one joins both."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk
from tests.services.organisation import JOEL, MIRA, Organisation, share
from vault.casework.person import PersonChange
from vault.ids import short_id
from vault.services.cases import case_changes, case_people, cases
from vault.services.cases.editing import Place
from vault.services.exchange import syncing


def test_a_case_and_a_person_in_two_versions_are_named_at_the_import_marked_shown_and_joined(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(MIRA) as mira:
        made = cases.create(mira, title="Arrest", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        person = Place(made.case, case_people.add(mira, made.case, role="client", names=["Ilham Torgaev"]), "person")
    organisation.exchange(MIRA, JOEL)
    with organisation.at(MIRA, JOEL) as (mira, joel):
        case_changes.change(mira, made.case, stage="registered")
        case_changes.change(mira, made.case, risk="high")
        case_people.change(mira, person, PersonChange(born="1983"))
        case_changes.change(joel, made.case, stage="interviewed")
        case_changes.change(joel, made.case, risk="immediate")
        case_people.change(joel, person, PersonChange(born="1985"))
        syncing.make(joel, mira.member, tmp_path / "joel.bundle")

    (tmp_path / "desk").mkdir()
    desk = Desk.of(organisation[MIRA].place, tmp_path / "desk")
    ref, record = made.ref, short_id(person.record)
    imported = desk.run("bundle", "import", str(tmp_path / "joel.bundle"))
    assert imported.code == 3
    assert f"CONFLICT: the case {ref} has two versions now." in imported.out
    assert f"CONFLICT: {ref} has two versions of a record: person {record}." in imported.out
    assert f"You see both and say what stands: `casevault join {ref}`, `casevault join {record}`." in imported.out

    joels = organisation[JOEL].name
    listed = desk.run("case", "list").out
    assert f"2 VERSIONS: registered, risk high / interviewed, risk immediate: `casevault join {ref}`" in listed
    shown = desk.run("case", "show", ref).out
    assert f"2 VERSIONS  the case itself: `casevault join {ref}` makes them one" in shown
    assert f"2 VERSIONS  person: `casevault join {record}` makes them one" in shown
    for words in (
        f"1  {organisation[MIRA].name}",
        f"2  {joels}",
        "stage: registered",
        "stage: interviewed",
        "born: 1985",
    ):
        assert words in shown
    assert "2 VERSIONS" in desk.run("person", "list", ref).out
    assert "born: 1985" in desk.run("person", "show", record).out

    refused = desk.run("case", "edit", ref, "--owner", joels)
    assert (refused.code, "or say first what stands: `casevault join RECORD`." in refused.err) == (2, True)
    asked = desk.run("join", ref)
    assert (asked.code, "risk: high" in asked.out, "risk: immediate" in asked.out) == (3, True, True)
    assert desk.run("join", ref, "--take", "2").code == 0
    person_asked = desk.run_at_terminal("join", record, typed="1\n")
    assert (person_asked.code, "What shall stand? Type 1, 2: " in person_asked.err) == (0, True)
    assert "VERSIONS" not in desk.run("case", "list").out
    now = desk.run("case", "show", ref, "--json").json()
    assert (now["stage"], now["risk"], now["versions"]) == ("interviewed", "immediate", 1)
    assert [(one["born"], one["versions"]) for one in now["persons"]] == [("1983", 1)]
    again = desk.run("join", ref)
    assert (again.code, "this record has only one version" in again.err) == (4, True)
