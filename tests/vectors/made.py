"""A vault by the program of today with everything that the second reader opens: what a test makes once, and copies.

Alba founded it; Ines (supervisor) and Tove (caseworker) share the folder, Noor audits; Oren works on a device of his
own. There are a case, from which Tove was put out, and a section, a bundle for Alba, a backup, a
package, and as many entries as are asked for.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from tests.services import consenting
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import admit_to, ask_to_join
from vault.access.membership.first_seat import found_vault
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import MemberId, make_id
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.seal.entrance.passphrase import FLOOR
from vault.services.backups import backups
from vault.services.cases import case_people, cases, intake, notes, register, sections
from vault.services.exchange import syncing
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import admitting, members

ALBA, INES, TOVE, NOOR, OREN = "Alba Verrin", "Ines Calloway", "Tove Lindqvarn", "Noor Auvrelle", "Oren Sabaluk"
WORDS = PASSPHRASE.decode()
ROLES = {INES: "supervisor", TOVE: "caseworker", NOOR: "auditor"}
TITLE, SECTION, LAWYER = "A case of several", "Where they sleep", "Advocate Orlova"
TEXTS = ["Before Tove lost it.", "After. 27 ноября.", "By Ines.", "In the section.", "Corrected by Alba."]
SENT = "Sent by Oren."


@dataclass(frozen=True, slots=True)
class Made:
    """Where all of it lies; `older` is Alba's folder as it was before others opened it."""

    folder: Path
    alba: Place
    older: Place
    oren: Place
    bundle: Path
    backup: Path
    package: Path
    age_identity: str

    def open(self, name: str = ALBA, place: Place | None = None) -> Session:
        """Unlock as somebody of Alba's folder, or of another place; the caller closes."""
        at = place or self.alba
        return unlock(at.path, member=name, passphrase=bytearray(PASSPHRASE), state=at.state)

    def copied_to(self, folder: Path) -> Made:
        """Return a copy: the same accounts on the same machine."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("ballast"))

        def moved(path: Path) -> Path:
            return folder / path.relative_to(self.folder)

        alba, older, oren = (Place(moved(one.path), moved(one.state)) for one in (self.alba, self.older, self.oren))
        for place in (alba, oren):
            (place.path / "ballast").write_bytes(b"in place of the reserve")
        bundle, backup, package = moved(self.bundle), moved(self.backup), moved(self.package)
        return replace(
            self, folder=folder, alba=alba, older=older, oren=oren, bundle=bundle, backup=backup, package=package
        )


def members_of(session: Session) -> dict[str, MemberId]:
    return {one.name: one.member for one in members.list_all(session)}


def make(folder: Path, *, entries: int = 0) -> Made:
    """Make it; Alba's log has at least `entries` entries."""
    alba = Place(folder / "alba" / "office.vault", folder / "alba" / "state")
    found_vault(
        alba.path,
        organisation="Lantern Aid",
        member_name=ALBA,
        passphrase=bytearray(PASSPHRASE),
        parameters=FLOOR,
        state=alba.state,
    )
    oren = Place(folder / "oren" / "office.vault", folder / "oren" / "state")
    identity = make_identity()
    older = Place(folder / "older" / alba.path.name, folder / "older" / "state")
    made = Made(folder, alba, older, oren, folder / "oren.bundle", folder, folder, identity)
    first = folder / "first.bundle"
    with made.open() as session:
        package = _leave(session, folder, recipient_of(identity))
        _fill(session, folder, oren, first)
        while session.log.size < entries:
            with session.work() as work:
                work.commit(Entry(act="log.read", out="ok"))
    shutil.copytree(alba.path.parent, older.path.parent, ignore=shutil.ignore_patterns("ballast"))
    for name in ROLES:
        with made.open(name) as session:
            if name == INES:
                (row,) = cases.list_all(session)
                notes.add(session, cases.find(session, row.ref), Note(NoteKind.CONTACT, TEXTS[2]))
    admitting.finish(oren.path, first, member=OREN, passphrase=bytearray(PASSPHRASE))
    with made.open(OREN, oren) as session:
        (row,) = cases.list_all(session)
        notes.add(session, cases.find(session, row.ref), Note(NoteKind.CONTACT, SENT))
        syncing.make(session, members_of(session)[ALBA], made.bundle)
    with made.open() as session:
        backup = backups.make(session, folder / "stick")
    first.unlink()
    return replace(made, backup=backup.path, package=package)


def _leave(session: Session, folder: Path, age_recipient: str) -> Path:
    """Export a case while nobody else is there to be asked."""
    partners.add(session, name=LAWYER, age_recipient=age_recipient, compared=True)
    case = cases.create(session, title=TITLE, kind="asylum").case
    case_people.add(session, case, role="client", names=["Тихон Омутков"], born="1987-06")
    exported = consenting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=folder)
    assert isinstance(exported, exporting.Exported)
    return exported.path


def _fill(session: Session, folder: Path, oren: Place, bundle: Path) -> None:
    for name, role in ROLES.items():
        admitting.admit_here(session, like=role, name=name, passphrase=bytearray(PASSPHRASE), by_sheets=True)
    request, words = ask_to_join(folder, oren, admitting.vault_words(session), OREN)
    admitted = admit_to(session, request, words, OREN, "caseworker")
    by_name = members_of(session)
    (row,) = cases.list_all(session)
    case = cases.find(session, row.ref)
    sharing.grant(session, case, [by_name[INES], by_name[TOVE], admitted.member])
    notes.add(session, case, Note(NoteKind.INTERVIEW, TEXTS[0]))
    section = sections.create(session, case, what="location", title=SECTION)
    sections.add_note(session, section, Note(NoteKind.SAFETY, TEXTS[3]))
    sections.give(session, section, [by_name[INES]])
    sharing.revoke(session, case, [by_name[TOVE]])
    notes.add(session, case, Note(NoteKind.INTERVIEW, TEXTS[1]))
    notes.amend(session, notes.add(session, case, Note(NoteKind.CONTACT, "To be corrected.")).hex(), text=TEXTS[4])
    intake.add(session, text="Calls back on Monday.")
    register.add(session, ["Тихон Омутков"])
    session.drafts().save(case, make_id(), "Half a sentence", "note")
    syncing.make(session, admitted.member, bundle)
    request.unlink()
