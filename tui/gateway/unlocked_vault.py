"""The open vault behind the gateway: what its subjects have in common, and the drafts that the app keeps in it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

from tui.values.cases_shown import DraftShown, Spot, Typed
from tui.values.forms_typed import FormPlace, FormTyped, SlipTyped
from tui.values.shaping import names_hidden
from vault.access.session import Session
from vault.casework.note import typed_note
from vault.errors import InternalError, NotFoundError
from vault.ids import CompartmentId, RecordId
from vault.policy.decide import may
from vault.policy.roles import Action, Role
from vault.progress import Progress, Stopped, Working
from vault.services import housekeeping
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets
from vault.store.draft_files import Draft, Drafts
from vault.words.message import Message, Words

# A member's drafts as the app keeps them: an older text never wins over a later one, and what is gone stays gone.

_DRAFT, _SPOT, _SLIP, _FORM = "note", "spot", "slip", "form"
_NOWHERE: Final = bytes(16)
_GONE: Final = sys.maxsize
_ELSEWHERE: Final = frozenset({"record", "saved_ms", "turn"})


class DraftShelf:
    """Saves and finds drafts; threads may call at once."""

    def __init__(self, store: Drafts) -> None:
        self._store = store
        self._turns: dict[tuple[bytes, bytes], int] = {}
        self._lock = threading.Lock()

    def save(self, draft: Typed) -> None:
        """Keep what is typed, unless a later text of it was kept, or it was finished or thrown away."""
        place = _place(draft)
        with self._lock:
            if draft.turn < self._turns.get(place, 0):
                return
            if isinstance(draft, FormTyped) and not draft.typed:  # all of it was taken back
                self._store.delete(*place)
            else:
                self._store.save(*place, draft_content(draft), _kind(draft), saved_ms=draft.saved_ms)
            self._turns[place] = draft.turn

    def forget(self, draft: Typed) -> None:
        """Delete a draft for good: a save that is still on its way comes too late.

        The same form may be filled in again; its turns are later ones.
        """
        place = _place(draft)
        with self._lock:
            self._store.delete(*place)
            self._turns[place] = draft.turn + 1 if isinstance(draft, FormTyped) else _GONE

    def list(self) -> tuple[DraftShown, ...]:
        """Return all drafts, the last saved first."""
        kept = [
            draft_shown(draft.compartment, draft.record, draft.saved_ms, draft.text) for draft in self._of_kind(_DRAFT)
        ]
        return tuple(draft for draft in kept if draft is not None)

    def slip(self) -> SlipTyped | None:
        """Return the call slip that was put away last, if any."""
        kept = (slip_typed(draft.record, draft.saved_ms, draft.text) for draft in self._of_kind(_SLIP))
        return next((slip for slip in kept if slip is not None), None)

    def forms(self) -> tuple[FormTyped, ...]:
        """Return all forms that somebody began and neither kept nor threw away, the last saved first."""
        kept = (form_typed(draft.saved_ms, draft.text) for draft in self._of_kind(_FORM))
        return tuple(form for form in kept if form is not None)

    def form(self, place: FormPlace) -> FormTyped | None:
        same = (form for form in self.forms() if (form.place.form, form.place.key) == (place.form, place.key))
        return next(same, None)

    def keep_spot(self, spot: Spot) -> None:
        """Remember, under the same seal, where somebody was."""
        self._store.save(_NOWHERE, _NOWHERE, json.dumps(asdict(spot)), _SPOT)

    def take_spot(self) -> Spot | None:
        """Return where somebody was and forget it."""
        for stored in self._of_kind(_SPOT):
            self._store.delete(stored.compartment, stored.record)
            match json.loads(stored.text):
                case {"case": str(case), "record": str(record), "draft": str(draft), **more}:
                    return Spot(case, record, draft, _form_place(more.get("form")))
                case _:
                    break
        return None

    def _of_kind(self, kind: str) -> Iterator[Draft]:
        return (stored for stored in self._store.list() if stored.kind == kind)


def _kind(draft: Typed) -> str:
    return _SLIP if isinstance(draft, SlipTyped) else _FORM if isinstance(draft, FormTyped) else _DRAFT


def _place(draft: Typed) -> tuple[bytes, bytes]:
    if isinstance(draft, FormTyped):  # what is erased takes along a form of it: it stands at the place of its record
        home, record, name = draft.place.key
        return bytes.fromhex(home) or _NOWHERE, bytes.fromhex(record) or name.encode()
    case = _NOWHERE if isinstance(draft, SlipTyped) else bytes.fromhex(draft.case)
    return case, bytes.fromhex(draft.record)


def draft_content(draft: Typed) -> str:
    """Return what the drafts file keeps of a draft. Halves of characters survive as escapes."""
    if isinstance(draft, SlipTyped | FormTyped):
        return json.dumps({name: part for name, part in asdict(draft).items() if name not in _ELSEWHERE})
    beside = {"ref": draft.ref, "cursor": draft.cursor, "section": draft.section, "steps": draft.steps}
    return json.dumps({**draft.typed, **beside})


def _kept(untrusted_content: str) -> dict[str, Any] | None:
    try:
        kept = json.loads(untrusted_content)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None


def draft_shown(case: bytes, record: bytes, saved_ms: int, untrusted_content: str) -> DraftShown | None:
    """Return a draft of `draft_content`, or None for what another program kept.

    The text survives whatever else is missing.
    """
    kept = _kept(untrusted_content)
    if kept is None or not isinstance(kept.get("text"), str):
        return None
    return DraftShown(
        case=case.hex(),
        record=record.hex(),
        ref=str(kept.get("ref", "")),
        saved_ms=saved_ms,
        typed=typed_note({name: value for name, value in kept.items() if isinstance(value, str)}),
        cursor=_cursor(kept.get("cursor")),
        section=str(kept.get("section", "")),
        steps=steps if isinstance(steps := kept.get("steps"), dict) else {},
    )


def slip_typed(record: bytes, saved_ms: int, untrusted_content: str) -> SlipTyped | None:
    """Return a call slip of `draft_content`, or None for what another program kept."""
    kept = _kept(untrusted_content)
    if kept is None:
        return None
    begun = kept.get("begun_ms")
    return SlipTyped(
        record=record.hex(),
        begun_ms=begun if isinstance(begun, int) else saved_ms,
        number=str(kept.get("number", "")),
        name=str(kept.get("name", "")),
        language=str(kept.get("language", "")),
        said=str(kept.get("said", "")),
        call_back=str(kept.get("call_back", "")),
        saved_ms=saved_ms,
    )


def form_typed(saved_ms: int, untrusted_content: str) -> FormTyped | None:
    """Return a form of `draft_content`, or None for what another program kept."""
    match _kept(untrusted_content):
        case {"place": place, "typed": dict(typed), **more} if (at := _form_place(place)) is not None:
            steps = more.get("steps")
            return FormTyped(
                at,
                {name: text for name, text in typed.items() if isinstance(text, str)},
                at=str(more.get("at", "")),
                steps=steps if isinstance(steps, dict) else {},
                saved_ms=saved_ms,
            )
        case _:
            return None


def _form_place(kept: object) -> FormPlace | None:
    if not isinstance(kept, dict) or not isinstance(kept.get("form"), str):
        return None
    return FormPlace(**{name: str(kept.get(name, "")) for name in FormPlace.__dataclass_fields__})


def _cursor(value: object) -> tuple[int, int]:
    match value:
        case [int(row), int(column)]:
            return row, column
        case _:
            return 0, 0


# What the subjects behind the gateway have in common: the open vault, and how long work tells how far it is.
T = TypeVar("T")


class UnlockedVault:
    """What is behind the gateway: nothing until somebody was let in."""

    def __init__(self, path: Path, state: Path | None) -> None:
        self.path = path
        self.state = state
        self._session: Session | None = None
        self._shelf: DraftShelf | None = None
        self.name = ""
        """The member's, as typed."""
        self.hides_names = False
        """Whether lists get the first letters of names alone."""
        self._is_settled = False
        self.last_import: tuple[int, tuple[Words, ...]] = (0, ())
        """When a bundle was imported last, ms UTC, and what was said of it."""
        self.typed = TypedSheets()
        """Recovery sheets, until the act that they are typed for."""

    def open(self, session: Session, name: str) -> None:
        """Stand open on this session of a member."""
        self._session, self._shelf, self.name = session, DraftShelf(session.drafts()), name

    def close(self) -> None:
        """Close every file. Closing twice does nothing."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def settle(self) -> None:
        """Do, once in a session, what this seat owes to others; what a person should hear of it becomes an alarm."""
        if not self._is_settled:
            self._is_settled = True
            housekeeping.settle_aloud(self.session)

    def take_typed(self) -> TypedSheets:
        """Return the sheets that were typed, for one act."""
        typed, self.typed = self.typed, TypedSheets()
        return typed

    def typed_secret(self) -> bytes | None:
        """Return the secret of the sheets that were typed, for one act; None where none were."""
        typed = self.take_typed()
        return recovery.secret_of(self.session, typed) if typed.sheets else None

    def may(self, *actions: Action) -> frozenset[str]:
        """Return the codes of those acts that this member's roles allow, on a case that they hold."""
        roles = frozenset[Role]() if self.session.is_expired else self.session.roles
        return frozenset(action.value for action in actions if may(roles, action, holds_case=True).allowed)

    @property
    def session(self) -> Session:
        if self._session is None:
            raise InternalError(Message("the vault is locked"))
        return self._session

    @property
    def shelf(self) -> DraftShelf:
        """The member's drafts."""
        if self._shelf is None:
            raise InternalError(Message("the vault is locked"))
        return self._shelf


class Subject:
    """A part of what screens can ask for."""

    def __init__(self, door: UnlockedVault) -> None:
        self._unlocked = door

    @property
    def _session(self) -> Session:
        return self._unlocked.session

    def _as_listed(self, row: T) -> T:
        """Return a row of a list with the names of its people as lists show them."""
        return names_hidden(row) if self._unlocked.hides_names else row

    def _may(self, *actions: Action) -> frozenset[str]:
        """Return the codes of those acts that this member's roles allow, on a case that they hold."""
        return self._unlocked.may(*actions)


def telling(progress: Progress, stopped: Stopped) -> Working:
    """Return what long work tells how far it is; it raises CancelledError once somebody stopped the work."""
    return Working(lambda _what, done, total: progress(done, total), stopped)


def case_id(case: str) -> CompartmentId:
    """Return the id that a screen got in hexadecimal.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return CompartmentId(bytes.fromhex(case))
    except ValueError:
        raise NotFoundError(Message("there is no such case among yours")) from None


def record_id(record: str) -> RecordId:
    """Return the id that a screen got in hexadecimal.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return RecordId(bytes.fromhex(record))
    except ValueError:
        raise NotFoundError(Message("there is no such record among yours")) from None
