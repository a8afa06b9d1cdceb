"""The content of a paper goes with the last paper that names it: not with junk that names it too, and not alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.test_holds_ended import revoke_from_before
from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, full_name, give
from tests.services.test_erasures_of_others import erase, later
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.ids import CompartmentId, VersionId
from vault.records.work import Entry
from vault.services import case_papers, housekeeping
from vault.services.cases import cases
from vault.services.erasures import arrived
from vault.services.erasures.letter import letter
from vault.services.erasures.preview import preview
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.projection.projection import audit_of
from vault.store.rowtypes import AttachmentRow

_SAID = b"the only copy of the detention order\n" * 40_000  # more than a chunk


def case_with_papers(session: Session, folder: Path, count: int) -> CompartmentId:
    source = folder / "order.txt"
    source.write_bytes(_SAID)
    case = cases.create(session, title="C", kind="asylum", alone_reason="nobody").case
    for n in range(count):
        case_papers.add_paper(session, case, source, {"kind": DocumentKind.DETENTION_ORDER, "title": f"Order {n}"})
    return case


def whole(session: Session, case: CompartmentId) -> dict[str | None, bool]:
    return {
        paper.value.title: case_papers.is_whole(session, paper.value) for paper in case_papers.list_in(session, case)
    }


def add_decoy(session: Session, case: CompartmentId) -> None:
    document = case_papers.list_in(session, case)[0].value
    with session.work(case) as work:
        work.keep(case, replace(document, title="spam, please remove"))
        work.commit(Entry(act="document.add", covers={"document": 1}))


def list_contents_alone(session: Session, case: CompartmentId) -> None:
    found = case_papers.list_in(session, case)
    with session.work() as work:
        for paper in found:
            work.erase(case, VersionId(paper.value.body.digest))
        work.commit(Entry(act="erase", why="mistake", obj=audit_of(session, case), covers={}))


def named(session: Session, case: CompartmentId, title: str) -> str:
    return next(paper.record.hex() for paper in case_papers.list_in(session, case) if paper.value.title == title)


def test_a_decoy_that_names_the_content_of_a_paper_takes_nothing_along(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        add_decoy(joel, case)
        give(joel, amina, tmp_path)
        going = what_goes(amina, named(amina, case, "spam, please remove"))
        said = "\n".join(in_english(preview(amina, going, needs_second=False)))
        assert "The content of 1 paper stays: another paper, which stays, names it too." in said
        assert "Order 0" in said.partition("names it too")[2]
        erase(amina, named(amina, case, "spam, please remove"))
        assert whole(amina, case) == {"Order 0": True}
        assert "content of 1 paper stays" in "\n".join(in_english(letter(amina, going, why="mistake")))
        assert log_checking.verify(amina).verified
        give(amina, joel, tmp_path)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Order 0": True}
        erase(amina, named(amina, case, "Order 0"))
        with amina.database.reading() as rows:
            assert rows.attachments() == []


def test_contents_that_are_listed_as_erased_alone_stay_and_come_in(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 3)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        sharing.grant(amina, case, organisation.members(SELIN))
        list_contents_alone(joel, case)
        give(joel, amina, tmp_path)
        housekeeping.settle(amina)
        assert arrived.waiting(amina) == []
        later(monkeypatch, amina, 73)
        assert arrived.carry_out(amina, at_once=True) == 0
        housekeeping.settle(amina)
        assert whole(amina, case) == {f"Order {n}": True for n in range(3)}
        found = log_checking.verify(amina)
        assert (found.verified, found.contents.counts()["here"]) == (True, 3)
        with organisation.open(SELIN) as selin:
            give(joel, selin, tmp_path)
            give(amina, selin, tmp_path)
            housekeeping.settle(selin)
            assert whole(selin, case) == {f"Order {n}": True for n in range(3)}
        erase(amina, named(amina, case, "Order 1"))
        assert whole(amina, case) == {"Order 0": True, "Order 2": True}
        with amina.database.reading() as rows:
            assert len(rows.attachments()) == 2


def test_a_content_that_went_while_its_paper_stands_is_no_erased_one(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        case = case_with_papers(amina, tmp_path, 1)
        list_contents_alone(amina, case)
        with amina.database.transaction() as rows:
            rows.delete_attachments(rows.attachments())
        assert log_checking.verify(amina).contents.counts()["missing"] == 1


def test_a_content_that_comes_into_a_case_that_went_goes_too(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        erase(amina, case.hex())
        before = _attachments(joel)
        source = tmp_path / "late.txt"
        source.write_bytes(_SAID + b"late")
        case_papers.add_paper(joel, case, source, {"kind": DocumentKind.OTHER})
        late = [row for row in _attachments(joel) if row not in before]
        give(joel, amina, tmp_path)
        housekeeping.settle(amina)
        assert (len(late), _attachments(amina)) == (1, [])
        with amina.database.transaction() as rows:  # as in a bundle with room for it, after its version went
            rows.add_attachments(late)
        housekeeping.settle(amina)
        assert _attachments(amina) == []


def test_who_cuts_off_an_author_takes_no_content_of_their_papers(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, TOMAS, JOEL) as (amina, tomas, joel):
        case = cases.create(joel, title="C", kind="asylum", alone_reason="nobody").case
        sharing.grant(joel, case, organisation.members(AMINA, TOMAS))
        for session in (amina, tomas):
            give(joel, session, tmp_path)
        source = tmp_path / "order.txt"
        source.write_bytes(_SAID)
        case_papers.add_paper(amina, case, source, {"kind": DocumentKind.DETENTION_ORDER, "title": "Order"})
        for session in (tomas, joel):
            give(amina, session, tmp_path)
        list_contents_alone(tomas, case)
        revoke_from_before(tomas, case, organisation.members(AMINA), monkeypatch)
        source.write_bytes(_SAID + b"another")
        case_papers.add_paper(tomas, case, source, {"kind": DocumentKind.OTHER, "title": "Mine"})
        give(tomas, joel, tmp_path)
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Mine": True}
        sharing.grant(joel, case, organisation.members(AMINA))
    with organisation.open(JOEL) as joel:
        housekeeping.settle(joel)
        assert whole(joel, case) == {"Order": True, "Mine": True}


def test_a_quarantined_version_that_names_the_content_of_a_paper_goes_with_it_and_is_shown(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        sharing.revoke(amina, case, organisation.members(JOEL))
        add_decoy(joel, case)
        give(joel, amina, tmp_path)
        assert whole(amina, case) == {"Order 0": True}
        going = what_goes(amina, named(amina, case, "Order 0"))
        assert (going.kinds, len(going.quarantined), going.shared) == ({"document": 1}, 1, (0, ()))
        said = "\n".join(in_english(preview(amina, going, needs_second=False)))
        assert f"1 saved change that is set aside goes too, by: {full_name(JOEL)}." in said
        assert "spam, please remove" in said.partition("set aside goes too")[2]
        erase(amina, named(amina, case, "Order 0"))
        assert _attachments(amina) == []


@pytest.mark.long
@pytest.mark.parametrize("is_over_the_order", [False, True], ids=["over Joel's paper", "over the order"])
def test_a_quarantined_version_that_names_two_papers_contents_takes_none_of_another_quarantined_paper(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_over_the_order: bool
) -> None:
    with organisation.at(AMINA, JOEL, TOMAS) as (amina, joel, tomas):
        case = case_with_papers(amina, tmp_path, 1)
        sharing.grant(amina, case, organisation.members(JOEL, TOMAS))
        give(amina, joel, tmp_path)
        source = tmp_path / "other.txt"
        source.write_bytes(_SAID + b"another")
        case_papers.add_paper(joel, case, source, {"kind": DocumentKind.OTHER, "title": "Joel's paper"})
        give(joel, amina, tmp_path)
        give(joel, tomas, tmp_path)
        found = {paper.value.title: paper for paper in case_papers.list_in(tomas, case)}
        read, over = found["Order 0"], found["Joel's paper"]
        if is_over_the_order:
            read, over = over, read
        with tomas.work(case) as work:
            work.keep(case, replace(read.value, title="x"), over.record, [])
            work.commit(Entry(act="document.add", covers={"document": 1}))
        give(tomas, amina, tmp_path)
        revoke_from_before(amina, case, organisation.members(JOEL, TOMAS), monkeypatch)
    with organisation.open(AMINA) as amina:
        erase(amina, named(amina, case, "Order 0"))
        sharing.grant(amina, case, organisation.members(JOEL))
    with organisation.open(AMINA) as amina:
        housekeeping.settle(amina)
        assert whole(amina, case) == {"Joel's paper": True}
        assert len(_attachments(amina)) == 1


def _attachments(session: Session) -> list[AttachmentRow]:
    with session.database.reading() as rows:
        return rows.attachments()
