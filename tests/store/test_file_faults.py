"""A database file that was changed from outside is told in words: what was altered, and what was put behind its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.english import in_english
from tests.store.samples import KEY, add_entry, new_vault
from tests.tables import each
from vault.store.engine import open_finished
from vault.store.schema import content_faults

PAGE = 8192


@each(
    {
        "nothing": (lambda whole: whole, []),
        "a page": (lambda whole: whole[: 5 * PAGE + 99] + bytes([whole[5 * PAGE + 99] ^ 1]) + whole[5 * PAGE + 100 :],
                   ["vault.db: a page of it is not what was written"]),
        "more": (lambda whole: whole + bytes(PAGE), ["vault.db: there are bytes after its end, which nothing reads"]),
    }
)  # fmt: skip
def test_what_was_done_to_a_file_is_told(
    change: Callable[[bytes], bytes], said: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("file") / "vault.db"
    made = new_vault(path)
    with made.transaction() as rows:
        for seq in range(30):
            add_entry(rows, seq)
    made.close()
    path.write_bytes(change(path.read_bytes()))
    database = open_finished(path, KEY)
    assert [line for line in in_english(content_faults(database)) if "contradicts" not in line] == said
    database.close()
