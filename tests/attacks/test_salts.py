"""Each pair of key and nonce seals one byte string, ever: after a fork, and on a machine that was cloned."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.attacks.sealing import listening
from tests.seal.places import KEY, NOTE
from tests.services.founded import Filled
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.records.work import Work
from vault.seal.envelope import SALT_SIZE, seal
from vault.services.cases import notes

SEALS, CHILDREN = 20_000, 4


def salts_of_child(count: int) -> list[bytes]:
    """Seal the same content for the same place in a forked process, and return the salts."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pipe.writelines(seal(KEY, b"the same", NOTE)[2 : 2 + SALT_SIZE] for _ in range(count))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        joined = pipe.read()
    os.waitpid(child, 0)
    return [joined[at : at + SALT_SIZE] for at in range(0, len(joined), SALT_SIZE)]


def test_no_salt_comes_twice_in_a_process_or_in_its_forks() -> None:
    salts = [seal(KEY, b"the same", NOTE)[2 : 2 + SALT_SIZE] for _ in range(SEALS)]
    for _ in range(CHILDREN):
        children = salts_of_child(SEALS // 40)
        assert len(children) == SEALS // 40
        salts += children
    assert len(set(salts)) == len(salts)


def test_two_clones_of_a_machine_that_draw_the_same_random_bytes_repeat_no_keystream(
    short: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot taken while the vault was closed, started twice: both draw what the other draws, and write."""
    clones = [short.place, short.place.copied_to(tmp_path / "clone")]
    with listening() as heard:
        for place, text in zip(clones, ("what one of them writes", "what the other one wrote"), strict=True):
            drawn = random.Random(7)  # the clones' entropy, the same for both
            with monkeypatch.context() as cloned:
                cloned.setattr("secrets.token_bytes", lambda size=32, drawn=drawn: drawn.randbytes(size))
                cloned.setattr(Work.__init__, "__defaults__", (lambda size, drawn=drawn: drawn.randbytes(size),))
                with place.open() as session:
                    notes.add(session, short.cases[0], Note(NoteKind.CONTACT, text))
    contents = [content for found in heard.sealed.values() for content, _ in found]
    assert any(b"what one of them writes" in one for one in contents)
    assert any(b"what the other one wrote" in one for one in contents)
    assert heard.repeated() == 0
