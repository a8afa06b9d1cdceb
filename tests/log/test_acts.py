"""What each act may list, word by word: a stranger's log is judged by this table, so it may only grow knowingly."""

from __future__ import annotations

import pytest

from tests.tables import each
from vault.errors import VerificationError
from vault.log.items import ACTS, Item, ItemKind, check_act

# version, grant, epoch, keys, approval, erased, seen, attachment
_KINDS = dict(zip("vgekaxsb", ItemKind, strict=True))
_ALLOWED = {
    "": """log.read log.export unlock.fail clock.jump case.list case.view case.search file.view export.abort export.all
        print backup.make sync.out recovery.drill""",
    "s": "log.verify lock backup.restore sync.in",
    "v": """config.change case.edit note.create note.correct person.create person.edit deadline.create deadline.edit
        file.add partner.create partner.edit rule.edit export.done""",
    "k": "keys.change",
    "a": "approve",
    "eg": "audit.period",
    "egs": "log.restored unlock.ok",
    "ega": "grant.add grant.remove",
    "veg": "case.create case.import section.create key.rotate",
    "vegk": "log.genesis",
    "va": "clock.repair export.begin",
    "vag": "break.glass",
    "vb": "document.add",
    "vx": "intake.edit register.edit",
    "vegax": "case.delete erase",
    "vegka": "role.change roster.change access.recover",
}


def test_each_act_may_list_these_kinds_and_no_other() -> None:
    expected = {act: {_KINDS[letter] for letter in kinds} for kinds, acts in _ALLOWED.items() for act in acts.split()}
    assert {act: set(kinds) for act, kinds in ACTS.items()} == expected


@each(sorted(ACTS))
def test_what_an_act_may_not_list_is_refused_by_its_number(act: str) -> None:
    items = {kind: Item(kind, bytes(32), bytes(16)) for kind in ItemKind}
    check_act(act, [items[kind] for kind in ACTS[act]])
    for kind in items.keys() - ACTS[act]:
        with pytest.raises(VerificationError, match=f"an operation of act {act} lists an item of kind {int(kind)}"):
            check_act(act, [items[kind]])


def test_an_act_without_a_name_here_may_not_even_list_nothing() -> None:
    with pytest.raises(VerificationError, match="names an act that this program does not know"):
        check_act("case.forget", [])
