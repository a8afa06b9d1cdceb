"""The fixed words of a report, in the recipient's language: `words/report.LANGUAGE.toml`, the same for every case.

Headings, labels and profiles go by the keys that `vault.redaction.profile` and the data file use in every language.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.data_files import ReadWhenAsked, read_table
from vault.errors import UsageError
from vault.export.report_codes import words_of_keys
from vault.redaction.profile import profile_named
from vault.words.message import Message

# The purposes that the program itself gives; a report says them in its own language.
USUAL_PURPOSE = "legal referral"
SEARCH_PURPOSE = "search for a disappeared person"
SUBJECT_PURPOSE = "answer to a person about their own data"
OWN_PURPOSES = frozenset({USUAL_PURPOSE, SEARCH_PURPOSE, SUBJECT_PURPOSE})


class _Fixed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file of a language has.

    `profiles` says who is named under each profile; `unread` stands where nobody read the pages before they left.
    """

    title: str
    day: str
    reference: str
    organisation: str
    contact: str
    recipient: str
    purpose: str
    profile: str
    purposes: Mapping[str, str]
    release: str
    unread: str
    written: str
    removed: str
    notice_heading: str
    notice: tuple[str, ...]
    profiles: Mapping[str, str]
    releases: Mapping[str, str]


class Wording(_Fixed, frozen=True, kw_only=True):
    """Title, headings, labels and the notice of one language."""

    headings: Mapping[str, str]
    labels: Mapping[str, str]
    withheld: Mapping[str, str]

    def notice_of(self, profile: str) -> tuple[str, ...]:
        """Return the notice of a report by a profile: after what all of them say, what it has none of, and why."""
        return (*self.notice, *(self.withheld[key] for key in profile_named(profile).withheld))


def _read() -> Mapping[str, Wording]:
    found: dict[str, Wording] = {}
    for language, words in words_of_keys().items():
        fixed = read_table("vault.export", f"words/report.{language}.toml", _Fixed)
        found[language] = Wording(
            **msgspec.structs.asdict(fixed), headings=words.headings, labels=words.labels, withheld=words.withheld
        )
    return found


WORDINGS: Mapping[str, Wording] = ReadWhenAsked(_read)


def wording(language: str) -> Wording:
    """Return the fixed words of a language.

    Raises:
        UsageError: there are none.
    """
    try:
        return WORDINGS[language]
    except KeyError:
        raise UsageError(
            Message("no report in this language; languages are: {names}", names=", ".join(WORDINGS))
        ) from None
