"""Papers that leave with a report: whatever a paper hides of a name, the package does not have it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typst

from tests.attacks.conftest import RECIPIENT
from tests.cli.desk import Desk
from tests.export.paper_samples import as_picture, at, content, decision, shown
from tests.services import consenting
from tests.services.founded import Place
from tests.tables import each
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import LeakError, NotFoundError, RefusedError, UsageError, VaultError
from vault.export import package as packages
from vault.export.leakcheck.forbidden_forms import ForbiddenForms
from vault.export.leakcheck.structure import inflated
from vault.export.leakcheck.verdict import Findings
from vault.export.paper_text.asking import can_read_pictures
from vault.export.reader import open_package
from vault.export.redrawn.drawn_anew import paint, read_pages
from vault.export.redrawn.layout import Page
from vault.ids import CompartmentId, RecordId, short_id
from vault.records.versions import of_kind
from vault.seal.age import make_identity, recipient_of
from vault.services import case_papers
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, papers_leaving, partners
from vault.services.exports.export_material import Wish
from vault.services.projection.projection import read_valid

IDENTITY = make_identity()
NAME = "Skoryakin"
FORMS = ("skoryakin", "lev skoryakin", "скорякин")
needs_tesseract = pytest.mark.skipif(not can_read_pictures(), reason="tesseract is not installed")


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=recipient_of(IDENTITY), compared=True)
    made = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, made, role="client", names=["Lev Skoryakin", "Лев Скорякин"])
    notes.add(session, made, Note(NoteKind.CONTACT, "He came to us."))
    return made


def added(
    session: Session, case: CompartmentId, folder: Path, *papers: bytes, kind: str = "decision"
) -> list[RecordId]:
    made = []
    for number, paper in enumerate(papers):
        source = folder / f"Skoryakin-{number}.pdf"
        source.write_bytes(paper)
        facts = {"kind": DocumentKind.DECISION, "title": "Decision on Skoryakin", "language": "English"}
        made.append(case_papers.add_paper(session, case, source, facts).record)
    return made


def exported(
    session: Session, case: CompartmentId, out: Path, papers: list[RecordId], profile: str = "lawyer"
) -> dict[str, bytes]:
    """Return the files of a package with these papers, what nobody knows removed."""
    wish = Wish(profile, RECIPIENT, take_proposals=True, papers=tuple(papers))
    out.mkdir(exist_ok=True)
    done = consenting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return dict(open_package(done.path.read_bytes(), IDENTITY).members)


def found_in(paper: bytes) -> set[int]:
    """Return which forms of the name stand in the letters, streams or bytes of a paper."""
    forms = ForbiddenForms(FORMS)
    found = forms.find_in(shown(paper))
    raw = b"\n".join((paper, *inflated(paper, Findings()))).lower()
    encodings = ("utf-8", "utf-16-be", "utf-16-le", "cp1251")
    found |= {place for place, form in enumerate(FORMS) for coded in encodings if _coded(form, coded) in raw}
    return found


def _coded(form: str, encoding: str) -> bytes:
    return form.encode(encoding, "ignore") or b"\xff" * 9


def _cyrillic() -> bytes:
    made = typst.Compiler("Решение суда по делу Скорякина принято сегодня.".encode()).compile(format="pdf")
    assert isinstance(made, bytes)
    return made


_LINE = at(600, b"He is called Lev Skoryakin and came alone")
_SPREAD = b"".join(at(600, letter.encode(), across=72 + 14 * place) for place, letter in enumerate(NAME))
_NOTE = b"/Annots [<< /Type /Annot /Subtype /Text /Rect [50 50 80 80] /Contents (Lev Skoryakin) >>]"
_LINK = (b"/Annots [<< /Type /Annot /Subtype /Link /Rect [50 50 80 80] "
         b"/A << /S /URI /URI (https://example.org/Skoryakin) >> >>]")  # fmt: skip
_FIELD = (b"/Annots [<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Lev Skoryakin) /Rect [72 500 300 520] "
          b"/DA (/F1 12 Tf) >>]")  # fmt: skip
PLANTS: dict[str, bytes] = {
    "text": decision(_LINE),
    "in Cyrillic": _cyrillic(),
    "parted at the end of a line": decision(at(600, b"He is Skorya-") + at(586, b"kin and came alone")),
    "white": decision(at(600, b"Skoryakin", before=b"1 g")),
    "invisible": decision(at(600, b"Skoryakin", before=b"3 Tr")),
    "letter by letter": decision(_SPREAD),
    "spread": decision(at(600, b"S k o r y a k i n came alone")),
    "under a black box": decision(_LINE + b"0 g 60 590 400 30 re f\n"),
    "off the page": decision(at(-50, b"Skoryakin")),
    "bookmark": decision(b"", b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
                         b"<< /Title (Lev Skoryakin) /Parent 6 0 R /Dest [3 0 R /Fit] >>",
                         catalog=b"/Outlines 6 0 R"),
    "link": decision(page=_LINK),
    "note": decision(page=_NOTE),
    "metadata": decision(b"", content(b"<x:xmpmeta>Lev Skoryakin</x:xmpmeta>"), catalog=b"/Metadata 6 0 R")
                .replace(b"trailer <<", b"trailer << /Info << /Author (Lev Skoryakin) >>"),
    "attachment": decision(b"", content(b"Lev Skoryakin"), catalog=b"/Names << /EmbeddedFiles << /Names "
                           b"[(Skoryakin.txt) << /Type /Filespec /F (Skoryakin.txt) /EF << /F 6 0 R >> >>] >> >>"),
    "form field": decision(page=_FIELD, catalog=b"/AcroForm << /Fields [] >>"),
    "an older revision": decision(_LINE) + b"\n4 0 obj\n" + content(at(700, b"The court decided the appeal today"))
                         + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
    "hidden layer": decision(b"/OC /L BDC " + _LINE + b"EMC\n", b"<< /Type /OCG /Name (Skoryakin) >>",
                             catalog=b"/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>",
                             resources=b"/Properties << /L 6 0 R >>"),
    "behind a comment": decision(_LINE) + b"\n% Lev Skoryakin\n",
    "name of a font": decision(at(600, b"He came alone")).replace(b"/BaseFont /Helvetica",
                                                                  b"/BaseFont /Skoryakin+Helvetica"),
    "in what stands for the text": decision(b"/Span << /ActualText (Lev Skoryakin) >> BDC "
                                            + at(600, b"He came alone") + b"EMC\n"),
}  # fmt: skip


@pytest.mark.long
def test_nothing_that_a_paper_hides_of_a_name_leaves(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    papers = added(session, case, tmp_path, *PLANTS.values())
    members = exported(session, case, tmp_path / "out", papers)
    left = [members[f"paper-{number:02}.pdf"] for number in range(1, len(PLANTS) + 1)]
    assert {name: found_in(paper) for name, paper in zip(PLANTS, left, strict=True) if found_in(paper)} == {}
    assert all(
        "court decided" in shown(paper) for name, paper in zip(PLANTS, left, strict=True) if "Cyrillic" not in name
    )


@needs_tesseract
def test_a_scan_leaves_without_the_name_that_is_read_on_it(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    papers = added(session, case, tmp_path, as_picture(decision(_LINE)))
    members = exported(session, case, tmp_path / "out", papers)
    assert found_in(members["paper-01.pdf"]) == set()
    assert "decided" in shown(members["paper-01.pdf"])


def test_papers_that_differ_in_hidden_names_alone_leave_as_the_same_bytes_in_the_order_of_the_choice(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    case_people.add(session, case, role="witness", names=["Velizarov", "Gyjpqorin"])
    paper, other = (decision(at(600, name) + at(500, b"He came alone")) for name in (b"Velizarov", b"Gyjpqorin"))
    third = decision(at(600, b"He came alone"))
    first, second, last = added(session, case, tmp_path, paper, other, third)
    members = exported(session, case, tmp_path / "out", [last, first, second, first])
    assert list(members)[5:] == ["paper-01.pdf", "paper-02.pdf", "paper-03.pdf"]
    assert members["paper-02.pdf"] == members["paper-03.pdf"] != members["paper-01.pdf"]


def test_a_paper_is_read_once_for_all_questions_and_forgotten_when_the_vault_is_locked(
    session: Session, case: CompartmentId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers, read = added(session, case, tmp_path, decision(_LINE)), list[str]()

    def counted(content: bytes, language: str, name: str) -> tuple[Page, ...]:
        read.append(name)
        return read_pages(content, language, name)

    monkeypatch.setattr(papers_leaving, "read_pages", counted)
    for proposals in (False, True):
        wish = Wish("lawyer", RECIPIENT, take_proposals=proposals, papers=tuple(papers))
        consenting.export(session, case, wish, out=tmp_path)
    assert len(read) == 1
    session.close()
    assert session.papers_read == {}


def test_the_command_takes_papers_and_says_how_many_stay(
    session: Session, case: CompartmentId, founded: Place, tmp_path: Path
) -> None:
    (paper, _) = added(session, case, tmp_path, decision(_LINE), decision())
    consenting.agree(session, case, RECIPIENT)
    session.close()
    (out := tmp_path / "out").mkdir()
    whom = ("--to", RECIPIENT, "--surname", RECIPIENT.split()[-1])
    wish = ("--profile", "lawyer", *whom, "--decide", "proposed", "--unread", "--out", str(out))
    (tmp_path / "desk").mkdir()
    done = Desk.of(founded, tmp_path / "desk").does("export", case.hex(), *wish, "--paper", short_id(paper), "--json")
    assert done.json()["papers_left_out"] == 1
    (file,) = out.glob("*.age")
    assert "paper-01.pdf" in open_package(file.read_bytes(), IDENTITY).members


def test_what_is_painted_is_said_to_who_reads_and_kept_in_the_case(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    papers = added(session, case, tmp_path, decision(_LINE))
    wish = Wish("lawyer", RECIPIENT, take_proposals=True, papers=tuple(papers))
    done = consenting.export(session, case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    assert re.match(r"paper-01\.pdf, page 1: \d places are painted over\n", done.pages[-1])
    assert "decided the appeal" in done.pages[-1]
    ((_, kept),) = of_kind(read_valid(session, case), Disclosure)
    assert len(kept.papers) == 1


@each({
    "enquiry": ("enquiry", "decision"), "urgent": ("urgent", "decision"), "donor": ("donor-report", "decision"),
    "the person": ("subject", "decision"), "medical": ("medical", "decision"),
})  # fmt: skip
def test_by_profiles_without_papers_none_is_taken(profile: str, kind: str) -> None:
    from vault.redaction.profile import PAPER, profile_named  # noqa: PLC0415 - of this one table

    assert profile_named(profile).rule(PAPER, kind) is None


def test_a_paper_that_stays_by_the_profile_stops_the_export_and_is_named(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    papers = added(session, case, tmp_path, decision(_LINE))
    with pytest.raises(RefusedError, match=r"document \w+ cannot go into a package: by the profile enquiry"):
        exported(session, case, tmp_path / "out", papers, "enquiry")
    assert list((tmp_path / "out").iterdir()) == []


BAD = {
    "a script": (decision(catalog=b"/OpenAction << /S /JavaScript /JS (x) >>"), RefusedError),
    "damaged": (b"%PDF-1.7\n" + bytes(1000), RefusedError),
}


@pytest.mark.long
@pytest.mark.parametrize("bad", BAD)
def test_one_bad_paper_among_good_ones_is_named_and_nothing_is_sealed(
    bad: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    paper, error = BAD[bad]
    good, wrong = added(session, case, tmp_path, decision(_LINE), paper)
    with pytest.raises(error, match=wrong.hex()[:4]) as refused:
        exported(session, case, tmp_path / "out", [good, wrong])
    assert NAME not in f"{refused.value!r}{refused.value}"
    assert list((tmp_path / "out").iterdir()) == []


def test_more_papers_than_a_package_holds_and_papers_of_nowhere_are_refused(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    many = [RecordId(number.to_bytes(16, "big")) for number in range(1_001)]
    with pytest.raises(UsageError, match="at most 99 documents"):
        exported(session, case, tmp_path / "out", many)
    with pytest.raises(NotFoundError, match="no document with the id"):
        exported(session, case, tmp_path / "out", many[:1])


@pytest.fixture(params=["read_pages", "paint", "check_paper"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One of the steps ends as where its process was killed."""

    def killed(*_: object, **__: object) -> None:
        raise RefusedError("killed")  # type: ignore[arg-type]  # of this test alone

    home = packages if request.param == "check_paper" else papers_leaving
    monkeypatch.setattr(home, request.param, killed)
    return str(request.param)


def test_a_paper_that_fails_its_check_is_named_and_nothing_is_sealed(
    session: Session, case: CompartmentId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = added(session, case, tmp_path, decision(), decision(_LINE))
    monkeypatch.setattr(papers_leaving, "paint", lambda content, left, name: paint(content, left, name) + b" ")
    with pytest.raises(LeakError, match=r"^paper-01\.pdf: the finished package fails its check: structure"):
        exported(session, case, tmp_path / "out", papers)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_step_that_ends_early_leaves_nothing(
    broken: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    papers = added(session, case, tmp_path, decision(_LINE))
    with pytest.raises(VaultError, match="killed"):
        exported(session, case, tmp_path / "out", papers)
    assert list((tmp_path / "out").iterdir()) == []
    assert broken
