"""What two readers say of one edited vault: the one written from FORMAT.md alone, and the program through its services.

Whatever the first names, the second must name or refuse. Where neither names anything, both must show what was shown
before the edit.
"""

from __future__ import annotations

import random
import shutil
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tests.attacks.edits import RowEdits, edit_keys, edit_package, flip
from tests.attacks.resealing import edit_rows, resealed
from tests.english import in_english
from tests.services.founded import PASSPHRASE, Place
from tests.vectors.independent import backups as copies
from tests.vectors.independent import bundles, opening, packages
from tests.vectors.independent.basis import Refused, message, sha256
from tests.vectors.independent.keys_file import open_door
from tests.vectors.independent.tables import connect
from tests.vectors.made import ALBA, INES, NOOR, OREN, WORDS, Made
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import InternalError, VaultError
from vault.services.backups import backups, restoring
from vault.services.cases import cases, sections
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exports import packages as products
from vault.services.grants import sharing

Shown = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader comes to: the faults that it names or its refusal, what it shows, and how it fell over."""

    named: tuple[str, ...] = ()
    shown: Shown = ()
    fell: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    edit: str
    who: str
    decoder: Said
    program: Said
    is_shared: bool = False  # what is shown may change: both must show the same

    def difference(self, before: Shown) -> str | None:
        """Return in words how the two differ, or None."""
        head = f"{self.who}: {self.edit}"
        if self.program.fell:
            return f"{head}: the program fell over: {self.program.fell}"
        if self.decoder.named and not self.program.named:
            return f"{head}: the program does not name {'; '.join(self.decoder.named[:3])}"
        if self.is_shared:
            before = self.decoder.shown
        if not self.decoder.named and not self.program.named:
            if self.program.shown != before:
                return f"{head}: nobody names it, and the program shows {self.program.shown}"
            if self.decoder.shown != before:
                return f"{head}: nobody names it, and the decoder shows {self.decoder.shown}"
        return None


@dataclass(frozen=True, slots=True)
class Bench:
    """A vault to edit copies of, and the key of its database."""

    made: Made
    key: bytes

    def compare(self, target: str, seed: int, folder: Path) -> Compared:
        """Edit a fresh copy in one way and hear both."""
        chance = random.Random(f"{target} {seed}")
        copy = self.made.copied_to(folder)
        who = chance.choice([ALBA, ALBA, INES, NOOR]) if target in {"rows", "keys"} else ALBA
        compare = {
            "rows": self._rows,
            "keys": self._keys,
            "bundle": self._bundle,
            "backup": self._backup,
            "package": self._package,
        }[target]
        return replace(compare(copy, chance, who), who=who)

    def _rows(self, copy: Made, chance: random.Random, who: str) -> Compared:
        said = RowEdits(copy.alba.path / "vault.db", self.key, chance, self.made.older.path / "vault.db").edit()
        if chance.random() < 0.3:
            shutil.rmtree(copy.alba.path / "index")  # a cache: whoever edits rows may remove it too
            said += ", index removed"
        return Compared(said, who, decoded(copy.alba, who), program(copy.alba, who))

    def _keys(self, copy: Made, chance: random.Random, who: str) -> Compared:
        path = copy.alba.path / "keys"
        data, said = edit_keys(path.read_bytes(), chance, (self.made.older.path / "keys").read_bytes())
        path.write_bytes(data)
        return Compared(f"keys: {said}", who, decoded(copy.alba, who), program(copy.alba, who))

    def _bundle(self, copy: Made, chance: random.Random, who: str) -> Compared:
        """Edit a bundle from outside, or as its maker with a patched program; compare what the taker's folder holds."""
        data = copy.bundle.read_bytes()
        alba, oren = (opening.open_folder(copy.alba.path, who, WORDS), opening.open_folder(copy.oren.path, OREN, WORDS))
        if chance.random() < 0.2:
            data, said = flip(data, chance)
        else:
            bundle = bundles.read_bundle(data, alba.file.vault, alba.secrets.seat, alba.secrets.kem)
            rows, said = edit_rows(bundle.rows, bundle.log[0], chance)
            data = resealed(data, bundle, rows, oren.secrets.identity)
        copy.bundle.write_bytes(data)
        named: tuple[str, ...] = ()
        try:
            bundles.read_bundle(data, alba.file.vault, alba.secrets.seat, alba.secrets.kem)
        except Refused as refusal:
            named = (str(refusal),)
        after = program(copy.alba, who, bundle=copy.bundle)
        decoder = decoded(copy.alba, who)
        return Compared(f"bundle: {said}", who, replace(decoder, named=named + decoder.named), after, is_shared=True)

    def _backup(self, copy: Made, chance: random.Random, who: str) -> Compared:
        if chance.random() < 0.3:
            name = chance.choice(["keys", "vault.db", "keyrows.db"])
            data, said = flip((copy.backup / name).read_bytes(), chance)
            (copy.backup / name).write_bytes(data)
        else:
            name = chance.choice(["vault.db", "vault.db", "keyrows.db"])
            said = RowEdits(copy.backup / name, self.key, chance).edit()
        if chance.random() < 0.7:
            said += ", digests made right"
            self._make_right(copy.backup)
        try:
            found = copies.read_backup(copy.backup, who, WORDS)
            named = (f"{one.what} {one.where}" for one in (*found.faults, *found.whole.faults))
            decoder = Said(tuple(named), found.whole.in_short())
        except Refused as refusal:
            decoder = Said((str(refusal),))
        try:
            backups.verify(copy.backup, member=who, passphrase=bytearray(PASSPHRASE), state=copy.alba.state)
            ours = restored(copy, who)
        except Exception as refusal:
            ours = heard(refusal)
        return Compared(f"backup {name}: {said}", who, decoder, ours)

    def _make_right(self, folder: Path) -> None:
        """Write manifest and digests anew, as whoever has the database's key can."""
        try:
            connection = connect(folder / "keyrows.db", self.key)
            ((old,),) = connection.execute("SELECT bytes FROM manifest").fetchall()
            manifest = message(old)
            manifest["files"] = {name: sha256((folder / name).read_bytes()) for name in manifest["files"]}
            connection.execute("UPDATE manifest SET bytes = ?", (msgspec.msgpack.encode(manifest),))
            connection.close()
        except Exception:
            pass
        lines = [line.partition("  ")[2] for line in (folder / "digests").read_text().splitlines()]
        text = "".join(f"{sha256((folder / name).read_bytes()).hex()}  {name}\n" for name in lines)
        (folder / "digests").write_text(text)

    def _package(self, copy: Made, chance: random.Random, who: str) -> Compared:
        data, said = edit_package(copy.package.read_bytes(), copy.age_identity, chance)
        copy.package.write_bytes(data)
        paper = copy.folder / "identity.txt"
        paper.write_text(copy.age_identity)
        try:
            packages.read_package(data, copy.age_identity)
            decoder = Said()
        except Refused as refusal:
            decoder = Said((str(refusal),))
        try:
            products.verify(copy.package, identity_file=paper)
            ours = Said()
        except Exception as refusal:
            ours = heard(refusal)
        return Compared(f"package: {said}", who, decoder, ours)


def bench(made: Made) -> Bench:
    """Return a bench over a vault that is never written to."""
    whole = opening.open_folder(made.alba.path, ALBA, WORDS)
    return Bench(made, open_door(whole.file, whole.secrets)[0])


def decoded(place: Place, who: str) -> Said:
    """Return what the decoder says of a folder."""
    try:
        whole = opening.open_folder(place.path, who, WORDS, state=place.state)
    except Refused as refusal:
        return Said((str(refusal),))
    return Said(tuple(f"{one.what} {one.where}" for one in whole.faults), whole.in_short())


def program(place: Place, who: str, bundle: Path | None = None) -> Said:
    """Return what the program says: at unlock, at the take of a bundle, and in `log verify`."""
    try:
        with unlock(place.path, member=who, passphrase=bytearray(PASSPHRASE), state=place.state) as session:
            named = [str(alarm.code) for alarm in session.alarms if not alarm.is_news]
            if bundle is not None:
                try:
                    syncing.import_bundle(session, bundle)
                except VaultError as refusal:
                    named.append(str(refusal.message))
            shown = () if who == NOOR else shown_by_program(session)
            found = log_checking.verify(session)
            told = (*found.faults, *found.unreadable)
            named += [*(str(fault.message) for fault in told), *in_english(found.on_their_way)]
            return Said(tuple(named), shown)
    except Exception as refusal:
        return heard(refusal)


def restored(copy: Made, who: str) -> Said:
    """Return what the program says of a backup that was brought back on another account."""
    place = Place(copy.folder / "back" / "office.vault", copy.folder / "back" / "state")
    place.path.parent.mkdir()
    restoring.restore(
        copy.backup, place.path, member=who, passphrase=bytearray(PASSPHRASE), state=place.state, agree=lambda _: None
    )
    return program(place, who)


def heard(refusal: Exception) -> Said:
    """Return a refusal in words; whatever else ends a command with exit code 70."""
    if isinstance(refusal, VaultError) and not isinstance(refusal, InternalError):
        return Said((str(refusal.message),))
    where = traceback.extract_tb(refusal.__traceback__)[-1]
    return Said(fell=f"{type(refusal).__name__} in {where.name}: {refusal}")


def shown_by_program(session: Session) -> Shown:
    """Return the notes and the holders of each case that the program shows."""
    texts, held = list[str](), list[str]()
    for row in cases.list_all(session):
        case = cases.find(session, row.ref)
        texts += [note.value.text for note in cases.open_case(session, case).notes]
        for line in sections.list_of(session, case):
            texts += [note.value.text for note in sections.open_section(session, line.section).notes]
        held.append(",".join(sorted(member.hex() for member in sharing.holders_of(session, case).members)))
    return (*sorted(texts), *sorted(held))
