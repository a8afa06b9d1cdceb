"""Edits of a whole vault, its bundles, backups and packages: what a second reader names, the program names or refuses.

The second reader knows FORMAT.md alone (`tests/vectors/independent`). Where neither names anything, both show what was
shown before. Nothing ends in an error of the program itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.differing import Bench, Shown, bench, decoded
from tests.attacks.resealing import Row, resealed, twin_of
from tests.vectors import made as makes
from tests.vectors.independent.bundles import read_bundle
from tests.vectors.independent.opening import open_folder
from tests.vectors.independent.tables import connect
from tests.vectors.made import ALBA, INES, NOOR, OREN, WORDS
from vault.errors import VerificationError
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exchange import syncing

# Of a hundred edits; `test-long` does twenty hundreds.
SHARES = {"rows": 50, "keys": 8, "bundle": 15, "backup": 17, "package": 10}


@dataclass(frozen=True, slots=True)
class Vault:
    """What is edited, and what each member is shown of it before."""

    bench: Bench
    before: Mapping[str, Shown]

    def differences(self, target: str, seeds: range, folder: Path) -> list[str]:
        """Edit a copy for each seed and return how the two readers differ."""
        found = []
        for seed in seeds:
            compared = self.bench.compare(target, seed, folder / "copy")
            before = () if target == "package" else self.before[compared.who]
            difference = compared.difference(before)
            if difference is not None:
                found.append(f"{target} {seed}: {difference}")
            shutil.rmtree(folder / "copy")
        return found


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    made = makes.make(tmp_path_factory.mktemp("made"))
    copy = made.copied_to(tmp_path_factory.mktemp("before") / "copy")
    said = {who: decoded(copy.alba, who) for who in (ALBA, INES, NOOR)}
    assert not any(one.named for one in said.values())
    return Vault(bench(made), {who: one.shown for who, one in said.items()})


@pytest.mark.long
@pytest.mark.parametrize("target", SHARES)
def test_what_the_second_reader_names_the_program_names(vault: Vault, tmp_path: Path, target: str) -> None:
    assert vault.differences(target, range(SHARES[target] // 5), tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("hundred", range(1, 21))
def test_two_thousand_edits(vault: Vault, tmp_path: Path, hundred: int) -> None:
    found = [
        difference
        for target, share in SHARES.items()
        for difference in vault.differences(target, range(hundred * 1000, hundred * 1000 + share), tmp_path)
    ]
    assert found == []


def test_a_case_whose_own_record_lost_its_key_is_refused_in_words(vault: Vault, tmp_path: Path) -> None:
    copy = vault.bench.made.copied_to(tmp_path / "copy")
    (record,) = {one.row.record for one in open_folder(copy.alba.path, ALBA, WORDS).shown("case")}
    with closing(connect(copy.alba.path / "vault.db", vault.bench.key)) as rows:
        rows.execute(
            "DELETE FROM version_key WHERE (origin, seq, n) IN (SELECT origin, seq, n FROM version WHERE record = ?)",
            (record,),
        )
    with copy.open() as session:
        (row,) = cases.list_all(session)
        with pytest.raises(VerificationError, match="the record that names this case is not here, or does not open"):
            cases.open_case(session, cases.find(session, row.ref))


@pytest.mark.parametrize("which", [0, -1], ids=["the first", "the newest"])
@pytest.mark.parametrize("twin", [twin_of, lambda row: row], ids=["another", "the same"])
def test_a_second_row_for_an_entry_of_a_bundle_stays_out(
    vault: Vault, tmp_path: Path, which: int, twin: Callable[[Row], Row]
) -> None:
    """Whoever passes on a log could else leave a false row in it, and the taker's log would never verify again."""
    copy = vault.bench.made.copied_to(tmp_path / "copy")
    alba, oren = open_folder(copy.alba.path, ALBA, WORDS), open_folder(copy.oren.path, OREN, WORDS)
    data = copy.bundle.read_bytes()
    bundle = read_bundle(data, alba.file.vault, alba.secrets.seat, alba.secrets.kem)
    entries = [at for at, (kind, origin, _) in enumerate(bundle.rows) if kind == 3 and origin == bundle.log[0]]
    at = entries[which] + 1
    rows = [*bundle.rows[:at], twin(bundle.rows[at - 1]), *bundle.rows[at:]]
    copy.bundle.write_bytes(resealed(data, bundle, rows, oren.secrets.identity))
    with copy.open() as session:
        syncing.import_bundle(session, copy.bundle)
        assert log_checking.verify(session).faults == ()
    assert open_folder(copy.alba.path, ALBA, WORDS).faults == []
