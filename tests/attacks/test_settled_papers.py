"""A paper stands in two versions: who keeps their own keeps their own content and text, whatever the other claims."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, Organisation, give, share
from tests.services.test_papers import add
from vault.access.session import Session
from vault.casework.differences import Answer, Chosen, chosen_fields, compare
from vault.casework.document import ReadBy
from vault.ids import VersionId
from vault.records.attachment_bodies import seal_into
from vault.records.work import Entry
from vault.services import case_papers, paper_text
from vault.services.cases import cases, two_versions
from vault.services.cases.editing import Place
from vault.store.blobs import Blobs

_TRUE = "The court REFUSES the extradition.\n"
_FALSE = "The court ALLOWS the extradition.\n"


def put_in(session: Session, place: Place, *, as_content: bool) -> None:
    """Write a version whose text is an invention, or its content too, under the name and hash of the true one."""
    paper = case_papers.list_in(session, place.case)[0]
    said = _FALSE.encode()
    sealed = seal_into(Blobs(session.folder.blobs_dir), session.vault, [said], len(said))
    body = sealed.body if as_content else paper.value.body
    false = replace(paper.value, body=body, extracted=sealed.body, read_by=ReadBy.PLAIN)
    with session.work(place.case) as work:
        work.attach(place.case, sealed)
        work.keep(place.case, false, place.record, [VersionId(paper.version)])
        work.commit(Entry(act="document.add", covers={"document": 1}))


@pytest.mark.long
@pytest.mark.parametrize("was_read", [False, True])
@pytest.mark.parametrize("as_content", [False, True])
def test_the_side_that_somebody_keeps_brings_its_own_content_and_text(
    organisation: Organisation, tmp_path: Path, *, as_content: bool, was_read: bool
) -> None:
    source = tmp_path / "order.txt"
    source.write_text(_TRUE)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        place = add(amina, case, source)
        if was_read:
            paper_text.read_and_keep(amina, place)
        share(amina, case, organisation, JOEL)
        give(amina, joel, tmp_path)
        case_papers.change(amina, place, {"title": "Order of 3 November"})
        put_in(joel, place, as_content=as_content)
        give(joel, amina, tmp_path)
        found = two_versions.both(amina, place)
        assert found.left.is_here
        pieces = compare(found.left.fields, found.right.fields)
        assert "content" in {piece.name for piece in pieces if piece.is_open}
        mine = {at: Chosen(Answer.LEFT) for at, piece in enumerate(pieces) if piece.is_open}
        sides = (found.left.version, found.right.version)
        two_versions.settle(amina, place, sides, chosen_fields(pieces, mine))
        (paper,) = case_papers.list_in(amina, case)
        assert paper.value.title == "Order of 3 November"
        assert case_papers.is_whole(amina, paper.value)
        assert paper_text.text_of(amina, place).text == (_TRUE.strip() if was_read else "")
        assert b"".join(case_papers.content_of(amina, paper.value.body)) == _TRUE.encode()
