"""Whatever is done in a vault, in any order: no key seals twice, no word is lost, who was dropped holds nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from typing_extensions import override

from tests.attacks.sealing import listening
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId
from vault.seal.envelope import SALT_SIZE
from vault.services.backups import backups, restoring
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing

TEXTS = st.sampled_from(["one more call", "nobody was there", "the same words each time", ""])


class AnyOrder(RuleBasedStateMachine):
    """One vault under insert, edit, grant, revoke, new keys, locks, a backup brought back and a machine set back."""

    def __init__(self, place: Place, case: CompartmentId, colleague: Colleague, folder: Path) -> None:
        super().__init__()
        self._listening = listening()
        self.heard = self._listening.__enter__()
        self.case, self.colleague, self.folder = case, colleague, folder
        self.place = place.copied_to(self.new_folder())
        self.session: Session = self.place.open()
        self.texts: dict[RecordId, str] = self.shown()
        self.is_granted = False
        self.was_restored = self.was_set_back = False

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))

    def shown(self) -> dict[RecordId, str]:
        return {note.record: note.value.text for note in cases.open_case(self.session, self.case).notes}

    @rule(text=TEXTS)
    def insert(self, text: str) -> None:
        record = notes.add(self.session, self.case, Note(NoteKind.CONTACT, f"call: {text}"))
        self.texts[record] = f"call: {text}"

    @rule(text=TEXTS, number=st.integers(0, 100))
    def amend(self, text: str, number: int) -> None:
        record = list(self.texts)[number % len(self.texts)]
        self.texts[notes.amend(self.session, record.hex(), text=f"amended: {text}")] = f"amended: {text}"

    @rule()
    def change_access(self) -> None:
        change = sharing.revoke if self.is_granted else sharing.grant
        change(self.session, self.case, [self.colleague.member])
        self.is_granted = not self.is_granted

    @rule()
    def replace_the_key(self) -> None:
        sharing.rotate(self.session, self.case)

    @rule()
    def lock(self) -> None:
        self.session.close()
        self.session = self.place.open()

    @precondition(lambda self: not self.was_restored)
    @rule()
    def bring_a_backup_back(self) -> None:
        self.was_restored = True
        folder = self.new_folder()
        (folder / "stick").mkdir()
        assert backups.make(self.session, folder / "stick") is not None
        self.session.close()
        self.place = Place(folder / "restored.vault", folder / "state")
        restoring.restore(
            folder / "stick",
            self.place.path,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            state=self.place.state,
            agree=lambda _: None,
        )
        self.session = self.place.open()

    @precondition(lambda self: not self.was_set_back)
    @rule(text=TEXTS)
    def set_the_machine_back(self, text: str) -> None:
        """The whole account returns to a snapshot, and does the same once more."""
        self.was_set_back = True
        self.session.close()
        snapshot = self.place.copied_to(self.new_folder())
        self.session = self.place.open()
        notes.add(self.session, self.case, Note(NoteKind.CONTACT, text or "lost"))
        self.session.close()
        self.place = snapshot
        self.session = self.place.open()
        self.insert(text)

    @invariant()
    def no_key_seals_twice(self) -> None:
        assert self.heard.repeated() == 0

    @override
    def teardown(self) -> None:
        try:
            assert self.shown() == self.texts
            state = self.session.state_of(self.case)
            assert state is not None
            assert (self.colleague.seat in state.holders) == self.is_granted
            with self.session.database.reading() as rows:
                blobs = {one.id: one.blob for one in rows.versions(self.case)}
                assert {one.epoch for one in rows.versions(self.case)} == set(state.current)
            assert len({blob[2 : 2 + SALT_SIZE] for blob in blobs.values()}) == len(blobs)
            assert log_checking.verify(self.session).verified
        finally:
            self.session.close()
            self._listening.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("examples", "steps"), [(3, 12), pytest.param(40, 25, marks=pytest.mark.long)], ids=["a few", "many"]
)
def test_acts_in_any_order(short: Filled, tmp_path: Path, examples: int, steps: int) -> None:
    with short.open() as owner:
        colleague = admit(owner)
    (short.path / "ballast").write_bytes(b"in place of the reserve")
    run_state_machine_as_test(
        lambda: AnyOrder(short.place, short.cases[0], colleague, tmp_path),  # type: ignore[arg-type]  # any factory does
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
