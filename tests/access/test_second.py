"""The second person's process: what it shows and asks, what it signs and writes, and how it answers its parent."""

from __future__ import annotations

import msgspec
import pytest

from tests.access.few import NOW_MS, PASSPHRASE, WANTED, Few, Person, make_few, opens
from vault.access import second
from vault.access.second import Asked
from vault.errors import (
    RefusedError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.log.approvals import Approval, approval_id
from vault.log.items import decode_items
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw, public_key
from vault.store.engine import Database
from vault.store.memory import open_in_memory
from vault.store.rowtypes import OperationRow

QUESTION = """Oren Sabaluk, read this before you approve it:

To approve: a package leaves the vault (export.begin)
  profile: lawyer

Oren Sabaluk, your reason to approve (casework, legal-referral; empty refuses): """
AGAIN = "That is none of these reasons. One of them, or nothing to refuse: "
OF_PASSPHRASE = "Passphrase of Oren Sabaluk: "
SEEN_BY_MANY = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value, Role.AUDITOR.value})


def refused(person: Person, asked: Asked, kind: type[VaultError], words: str) -> str:
    """Return the advice of the refusal."""
    with pytest.raises(kind) as caught:
        person.answer(asked)
    assert caught.value.message == words
    return caught.value.next_step


# ---- asking the person


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param(("casework",), [QUESTION], id="at once"),
        pytest.param((" casework ",), [QUESTION], id="with spaces"),
        pytest.param(("because", "casework"), [QUESTION, AGAIN], id="the second time"),
        pytest.param(("because", "so", "casework"), [QUESTION, AGAIN, AGAIN], id="the third time"),
    ],
)
def test_a_reason_is_asked_for_three_times_and_then_the_passphrase(
    few: Few, typed: tuple[str, ...], shown: list[str]
) -> None:
    person = Person(reasons=typed)
    assert Approval.decode(person.answer(few.asked()).approval).why == "casework"
    assert person.shown == [*shown, OF_PASSPHRASE]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param(("",), [QUESTION], id="nothing"),
        pytest.param(("  ",), [QUESTION], id="spaces"),
        pytest.param(("because", "", "casework"), [QUESTION, AGAIN], id="nothing the second time"),
        pytest.param(("because", "so", "no", "casework"), [QUESTION, AGAIN, AGAIN], id="none of three"),
    ],
)
def test_who_gives_no_reason_has_refused_and_types_no_passphrase(
    few: Few, typed: tuple[str, ...], shown: list[str]
) -> None:
    person = Person(reasons=typed)
    advice = refused(person, few.asked(), RefusedError, "the second person did not approve")
    assert advice == "Nothing was done. Ask again, or ask another."
    assert person.shown == shown


def test_what_is_shown_takes_over_no_terminal(few: Few) -> None:
    person = Person(reasons=("",))
    wanted = msgspec.structs.replace(WANTED, of={"profile": "law\x1b[2Jyer"})
    with pytest.raises(RefusedError):
        person.answer(few.asked(name="Oren\x1b[2J", wanted=wanted))
    assert "\x1b" not in person.shown[0]


def test_files_that_are_not_those_of_the_question_are_not_even_shown(few: Few) -> None:
    person = Person()
    wanted = msgspec.structs.replace(WANTED, contents={"data.json": b"{}"})
    words = "what is shown is not what the approval would be for; nothing was approved"
    refused(person, few.asked(wanted=wanted), VerificationError, words)
    assert person.shown == []


@pytest.mark.parametrize("typed", [PASSPHRASE, b"another"])
def test_no_passphrase_outlives_its_use(few: Few, typed: bytes) -> None:
    person = Person(passphrase=typed)
    try:
        person.answer(few.asked())
    except WrongPassphraseError:
        assert typed != PASSPHRASE
    assert person.typed == [bytearray(len(typed))]


# ---- who may approve


def test_the_passphrase_of_a_seat_that_was_not_lent_approves_nothing(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    opens(few, monkeypatch, few.third)
    refused(Person(), few.asked(), RefusedError, "this passphrase opens no seat of the second person here")


def test_of_the_seats_that_were_lent_the_one_that_opens_approves(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    opens(few, monkeypatch, few.third)
    lent = tuple((bytes(one.seat), few.lent(one)) for one in (few.second, few.third))
    answered = Person().answer(few.asked(lent=lent))
    assert (Approval.decode(answered.approval).approver, answered.origin) == (few.third.seat, few.third.log.origin)


def test_a_seat_without_a_session_key_approves_nothing(few: Few) -> None:
    lent = few.lent(few.second)
    others = tuple(row for row in lent.locals if row[1] != Purpose.SESSION)
    asked = few.asked(lent=((bytes(few.second.seat), msgspec.structs.replace(lent, locals=others)),))
    refused(Person(), asked, RefusedError, "the second seat has no session key on this device")


def test_nobody_approves_for_another_seat_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    few = make_few(same_member=True)
    opens(few, monkeypatch)
    words = "nobody approves what they ask for themselves"
    assert refused(Person(), few.asked(), RefusedError, words) == "Ask another member."


def test_nobody_approves_for_a_seat_that_no_roster_names(few: Few) -> None:
    refused(Person(), few.asked(requester=b"?" * 16), RefusedError, "nobody approves what they ask for themselves")


@pytest.mark.parametrize("role", sorted(Role))
def test_the_role_decides_who_may_approve(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    few = make_few(second_roles=frozenset({role.value}))
    opens(few, monkeypatch)
    if role not in (Role.INTAKE, Role.AUDITOR, Role.FIELD):
        assert Approval.decode(Person().answer(few.asked()).approval).role == role.value
    else:
        words = "the second person's role does not allow to approve"
        assert refused(Person(), few.asked(), RefusedError, words) == "Ask another member."


def test_of_several_roles_the_first_by_name_that_may_approve_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    few = make_few(second_roles=SEEN_BY_MANY)
    opens(few, monkeypatch)
    assert Approval.decode(Person().answer(few.asked()).approval).role == "admin"


# ---- what is signed and written


def test_the_approval_is_of_exactly_what_was_asked_and_signed_by_the_seat(few: Few) -> None:
    approval = Approval.decode(Person(reasons=("legal-referral",)).answer(few.asked()).approval)
    assert approval == Approval(
        vault=few.vault,
        act="export.begin",
        digest=WANTED.digest,
        requester=few.asker.seat,
        approver=few.second.seat,
        role="supervisor",
        why="legal-referral",
        expires_ms=NOW_MS + 1,
        nonce=approval.nonce,
        signature=approval.signature,
    )
    assert approval.is_signed_by(public_key(few.second.secrets.identity_seed), is_signed_raw)


def test_each_approval_has_a_nonce_of_its_own(few: Few) -> None:
    first, again = (Approval.decode(Person().answer(few.asked()).approval).nonce for _ in range(2))
    assert first != again


def test_the_log_goes_on_with_a_session_and_the_approval(few: Few) -> None:
    answered = Person().answer(few.asked())
    assert answered.origin == few.second.log.origin
    size = few.second.log.size
    operations = [OperationRow(*row) for row in answered.rows.operations]
    assert [row.seq for row in operations] == [*range(size, size + len(operations))]
    assert len(operations) >= 2
    (item,) = decode_items(operations[-1].list)
    assert item.digest == approval_id(answered.approval)


class Working:
    """Stands for `Work`: what was committed, unit by unit."""

    def __init__(self) -> None:
        self.units: list[list[Entry | bytes]] = []

    def __call__(self, log: object) -> Working:
        assert log == "log"
        self.units.append([])
        return self

    def __enter__(self) -> Working:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def list_approval(self, encoded: bytes) -> None:
        self.units[-1].append(encoded)

    def commit(self, entry: Entry) -> None:
        self.units[-1].append(entry)


def test_the_log_says_that_a_session_began_as_second_and_what_was_approved_for_whom(
    few: Few, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = Working()
    approval = Approval.decode(Person().answer(few.asked()).approval)
    monkeypatch.setattr(second, "Work", working)
    second._write("log", few.asked(), approval)  # type: ignore[arg-type]  # see Working
    approved = Entry(
        act="approve",
        why="casework",
        obj=b"s" * 16,
        dig=WANTED.digest,
        deleg=few.asker.seat,
        pol="approve:supervisor",
    )
    assert working.units == [[Entry(act="unlock.ok", pol="second")], [approval.encode(), approved]]


def test_what_was_lent_is_given_up_whether_it_was_approved_or_not(few: Few, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Database] = []

    def opening() -> Database:
        opened.append(open_in_memory())
        return opened[-1]

    monkeypatch.setattr(second, "open_in_memory", opening)
    Person().answer(few.asked())
    with pytest.raises(RefusedError):
        Person().answer(few.asked(requester=b"?" * 16))
    assert len(opened) == 2
    assert all(one._closed for one in opened)
