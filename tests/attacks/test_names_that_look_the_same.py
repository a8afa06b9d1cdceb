"""Somebody new who is called, to the eye, like a member who is in: nobody joins under such a name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import MIRA, Organisation, ask_to_join
from vault.access.membership.pending_seat import new_seat
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import MalformedError, RefusedError, UsageError
from vault.seal.invitation import Invitation, Request, seal_request
from vault.services.members import invitations, members
from vault.services.projection import authors

TAKEN = "Zo\u00e9 Lindquell"
SAME = {
    "the same": TAKEN,
    "marks apart": unicodedata.normalize("NFD", TAKEN),
    "without marks": "Zoe Lindquell",
    "another case": "ZO\u00c9 lindquell",
    "Cyrillic o": "Z\u043e\u00e9 Lindquell",
    "Cyrillic o and e": "Z\u043e\u0435\u0301 Lindquell",
    "fullwidth": "\uff3ao\u00e9 Lindquell",
    "two blanks": "Zo\u00e9  Lindquell",
    "a joiner that joins nothing": "Zo\u00e9 Lindquell\u200c",
}
UNSEEN = {
    "no-break space": "Zo\u00e9\u00a0Lindquell",
    "thin space": "Zo\u00e9\u2009Lindquell",
    "ideographic space": "Zo\u00e9\u3000Lindquell",
    "Braille blank": "Zo\u00e9\u2800Lindquell",
    "U+2065": "Zo\u00e9 Lind\u2065quell",
    "U+FFF0": "Zo\u00e9 Lindquell\ufff0",
    "U+2065, of nobody": "Somebody\u2065 New",
    "private use": "Somebody\ue000 New",
    "an isolate that ends": "Somebody \u2068N\u2069ew",
    "a filler": "Somebody\u3164 New",
    "a selector": "Somebody 1\ufe0f New",
}
HONEST = (
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627 \u06a9\u0631\u06cc\u0645\u06cc",  # Persian, with a joiner
    "\u0645\u062d\u0645\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "\u0645\u062d\u0645\u0648\u062f \u0627\u0644\u0623\u062d\u0645\u062f",
    "Айгүл Төлөнова",
    "Айгүлай Төлөнова",
    "Өмүрбек Ыманов",
    "Анна Фёдорова",
    "Şeyma Işık",
    "İbrahim Çağlar",
    "Ibrahima Çağlar",
    "Nguyễn Thị Ánh",
    "O\u2019Hara-Søltoft, Jr.",
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with a joiner
    "Zo\u00e9 Lindquells",
    "Z. Lindquell",
)


def request_of(session: Session, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what somebody's own program asks, which looks at no name."""
    invitation = Invitation.decode(invitations.invite(session, like="caseworker"))
    honest = new_seat(session.database, invitation, "Somebody", here=False).request
    path = folder / "request"
    with monkeypatch.context() as program:
        program.setattr(Request, "__post_init__", lambda self: None)
        path.write_bytes(seal_request(invitation, replace(honest, name=name)))
    return path


def look_and_admit(session: Session, request: Path) -> None:
    answered = invitations.look(session, request)
    invitations.admit(session, answered, answered.words, by_root=True)


def admitted(session: Session, names: Iterable[str]) -> list[str]:
    found = []
    for name in names:
        try:
            authors.require_new_name(session, name)
        except RefusedError:
            continue
        found.append(name)
    return found


@pytest.fixture
def with_zoe(organisation: Organisation) -> Organisation:
    with organisation.open(MIRA) as mira:
        invitations.admit_here(mira, like="caseworker", name=TAKEN, passphrase=bytearray(PASSPHRASE), by_root=True)
    return organisation


def test_nobody_joins_under_a_name_that_is_the_same_to_the_eye(with_zoe: Organisation, tmp_path: Path) -> None:
    with with_zoe.open(MIRA) as mira:
        assert admitted(mira, [*SAME.values(), *UNSEEN.values()]) == []
        name = SAME["Cyrillic o"]
        invitation, place = invitations.invite(mira, like="intake"), Place(tmp_path / "v", tmp_path / "s")
        request, words = ask_to_join(tmp_path, place, invitation, name)
        with pytest.raises(RefusedError, match="with this name, or with one that looks the same"):
            invitations.admit(mira, invitations.look(mira, request), words)
        with pytest.raises(RefusedError, match="looks the same"):
            invitations.admit_here(mira, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert [row.name for row in members.list_all(mira) if row.name.startswith("Z")] == [TAKEN]


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_program_of_ones_own_asks_in_vain_under_a_name_that_hides_something(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    request = request_of(session, tmp_path, name, monkeypatch)
    with pytest.raises((MalformedError, RefusedError)):
        look_and_admit(session, request)
    with pytest.raises(UsageError, match="does not show as itself"):
        invitations.admit_here(session, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)


def test_who_is_called_so_since_long_opens_the_vault_invites_and_joins_with_another_device(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = UNSEEN["no-break space"]
    with organisation.open(MIRA) as mira:
        with monkeypatch.context() as older:
            for house in ("access.membership", "services.members"):
                older.setattr(f"vault.{house}.joining.checked_name_of_member", str)
            older.setattr(authors, "is_name_as_seen", lambda name: True)
            invitations.admit_here(mira, like="supervisor", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert admitted(mira, [TAKEN]) == []
    place = organisation[MIRA].place
    with unlock(place.path, member=name, passphrase=bytearray(PASSPHRASE), state=place.state) as zoe:
        assert Invitation.decode(invitations.invite(zoe, like="intake")).by == name
        invitation = invitations.invite_device(zoe, zoe.member)
        request, words = ask_to_join(tmp_path, Place(tmp_path / "v", tmp_path / "s"), invitation, name)
        assert invitations.admit(zoe, invitations.look(zoe, request), words).outcome.proposal is not None


@pytest.mark.long
def test_an_honest_name_is_refused_to_nobody(with_zoe: Organisation) -> None:
    with with_zoe.open(MIRA) as mira:
        assert admitted(mira, HONEST) == list(HONEST)
        for name in HONEST[:5]:
            invitations.admit_here(mira, like="intake", name=name, passphrase=bytearray(PASSPHRASE), by_root=True)
        assert admitted(mira, HONEST) == list(HONEST[5:])
