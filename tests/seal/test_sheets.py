"""Sheets: rows that find their own slips, and a table of what does not open."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]  # ships no types

from tests.seal.places import KEY, OTHER_KEY
from tests.tables import each
from vault.errors import RefusedError, VaultError, VerificationError
from vault.seal.recovery import (
    ROWS,
    Sheet,
    derive_root_seed,
    join_sheets,
    make_sheets,
    read_row,
    read_sheet,
    root_words,
    row_check,
    sheet_name,
    sheet_number,
    sheets_needed,
    whole_word,
)
from vault.seal.signing import public_key

WORDS = root_words(public_key(derive_root_seed(KEY)))
SHEETS = make_sheets(KEY)
AGAIN = make_sheets(KEY)
OTHERS = make_sheets(OTHER_KEY)
FIVE = make_sheets(KEY, 3, 5)


def as_printed(sheet: Sheet, *, letters: int = 8) -> str:
    return "\n".join(
        f"{row.number:>2}  {'  '.join(word[:letters] for word in row.words)}  {row.check}" for row in sheet.rows
    )


def another_word(word: str) -> str:
    return str(WORDLIST[(WORDLIST.index(word) + 1) % 1024])


@each([((2, 3),), ((3, 5),)])
def test_a_sheet_is_called_by_its_number_as_soon_as_the_words_tell_it(shape: tuple[int, int]) -> None:
    for sheet in make_sheets(bytes(range(32)), *shape):
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
    assert (sheet.number, sheet.count, sheet.threshold, sheet.root_words) == (2, 3, 2, WORDS)
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
    sheet = SHEETS[0]
    lines = as_printed(sheet).splitlines()
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
        assert join_sheets([sheet.words for sheet in sheets], WORDS) == KEY


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
            (
                "the second sheet (number 1) is the first sheet (number 1) again",
                "Ask for the sheet of another person.",
            ),
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
            ("the shares give another root than the expected words", "Check that sheets and vault belong together."),
        ),
    }
)
def test_sheets_that_do_not_open_are_refused_without_a_word_of_them(
    sheets: list[Sequence[str]], error: type[VaultError], said: tuple[str, str]
) -> None:
    with pytest.raises(error) as refusal:
        join_sheets(sheets, WORDS)
    assert (str(refusal.value.message), str(refusal.value.next_step)) == said
    assert refusal.value.__cause__ is None


def test_a_sheet_says_how_many_are_needed_and_before_the_vault_is_open_not_of_which_vault_it_is() -> None:
    assert sheets_needed([SHEETS[2].words]) == 2
    assert sheets_needed([sheet.words for sheet in FIVE]) == 3
    assert join_sheets([sheet.words for sheet in OTHERS[:2]], None) == OTHER_KEY


def test_nothing_of_a_sheet_is_in_its_repr() -> None:
    shown = set(re.findall("[a-z]+", repr(SHEETS[0]).split("root_words")[0]))  # whole words: "threshold" holds one
    assert shown.isdisjoint(SHEETS[0].words)
    assert repr(SHEETS[0].rows[0]) == "Row(number=1)"
