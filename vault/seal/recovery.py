"""The root secret: what it gives, the words that people compare, and its sheets on paper (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics  # type: ignore[import-untyped]  # ships no types
from shamir_mnemonic.share import Share  # type: ignore[import-untyped]  # ships no types
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]  # ships no types

from vault.errors import RefusedError, UsageError, VerificationError
from vault.ids import DIGEST_SIZE
from vault.seal.recipients import KEM_SEED_SIZE
from vault.seal.signing import public_key
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message
from vault.words.next_step import NextStep

# The root secret: what it gives, the words that people compare, and its shares on paper (FORMAT.md 2).

WORD_COUNT = 13

_BITS_PER_WORD = 10
_SHAPES = frozenset({(2, 3), (3, 5)})


def make_root_secret() -> bytes:
    """Return a fresh root secret S of 32 bytes."""
    return secrets.token_bytes(KEY_SIZE)


def derive_root_seed(root_secret: bytes) -> bytes:
    """Return the Ed25519 seed of the root, which signs the acts of the sheets."""
    return _derive(root_secret, b"casevault/root", KEY_SIZE)


def derive_recovery_seed(root_secret: bytes) -> bytes:
    """Return the 96-byte KEM seed of recovery, to which epoch keys are granted."""
    return _derive(root_secret, b"casevault/recovery", KEM_SEED_SIZE)


def words_of(digest: bytes) -> tuple[str, ...]:
    """Return the first 130 bits of a 32-byte digest as 13 words of the SLIP-39 list.

    Raises:
        MalformedError: the digest is empty or short: words for nothing would compare as equal.
    """
    number = int.from_bytes(require_width("digest", digest, DIGEST_SIZE), "big")
    bits = 8 * DIGEST_SIZE
    mask = (1 << _BITS_PER_WORD) - 1
    return tuple(
        str(WORDLIST[(number >> (bits - _BITS_PER_WORD * place)) & mask]) for place in range(1, WORD_COUNT + 1)
    )


def word_list() -> tuple[str, ...]:
    """Return the 1,024 words of `words_of`, in their order."""
    return tuple(map(str, WORDLIST))


def digest_of_words(words: Sequence[str]) -> bytes:
    """Return what 13 words say of a digest: its first 130 bits, and zeros. Four letters of a word are enough.

    Raises:
        UsageError: they are not 13 words of the list.
    """
    known = [_BY_LETTERS.get(word.strip().casefold()[:ENOUGH_LETTERS]) for word in words if word.strip()]
    if len(known) != WORD_COUNT or None in known:
        raise UsageError(
            Message("these are not 13 words of a card or a sheet"),
            next_step=Message("Type all 13 words, in their order. The first four letters of each are enough."),
        )
    number = 0
    for word in known:
        number = number << _BITS_PER_WORD | _PLACES[str(word)]
    return (number << 8 * DIGEST_SIZE - WORD_COUNT * _BITS_PER_WORD).to_bytes(DIGEST_SIZE, "big")


def certificate_words(vault: bytes, certificate: bytes) -> tuple[str, ...]:
    """Return the 13 words that both sides compare by voice before anybody is admitted."""
    return words_of(hashlib.sha256(b"casevault/words" + vault + certificate).digest())


def member_words(member: bytes) -> tuple[str, ...]:
    """Return the 13 words by which a further device is told whose it is: the id, and two bits that check it."""
    return words_of(member + hashlib.sha256(b"casevault/member" + member).digest()[:16])


def member_of_words(words: Sequence[str]) -> bytes:
    """Return the member whose words these are.

    Raises:
        UsageError: they are no words of a member.
    """
    member = digest_of_words(words)[:16]
    if member_words(member) != words_of(digest_of_words(words)):
        raise UsageError(
            Message("these are not the 13 words of a member"),
            next_step=Message("On your other device: {own_words} shows them.", own_words=NextStep.SHOW_OWN_WORDS),
        )
    return member


def split(root_secret: bytes, threshold: int = 2, shares: int = 3) -> list[str]:
    """Return SLIP-39 shares of S, any `threshold` of which give it back.

    Raises:
        RefusedError: neither 2 of 3 nor 3 of 5.
    """
    if (threshold, shares) not in _SHAPES:
        raise RefusedError(
            Message("shares are 2 of 3 or 3 of 5, not {threshold} of {shares}", threshold=threshold, shares=shares)
        )
    # The SLIP-39 passphrase stays empty: a wrong one gives another secret without a word, and nobody would recall it.
    return [str(share) for share in generate_mnemonics(1, [(threshold, shares)], require_key(root_secret), b"")[0]]


def combine(shares: Sequence[str]) -> bytes:
    """Return the secret that these shares give; only `recover` says whether it is the right one.

    Raises:
        VerificationError: a share is mistyped, of another set, doubled or missing. The text repeats no word of it.
        MalformedError: they give something other than 32 bytes.
    """
    try:
        root_secret = combine_mnemonics(list(shares), b"")
    except MnemonicError:
        raise VerificationError(
            Message("these {count} shares do not fit together", count=len(shares)),
            next_step=Message("Check each word, and that all sheets belong to one set."),
        ) from None
    return require_key(bytes(root_secret))


def recover(shares: Sequence[str], expected_root: bytes) -> bytes:
    """Return S, proven by the root key that it gives: a share set of another vault, or a replaced one, is refused.

    Raises:
        VerificationError: the shares do not fit together, or give another root.
    """
    root_secret = combine(shares)
    if public_key(derive_root_seed(root_secret)) != expected_root:
        raise VerificationError(
            Message("these sheets are not of the set that is in effect"),
            next_step=Message("Compare the 13 words on them with those of the newest sheets."),
        )
    return root_secret


def _derive(root_secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, None, info).derive(require_key(root_secret))


# Recovery sheets: one share of the root secret each, in rows that are checked while they are typed (FORMAT.md 2).
WORDS_PER_ROW = 3
ROWS = 11
WORDS_PER_SHEET = ROWS * WORDS_PER_ROW
# No two words of the list begin with the same four letters (SLIP-39).
ENOUGH_LETTERS = 4

_CHECK_DIGITS = 3
_WORDS_WITH_NUMBER = 4
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_STARTS = range(0, WORDS_PER_SHEET, WORDS_PER_ROW)
_BY_LETTERS = {str(word)[:ENOUGH_LETTERS]: str(word) for word in WORDLIST}
_PLACES = {str(word): place for place, word in enumerate(WORDLIST)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its number from 1 on, three words, and the three digits that check them."""

    number: int
    words: tuple[str, ...] = field(repr=False)
    check: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one custodian keeps.

    Attributes:
        number: 1 to `count`.
        count: how many sheets the set has.
        threshold: how many of them open everything.
        words: the 33 words of the share.
        sheets_words: the 13 words of the set; of a vault's first one they are the vault's own.
    """

    number: int
    count: int
    threshold: int
    words: tuple[str, ...] = field(repr=False)
    sheets_words: tuple[str, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The words in rows, with their checks."""
        cut = [self.words[start : start + WORDS_PER_ROW] for start in _STARTS]
        return tuple(Row(number, words, row_check(number, words)) for number, words in enumerate(cut, 1))


def make_sheets(root_secret: bytes, digest: bytes, threshold: int = 2, count: int = 3) -> tuple[Sheet, ...]:
    """Return a new set of sheets for S, with the words of this digest; sheets of two sets do not fit together.

    Raises:
        RefusedError: neither 2 of 3 nor 3 of 5.
    """
    belongs_to = words_of(digest)
    shares = split(root_secret, threshold, count)
    return tuple(
        Sheet(number, count, threshold, tuple(share.split()), belongs_to) for number, share in enumerate(shares, 1)
    )


def row_check(number: int, words: Sequence[str]) -> str:
    """Return the three digits beside a row; the number of the row is in them, so that no two rows change places."""
    digest = hashlib.sha256(b"casevault/row" + bytes([number]) + " ".join(words).encode()).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 10**_CHECK_DIGITS:0{_CHECK_DIGITS}}"


def whole_word(typed: str) -> str | None:
    """Return the word of the list that was typed, whole or from its first four letters on; None if there is none."""
    letters = typed.strip().lower()
    word = _BY_LETTERS.get(letters[:ENOUGH_LETTERS], "")
    return word if letters and word.startswith(letters) else None


def sheet_number(words: Sequence[str]) -> int | None:
    """Return the number that stands on the paper of a sheet, once its fourth word is known (SLIP-39: member index)."""
    if len(words) < _WORDS_WITH_NUMBER:
        return None
    word = words[_WORDS_WITH_NUMBER - 1]
    return (int(WORDLIST.index(word)) >> 4 & 0xF) + 1 if word in WORDLIST else None


def sheet_name(place: int, words: Sequence[str]) -> str:
    """Return what to call a sheet: the how-manieth it is, and its number as soon as the words so far tell it.

    The second that somebody holds may be headed SHEET 3.
    """
    number = sheet_number(words)
    name = f"{_ORDINALS[place - 1]} sheet" if place <= len(_ORDINALS) else f"sheet in place {place}"
    return name if number is None else f"{name} (number {number})"


def read_row(
    typed: Sequence[str], *, sheet: int, row: int, check: str | None = None, before: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the three words of one row as typed at a keyboard.

    Args:
        typed: the words, whole or their first four letters.
        sheet: the how-manieth, counted from 1, for the refusal.
        before: the words of the rows before.
        row: its number, from 1 on.
        check: the three digits beside the row; None where they were not typed.

    Raises:
        VerificationError: naming the place, never a word.
    """
    where = f"{sheet_name(sheet, before)}, row {row}"
    if len(typed) != WORDS_PER_ROW:
        raise VerificationError(
            Message(
                "{where} has {count} words, not {words_per_row}",
                where=where,
                count=len(typed),
                words_per_row=WORDS_PER_ROW,
            ),
            next_step=Message("Type that row again."),
        )
    words = [whole_word(text) for text in typed]
    for place, word in enumerate(words, 1):
        if word is None:
            raise VerificationError(
                Message(
                    "{where}: word {row} is not a word of a sheet", where=where, row=(row - 1) * WORDS_PER_ROW + place
                ),
                next_step=Message("Type that row again; the first four letters of each word are enough."),
            )
    found = tuple(word for word in words if word is not None)
    if check is not None and check != row_check(row, found):
        raise VerificationError(
            Message("{where}: the words do not give the number beside them", where=where),
            next_step=Message("Compare that row word by word."),
        )
    return found


def read_sheet(text: str, *, sheet: int) -> tuple[str, ...]:
    """Return the 33 words of a sheet that came as text.

    Three digits behind each row are its check, for all rows or for none; numbers of one or two digits are those printed
    before rows and words, and are passed over.

    Raises:
        VerificationError: naming sheet and row, never a word.
    """
    tokens = [token for token in text.split() if not (_is_number(token) and len(token) < _CHECK_DIGITS)]
    checks = [token for token in tokens if _is_number(token)]
    if not checks and len(tokens) != WORDS_PER_SHEET:
        raise VerificationError(
            Message(
                "{sheet_name} has {count} words, not {words_per_sheet}",
                sheet_name=sheet_name(sheet, ()),
                count=len(tokens),
                words_per_sheet=WORDS_PER_SHEET,
            ),
            next_step=Message("Type all of its rows."),
        )
    rows = _cut_behind_checks(tokens) if checks else [tokens[at : at + WORDS_PER_ROW] for at in _STARTS]
    if len(rows) != ROWS:
        raise VerificationError(
            Message(
                "{sheet_name} has {count} rows, not {rows}",
                sheet_name=sheet_name(sheet, ()),
                count=len(rows),
                rows=ROWS,
            ),
            next_step=Message("Type all of its rows."),
        )
    found: list[str] = []
    for number, row in enumerate(rows, 1):
        check = checks[number - 1] if number <= len(checks) else None
        found += read_row(row, sheet=sheet, row=number, check=check, before=found)
    return tuple(found)


def _is_number(token: str) -> bool:
    return token.isascii() and token.isdigit()


def _cut_behind_checks(tokens: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    for token in tokens:
        if _is_number(token):
            rows.append([])
        else:
            rows[-1].append(token)
    return rows if rows[-1] else rows[:-1]


def sheets_needed(sheets: Sequence[Sequence[str]]) -> int:
    """Return how many sheets of their set open everything, once it is sure that these hold together and fit.

    Raises:
        VerificationError: which one does not hold together, is of another set, or is there twice. No word of it.
        RefusedError: there is none.
    """
    if not sheets:
        raise RefusedError(Message("no sheet was given"), next_step=Message("Type the words of the sheets."))
    shares = [_share_of(words, number) for number, words in enumerate(sheets, 1)]
    names = [sheet_name(place, words) for place, words in enumerate(sheets, 1)]
    for number, share in enumerate(shares[1:], 2):
        if share.group_parameters() != shares[0].group_parameters():
            raise VerificationError(
                Message(
                    "the {names} belongs to another set than the {names_2}", names=names[number - 1], names_2=names[0]
                ),
                next_step=Message("Sheets of one set begin with the same two words."),
            )
        same = next(earlier for earlier, text in enumerate(shares, 1) if text.index == share.index)
        if same < number:
            raise VerificationError(
                Message("the {names} is the {names_2} again", names=names[number - 1], names_2=names[same - 1]),
                next_step=Message("Ask for the sheet of another person."),
            )
    return int(shares[0].member_threshold)


def join_sheets(sheets: Sequence[Sequence[str]], expected_root: bytes | None) -> bytes:
    """Return S from the words of enough sheets of one set, proven by the root words of the vault.

    Args:
        sheets: the 33 words of each.
        expected_root: the 13 words of the vault; None where it must be opened first to know them, and S is not
            proven yet.

    Raises:
        VerificationError: which sheet does not hold together, or does not fit the others or the vault. No word of it.
        RefusedError: too few of them: fewer tell nothing at all.
    """
    needed = sheets_needed(sheets)
    if len(sheets) < needed:
        raise RefusedError(
            Message("{needed} sheets are needed, not {count}", needed=needed, count=len(sheets)),
            next_step=Message("Fewer sheets reveal nothing: ask the next person for their sheet."),
        )
    enough = [" ".join(words) for words in sheets[:needed]]
    return combine(enough) if expected_root is None else recover(enough, expected_root)


def _share_of(words: Sequence[str], number: int) -> Share:
    try:
        return Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise VerificationError(
            Message("the words of the {sheet_name} do not fit together", sheet_name=sheet_name(number, words)),
            next_step=Message(
                "A word is wrong, but is on the list: compare all words, and the number beside each row."
            ),
        ) from None
