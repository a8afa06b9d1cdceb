"""A recipient without a key: a page leaves, its words are told by telephone alone, and new words need no new review."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tests.services import consenting
from tests.tables import each, refuses
from vault.access.session import Session
from vault.acts.act import Agreed
from vault.acts.after_sending import WORDS, WRONG_RECIPIENT
from vault.acts.export import EXPORT, EXPORT_ALL
from vault.casework.disclosure import Disclosure, PageWords
from vault.casework.note import Note
from vault.casework.story.consent import Consent
from vault.casework.vocabulary import NoteKind
from vault.display import DAY, time_text
from vault.errors import BrokenSealError, NotFoundError, RefusedError, UsageError, VerificationError
from vault.export.archive import unpack
from vault.export.page import sealed_in
from vault.export.reader import open_page_file
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.progress import Working
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.seal.page_seal import open_page, page_recipient
from vault.services.cases import case_people, cases, notes, story_records
from vault.services.cases.editing import Place
from vault.services.evidence import logbook
from vault.services.exports import exporting, full_export, ledger, page_words, partners
from vault.services.exports.export_material import Wish
from vault.services.projection.projection import read_valid
from vault.services.projection.stored_records import stored_of_kind

LAWYER, CLINIC = "Maître Ondrelle", "Klinik Ostheim"
CLIENT = "Miralo Dastenov"
WISH = Wish("lawyer", LAWYER, take_proposals=True)


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=LAWYER)
    made = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, made, role="client", names=[CLIENT])
    notes.add(session, made, Note(NoteKind.CONTACT, "He came on foot."))
    return made


@pytest.fixture
def consent(session: Session, case: CompartmentId) -> RecordId:
    return consenting.agree(session, case, LAWYER)


def leave(session: Session, case: CompartmentId, out: Path, wish: Wish = WISH) -> exporting.Exported:
    done = exporting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return done


def kept(session: Session, case: CompartmentId) -> list[PageWords]:
    return [each.value for each in stored_of_kind(read_valid(session, case), PageWords)]


def logged(session: Session, act: str) -> list[tuple[bytes | None, tuple[bytes, ...]]]:
    found = [line.payload for line in logbook.newest(session, act=act).lines if line.payload is not None]
    return [(each.dig, tuple(each.objs)) for each in found]


def test_who_has_no_key_gets_a_page_whose_words_are_shown_by_an_act_of_its_own(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    (out := tmp_path / "out").mkdir()
    done = leave(session, case, out)
    assert consent
    assert {file.suffix for file in out.iterdir()} == {".html", ".txt"}
    assert done.is_page
    (opens,) = kept(session, case)
    assert (opens.digest, opens.told) == (done.digest, "")
    said = " ".join(map(str, (done, opens)))
    assert opens.words not in said
    assert not [file for file in out.iterdir() if b"Ondrelle" in file.read_bytes() or "Ondrelle" in file.name]
    record = partners.find(session, LAWYER).record
    opened = open_page_file(done.path.read_bytes(), opens.words, record=record, expected_key_words=done.key_words)
    assert opened.manifest.recipient == page_recipient(record)
    assert CLIENT.split()[1] not in json.dumps(json.loads(opened.members["data.json"]), ensure_ascii=False)

    asked = {"case": (case.hex(),), "package": (done.package.hex(),)}
    plan = WORDS.look(session, asked)
    assert logged(session, "package.words") == []
    (ask,) = plan.asks
    assert (ask.yes is not None, ask.is_for_screens) == (True, False), "somebody says that they speak to the recipient"
    told = WORDS.run(session, plan, Agreed({"spoken": "yes"}), Working())
    assert f"  {opens.words}" in told.lines
    assert opens.words not in json.dumps(told.data)
    assert logged(session, "package.words") == [(done.digest, (record,))]
    (after,) = kept(session, case)
    assert after.told == datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    page_words.show_words(session, page_words.find_page(session, case, done.package.hex()))
    assert len(logged(session, "package.words")) == 2


def test_a_page_in_wrong_hands_is_readable_only_if_its_words_were_told(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    package = leave(session, case, tmp_path).package.hex()
    assert consent
    asked = {"case": (case.hex(),), "package": (package,)}
    assert "nobody was told its words" in str(WRONG_RECIPIENT.look(session, asked).shown()[1])
    page_words.show_words(session, page_words.find_page(session, case, package))
    assert "who has file and words reads it" in str(WRONG_RECIPIENT.look(session, asked).shown()[1])


def test_new_words_open_the_package_as_it_was_signed(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    done = leave(session, case, tmp_path)
    assert consent
    (before,) = kept(session, case)
    (out := tmp_path / "again").mkdir()
    size = session.log.size
    anew = page_words.reissue(session, case, done.path, out=out)
    assert session.log.size > size
    newest = page_words.find_page(session, case, done.package.hex()).kept.value
    assert (newest.digest, newest.told) == (anew.digest, "")
    assert newest.words != before.words
    old, new = (sealed_in(path.read_bytes()) for path in (done.path, anew.path))
    assert unpack(open_page(newest.words, new)) == unpack(open_page(before.words, old))
    with pytest.raises(BrokenSealError):
        open_page(before.words, new)
    assert [digest for digest, _ in logged(session, "package.reissue")] == [anew.digest]
    assert len(ledger.of_case(session, case)) == 1
    # And once more, from either file.
    for file in (done.path, anew.path):
        page_words.reissue(session, case, file, out=out)


def test_no_new_words_are_made_against_what_is_agreed_now(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    file = leave(session, case, tmp_path).path
    today = time_text(session.log.now_ms(), DAY)
    place = Place(case, consent, Consent.KIND)
    for changes, clause in (
        ({"health": "no"}, "what was agreed has changed since the package was made"),
        ({"given": "2026-01-01", "until": "2026-01-02"}, "it ended on 2026-01-02"),
        ({"withdrawn": today}, f"it was withdrawn on {today}"),
    ):
        story_records.change(session, place, changes)
        refuses(RefusedError, clause, page_words.reissue, session, case, file, out=tmp_path)
    assert logged(session, "package.reissue") == []
    assert len(kept(session, case)) == 1


def test_a_word_that_somebody_excludes_since_asks_for_a_new_export(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    file = leave(session, case, tmp_path).path
    assert consent
    partners.add(session, name=CLINIC)
    consenting.agree(session, case, CLINIC)
    page_words.find_file(session, case, file)
    consenting.agree(session, case, CLINIC, excluded=("on foot",))
    refuses(RefusedError, "what was agreed has changed", page_words.reissue, session, case, file, out=tmp_path)


def test_only_a_page_that_left_this_case_is_sealed_anew(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    file = leave(session, case, tmp_path).path
    assert consent
    refuses(NotFoundError, ".", page_words.reissue, session, case, tmp_path / "nowhere.html", out=tmp_path)
    refuses(UsageError, "there is no folder", page_words.reissue, session, case, file, out=tmp_path / "nowhere")
    altered = tmp_path / "altered.html"
    altered.write_bytes(file.read_bytes().replace(b"<title>", b"<title> "))
    refuses(RefusedError, "no page that left this case", page_words.reissue, session, case, altered, out=tmp_path)
    other = cases.create(session, title="U", kind="asylum").case
    refuses(RefusedError, "no page that left this case", page_words.reissue, session, other, file, out=tmp_path)


def test_what_a_colleague_says_of_a_file_seals_nothing_that_was_not_signed_for_this_recipient(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    """Whoever may export may write words beside a file; reissue would else seal any content as reviewed."""
    done = leave(session, case, tmp_path)
    assert consent
    (opens,) = kept(session, case)
    elsewhere = partners.add(session, name=CLINIC).record
    forged = Disclosure(elsewhere, "donor-report", "x", make_id(), done.digest, "2026-11-27")
    with session.work(case) as work:
        work.keep(case, forged)
        work.keep(case, PageWords(forged.package, opens.words, done.digest), *_of(session, case))
        work.commit(Entry(act="export.done"))
    refuses(
        VerificationError,
        "not the package that it is said to be",
        page_words.reissue,
        session,
        case,
        done.path,
        out=tmp_path,
    )


def _of(session: Session, case: CompartmentId) -> tuple[RecordId, tuple[VersionId, ...]]:
    (stored,) = stored_of_kind(read_valid(session, case), PageWords)
    return stored.record, (stored.version,)


def test_a_key_stays_what_it_was_and_a_page_needs_none_that_is_confirmed(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    partners.add(session, name=CLINIC, age_recipient=recipient_of(make_identity()))
    consenting.agree(session, case, CLINIC)
    by_key = Wish("lawyer", CLINIC, take_proposals=True)
    refuses(RefusedError, "the key of this recipient is not confirmed", leave, session, case, tmp_path, by_key)
    page = leave(session, case, tmp_path, Wish("lawyer", CLINIC, take_proposals=True, as_page=True))
    assert page.path.suffix == ".html"
    partners.add(session, name="Confirmed", age_recipient=recipient_of(make_identity()), compared=True)
    consenting.agree(session, case, "Confirmed")
    sealed = leave(session, case, tmp_path, Wish("lawyer", "Confirmed", take_proposals=True))
    assert (sealed.path.suffix, sealed.is_page) == (".age", False)
    refuses(RefusedError, "no words open this package", page_words.find_page, session, case, sealed.package.hex())


def test_who_has_no_key_gets_nothing_that_needs_one(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    assert case
    kept_partner = partners.find(session, LAWYER)
    assert (kept_partner.age_recipient, kept_partner.fingerprint, kept_partner.is_confirmed) == ("", "", False)
    refuses(RefusedError, "this recipient has no key", partners.confirm, session, LAWYER, words="x " * 13)
    refuses(RefusedError, "this recipient has no key", full_export.what_leaves, session, to=LAWYER, out=tmp_path / "a")
    key = recipient_of(make_identity())
    added = partners.edit(session, LAWYER, age_recipient=key)
    assert (added.age_recipient, added.is_confirmed, added.was_replaced) == (key, False, False)
    again = partners.edit(session, LAWYER, age_recipient=recipient_of(make_identity()))
    assert again.was_replaced


@each(
    {
        "of a person": ("Maître Solvène Kaltbrunner", ("Kaltbrunner", "KALTBRUNNER", "Solvène Kaltbrunner"), "Solvène"),
        "with accents": ("Zoë Brûlé-Ñandú", ("brule-nandu", " Brûlé‑Ñandú "), "Brule"),
        "one word": ("UNHCR", ("unhcr",), "UN"),
        "with what is around it": ("Rights Desk (Vienna)", ("vienna", "(Vienna)"), "Desk"),
        "in another script": ("Алия Ёлкина", ("елкина", "ЁЛКИНА"), "Алия"),
        "from right to left": ("ليلى كريمي", ("کریمی",), "ليلى"),
    }
)
def test_who_exports_types_the_last_word_of_a_name_as_they_would_write_it(
    name: str, typed: tuple[str, ...], other: str, session: Session
) -> None:
    kept_partner = partners.add(session, name=name)
    for each_typed in typed:
        assert partners.require_surname(kept_partner, each_typed) == each_typed
    for wrong in (other, "", "  ", f"{typed[0]} x"):
        refuses(UsageError, "not the last word of the name", partners.require_surname, kept_partner, wrong)


def test_nothing_is_sealed_for_whom_nobody_named(
    session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path
) -> None:
    assert consent
    (out := tmp_path / "out").mkdir()
    said = {"case": (case.hex(),), "profile": ("lawyer",), "to": (LAWYER,), "out": (str(out),)}
    said |= {"decide": ("proposed",)}
    plan = EXPORT.look(session, said)
    assert plan.asks[-1].name == "surname"
    for answers in ({}, {"surname": "Ostheim"}):
        refuses(UsageError, "not the last word", EXPORT.run, session, plan, Agreed(answers), Working())
    refuses(UsageError, "not the last word", EXPORT.look, session, {**said, "surname": ("Ostheim",)})
    assert list(out.iterdir()) == []
    EXPORT.run(session, plan, Agreed({"surname": "ondrelle"}), Working())
    assert {file.suffix for file in out.iterdir()} == {".html", ".txt"}


def test_all_that_one_can_read_is_sealed_for_whom_somebody_named(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    assert case
    partners.add(session, name=CLINIC, age_recipient=recipient_of(make_identity()), compared=True)
    out = tmp_path / "all.age"
    plan = EXPORT_ALL.look(session, {"to": (CLINIC,), "out": (str(out),)})
    refuses(UsageError, "not the last word", EXPORT_ALL.run, session, plan, Agreed({"all": "yes"}), Working())
    assert not out.exists()
    EXPORT_ALL.run(session, plan, Agreed({"all": "yes", "surname": "Ostheim"}), Working())
    assert out.exists()


def test_the_words_leave_by_no_export(session: Session, case: CompartmentId, consent: RecordId, tmp_path: Path) -> None:
    leave(session, case, tmp_path)
    assert consent
    (opens,) = kept(session, case)
    again = leave(session, case, tmp_path)
    newest = page_words.find_page(session, case, again.package.hex()).kept.value
    for content in unpack(open_page(newest.words, sealed_in(again.path.read_bytes()))).values():
        assert opens.words.encode() not in content
    versions = [each for home in full_export._homes(session, [case])[case] for each in full_export._read(session, home)]
    assert {"disclosure", "note"} <= {each.content.kind for each in versions}
    assert PageWords.KIND not in {each.content.kind for each in versions}
