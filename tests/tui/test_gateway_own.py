"""One's own access, recovery and exchange behind the gateway, over real vaults."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.colleague import admit
from tests.services.conftest import filled_template, founded_template
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.services.test_approving import Person
from tests.services.test_factors import HeldKey
from tui.gateway import Gateway
from tui.values_own import MadePassphrase, OwnFactors, Proof
from vault.clock import now_ms
from vault.errors import NotFoundError, RefusedError, UsageError, WrongPassphraseError
from vault.policy.roles import Role
from vault.services import dates, recovery

__all__ = ["filled_template", "founded_template"]  # fixtures

NEW = b"a kettle for the harbour"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def place(founded_template: Place, tmp_path: Path) -> Place:
    return founded_template.copied_to(tmp_path / "office")


@pytest.fixture
def gateway(place: Place) -> Iterator[Gateway]:
    opened = unlocked(place)
    yield opened
    opened.close()


def unlocked(place: Place, passphrase: bytes = PASSPHRASE, keyfile: str = "", key: HeldKey | None = None) -> Gateway:
    found = Gateway(place.path, state=place.state)
    found.keyfile = keyfile
    if key is not None:
        found.own.security_key = lambda ask_pin: key
    found.unlock(MEMBER, bytearray(passphrase))
    return found


def proof(passphrase: bytes = PASSPHRASE, keyfile: str = "") -> Proof:
    return Proof(bytearray(passphrase), keyfile)


# ---- passphrase and factors ----------------------------------------------------------------------------------------


def test_a_new_passphrase_opens_from_then_on_and_both_are_wiped(place: Place, gateway: Gateway) -> None:
    given, new = proof(), bytearray(NEW)
    gateway.own.change_passphrase(given, new, lambda _: None)
    assert (given.passphrase, new) == (bytearray(len(PASSPHRASE)), bytearray(len(NEW)))
    gateway.close()
    with pytest.raises(WrongPassphraseError):
        unlocked(place)
    unlocked(place, NEW).close()


def test_a_weak_or_unproven_change_is_refused_and_wipes_what_was_given(gateway: Gateway) -> None:
    given, weak = proof(), bytearray(b"lantern")
    with pytest.raises(RefusedError, match="too easy to guess"):
        gateway.own.change_passphrase(given, weak, lambda _: None)
    assert (given.passphrase, weak) == (bytearray(len(PASSPHRASE)), bytearray(7))
    wrong = proof(b"wrong")
    with pytest.raises(WrongPassphraseError):
        gateway.own.change_passphrase(wrong, bytearray(NEW), lambda _: None)
    assert wrong.passphrase == bytearray(5)


def test_what_lets_in_now_is_checked_alone_and_wiped_only_where_it_is_wrong(gateway: Gateway) -> None:
    right, wrong = proof(), proof(b"wrong")
    gateway.own.check(right, lambda _: None)
    assert right == proof()
    with pytest.raises(WrongPassphraseError):
        gateway.own.check(wrong, lambda _: None)
    assert wrong.passphrase == bytearray(5)


def test_what_is_made_is_known_again_in_whatever_case_and_layout(gateway: Gateway) -> None:
    made = gateway.own.propose("ru")
    assert made.bits >= 77
    assert gateway.own.is_same(made, bytearray(" ".join(made.words).upper().encode()))
    assert not gateway.own.is_same(made, bytearray(b"something else"))
    assert isinstance(made, MadePassphrase)


def test_a_keyfile_is_needed_from_then_on_and_no_more_once_it_was_taken_away(
    place: Place, gateway: Gateway, tmp_path: Path
) -> None:
    path = tmp_path / "holiday.bin"
    gateway.own.add_keyfile(proof(), path, lambda _: None)
    assert gateway.own.factors() == OwnFactors(keyfile=True)
    gateway.close()
    with pytest.raises(WrongPassphraseError):
        unlocked(place)
    again = unlocked(place, keyfile=str(path))
    assert again.own.factors() == OwnFactors(keyfile=True)
    with pytest.raises(WrongPassphraseError):
        again.own.remove(proof(b"wrong", str(path)), "keyfile", lambda _: None)
    again.own.remove(proof(keyfile=str(path)), "keyfile", lambda _: None)
    assert again.own.factors() == OwnFactors()
    again.close()
    unlocked(place).close()


def test_a_security_key_is_asked_with_its_pin(gateway: Gateway) -> None:
    gateway.own.security_key = lambda ask_pin: HeldKey()
    gateway.own.add_security_key(proof(), "246810", lambda _: None)
    assert gateway.own.factors() == OwnFactors(security_key=True)
    gateway.own.remove(Proof(bytearray(PASSPHRASE), pin="246810"), "fido2", lambda _: None)
    assert gateway.own.factors() == OwnFactors()


# ---- recovery ------------------------------------------------------------------------------------------------------


def test_sheets_are_proposed_once_a_day_until_they_are_proven(place: Place) -> None:
    with place.open() as session:
        dates.note_opened(session)  # at the command line, where nothing is proposed
    first = unlocked(place)
    assert first.recovery.proposes()
    first.close()
    second = unlocked(place)
    assert not second.recovery.proposes()
    second.close()
    with place.open() as session:
        session.log.now_ms = lambda: now_ms() + DAY_MS - HOUR_MS
        dates.note_opened(session)
    second = unlocked(place)
    second._door.session.log.now_ms = lambda: now_ms() + DAY_MS
    assert second.recovery.proposes()
    second.recovery.make("2-of-3")
    rows = [[f"{' '.join(row.words)} {row.check}" for row in sheet.rows] for sheet in second.recovery._sheets]
    second.recovery.begin_typing()
    for row in (*rows[0], *rows[2]):
        typing = second.recovery.take_row(row)
    assert typing.is_enough
    assert second.recovery.drill().erased
    assert not second.recovery.proposes()
    second.close()


def test_what_was_never_made_is_not_told_as_made(gateway: Gateway) -> None:
    assert not gateway.recovery.are_made


def test_sheets_are_written_compared_and_forgotten(gateway: Gateway, tmp_path: Path) -> None:
    made = gateway.recovery.make("3-of-5")
    assert (made.count, made.needed, len(made.asked)) == (5, 3, 5)
    assert gateway.recovery.are_made
    paths = gateway.recovery.write(tmp_path)
    assert [Path(path).read_bytes()[:5] for path in paths] == [b"%PDF-"] * 5
    words = gateway.recovery._sheets[1].words
    places = made.asked[1]
    assert gateway.recovery.are_words(2, places, [words[place - 1][:4] for place in places])
    assert not gateway.recovery.are_words(2, places, ["acid", *(words[place - 1] for place in places[1:])]) or (
        words[places[0] - 1] == "acid"
    )
    with pytest.raises(RefusedError, match="exists already"):
        gateway.recovery.write(tmp_path)
    gateway.recovery.forget()
    assert gateway.recovery._sheets == ()


def test_new_sheets_take_the_place_of_the_old_ones(gateway: Gateway) -> None:
    before = gateway.recovery.standing()
    told: list[tuple[int, int]] = []
    made, sealed = gateway.recovery.renew("2-of-3", lambda done, total: told.append((done, total)))
    after = gateway.recovery.standing()
    assert after.root_words != before.root_words
    assert (made.count, sealed.waiting, after.stale) == (3, 0, 0)
    assert told
    assert gateway.recovery.follow(lambda done, total: None, lambda: False) is not None


def test_who_is_no_admin_is_proposed_nothing(place: Place) -> None:
    with place.open() as session:
        oren = admit(session)
    gateway = Gateway(place.path, state=place.state)
    gateway.unlock(oren.name, bytearray(oren.passphrase))
    assert not gateway.recovery.proposes()
    assert not gateway.recovery.standing().may_manage
    with pytest.raises(RefusedError, match=r"you cannot manage the recovery sheets"):
        gateway.recovery.make("2-of-3")
    gateway.close()


def test_shapes_are_those_of_the_service() -> None:
    assert Gateway(Path("/nowhere")).recovery.shapes == tuple(recovery.SHAPES)


# ---- break-glass ---------------------------------------------------------------------------------------------------


def test_glass_is_broken_before_two_for_who_could_not_open_the_case(filled_template: Filled, tmp_path: Path) -> None:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    with filled.open() as session:
        oren = admit(session)
        tove = admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles=frozenset({Role.CASEWORKER}))
    for one in (oren, tove):
        with one.open(filled.place):
            pass
    gateway, case = unlocked(filled.place), filled.cases[0].hex()
    person = Person(reason="emergency")
    gateway.approvals.run_second = person.run
    lent: list[str] = []

    def lend(work: object) -> bytes:
        assert callable(work)
        lent.append("lent")
        answer = work()
        assert isinstance(answer, bytes)
        return answer

    assert {one.name for one in gateway.approvals.without_access(case)} == {oren.name, tove.name}
    assert [(one.name, one.is_here) for one in gateway.approvals.approvers()] == [
        (oren.name, True),
        (tove.name, True),
    ]
    assert [one.name for one in gateway.approvals.approvers(tove.member.hex())] == [oren.name]
    with pytest.raises(UsageError):
        gateway.approvals.break_glass(case, tove.member.hex(), until="2999-01-01", why="emergency", second=None)
    until = (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=3)).isoformat()
    second = gateway.approvals.at_this_keyboard(oren.name, lend)
    told = gateway.approvals.break_glass(case, tove.member.hex(), until=until, why="emergency", second=second)
    assert told.lines == (
        f"Tove Lindqvarn can open the case until {until}, from their next bundle or unlock on.",
        "A second person approved it; both stand in the log.",
        "Everybody else who holds the case is told at each unlock, for as long as it lasts.",
    )
    assert lent == ["lent"]
    assert [one.name for one in gateway.approvals.without_access(case)] == [oren.name]
    with pytest.raises((RefusedError, NotFoundError), match="nobody approves what they ask for themselves"):
        gateway.approvals.at_this_keyboard(MEMBER, lend)
    gateway.close()
