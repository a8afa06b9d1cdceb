"""age files to `age1pq1...`: published vectors, age's JavaScript both ways, and keys that are none."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tracemalloc
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.tables import each
from vault.errors import BrokenSealError, UsageError
from vault.seal import age_pq
from vault.seal.age import fingerprint, make_identity, open_with, recipient_of, seal_for, seal_stream

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "age_hybrid.json").read_text(encoding="utf-8"))["files"]
IDENTITY = age_pq.make_identity()
RECIPIENT = recipient_of(IDENTITY)
CLASSIC = recipient_of(make_identity())
CHUNK = 64 * 1024


@each(VECTORS)
def test_a_published_vector_opens_or_is_refused_as_it_says(vector: Mapping[str, str]) -> None:
    file = base64.b64decode(vector["file"])
    file = zlib.decompress(file) if "compressed" in vector else file
    if vector["expect"] == "success":
        assert hashlib.sha256(open_with(vector["identity"], file)).hexdigest() == vector["payload"]
    else:
        with pytest.raises(BrokenSealError, match="does not open with this identity"):
            open_with(vector["identity"], file)


def test_the_identity_of_the_specification_has_the_recipient_that_stands_there() -> None:
    made = recipient_of("AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR")
    assert len(made) == 1959
    assert made.startswith("age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95pa")
    assert made.endswith("jtqmwze9pyyzk3tlhl53k2ykx3qheyty7saeq0d3fzv49zc0k")  # with the checksum of all of it


@each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 200_000])
def test_what_is_sealed_opens_whatever_its_length_and_however_it_comes(size: int) -> None:
    content, written = (bytes(range(256)) * (size // 256 + 1))[:size], list[bytes]()
    seal_stream(RECIPIENT, (content[at : at + 1000] for at in range(0, size, 1000)), written.append)
    assert open_with(IDENTITY, b"".join(written)) == content
    assert open_with(IDENTITY, seal_for(RECIPIENT, content)) == content


def test_a_large_file_is_sealed_in_little_memory() -> None:
    piece = bytes(100_000)
    tracemalloc.start()
    seal_stream(RECIPIENT, (piece for _ in range(200)), len)
    assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    tracemalloc.stop()


SEALED = seal_for(RECIPIENT, bytes(CHUNK + 5))
HEAD = SEALED.index(b"\n--- ") + 48 + 1


@each(
    {
        "a letter of the MAC": SEALED[: HEAD - 10] + b"AAAA" + SEALED[HEAD - 6 :],
        "a bit of the nonce": SEALED[:HEAD] + bytes([SEALED[HEAD] ^ 1]) + SEALED[HEAD + 1 :],
        "a bit of the last chunk": SEALED[:-1] + bytes([SEALED[-1] ^ 1]),
        "cut between chunks": SEALED[: HEAD + 16 + CHUNK + 16],
        "cut in a chunk": SEALED[:-3],
        "cut behind the nonce": SEALED[: HEAD + 16],
        "cut in the header": SEALED[:1000],
        "more behind": SEALED + b"x",
        "a version of its own": SEALED.replace(b"/v1", b"/v2", 1),
        "a second stanza put in": SEALED.replace(b"\n--- ", b"\n-> x\n\n--- ", 1),
        "nothing": b"",
        "for a classic key": seal_for(CLASSIC, b"x"),
        "for another": seal_for(recipient_of(age_pq.make_identity()), b"x"),
    }
)
def test_an_altered_or_foreign_file_does_not_open(file: bytes) -> None:
    with pytest.raises(BrokenSealError, match="does not open with this identity"):
        open_with(IDENTITY, file)


def _spelled(prefix: str, content: bytes) -> str:
    return age_pq._bech32(prefix, content)


KEY = age_pq._from_bech32("age1pq", RECIPIENT)


@each(
    {
        "a letter changed": RECIPIENT[:500] + ("q" if RECIPIENT[500] != "q" else "p") + RECIPIENT[501:],
        "cut": RECIPIENT[:-1],
        "a letter more": RECIPIENT + "q",
        "twice": RECIPIENT + RECIPIENT,
        "with a classic one": RECIPIENT + CLASSIC,
        "upper case": RECIPIENT.upper(),
        "mixed case": RECIPIENT[:-1] + RECIPIENT[-1].upper() if RECIPIENT[-1].isalpha() else RECIPIENT[:9].upper(),
        "nothing behind the prefix": "age1pq1",
        "no letter of bech32": RECIPIENT[:100] + "b" + RECIPIENT[101:],
        "a letter of another script": RECIPIENT[:100] + "\u0430" + RECIPIENT[101:],  # Cyrillic
        "as long as a classic one": _spelled("age1pq", KEY[:32]),
        "a byte short": _spelled("age1pq", KEY[:-1]),
        "a byte long": _spelled("age1pq", KEY + b"\0"),
        "a classic prefix": _spelled("age", KEY),
        "another prefix": _spelled("age1tagpq", KEY),
        "a megabyte": "age1pq1" + "q" * 2**20,
        "ML-KEM out of range": _spelled("age1pq", b"\xff" * 1184 + KEY[1184:]),
        "X25519 of order one": _spelled("age1pq", KEY[:1184] + bytes(32)),
        "an identity": IDENTITY,
    }
)
def test_what_is_no_key_has_no_words_and_nothing_is_sealed_to_it(text: str) -> None:
    for refused in (lambda: fingerprint(text), lambda: seal_for(text, b"x")):
        with pytest.raises(UsageError, match=r"^this is not an age recipient \(age1\.\.\.\)$") as told:
            refused()
        assert text[:40] not in str(told.value)


@each(
    {
        "lower case": IDENTITY.lower(),
        "cut": IDENTITY[:-1],
        "a letter changed": IDENTITY[:-1] + ("Q" if IDENTITY[-1] != "Q" else "P"),
        "short": _spelled("age-secret-key-pq-", bytes(31)).upper(),
        "of a classic key": _spelled("age-secret-key-pq-", bytes(64)).upper(),
    }
)
def test_what_is_no_identity_opens_nothing(text: str) -> None:
    for refused in (lambda: recipient_of(text), lambda: open_with(text, SEALED)):
        with pytest.raises(UsageError, match="not an age identity"):
            refused()


def test_a_key_has_thirteen_words_and_each_its_own() -> None:
    assert len(fingerprint(RECIPIENT).split()) == 13
    assert fingerprint(RECIPIENT) != fingerprint(recipient_of(age_pq.make_identity()))


# age's own JavaScript: makes a key, opens what we sealed, seals for us.
SCRIPT = """
import { webcrypto } from "node:crypto"
globalThis.crypto ??= webcrypto  // Node 18 has it nowhere else
const age = await import("age-encryption")
const say = (name, value) => process.stdout.write(`${name} ${value}\\n`)
const [recipient, identity, sealed] = (await new Response(process.stdin).text()).split(" ")
const opener = new age.Decrypter(); opener.addIdentity(identity)
say("opened", Buffer.from(await opener.decrypt(Buffer.from(sealed, "base64"))).toString("base64"))
say("recipient", await age.identityToRecipient(identity))
const theirs = await age.generateHybridIdentity()
say("identity", theirs); say("public", await age.identityToRecipient(theirs))
const sealer = new age.Encrypter(); sealer.addRecipient(recipient)
say("sealed", Buffer.from(await sealer.encrypt(Buffer.alloc(70000, 7))).toString("base64"))
"""


@pytest.mark.tool("node", "npm:age-encryption")
def test_the_javascript_of_age_opens_what_is_sealed_here_and_seals_what_opens_here(tmp_path: Path) -> None:
    root = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "node_modules").symlink_to(root)
    (tmp_path / "both.mjs").write_text(SCRIPT, encoding="utf-8")
    content = bytes(range(250)) * 400
    told = f"{RECIPIENT} {IDENTITY} {base64.b64encode(seal_for(RECIPIENT, content)).decode()}"
    ran = subprocess.run(
        ["node", "both.mjs"], cwd=tmp_path, input=told, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    said = dict(line.split(" ") for line in ran.stdout.splitlines())
    assert base64.b64decode(said["opened"]) == content
    assert said["recipient"] == RECIPIENT
    assert recipient_of(said["identity"]) == said["public"]
    assert open_with(IDENTITY, base64.b64decode(said["sealed"])) == b"\x07" * 70_000
