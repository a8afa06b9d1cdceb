"""A device was taken: what of it a colleague is told, whatever of its cases they may read themselves."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfReader

from tests.services.colleague import admit
from tests.services.office import JOEL, Office
from vault.access.membership.next_roster import Change, propose, sign_by_root
from vault.access.membership.roster_commit import commit_roster
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.policy.roles import Role
from vault.services.cases import case_people, cases, intake, sections
from vault.services.grants import sharing
from vault.services.members import warning
from vault.services.safety import seizure

CLIENT = "Zarina Quill"


def _case(office: Office) -> str:
    """Amina makes a case that Joel, her deputy, holds too, with a section for both."""
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="A title", kind="asylum")
        case_people.add(amina, made.case, role="client", names=[CLIENT], phones=["0555 123456"])
        section = sections.create(amina, made.case, what="location", title="Where", members=[office.joel.member])
        sections.add_note(amina, section, Note(NoteKind.SAFETY, "second floor"))
    return made.ref


def test_who_reads_none_of_its_cases_is_told_how_many_there_are_and_no_reference(
    office: Office, tmp_path: Path
) -> None:
    ref = _case(office)
    with office.open(office.nadia) as nadia:
        found = seizure.look(nadia, office.joel.seat)
        told = "\n".join(map(str, seizure.found_lines(found)))
        seizure.print_page(nadia, found, tmp_path / "page.pdf", str)
    page = " ".join("".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages).split())
    assert "0 cases that you can read" in told
    for said in (told, page):
        assert "1 further case: ask who holds it" in said
        assert ref not in said
        assert CLIENT not in said
        assert JOEL not in said
    assert "none that you can read" in page


def test_who_holds_its_cases_is_told_of_the_sections_that_may_be_on_it(office: Office) -> None:
    ref = _case(office)
    with office.open(office.amina) as amina:
        told = [str(line) for line in seizure.found_lines(seizure.look(amina, office.joel.seat))]
    assert "  at most 1 restricted section of these cases that you hold" in told
    assert not [line for line in told if "further case" in line]
    assert [line for line in told if line.startswith(f"  {ref}  1 person, 0 notes")]


def test_whose_role_opens_no_cases_any_more_is_told_how_many_and_nobody_of_them(office: Office) -> None:
    with office.place.open() as mira:
        dana = admit(mira, name="Dana Okwiri", passphrase=b"dana opens", roles=frozenset({Role.CASEWORKER}))
    _case(office)
    with office.open(office.amina) as amina:
        sharing.grant(amina, cases.find(amina, cases.list_all(amina)[0].ref), [dana.member])
    with office.place.open() as mira:
        roster = propose(mira, Change(roles={dana.member: frozenset({Role.INTAKE})}))
        commit_roster(mira, sign_by_root(mira, roster))
    with dana.open(office.place) as session:
        found = warning.warn_list(session, office.joel.seat)
        assert (found.clients, found.others, found.unread) == ((), (), 1)


def test_of_a_call_on_it_the_language_is_said_in_which_to_warn(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia, name="Somebody", number="0555 123456", language="Uzbek", when="evenings")
        told = [str(line).strip() for line in warning.warn_lines(warning.warn_list(nadia, office.amina.seat))]
    assert "language: Uzbek" in told
    assert "when to call back: evenings" in told
