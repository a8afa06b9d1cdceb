from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import Key, Writer, verify_signature
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.log.checkpoint import NOTE_LIMIT, encode_note, key_id, key_name, note_body, parse_note, split_note
from vault.log.tree import (
    EMPTY_ROOT,
    Frontier,
    ReadLeaves,
    ReadTile,
    Subtree,
    consistency_proof,
    frontier_at,
    leaf_hash,
    node_hash,
    root,
    root_at,
    subtree_of_tiles,
    tile_stop,
    verify_consistency,
)

WRITER = Writer().write(5)
ORIGIN = WRITER.origin
ROOT = WRITER.frontier.root()
KEY = WRITER.session_key(1)
NOTE = WRITER.seal_of(5, ROOT, 1).note
LINE = NOTE.decode().splitlines()[-1]
STRANGER = Key("stranger")

# c2sp.org/signed-note: the worked example, whose text holds an empty line.
SPEC_NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    "\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQw"
    "aqP3ZekRwNtIc=\n"
)


def test_a_checkpoint_says_which_log_how_long_and_which_root_and_who_signed() -> None:
    checkpoint = parse_note(NOTE)
    assert checkpoint[:3] == (ORIGIN, 5, ROOT)
    assert checkpoint.signed_by(KEY.public, verify_signature)
    assert not checkpoint.signed_by(STRANGER.public, verify_signature)
    assert NOTE.decode() == f"casevault/{ORIGIN.hex()}\n5\n{b64encode(ROOT).decode()}\n\n{LINE}\n"


@pytest.mark.vectors
def test_the_worked_example_of_signed_note_is_split_where_the_text_ends() -> None:
    text, (line,) = split_note(SPEC_NOTE.encode())
    assert text.endswith("\n\ned è subito sera.\n")
    assert (line.name, line.key_id.hex(), len(line.signature)) == ("quasimodo.example/salvatore", "367ba04b", 64)


@pytest.mark.vectors
def test_a_key_id_is_the_c2sp_hash_over_name_newline_type_and_key() -> None:
    assert key_id("example.com/log", bytes(32)) == sha256(b"example.com/log\n\x01" + bytes(32)).digest()[:4]


def _note(body: str, *lines: str) -> bytes:
    return (body + "\n" + "".join(f"{line}\n" for line in lines)).encode()


BODY = note_body(ORIGIN, 5, ROOT).decode()


def _line(key: Key, name: str = key_name(ORIGIN), message: bytes = BODY.encode()) -> str:
    signed = key_id(name, key.public) + key.sign(message)
    return f"— {name} {b64encode(signed).decode()}"


def test_lines_of_unknown_keys_say_nothing() -> None:
    note = _note(BODY, _line(STRANGER), LINE, "— witness.example/a " + b64encode(bytes(80)).decode())
    assert parse_note(note).signed_by(KEY.public, verify_signature)


def test_sixteen_signatures_are_accepted() -> None:
    lines = [_line(Key(f"witness {i}"), f"witness.example/{i}") for i in range(15)]
    assert parse_note(_note(BODY, *lines, LINE)).signed_by(KEY.public, verify_signature)


@each(
    {
        "a bad line of the key beside a good one": [_line(KEY, message=b"other"), LINE],
        "over other text": [_line(KEY, message=b"other")],
        "under another name": [_line(KEY, "casevault/other")],
        "of a stranger": [_line(STRANGER)],
    }
)
def test_a_note_counts_as_signed_only_if_every_line_of_the_key_holds(lines: list[str]) -> None:
    assert not parse_note(_note(BODY, *lines)).signed_by(KEY.public, verify_signature)


@each(
    {
        "another size": ("\n5\n", "\n6\n"),
        "another root": (b64encode(ROOT).decode(), b64encode(bytes(32)).decode()),
        "another log": (ORIGIN.hex(), bytes(32).hex()),
    }
)
def test_a_signature_covers_all_three_lines(old: str, new: str) -> None:
    assert not parse_note(NOTE.replace(old.encode(), new.encode())).signed_by(KEY.public, verify_signature)


ROOT64 = b64encode(ROOT).decode()
_MALFORMED = {
    "empty": b"",
    "no signature": BODY.encode(),
    "no signature line": BODY.encode() + b"\n",
    "no blank line": (BODY + LINE + "\n").encode(),
    "no newline at the end": NOTE[:-1],
    "a letter for the newline at the end": NOTE[:-1] + b"x",
    "a blank line at the end": NOTE + b"\n",
    "CRLF": NOTE.replace(b"\n", b"\r\n"),
    "tab": NOTE.replace(b"casevault/", b"casevault\t"),
    "zero byte": NOTE.replace(b"casevault/", b"casevault\0", 1),
    "not UTF-8": NOTE.replace(b"casevault/", b"\xffcasevault/", 1),
    "trailing space": NOTE.replace(b"\n5\n", b"\n5 \n"),
    "leading zero": NOTE.replace(b"\n5\n", b"\n05\n"),
    "plus": NOTE.replace(b"\n5\n", b"\n+5\n"),
    "minus": NOTE.replace(b"\n5\n", b"\n-5\n"),
    "underscore": NOTE.replace(b"\n5\n", b"\n1_0\n"),
    "another script's digit": NOTE.replace(b"\n5\n", "\n٥\n".encode()),
    "size beyond u64": NOTE.replace(b"\n5\n", b"\n%d\n" % (1 << 64)),
    "no size": NOTE.replace(b"\n5\n", b"\n\n"),
    "extension line": _note(BODY + "more\n", LINE),
    "two lines": _note(f"{key_name(ORIGIN)}\n5\n", LINE),
    "another product's name": NOTE.replace(b"casevault/", b"example.com/", 1),
    "upper-case name": NOTE.replace(ORIGIN.hex().encode(), ORIGIN.hex().upper().encode(), 1),
    "short name": NOTE.replace(ORIGIN.hex().encode(), ORIGIN.hex()[2:].encode(), 1),
    "short root": NOTE.replace(ROOT64.encode(), b64encode(ROOT[:-1]), 1),
    "unpadded root": NOTE.replace(ROOT64.encode(), ROOT64.rstrip("=").encode(), 1),
    "root with spare bits": NOTE.replace(ROOT64.encode(), (ROOT64[:-2] + chr(ord(ROOT64[-2]) + 1) + "=").encode(), 1),
    "root in the other alphabet": NOTE.replace(ROOT64.encode(), b"_" + ROOT64[1:].encode(), 1),
    "hyphen for the dash": NOTE.replace("— ".encode(), b"- "),
    "two spaces": NOTE.replace("— ".encode(), "—  ".encode()),
    "no name": _note(BODY, "—  AAAAAAA="),
    "name with a plus": _note(BODY, LINE.replace("casevault/", "case+vault/")),
    "name with a wide space": _note(BODY, LINE.replace("casevault/", "case\u3000vault/")),
    "name alone": _note(BODY, LINE.rpartition(" ")[0]),
    "signature of four bytes": _note(BODY, LINE.rpartition(" ")[0] + " " + b64encode(bytes(4)).decode()),
    "signature no base64": _note(BODY, LINE.rpartition(" ")[0] + " !!!!"),
    "text after the signature": _note(BODY, LINE + " more"),
    "no text": f"\n\n{LINE}\n".encode(),
    "a signature line without its dash": _note(BODY, LINE[2:]),
    "spare bits in a signature": _note(BODY, "— name AAAAAAB="),
    "another letter in a signature": _note(BODY, "— name AAAA-AAA"),
    "a signature without padding": _note(BODY, "— name AAAAA"),
    "return": NOTE.replace(b"\n5\n", b"\n5\r\n"),
    "unit separator": NOTE.replace(b"\n5\n", b"\n5\x1f\n"),
    "17 signatures": _note(BODY, *[LINE] * 17),
    "1 MB": NOTE + b"x" * 1_000_000,
}


@each(_MALFORMED)
def test_every_other_spelling_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match=r"a (note|checkpoint) "):
        parse_note(untrusted)


def test_a_note_has_128_kib_at_most_and_the_limit_is_named() -> None:
    end = f"\n\n{LINE}\n"
    text, (line,) = split_note(("x" * (NOTE_LIMIT - len(end.encode())) + end).encode())
    assert len(text) + len(end.encode()) - 1 == NOTE_LIMIT == 131_072
    assert (len(line.key_id), len(line.signature)) == (4, 64)
    with pytest.raises(MalformedError, match=f"a note has 131073 bytes, more than {NOTE_LIMIT}"):
        split_note(b"x" * (NOTE_LIMIT + 1))
    with pytest.raises(MalformedError, match="no text, no blank line"):
        split_note(b"x" * NOTE_LIMIT)


def test_a_checkpoint_is_of_any_size_of_64_bits_and_of_no_other() -> None:
    for size in (0, 1, (1 << 64) - 1):
        assert parse_note(_note(note_body(ORIGIN, size, ROOT).decode(), LINE)).size == size
    others = [_note(note_body(ORIGIN, size, ROOT).decode(), LINE) for size in (-1, 1 << 64)]
    refused(MalformedError, "a checkpoint is not in its canonical form", parse_note, others)


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    altered = bytearray(NOTE)
    altered[place] ^= flip
    try:
        checkpoint = parse_note(bytes(altered))
    except MalformedError:
        return
    assert not checkpoint.signed_by(KEY.public, verify_signature)


def test_encode_note_writes_what_the_writer_wrote() -> None:
    body = note_body(ORIGIN, 5, ROOT)
    assert encode_note(body, key_name(ORIGIN), KEY.public, KEY.sign(body)) == NOTE


TREE = json.loads((Path(__file__).parents[1] / "vectors" / "log_tree.json").read_text())
INPUTS = [bytes.fromhex(text) for text in TREE["inputs"]]
ROOTS = [bytes.fromhex(text) for text in TREE["roots"]]
REFERENCE = [leaf_hash(data) for data in INPUTS]
MANY = [sha256(str(i).encode()).digest() for i in range(1_100)]

Tiles = dict[tuple[int, int], bytes]


def grow(leaves: Sequence[bytes]) -> tuple[Frontier, Tiles]:
    frontier, tiles = Frontier(), {}
    for leaf in leaves:
        for tile in frontier.append(leaf):
            tiles[tile.level, tile.idx] = tile.hashes
    return frontier, tiles


def subtree_of_leaves(leaf_hashes: Sequence[bytes]) -> Subtree:
    return lambda start, stop: root(leaf_hashes[start:stop])


def readers(tiles: Tiles, leaves: Sequence[bytes]) -> tuple[ReadTile, ReadLeaves]:
    return (lambda level, idx: tiles.get((level, idx))), (lambda start, stop: leaves[start:stop])


@pytest.mark.vectors
def test_leaves_roots_and_proofs_are_those_of_the_rfc_6962_reference() -> None:
    assert [leaf.hex() for leaf in REFERENCE] == TREE["leaves"]
    for size in range(9):
        assert root(REFERENCE[:size]) == grow(REFERENCE[:size])[0].root() == ROOTS[size]
    for case in TREE["consistency"]:
        proof = consistency_proof(case["old"], case["new"], subtree_of_leaves(REFERENCE))
        assert [digest.hex() for digest in proof] == case["proof"]
        verify_consistency(case["old"], case["new"], proof, ROOTS[case["old"]], ROOTS[case["new"]])


@given(st.integers(0, 90), st.integers(0, 90))
def test_every_prefix_is_consistent_with_every_later_head(first: int, second: int) -> None:
    old, new = sorted((first, second))
    proof = consistency_proof(old, new, subtree_of_leaves(MANY[:new]))
    verify_consistency(old, new, proof, root(MANY[:old]), root(MANY[:new]))


@given(st.integers(2, 90), st.data())
def test_a_prefix_that_was_changed_is_consistent_with_no_later_head(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    before = [leaf if i != changed else leaf_hash(b"other") for i, leaf in enumerate(MANY[:old])]
    proof = consistency_proof(old, new, subtree_of_leaves(MANY[:new]))
    with pytest.raises(VerificationError, match="not those signed before"):
        verify_consistency(old, new, proof, root(before), root(MANY[:new]))


@each([0, 1, 255, 256, 257, 511, 512, 1_000, 1_100])
def test_a_stored_tree_gives_roots_of_every_earlier_size(size: int) -> None:
    _, tiles = grow(MANY)
    read_tile, read_leaves = readers(tiles, MANY)
    assert root_at(size, read_tile, read_leaves) == root(MANY[:size])
    assert frontier_at(size, read_tile, read_leaves).root() == root(MANY[:size])


def test_a_restored_frontier_goes_on_as_the_one_that_was_never_put_away() -> None:
    whole, tiles = grow(MANY)
    first = {place: tile for place, tile in tiles.items() if tile_stop(*place) <= 700}
    resumed = frontier_at(700, *readers(first, MANY))
    for leaf in MANY[700:]:
        for tile in resumed.append(leaf):
            first[tile.level, tile.idx] = tile.hashes
    assert resumed.root() == whole.root()
    assert first == tiles


def test_a_tile_of_the_second_level_is_completed_at_65536_and_used() -> None:
    frontier, tiles = Frontier(), {}
    leaves = [i.to_bytes(32, "big") for i in range(65_536 + 300)]
    for leaf in leaves:
        for tile in frontier.append(leaf):
            tiles[tile.level, tile.idx] = tile.hashes
    assert (1, 0) in tiles
    assert len(tiles) == 258
    upper_only: Tiles = {(1, 0): tiles[1, 0]}
    top = root(leaves)
    assert frontier.root() == top == root_at(len(leaves), *readers(upper_only, leaves))
    assert frontier_at(len(leaves), *readers(upper_only, leaves)).root() == top


@each([(0, 0, 256), (0, 1, 512), (0, 256, 65_792), (1, 0, 65_536), (1, 2, 196_608), (2, 0, 16_777_216)])
def test_a_tile_ends_before_the_leaf_that_begins_the_next_one(level: int, idx: int, stop: int) -> None:
    assert tile_stop(level, idx) == stop


def test_missing_tiles_are_recomputed_false_ones_show_in_the_root_and_others_are_refused() -> None:
    _, tiles = grow(MANY)
    tile = tiles.pop((0, 1))
    assert root_at(1_100, *readers(tiles, MANY)) == root(MANY)
    false = tiles | {(0, 1): bytes([tile[0] ^ 1]) + tile[1:]}
    assert root_at(1_100, *readers(false, MANY)) != root(MANY)
    with pytest.raises(MalformedError, match="tile 0/1 has 8191 bytes"):
        root_at(1_100, *readers(tiles | {(0, 1): tile[:-1]}, MANY))


def test_leaves_that_are_not_all_here_are_refused() -> None:
    with pytest.raises(VerificationError, match="entries 0 to 9: 4 of 10 are here"):
        frontier_at(10, *readers({}, MANY[:4]))


def test_proofs_come_from_tiles_as_from_leaves() -> None:
    _, tiles = grow(MANY)
    stored = subtree_of_tiles(*readers(tiles, MANY))
    memory = subtree_of_leaves(MANY)
    for old in (1, 256, 300, 777):
        assert consistency_proof(old, 1_100, stored) == consistency_proof(old, 1_100, memory)


def test_a_copied_frontier_lives_on_its_own() -> None:
    frontier, _ = grow(MANY[:300])
    twin = frontier.copy()
    twin.append(MANY[300])
    assert frontier.root() == root(MANY[:300])
    assert twin.root() == root(MANY[:301])


@each([(255, None), (256, 44), (299, 1), (300, 0), (301, None)])
def test_a_frontier_remembers_the_leaves_of_its_open_tile_alone(start: int, kept: int | None) -> None:
    frontier, _ = grow(MANY[:300])
    assert frontier.leaves_from(start) == (None if kept is None else MANY[300 - kept : 300])


# The size-0 policy, where implementations differ.
def test_size_zero_has_a_fixed_root_and_is_a_prefix_of_everything() -> None:
    assert Frontier().root() == root([]) == EMPTY_ROOT == sha256(b"").digest()
    verify_consistency(0, 5, [], EMPTY_ROOT, root(MANY[:5]))
    verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert consistency_proof(0, 5, subtree_of_leaves(MANY[:5])) == []


@each(
    {
        "size 0 with a proof": ((0, 5), [MANY[0]], (EMPTY_ROOT, root(MANY[:5])), "too long"),
        "size 0 with another root": ((0, 5), [], (MANY[0], root(MANY[:5])), "two different roots for 0"),
        "one size, two roots": ((5, 5), [], (MANY[0], root(MANY[:5])), "two different roots for 5"),
        "one size with a proof": ((5, 5), [MANY[0]], (root(MANY[:5]), root(MANY[:5])), "too long"),
        "backwards": ((6, 5), [], (root(MANY[:6]), root(MANY[:5])), "no prefix"),
        "negative": ((-1, 5), [], (EMPTY_ROOT, root(MANY[:5])), "no prefix"),
        "no proof": ((3, 5), [], (root(MANY[:3]), root(MANY[:5])), "too short"),
        "no proof from a power of two": ((4, 5), [], (root(MANY[:4]), root(MANY[:5])), "too short"),
        "empty hash": ((3, 5), [b""], (root(MANY[:3]), root(MANY[:5])), "a hash has 0 bytes"),
        "33-byte hash": ((3, 5), [bytes(33)], (root(MANY[:3]), root(MANY[:5])), "a hash has 33 bytes"),
        "empty root": ((3, 5), [], (b"", root(MANY[:5])), "a hash has 0 bytes"),
    }
)
def test_consistency_refuses(
    sizes: tuple[int, int], proof: list[bytes], roots: tuple[bytes, bytes], reason: str
) -> None:
    with pytest.raises(VerificationError, match=reason):
        verify_consistency(*sizes, proof, *roots)


def test_consistency_refuses_a_proof_with_one_hash_more_or_less() -> None:
    for old in (1, 2, 3, 4, 5, 6, 7):
        proof = consistency_proof(old, 8, subtree_of_leaves(REFERENCE))
        verify_consistency(old, 8, proof, ROOTS[old], ROOTS[8])
        with pytest.raises(VerificationError, match="the consistency proof is too long"):
            verify_consistency(old, 8, [*proof, MANY[0]], ROOTS[old], ROOTS[8])
        others = [(old, 8, altered, ROOTS[old], ROOTS[8]) for altered in (proof[:-1], proof[1:], [MANY[0], *proof])]
        refused(VerificationError, r"too short|too long|not those signed before", verify_consistency, others)


def test_leaf_and_node_are_hashed_apart() -> None:
    pair = REFERENCE[0] + REFERENCE[1]
    assert leaf_hash(pair) != node_hash(REFERENCE[0], REFERENCE[1])
    # The header that spells a node's input does not have the node's hash.
    assert leaf_hash(b"\x01" + pair) != node_hash(REFERENCE[0], REFERENCE[1])


def test_no_proof_is_made_backwards() -> None:
    refused(VerificationError, "no prefix", consistency_proof, [(6, 5, subtree_of_leaves(MANY))])


def test_whole_subtrees_of_a_large_tree_come_from_the_highest_tiles() -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(256)]

    def read_tile(level: int, index: int) -> bytes | None:
        return b"".join(hashes) if (level, index) == (2, 0) else None

    def read_leaves(start: int, stop: int) -> list[bytes]:
        pytest.fail(f"leaves {start} to {stop} were read")

    subtree = subtree_of_tiles(read_tile, read_leaves)
    assert subtree(0, 1 << 16) == hashes[0]
    assert subtree(1 << 17, 1 << 18) == node_hash(hashes[2], hashes[3])
    assert subtree(0, 1 << 18) == root(hashes[:4])
