"""The whole product once, on invented people: what `casevault demo` does and what the README's picture shows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vault.access.recovering import Wish
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note, note_of
from vault.casework.story.consent import Consent, ConsentHow
from vault.casework.vocabulary import NoteKind, ReferralPurpose
from vault.errors import RefusedError, VerificationError
from vault.export.reader import ManifestStatus
from vault.ids import CompartmentId, RecordId
from vault.seal.age import make_identity, recipient_of
from vault.seal.recovery import Sheet
from vault.services.backups import backups, restoring
from vault.services.cases import case_changes, case_people, cases, intake, notes, searching, story_records
from vault.services.credentials import vault_founding
from vault.services.credentials.paper_sheets import TypedSheets
from vault.services.demo_cases import (
    ADDED_NOTE,
    CASES,
    COLLEAGUE,
    COLLEAGUES_NOTE,
    MEMBER,
    ORGANISATION,
    SLIPS,
    DemoCase,
    DemoRecord,
)
from vault.services.evidence import log_checking
from vault.services.exports import export_material, export_people, exporting, packages, partners
from vault.services.grants import sharing
from vault.services.members import admitting
from vault.store.files import write_durable
from vault.words.message import Message, plural

PASSPHRASE = "demo"  # noqa: S105 - printed with the result: the people are invented
LAWYER = "Maître Solvène Kaltbrunner (invented)"


Say = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """Where the demo puts things, all in one folder."""

    folder: Path

    @property
    def vault(self) -> Path:
        """The vault that the app opens."""
        return self.folder / "demo.vault"

    @property
    def lawyer(self) -> Path:
        """What the lawyer has: a key, and what came out of the package."""
        return self.folder / "lawyer"

    @property
    def identity(self) -> Path:
        """The lawyer's age identity."""
        return self.lawyer / "age-identity.txt"


def run(folder: Path, *, say: Say) -> DemoPlace:
    """Do everything once and say each step in one line.

    Raises:
        RefusedError: there is something in the folder.
        VerificationError: a step did not give what it promises.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RefusedError(
            Message("there is something at {folder} already", folder=folder), next_step=Message("Name a new folder.")
        )
    place = DemoPlace(folder.absolute())
    place.lawyer.mkdir(parents=True)
    new = vault_founding.init(place.vault, organisation=ORGANISATION, member=MEMBER, passphrase=_passphrase())
    with unlock(place.vault, member=MEMBER, passphrase=_passphrase()) as session:
        made = [_make_case(session, case) for case in CASES]
        for name, number, language, text in SLIPS:
            intake.add(session, name=name, number=number, language=language, text=text, call_back=not name)
        persons, written = sum(len(c.persons) for c in CASES), sum(len(c.notes) for c in CASES)
        what = {"cases": len(made), "persons": persons, "notes": written}
        say(Message("1  Made a vault with {cases} cases, {persons} people in three scripts and {notes} notes.", **what))
        _work(session, made[0], say)
        exported = _refer(session, made[0], place, say)
        _read_as_lawyer(exported, place, say)
        backup = backups.make(session, folder / "backup")
        say(
            Message(
                "8  Made a backup, opened it again and read all {count} saved changes in it.", count=backup.versions
            )
        )
        admitted = admitting.admit_here(session, like="caseworker", name=COLLEAGUE, passphrase=_passphrase())
        sharing.grant(session, made[0], [admitted.member])
    with unlock(place.vault, member=COLLEAGUE, passphrase=_passphrase()) as session:
        notes.add(session, made[0], Note(NoteKind.LEGAL_ADVICE, COLLEAGUES_NOTE))
    _restore(place, new.sheets[::2], say)
    return place


def _work(session: Session, case: CompartmentId, say: Say) -> None:
    text, word = ADDED_NOTE
    notes.add(session, case, Note(NoteKind.CONTACT, text))
    say(Message("2  Added a note; it was on the disk, sealed, before the program said so."))
    found = searching.search(session, word)
    hits = len(found.hits)
    say(
        Message(
            "3  Searched {word}: {hits} hits. The log holds their number, not the word.", word=repr(word), hits=hits
        )
    )
    checked = log_checking.verify(session)
    if not checked.verified:
        raise VerificationError(Message("the log does not verify: {text}", text=checked.faults[0].message))
    say(
        Message(
            "4  Verified the log: {entries} of {expected} entries, {versions} saved changes.",
            entries=checked.entries,
            expected=checked.expected,
            versions=checked.versions_opened,
        )
    )


def _refer(session: Session, case: CompartmentId, place: DemoPlace, say: Say) -> exporting.Exported:
    identity = make_identity()
    write_durable(place.identity, f"{identity}\n".encode())
    lawyer = partners.add(session, name=LAWYER, age_recipient=recipient_of(identity), compared=True)
    _agree(session, case, lawyer.record)
    result = exporting.export(
        session, case, export_material.Wish("lawyer", LAWYER, take_proposals=True), out=place.lawyer
    )
    if isinstance(result, exporting.Undecided):
        raise VerificationError(Message("questions are still open"))
    say(
        plural(
            "5  Redacted a case for an invented lawyer: {count} unknown word was asked about and removed. Nobody read"
            " it: it says so.",
            "5  Redacted a case for an invented lawyer: {count} unknown words were asked about and removed. Nobody read"
            " it: it says so.",
            count=result.questions,
        )
    )
    say(
        Message(
            "6  Two other PDF readers searched the finished file for every spelling of every hidden name, and found"
            " none."
        )
    )
    return result


def _agree(session: Session, case: CompartmentId, lawyer: RecordId) -> None:
    """Write down what each client of the case agreed today: all but their health may be told."""
    for client in export_people.clients(session, case, why="casework"):
        agreed = Consent(
            lawyer, ReferralPurpose.LEGAL_REFERRAL, cases.today(session), ConsentHow.WRITTEN,
            person=client.record, identity=True, others=True, account=True, proceedings=True,
        )  # fmt: skip
        story_records.add(session, case, agreed)


def _read_as_lawyer(exported: exporting.Exported, place: DemoPlace, say: Say) -> None:
    words = " ".join(exported.key_words)
    opened = packages.open_to(
        exported.path, identity_file=place.identity, out=place.lawyer / "opened", expected_words=words
    )
    examined = packages.verify(exported.path, identity_file=place.identity, expected_words=words)
    if examined.standing is not ManifestStatus.AS_EXPECTED:
        raise VerificationError(Message("the package is not the package that was made"))
    say(Message("7  Opened the package as the lawyer does: {file}", file=opened.files[0]))


def _restore(place: DemoPlace, sheets: Sequence[Sheet], say: Say) -> None:
    """Bring the backup back with two sheets alone, as somebody does whose computer and passphrase are gone."""
    typed = TypedSheets()
    for sheet in sheets:
        typed.take_sheet(" ".join(sheet.words))
    wish = Wish(MEMBER, new_admin=False, everything=False, ends_old=False)
    regained = restoring.restore_by_sheets(
        place.folder / "backup",
        place.folder / "restored.vault",
        typed,
        wish,
        passphrase=_passphrase(),
        state=place.folder / "new-machine",
    )
    restored = regained.vault
    say(
        Message(
            "9  As if computer and passphrase were lost: the backup and two recovery sheets brought {count} saved"
            " changes back. {loss}",
            count=restored.versions,
            loss=restored.loss,
        )
    )
    ending = Message(
        "10 The vault is {vault}, member {member}, passphrase {passphrase}. A second member is {colleague}, passphrase"
        " {passphrase}.",
        vault=place.vault,
        member=MEMBER,
        colleague=COLLEAGUE,
        passphrase=PASSPHRASE,
    )
    say(ending)


def _keep_record(session: Session, case: CompartmentId, record: DemoRecord) -> None:
    today = datetime.date.fromisoformat(cases.today(session))
    typed: dict[str, str] = {}
    time = record.time
    for name, value in record.fields.items():
        if isinstance(value, str):
            typed[name] = value
        else:
            day = (today + datetime.timedelta(days=value)).isoformat()
            typed[name], time = (f"{day}T{time}" if time else day), ""
    kind = story_records.kind_named(record.kind)
    values: dict[str, Any] = kind.FORM.from_typed(typed)
    story_records.add(session, case, kind(**values))


def _make_case(session: Session, case: DemoCase) -> CompartmentId:
    made = cases.create(session, title=case.title, kind=case.kind).case
    for person in case.persons:
        case_people.add(
            session,
            made,
            role=person.role,
            names=person.names,
            born=person.born,
            phones=person.phones,
            emails=person.emails,
            documents=person.documents,
            safe_contact=person.contact,
        )
    for kind, text in case.notes:
        notes.add(session, made, note_of({"kind": kind, "text": text}))
    today = datetime.date.fromisoformat(cases.today(session))
    for stage, days in case.stages:
        on = (today + datetime.timedelta(days=days)).isoformat()
        case_changes.change(session, made, stage=stage, on=on)
    for record in case.records:
        _keep_record(session, made, record)
    return made


def _passphrase() -> bytearray:
    return bytearray(PASSPHRASE.encode())
