"""The words for codes as a form offers them, and what was done, in words: one for each act that a log may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vault.casework.script import Script
from vault.policy.decide import IN_WORDS
from vault.policy.roles import Action
from vault.words.codes import CODES, word_of, words_of
from vault.words.message import Message, Words, filled

__all__ = [
    "ACT_WORDS",
    "CODES",
    "EXPORTS",
    "GRANTS",
    "LANGUAGES",
    "READING",
    "SCRIPTS",
    "choices",
    "done_in_words",
    "is_folded",
    "went_wrong",
    "word_of",
    "words_of",
]

# The words for codes as a form offers them, and what else stands in the language of its reader.

LANGUAGES: Final = (("en", Message("English")), ("fr", Message("French")), ("ru", Message("Russian")))
"""In which a report, a letter or a recovery sheet can be."""
SCRIPTS: Final[Mapping[str, Message]] = {
    Script.LATIN.value: Message("Latin"),
    Script.CYRILLIC.value: Message("Cyrillic"),
    Script.ARABIC.value: Message("Arabic"),
}


def choices(codes: Iterable[str]) -> list[tuple[str, Words]]:
    """Return codes with their words, for a field that offers them."""
    return [(code, word_of(code)) for code in codes]


# What was done, in words: one for each act that a log may name, and for how it ended.
ACT_WORDS: Final[Mapping[str, Message]] = {
    # the log itself
    "log.genesis": Message("log begun"),
    "log.restored": Message("log restored"),
    "log.read": Message("log read"),
    "log.verify": Message("log verified"),
    "log.export": Message("log exported"),
    "audit.period": Message("audit period begun"),
    # the seat
    "unlock.ok": Message("unlocked"),
    "unlock.fail": Message("unlock failed"),
    "lock": Message("locked"),
    "keys.change": Message("own keys changed"),
    "clock.jump": Message("clock jumped"),
    "clock.repair": Message("clock repaired"),
    "break.glass": Message("emergency access"),
    "config.change": Message("settings changed"),
    # cases and what they hold
    "case.list": Message("list of cases read"),
    "case.view": Message("case read"),
    "case.search": Message("cases searched"),
    "case.create": Message("case opened"),
    "case.edit": Message("case changed"),
    "case.delete": Message("case deleted"),
    "case.import": Message("case imported"),
    "section.create": Message("section made"),
    "note.create": Message("note written"),
    "note.correct": Message("note corrected"),
    "person.create": Message("person added"),
    "person.edit": Message("person changed"),
    "deadline.create": Message("date set"),
    "deadline.edit": Message("date changed"),
    "file.add": Message("paper added"),
    "file.view": Message("paper saved to a file"),
    "document.add": Message("paper added, or its text read"),
    "intake.edit": Message("call slip changed"),
    "register.edit": Message("register changed"),
    "partner.create": Message("recipient added"),
    "partner.edit": Message("recipient changed"),
    "rule.edit": Message("rule changed"),
    "erase": Message("erased"),
    "undo": Message("own last words taken back"),
    # what leaves the vault
    "export.begin": Message("export begun"),
    "export.done": Message("package sealed"),
    "export.abort": Message("export stopped"),
    "export.all": Message("ALL exported"),
    "package.words": Message("words of a page shown"),
    "package.reissue": Message("page sealed anew"),
    "print": Message("printed"),
    "backup.make": Message("backup made"),
    "backup.restore": Message("backup restored"),
    "sync.in": Message("bundle imported"),
    "sync.out": Message("bundle made"),
    # who may do what
    "grant.add": Message("may read now"),
    "grant.remove": Message("grant revoked"),
    "role.change": Message("roles changed"),
    "member.change": Message("members changed"),
    "key.rotate": Message("new key made"),
    "approve": Message("approved"),
    "access.recover": Message("access recovered"),
    "recovery.drill": Message("recovery tried"),
}
READING: Final = frozenset(
    {"audit.period", "case.list", "case.search", "case.view", "file.view", "lock", "log.read", "unlock.ok"}
)
"""Acts that change nothing and are most of a log: a screen folds them where they went well."""
EXPORTS: Final = frozenset({"export.all", "export.done", "log.export", "print"})
GRANTS: Final = frozenset({"break.glass", "grant.add"})
_ENDS: Final[Mapping[str, Message]] = {
    "ok:alone": Message("ALONE: {act}"),
    "ok:unreadable": Message("{act}: whole, some records cannot be read"),
    "ok:unread": Message("{act}, pages not read"),
    "denied": Message("{act}: refused"),
    "denied:": Message("{act}: refused, {reason}"),
    "error": Message("{act}: failed"),
    "error:": Message("{act}: failed, {reason}"),
    "abort": Message("{act}: stopped"),
    "abort:": Message("{act}: stopped, {reason}"),
}
"""How an act ended; with a colon at the end whatever the code behind it, which is the reason."""


_WISHES: Final[Mapping[str, Words]] = {wish.replace(".", "-"): IN_WORDS[wish] for wish in Action}


def done_in_words(act: str, outcome: str) -> Words:
    """Return what was done and how it ended; an act of a newer program stays its code."""
    words: Words = ACT_WORDS.get(act, act)
    way, colon, code = outcome.partition(":")
    end = _ENDS.get(outcome) or _ENDS.get(way + colon)
    if way == "denied" and code in _WISHES:
        return filled(Message("refused: {wish}"), wish=_WISHES[code])
    return words if end is None else filled(end, act=words, reason=word_of(code))


def is_folded(act: str, outcome: str) -> bool:
    """Say whether an entry tells of reading or unlocking and of nothing that went wrong."""
    return act in READING and outcome == "ok"


def went_wrong(outcome: str) -> bool:
    """Say whether the act was refused, or failed."""
    return outcome.partition(":")[0] in {"denied", "error"}
