"""A paper is in the vault whole, or it was never added: a write that the medium lost is noticed before it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.services.founded import Filled
from vault.casework.document import DocumentKind
from vault.errors import VerificationError
from vault.services import case_papers
from vault.services.evidence import log_checking
from vault.store.rows import Rows

ORDER = {"kind": DocumentKind.DETENTION_ORDER, "title": "Order on detention"}


@pytest.mark.parametrize("step", ["add_tails", "add_attachments"])
def test_a_paper_whose_rows_were_not_kept_is_not_added_and_the_next_one_is(
    step: str, filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "letter.txt"
    source.write_text("She was heard on Monday.")

    def lost(*_: Any) -> None:
        return None

    with filled.open() as session:
        size = session.log.size
        with monkeypatch.context() as medium:
            medium.setattr(Rows, step, lost)
            with pytest.raises(VerificationError, match="after it was written"):
                case_papers.add_paper(session, filled.cases[0], source, ORDER)
        with session.database.reading() as rows:
            assert (session.log.size, rows.attachments(), rows.tail_names()) == (size, [], [])
        case_papers.add_paper(session, filled.cases[0], source, ORDER)
        assert log_checking.verify(session).verified
        assert session.log.size > size
