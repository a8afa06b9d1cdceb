from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import generate_mnemonics  # type: ignore[import-untyped]  # ships no types
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]  # ships no types

from tests.seal.places import KEY, OTHER_KEY, SEAT, VAULT, fixed, flipped
from tests.tables import each, refused
from vault.errors import (
    BrokenSealError,
    MalformedError,
    NewerVaultError,
    RefusedError,
    UsageError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.seal.entrance import passphrase as passphrase_module
from vault.seal.entrance.device_secret import KEYFILE_SIZE, make_keyfile, read_keyfile
from vault.seal.entrance.keyfile import (
    HEADER_SIZE,
    KEY_FILE_SIZE,
    KeyFile,
    KeyHeader,
    SeatSecrets,
    Stretched,
    find_slot,
    make_key_file,
    open_slot,
    seal_slot,
    slot_info,
    unlock,
)
from vault.seal.entrance.passphrase import CEILING, DEFAULT, FLOOR, KdfParameters, derive_unlock_key
from vault.seal.envelope import LocalContext, seal
from vault.seal.purposes import Purpose
from vault.seal.recovery import (
    ROWS,
    Sheet,
    certificate_words,
    combine,
    derive_recovery_seed,
    derive_root_seed,
    digest_of_words,
    join_sheets,
    make_root_secret,
    make_sheets,
    member_of_words,
    member_words,
    read_row,
    read_sheet,
    recover,
    row_check,
    sheet_name,
    sheet_number,
    sheets_needed,
    split,
    whole_word,
    words_of,
)
from vault.seal.signing import public_key

HEADER = KeyHeader(VAULT, fixed("folder", 16), 9, fixed("vault salt"), DEFAULT, FLOOR)
SECRETS = SeatSecrets(
    SEAT,
    fixed("kem", 96),
    fixed("identity"),
    fixed("keyring"),
    fixed("index"),
    fixed("draft"),
    fixed("pin"),
    fixed("anchor"),
)
FILE = make_key_file(
    HEADER,
    doors=[fixed(f"door {n}", 1200) for n in range(32)],
    recovery_door=fixed("recovery door", 1200),
    attempts_public=fixed("attempts", 1216),
    slots={5: seal_slot(KEY, SECRETS, HEADER, 5)},
    random=lambda size: fixed("unused", size),
)


def test_a_key_file_survives_its_bytes_and_has_one_size() -> None:
    assert len(FILE.header.encode()) == HEADER_SIZE == 92
    assert len(FILE.encode()) == KEY_FILE_SIZE == 92 + 32 * 1024 + 33 * 1200 + 1216
    assert KeyFile.decode(FILE.encode()) == FILE
    assert KeyFile.decode(FILE.encode()).digest() == FILE.digest()


def test_a_header_without_previous_cost_survives_its_bytes() -> None:
    header = replace(HEADER, previous=None)
    assert KeyHeader.decode(header.encode()) == header
    assert header.parameter_sets() == (DEFAULT,)
    assert HEADER.parameter_sets() == (DEFAULT, FLOOR)


def test_a_key_file_of_another_size_is_refused() -> None:
    sizes = [0, 1, 91, 92, 93, 1116, KEY_FILE_SIZE - 1, KEY_FILE_SIZE + 1]
    others = [(FILE.encode() + b"\0")[:size] for size in sizes]
    refused(MalformedError, r"keys (header|file) has \d+ bytes, not", KeyFile.decode, others)


@each(
    {
        "later format": (b"\x03\x01", NewerVaultError),
        "later suite": (b"\x02\x02", NewerVaultError),
        "format 0": (b"\x00\x01", MalformedError),
        "suite 0": (b"\x02\x00", MalformedError),
    }
)
def test_an_unknown_form_is_refused(lead: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"keys file has format {lead[0]}, suite {lead[1]}"):
        KeyFile.decode(lead + FILE.encode()[2:])


def test_a_key_file_of_before_the_first_release_is_refused_in_one_sentence_that_says_why() -> None:
    words = "^this vault was made by a trial version of CaseVault, and this version cannot open it$"
    with pytest.raises(RefusedError, match=words):
        KeyFile.decode(b"\x01" + FILE.encode()[1:])


def test_every_bit_of_the_header_reaches_the_digest() -> None:
    digests = {KeyFile.decode(flipped(FILE.encode(), bit)).digest() for bit in range(16, 8 * HEADER_SIZE)}
    assert len(digests) == 8 * HEADER_SIZE - 16
    assert FILE.digest() not in digests


def test_an_unused_slot_looks_like_a_used_one() -> None:
    made = _made_with({})
    assert len(set(made.slots)) == 32
    # Bit counts of 32 x 8,192 random bits: ten standard deviations.
    ones = sum(byte.bit_count() for slot in (*made.slots, FILE.slots[5]) for byte in slot)
    assert abs(ones - 33 * 4096) < 10 * (33 * 2048) ** 0.5


@each(
    {
        "slot missing": (lambda: replace(FILE, slots=FILE.slots[1:]), "32 slots and 32 doors"),
        "door missing": (lambda: replace(FILE, doors=FILE.doors[1:]), "32 slots and 32 doors"),
        "empty slot": (lambda: FILE.with_slot(3, b""), "slot has 0 bytes, not 1024"),
        "slot 32": (lambda: FILE.with_slot(32, FILE.slots[5]), "slot 32 is not between 0 and 31"),
        "slot -1": (lambda: FILE.with_slot(-1, FILE.slots[5]), "slot -1 is not between 0 and 31"),
        "recovery door": (lambda: FILE.with_doors(FILE.doors, b""), "door has 0 bytes, not 1200"),
        "door": (lambda: FILE.with_doors([b"x"] * 32, FILE.recovery_door), "door has 1 bytes"),
        "attempts key": (lambda: replace(FILE, attempts_public=b""), "attempts key has 0 bytes"),
        "vault": (lambda: replace(HEADER, vault=b""), "vault has 0 bytes, not 16"),
        "folder": (lambda: replace(HEADER, folder=b""), "folder has 0 bytes, not 16"),
        "salt": (lambda: replace(HEADER, vault_salt=b""), "vault_salt has 0 bytes, not 32"),
        "generation": (lambda: replace(HEADER, generation=-1), "generation is not between"),
        "fresh slot 32": (lambda: _made_with({32: FILE.slots[5]}), "slot 32 is not between 0 and 31"),
        "fresh empty slot": (lambda: _made_with({1: b""}), "slot has 0 bytes, not 1024"),
    }
)
def test_a_key_file_of_other_parts_cannot_be_made(change: Callable[[], object], error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        change()


def _made_with(slots: dict[int, bytes], header: KeyHeader = HEADER) -> KeyFile:
    return make_key_file(
        header, doors=FILE.doors, recovery_door=FILE.recovery_door, attempts_public=FILE.attempts_public, slots=slots
    )


def test_every_change_is_a_new_generation() -> None:
    slot, door = fixed("new slot", 1024), fixed("new door", 1200)
    with_slot = FILE.with_slot(7, slot)
    assert with_slot.slots == (*FILE.slots[:7], slot, *FILE.slots[8:])
    with_doors = FILE.with_doors([door] * 32, door)
    assert with_doors.doors == (door,) * 32
    assert with_doors.recovery_door == door
    for changed in (with_slot, with_doors):
        assert changed.header.generation == 10
        assert KeyFile.decode(changed.encode()) == changed


@each({"current": (KdfParameters(1, 3, 4), None), "previous": (DEFAULT, KdfParameters(1, 3, 4))})
def test_a_cost_out_of_bounds_is_never_written(parameters: KdfParameters, previous: KdfParameters | None) -> None:
    with pytest.raises(RefusedError, match="memory_kib = 1 is not between"):
        _made_with({}, replace(HEADER, parameters=parameters, previous=previous))


@each(
    {
        "another key": (OTHER_KEY, HEADER, 5),
        "another number": (KEY, HEADER, 6),
        "another vault": (KEY, replace(HEADER, vault=fixed("else", 16)), 5),
    }
)
def test_a_slot_opens_nowhere_else(key: bytes, header: KeyHeader, number: int) -> None:
    with pytest.raises(BrokenSealError, match=f"seal does not hold: slot {number}"):
        open_slot(key, FILE.slots[5], header, number)


def test_a_slot_opens_with_its_key_at_its_number_in_its_vault_whatever_the_folder_and_generation() -> None:
    moved = replace(HEADER, folder=fixed("else", 16), generation=11, previous=None)
    assert open_slot(KEY, FILE.slots[5], HEADER, 5) == open_slot(KEY, FILE.slots[5], moved, 5) == SECRETS
    assert slot_info(moved, 5) == slot_info(HEADER, 5)


def test_a_slot_is_bound_to_what_fixes_its_key() -> None:
    other_vault, other_salt = replace(HEADER, vault=fixed("else", 16)), replace(HEADER, vault_salt=fixed("else"))
    infos = [slot_info(HEADER, 5, DEFAULT), slot_info(HEADER, 6), slot_info(HEADER, 5, FLOOR)]
    infos += [slot_info(other_vault, 5), slot_info(other_salt, 5)]
    assert len(set(infos)) == 5
    assert {len(info) for info in infos} == {14 + 1 + 1 + 16 + 32 + 9 + 8}
    for number in (-1, 32):
        with pytest.raises(MalformedError, match=f"slot {number} is not between 0 and 31"):
            slot_info(HEADER, number)


CONTENT = msgspec.msgpack.decode(SECRETS.encode())


@each(
    {
        "empty": (b"", "slot content cannot be read"),
        "lengthened": (SECRETS.encode() + b"\0", "slot content cannot be read"),
        "number": (msgspec.msgpack.encode({**CONTENT, "seat": 1}), "slot content cannot be read"),
        "more": (msgspec.msgpack.encode({**CONTENT, "more": b""}), "other fields than this format"),
        "no anchor": (msgspec.msgpack.encode({k: v for k, v in CONTENT.items() if k != "anchor"}), "other fields"),
        "empty anchor": (msgspec.msgpack.encode({**CONTENT, "anchor": b""}), "anchor has 0 bytes"),
        "short seed": (msgspec.msgpack.encode({**CONTENT, "kem": bytes(95)}), "kem_seed has 95 bytes"),
    }
)
def test_a_slot_with_other_content_is_refused(content: bytes, error: str) -> None:
    slot = seal(KEY, content, LocalContext(Purpose.SLOT, VAULT, bytes(16), 5))
    with pytest.raises(MalformedError, match=error):
        open_slot(KEY, slot, HEADER, 5)


def test_secrets_are_never_shown() -> None:
    shown = repr(SECRETS)
    for field in fields(SECRETS):
        value = getattr(SECRETS, field.name)
        assert field.name == "seat" or repr(value) not in shown


# A keyfile is 64 bytes; what is none gives zeros, and is told apart only afterwards.
KEYFILE = make_keyfile(lambda size: KEY[:size])


def test_a_keyfile_is_name_secret_and_check() -> None:
    assert _keyfile(b"casevault/key/v1" + KEY) == KEYFILE
    assert (read_keyfile(KEYFILE).secret, read_keyfile(KEYFILE).is_sound, len(KEYFILE)) == (KEY, True, KEYFILE_SIZE)
    assert make_keyfile() != make_keyfile()
    assert repr(read_keyfile(KEYFILE)) == "DeviceSecret(is_sound=True)"


def _keyfile(named: bytes) -> bytes:
    return named + hashlib.sha256(named).digest()[:16]


@each(
    {
        "nothing": b"",
        "another name": _keyfile(b"casevault/key/v2" + KEY),
        "a longer secret": _keyfile(b"casevault/key/v1" + KEY + b"x"),
        "cut": KEYFILE[:-1],
        "a byte more": KEYFILE + b"\0",
        "zeros": bytes(64),
        "a picture": b"a picture" * 900,
        **{f"bit {bit} flipped": flipped(KEYFILE, bit) for bit in range(0, 512, 37)},
    }
)
def test_anything_else_counts_as_zeros(data: bytes) -> None:
    read = read_keyfile(data)
    assert (read.secret, read.is_sound) == (bytes(32), False)


BOTH = [Stretched(DEFAULT, KEY), Stretched(FLOOR, OTHER_KEY)]
WRONG = "no key slot opens with this name and passphrase"


def _never(*_: object, **__: object) -> NoReturn:
    pytest.fail("Argon2 was called")


def _file(number: int, parameters: KdfParameters, k1: bytes) -> KeyFile:
    unlock_key = derive_unlock_key(k1, slot_info=slot_info(HEADER, number, parameters))
    return FILE.with_slot(number, seal_slot(unlock_key, SECRETS, HEADER, number))


@each([0, 5, 31])
def test_a_slot_is_found_wherever_it_is(number: int) -> None:
    opened = find_slot(_file(number, DEFAULT, KEY), BOTH)
    assert (opened.number, opened.parameters, opened.secrets) == (number, DEFAULT, SECRETS)


def test_no_bit_of_a_slot_can_be_flipped() -> None:
    slot = _file(3, DEFAULT, KEY).slots[3]
    changed = [replace(FILE, slots=(flipped(slot, bit),) * 32) for bit in range(0, 8 * 1024, 61)]
    refused(WrongPassphraseError, WRONG, lambda file: find_slot(file, BOTH[:1]), changed)


def _with_content(content: bytes) -> KeyFile:
    unlock_key = derive_unlock_key(KEY, slot_info=slot_info(HEADER, 3))
    return FILE.with_slot(3, seal(unlock_key, content, LocalContext(Purpose.SLOT, VAULT, bytes(16), 3)))


def test_a_slot_of_another_cost_place_or_content_is_the_same_error() -> None:
    others = {
        "of another cost": _file(3, FLOOR, KEY),
        "at another place": FILE.with_slot(4, _file(3, DEFAULT, KEY).slots[3]),
        "with nothing inside": _with_content(b""),
        "with an empty map inside": _with_content(b"\x80"),
    }
    refused(WrongPassphraseError, WRONG, lambda file: find_slot(file, BOTH), others)


@each(
    [replace(HEADER, parameters=KdfParameters(1 << 30, 3, 4)), replace(HEADER, previous=KdfParameters(1 << 30, 3, 4))]
)
def test_a_file_that_claims_a_terabyte_is_refused_before_either_cost_is_paid(
    header: KeyHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_module, "hash_secret_raw", _never)
    with pytest.raises(RefusedError, match="memory_kib = 1073741824 is not between"):
        unlock(replace(FILE, header=header), bytearray(b"phrase"), "Amina")


@each({
    "the ceiling": (FLOOR, CEILING),
    "more memory": (replace(DEFAULT, iterations=9), replace(DEFAULT, memory_kib=2 * DEFAULT.memory_kib)),
    "more work": (DEFAULT, replace(DEFAULT, iterations=DEFAULT.iterations + 1)),
})  # fmt: skip
def test_a_previous_cost_above_the_present_one_is_refused_before_either_is_paid(
    present: KdfParameters, previous: KdfParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_module, "hash_secret_raw", _never)
    header = replace(HEADER, parameters=present, previous=previous)
    with pytest.raises(RefusedError, match="previous passphrase cost is higher"):
        unlock(replace(FILE, header=header), bytearray(b"phrase"), "Amina")


@each({"present cost first": (BOTH,), "previous cost first": (BOTH[::-1],)})
def test_a_slot_of_the_previous_cost_is_found_and_renewed_at_the_present_one(runs: list[Stretched]) -> None:
    opened = find_slot(_file(3, FLOOR, OTHER_KEY), runs)
    assert (opened.number, opened.parameters) == (3, FLOOR)
    assert opened.renewed is not None
    again = find_slot(FILE.with_slot(3, opened.renewed), [Stretched(DEFAULT, KEY)])
    assert (again.secrets, again.parameters, again.renewed) == (SECRETS, DEFAULT, None)


def test_no_key_and_no_slot_stands_in_a_representation() -> None:
    assert "k1" not in repr(BOTH[0])
    assert "renewed" not in repr(find_slot(_file(3, FLOOR, OTHER_KEY), BOTH))


# Sheets: rows that find their own slips, and a table of what does not open.
DIGEST = fixed("digest")
ROOT, OTHER_ROOT = (public_key(derive_root_seed(key)) for key in (KEY, OTHER_KEY))
SHEETS = make_sheets(KEY, DIGEST)
AGAIN = make_sheets(KEY, DIGEST)
OTHERS = make_sheets(OTHER_KEY, DIGEST)
FIVE = make_sheets(KEY, DIGEST, 3, 5)


def as_printed(sheet: Sheet, *, letters: int = 8) -> str:
    return "\n".join(
        f"{row.number:>2}  {'  '.join(word[:letters] for word in row.words)}  {row.check}" for row in sheet.rows
    )


def another_word(word: str) -> str:
    return str(WORDLIST[(WORDLIST.index(word) + 1) % 1024])


@each([((2, 3),), ((3, 5),)])
def test_a_sheet_is_called_by_its_number_as_soon_as_the_words_tell_it(shape: tuple[int, int]) -> None:
    for sheet in make_sheets(KEY, DIGEST, *shape):
        assert [sheet_number(sheet.words[:count]) for count in (0, 3, 4, 33)] == [None, None, *[sheet.number] * 2]
        assert sheet_name(2, sheet.words[:3]) == "second sheet"
        assert sheet_name(2, sheet.words[:6]) == f"second sheet (number {sheet.number})"
    assert sheet_number(["no", "word", "of", "it"]) is None
    # Of the ten bits of the fourth word the number is in those behind the first two and before the last four.
    assert sheet_number(["academic", "academic", "academic", str(WORDLIST[0b11_0010_1001])]) == 3
    assert [sheet_name(place, ()) for place in (1, 3, 5, 6)] == [
        *("first sheet", "third sheet", "fifth sheet"),
        "sheet in place 6",
    ]


def test_a_sheet_has_eleven_rows_of_three_words_and_a_number() -> None:
    sheet = SHEETS[1]
    assert (sheet.number, sheet.count, sheet.threshold, sheet.sheets_words) == (2, 3, 2, words_of(DIGEST))
    assert [row.number for row in sheet.rows] == list(range(1, ROWS + 1))
    assert sum((row.words for row in sheet.rows), ()) == sheet.words
    assert all(row.check == row_check(row.number, row.words) and len(row.check) == 3 for row in sheet.rows)


def test_the_number_of_a_row_is_the_one_that_the_format_gives() -> None:
    # FORMAT.md 2, computed by hand with `printf 'casevault/row\x01academic acid acne' | sha256sum`: 03d9b47c...
    assert row_check(1, ("academic", "acid", "acne")) == f"{0x03D9B47C % 1000:03}"
    assert row_check(2, ("academic", "acid", "acne")) != row_check(1, ("academic", "acid", "acne"))


def test_what_is_printed_can_be_typed_back_whole_or_in_four_letters_with_or_without_its_numbers() -> None:
    printed = [as_printed(SHEETS[0], letters=letters) for letters in (4, 5, 8)]
    for text in (*printed, *map(str.upper, printed), " ".join(SHEETS[0].words)):
        assert read_sheet(text, sheet=1) == SHEETS[0].words


def test_no_two_words_share_four_letters() -> None:
    assert len({word[:4] for word in WORDLIST}) == 1024
    assert all(whole_word(word[:4]) == whole_word(f" {word.upper()} ") == word for word in WORDLIST)


def test_what_is_no_word_of_the_list_is_none() -> None:
    assert {whole_word(typed) for typed in ("", "!", "aca", "academix", "academics", "zzzz", "acad1", "асад")} == {None}


def test_rows_that_changed_places_are_found() -> None:
    lines = as_printed(SHEETS[0]).splitlines()
    lines[3], lines[7] = lines[7], lines[3]
    with pytest.raises(VerificationError, match=r"first sheet \(number 1\), row 4: the words do not give the number"):
        read_sheet("\n".join(lines), sheet=1)


@each([1, 5, 11])
def test_a_mistyped_word_is_found_by_its_row(row: int) -> None:
    for place in range(3):
        lines = as_printed(SHEETS[1]).splitlines()
        words = lines[row - 1].split()
        while row_check(row, words[1:4]) == words[4]:  # one word in a thousand gives the same number
            words[place + 1] = another_word(words[place + 1])
        lines[row - 1] = " ".join(words)
        with pytest.raises(VerificationError, match=rf"second sheet.*, row {row}: the words do not give") as refusal:
            read_sheet("\n".join(lines), sheet=2)
        assert words[place + 1] not in re.findall(r"\w+", f"{refusal.value.message} {refusal.value.next_step}")


def test_a_word_that_is_none_is_named_by_its_place_alone() -> None:
    with pytest.raises(VerificationError, match="third sheet, row 2: word 5 is not a word of a sheet") as refusal:
        read_row(["acid", "notaword", "acne"], sheet=3, row=2)
    assert "notaword" not in str(refusal.value.message) + str(refusal.value.next_step)


def with_row_5(change: Callable[[list[str]], list[str]]) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines[:4], " ".join(change(lines[4].split())), *lines[5:]]


@each(
    {
        "a word short": (with_row_5(lambda row: row[:2] + row[3:]), "first sheet .number 1., row 5 has 2 words, not 3"),
        "a word more": (
            with_row_5(lambda row: [*row[:2], "acid", *row[2:]]),
            "first sheet .number 1., row 5 has 4 words, not 3",
        ),
        "a row short": (lambda lines: lines[:-1], "first sheet has 10 rows, not 11"),
        "a row more": (lambda lines: [*lines, lines[0]], "first sheet has 12 rows, not 11"),
        "a word behind the last number": (lambda lines: [*lines, "acid"], "first sheet has 12 rows, not 11"),
        "far too much": (lambda lines: lines * 40, "first sheet has 440 rows, not 11"),
        "no numbers": (lambda lines: [" ".join(SHEETS[0].words[:-1])], "first sheet has 32 words, not 33"),
        "nothing": (lambda lines: [], "first sheet has 0 words, not 33"),
        "a short word behind the last number": (lambda lines: [*lines, "zz"], "first sheet has 12 rows, not 11"),
        "a power is no number": (lambda lines: [*lines, "\u00b2"], "first sheet has 12 rows, not 11"),
        "a number alone": (lambda lines: ["123"], "first sheet has 1 rows, not 11"),
    }
)
def test_a_sheet_of_another_shape_is_refused(change: Callable[[list[str]], list[str]], text: str) -> None:
    with pytest.raises(VerificationError, match=text):
        read_sheet("\n".join(change(as_printed(SHEETS[0]).splitlines())), sheet=1)


def test_enough_sheets_of_one_set_give_the_secret_in_any_order() -> None:
    for sheets in (SHEETS[:2], (SHEETS[2], SHEETS[0]), SHEETS, FIVE[1:4], FIVE, AGAIN[:2]):
        assert join_sheets([sheet.words for sheet in sheets], ROOT) == KEY


def swapped(sheet: Sheet) -> tuple[str, ...]:
    return (*sheet.words[:20], another_word(sheet.words[20]), *sheet.words[21:])


_FEWER = "Fewer sheets reveal nothing: ask the next person for their sheet."
_OTHER_SET = (
    "the second sheet (number 2) belongs to another set than the first sheet (number 1)",
    "Sheets of one set begin with the same two words.",
)


# All that is said of them is the same whatever words they have.
@each(
    {
        "none": ([], RefusedError, ("no sheet was given", "Type the words of the sheets.")),
        "one custodian alone": ([SHEETS[0].words], RefusedError, ("2 sheets are needed, not 1", _FEWER)),
        "two of five": ([sheet.words for sheet in FIVE[:2]], RefusedError, ("3 sheets are needed, not 2", _FEWER)),
        "one sheet twice": (
            [SHEETS[0].words, SHEETS[0].words],
            VerificationError,
            ("the second sheet (number 1) is the first sheet (number 1) again", "Ask for the sheet of another person."),
        ),
        "two sets": ([SHEETS[0].words, AGAIN[1].words], VerificationError, _OTHER_SET),
        "two vaults": ([SHEETS[0].words, OTHERS[1].words], VerificationError, _OTHER_SET),
        "two shapes": ([SHEETS[0].words, FIVE[1].words], VerificationError, _OTHER_SET),
        "a word of the list in place of another": (
            [SHEETS[0].words, swapped(SHEETS[1])],
            VerificationError,
            (
                "the words of the second sheet (number 2) do not fit together",
                "A word is wrong, but is on the list: compare all words, and the number beside each row.",
            ),
        ),
        "sheets of another vault": (
            [sheet.words for sheet in OTHERS[:2]],
            VerificationError,
            (
                "these sheets are not of the set that is in effect",
                "Compare the 13 words on them with those of the newest sheets.",
            ),
        ),
    }
)
def test_sheets_that_do_not_open_are_refused_without_a_word_of_them(
    sheets: list[Sequence[str]], error: type[VaultError], said: tuple[str, str]
) -> None:
    with pytest.raises(error) as refusal:
        join_sheets(sheets, ROOT)
    assert (str(refusal.value.message), str(refusal.value.next_step)) == said
    assert refusal.value.__cause__ is None


def test_a_sheet_says_how_many_are_needed_and_before_the_vault_is_open_not_of_which_vault_it_is() -> None:
    assert sheets_needed([SHEETS[2].words]) == 2
    assert sheets_needed([sheet.words for sheet in FIVE]) == 3
    assert join_sheets([sheet.words for sheet in OTHERS[:2]], None) == OTHER_KEY


def test_nothing_of_a_sheet_is_in_its_repr() -> None:
    shown = set(re.findall("[a-z]+", repr(SHEETS[0]).split("sheets_words")[0]))  # whole words: "threshold" holds one
    assert shown.isdisjoint(SHEETS[0].words)
    assert repr(SHEETS[0].rows[0]) == "Row(number=1)"


SHARES = split(KEY)


def test_root_and_recovery_come_from_the_one_secret_and_differ() -> None:
    assert len(derive_root_seed(KEY)) == 32
    assert len(derive_recovery_seed(KEY)) == 96
    assert derive_recovery_seed(KEY)[:32] != derive_root_seed(KEY)
    assert derive_root_seed(KEY) != derive_root_seed(OTHER_KEY)
    assert len({make_root_secret() for _ in range(100)}) == 100


def test_any_two_of_three_sheets_and_any_three_of_five_give_the_secret() -> None:
    for chosen in ((0, 1), (0, 2), (1, 2), (2, 0)):
        assert recover([SHARES[at] for at in chosen], ROOT) == KEY
    shares = split(KEY, 3, 5)
    assert recover([shares[4], shares[0], shares[2]], ROOT) == KEY
    assert recover(shares[:3], ROOT) == KEY


OTHER_SHARES = split(OTHER_KEY)


@each(
    {
        "none": [],
        "one": SHARES[:1],
        "one twice": [SHARES[0], SHARES[0]],
        "of two sets": [SHARES[0], OTHER_SHARES[1]],
        "a word short": [SHARES[0], SHARES[1].rsplit(" ", 1)[0]],
        "a word more": [SHARES[0], SHARES[1] + " academic"],
        "no word of the list": [SHARES[0], "notaword " + SHARES[1].split(" ", 1)[1]],
        "empty": [SHARES[0], ""],
    }
)
def test_shares_that_do_not_fit_are_refused_without_repeating_them(shares: list[str]) -> None:
    with pytest.raises(VerificationError, match=f"these {len(shares)} shares do not fit together") as refusal:
        recover(shares, ROOT)
    assert "notaword" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@each([0, 3, 10, 32])
def test_one_mistyped_word_is_noticed(place: int) -> None:
    words = SHARES[1].split()
    words[place] = WORDLIST[(WORDLIST.index(words[place]) + 1) % 1024]
    with pytest.raises(VerificationError, match="shares do not fit together"):
        combine([SHARES[0], " ".join(words)])


def test_shares_and_a_root_that_do_not_belong_together_are_refused() -> None:
    others = {
        "shares of another vault": (OTHER_SHARES[:2], ROOT),
        "made with a SLIP-39 passphrase": (generate_mnemonics(1, [(2, 3)], KEY, b"a passphrase")[0][:2], ROOT),
        "another root": (SHARES[:2], OTHER_ROOT),
        "no root": (SHARES[:2], b""),
    }
    refused(VerificationError, "not of the set that is in effect", recover, others)


def test_shares_of_a_shorter_secret_are_refused() -> None:
    with pytest.raises(MalformedError, match="key has 16 bytes, not 32"):
        combine(generate_mnemonics(1, [(2, 3)], KEY[:16], b"")[0][:2])


@each([(1, 1), (1, 3), (3, 3), (2, 5), (5, 3)])
def test_other_shapes_of_sharing_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(RefusedError, match=f"not {threshold} of {shares}"):
        split(KEY, threshold, shares)


@each([b"", KEY[:16]])
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    uses = (split, derive_root_seed, derive_recovery_seed, lambda key: make_sheets(key, DIGEST))
    refused(MalformedError, f"key has {len(secret)} bytes, not 32", lambda use: use(secret), uses)


@given(st.binary(min_size=32, max_size=32))
@settings(deadline=None)
def test_words_are_the_first_130_bits(digest: bytes) -> None:
    words = words_of(digest)
    bits = "".join(f"{WORDLIST.index(word):010b}" for word in words)
    assert len(words) == 13
    assert bits == "".join(f"{byte:08b}" for byte in digest)[:130]


@each([b"", bytes(16), bytes(31), bytes(33)])
def test_a_digest_that_is_empty_or_short_has_no_words(digest: bytes) -> None:
    with pytest.raises(MalformedError, match=f"digest has {len(digest)} bytes, not 32"):
        words_of(digest)


@given(st.binary(min_size=32, max_size=32), st.integers(4, 8))
@settings(deadline=None)
def test_13_words_give_back_the_first_130_bits_and_four_letters_of_each_are_enough(digest: bytes, letters: int) -> None:
    words = words_of(digest)
    found = digest_of_words([f" {word[:letters].upper()}" for word in words] + [""])
    assert words_of(found) == words
    assert found[:16] == digest[:16]


def test_other_words_are_no_words_of_a_card() -> None:
    words = words_of(DIGEST)
    others = [((),), (words[:12],), ((*words, words[0]),), ((*words[:12], "lantern"),), ((*words[:12], "a"),)]
    refused(UsageError, "these are not 13 words of a card or a sheet", digest_of_words, others)


def test_a_member_is_told_by_13_words_that_check_themselves() -> None:
    member = fixed("member", 16)
    words = member_words(member)
    assert (len(words), member_of_words(words)) == (13, member)
    wrong = [words_of(member + bytes([tail << 6]) + bytes(15)) for tail in range(4)]
    assert sum(other == words for other in wrong) == 1
    for other in wrong:
        if other != words:
            with pytest.raises(UsageError, match="not the 13 words of a member"):
                member_of_words(other)


def test_the_words_of_who_asks_bind_vault_and_certificate() -> None:
    words = certificate_words(VAULT, b"certificate")
    assert words == words_of(hashlib.sha256(b"casevault/words" + VAULT + b"certificate").digest())
    assert words not in {certificate_words(SEAT, b"certificate"), certificate_words(VAULT, b"another")}
