"""Making a vault: what it costs to guess, what the sheets bring back, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE
from tests.tables import each, refuses
from vault.access.unlock import unlock
from vault.errors import RefusedError, UsageError
from vault.platform import memory_bytes
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.entrance.passphrase import FLOOR, KdfParameters
from vault.seal.recovery import combine
from vault.services.credentials import vault_founding
from vault.store.files import read_limited

FLOOR_MIB = FLOOR.memory_kib // 1024


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


def make(path: Path, **changes: object) -> vault_founding.NewVault:
    given = {"organisation": "Aid", "member": MEMBER, "passphrase": bytearray(PASSPHRASE), "memory_mib": FLOOR_MIB}
    return vault_founding.init(path, **{**given, **changes})  # type: ignore[arg-type]  # each test changes one


def test_any_two_of_three_sheets_bring_the_root_back_and_the_name_opens_in_any_case(tmp_path: Path) -> None:
    new = make(tmp_path / "a.vault")
    assert len(new.sheets) == 3
    shares = [" ".join(sheet.words) for sheet in new.sheets]
    secrets = {combine([shares[i], shares[j]]) for i, j in ((0, 1), (1, 2), (2, 0))}
    assert len(secrets) == 1
    assert {sheet.sheets_words for sheet in new.sheets} == {new.sheets_words}
    with unlock(tmp_path / "a.vault", member=MEMBER.upper(), passphrase=bytearray(PASSPHRASE)) as session:
        assert session.log.size == 2
        assert session.alarms == ()


def test_the_cost_of_a_guess_can_be_measured_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = KdfParameters(FLOOR.memory_kib, FLOOR.iterations, 2)
    asked: list[int] = []

    def calibrate(target_ms: int, memory_bytes: int | None) -> KdfParameters:
        asked.extend((target_ms, memory_bytes or 0))
        return chosen

    monkeypatch.setattr(vault_founding, "calibrate", calibrate)
    make(tmp_path / "a.vault", memory_mib="auto")
    header = KeyFile.decode(read_limited(tmp_path / "a.vault" / "keys", KEY_FILE_SIZE)).header
    assert header.parameters == chosen
    assert asked == [1_000, memory_bytes()]


@each(
    [
        ({"memory_mib": FLOOR_MIB - 1}, RefusedError, "passphrase cost memory_kib"),
        ({"memory_mib": 1_000_000}, RefusedError, "passphrase cost memory_kib"),
        ({"passphrase": bytearray()}, RefusedError, "passphrase is empty"),
        ({"organisation": " "}, UsageError, "name of the organisation is empty"),
        ({"member": ""}, UsageError, "name of the member is empty"),
    ]
)
def test_what_is_refused_leaves_nothing_behind(
    changes: dict[str, object], error: type[Exception], words: str, tmp_path: Path
) -> None:
    refuses(error, words, make, tmp_path / "a.vault", **changes)
    assert [path.name for path in tmp_path.iterdir() if path.name != "xdg"] == []


def test_a_folder_with_something_in_it_is_not_touched_and_sheets_can_be_three_of_five(tmp_path: Path) -> None:
    (tmp_path / "a.vault").mkdir()
    (tmp_path / "a.vault" / "mine").write_text("mine")
    refuses(RefusedError, "there is something at", make, tmp_path / "a.vault")
    assert (tmp_path / "a.vault" / "mine").read_text() == "mine"
    new = make(tmp_path / "b.vault", sheets=(3, 5))
    assert [(sheet.number, sheet.count, sheet.threshold) for sheet in new.sheets] == [(n, 5, 3) for n in range(1, 6)]
