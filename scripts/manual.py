"""Write the manual page, and the completions of three shells, from the tables of the command line into a folder.

Run it in the environment of the tests, as `make manual` does: `.venv/bin/python scripts/manual.py build/share`.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vault import __version__  # noqa: E402 - the checkout that this script lies in
from vault.cli.nouns import (  # noqa: E402
    EXIT_CODES,
    GLOBAL,
    GROUPS,
    NOUNS,
    PERSONAL,
    TITLE,
    Noun,
    help_of,
    sentence,
    verbs_of,
)
from vault.cli.output import in_words  # noqa: E402
from vault.cli.table import (  # noqa: E402
    Arg,
    Verb,
)

_GLOBAL_NAMES = " ".join(arg.name for arg in GLOBAL)
_GLOBAL_VALUES = "|".join(arg.name for arg in GLOBAL if not arg.is_flag)
# Shells without arrays understand it too. It prints what may follow the words before the cursor.
_OFFERS = """\
_casevault_offers() {
  local noun= verb= skip= last= word
  for word in "$@"; do
    last=$word
    if [ -n "$skip" ]; then skip=; last=; continue; fi
    case $word in
      %(values)s) skip=1 ;;
      -*) ;;
      *) if [ -z "$noun" ]; then noun=$word; elif [ -z "$verb" ]; then verb=$word; fi ;;
    esac
  done
  [ -z "$skip" ] || return 0
  case "$noun $verb" in
    ' ') echo %(nouns)s ;;
%(cases)s
  esac
}
"""
_BASH = """\
_casevault() {
  COMPREPLY=($(compgen -W "$(_casevault_offers "${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _casevault casevault
"""
_ZSH = """\
local -a offers
offers=(${=$(_casevault_offers "${(@)words[2,CURRENT-1]}")})
compadd -a offers || _files
"""


def commands() -> Iterator[tuple[Noun, Verb]]:
    """Yield every verb with its noun."""
    for noun in NOUNS.values():
        for verb in verbs_of(noun).values():
            yield noun, verb


def manual_page() -> str:
    """Return `casevault.1`."""
    lines = [f'.TH CASEVAULT 1 "" "casevault {__version__}"', ".SH NAME", _roff(in_words(TITLE))]
    lines += [".SH SYNOPSIS", r"\fBcasevault\fR [options] NOUN [VERB] ...", ".SH COMMANDS"]
    for group, nouns in GROUPS.items():
        lines.append(f".SS {_roff(in_words(group))}")
        for noun in nouns:
            for verb in verbs_of(noun).values():
                called = noun.usage(verb).removeprefix(noun.name_of(verb))
                lines += [".TP", rf"\fBcasevault {_roff(noun.name_of(verb))}\fR{_roff(called)}"]
                lines += [_roff(sentence(verb.help)), ".RS", *_roff_args(verb.each_arg()), ".RE"]
    lines += [".SH OPTIONS", *_roff_args(GLOBAL), ".PP", _roff(in_words(PERSONAL)), ".SH EXIT STATUS", ".nf"]
    return "\n".join([*lines, *map(_roff, in_words(EXIT_CODES).split("\n")[1:]), ".fi", ""])


def _roff_args(args: Iterator[Arg] | tuple[Arg, ...]) -> Iterator[str]:
    for arg in args:
        yield from (".TP", rf"\fB{_roff(' '.join(arg.words))}\fR", _roff(in_words(help_of(arg))))


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in {".", "'"} else escaped


def offers() -> str:
    """Return the part that bash and zsh share."""
    nouns = shlex.quote(" ".join((*NOUNS, "help", "version", _GLOBAL_NAMES)))
    cases = [
        f"    '{noun.name} ') echo '{' '.join(verbs_of(noun))} --help' ;;" for noun in NOUNS.values() if noun.verbs
    ]
    cases += [f"    {_pattern(noun, verb)}) {_case(verb)} ;;" for noun, verb in commands()]
    return _OFFERS % {"values": _GLOBAL_VALUES, "nouns": nouns, "cases": "\n".join(cases)}


def _pattern(noun: Noun, verb: Verb) -> str:
    return f"'{noun.name_of(verb)}'" if noun.verbs else f"'{noun.name} '*"


def _case(verb: Verb) -> str:
    """Return what may follow a verb: behind an option its choices, or a value that nobody here knows."""
    args = list(verb.each_arg())
    options = [arg for arg in args if arg.is_option]
    chosen = "".join(f"{arg.name}) echo '{' '.join(arg.choices)}' ;; " for arg in options if arg.choices)
    free = "|".join(arg.name for arg in options if not arg.is_flag and not arg.choices)
    places = [choice for arg in args if not arg.is_option for choice in arg.choices]
    words = " ".join((*places, *(arg.name for arg in options), "--help", _GLOBAL_NAMES))
    return f"case $last in {chosen}{f'{free}) ;; ' if free else ''}*) echo '{words}' ;; esac"


def fish() -> str:
    """Return the completions for fish."""
    lines = ["complete -c casevault -f"]
    lines += [_fish(arg, "") for arg in GLOBAL]
    for noun in NOUNS.values():
        lines.append(_fish_word("__fish_use_subcommand", noun.name, in_words(noun.help)))
        for verb in verbs_of(noun).values():
            seen = f"__fish_seen_subcommand_from {noun.name}"
            if noun.verbs:
                first = f"{seen}; and not __fish_seen_subcommand_from {' '.join(verbs_of(noun))}"
                lines.append(_fish_word(first, verb.name, in_words(verb.help)))
                seen = f"{seen}; and __fish_seen_subcommand_from {verb.name}"
            lines += [_fish(arg, seen) for arg in verb.each_arg() if arg.is_option]
            lines += [
                _fish_word(seen, choice, in_words(arg.help))
                for arg in verb.each_arg()
                if not arg.is_option
                for choice in arg.choices
            ]
    return "\n".join([*lines, ""])


def _fish(arg: Arg, when: str) -> str:
    words = ["complete", "-c", "casevault", *(("-n", shlex.quote(when)) if when else ()), "-l", arg.name[2:]]
    words += ["-d", shlex.quote(in_words(arg.help))]
    if not arg.is_flag:
        words += ["-x", "-a", shlex.quote(" ".join(arg.choices))] if arg.choices else ["-r", "-F"]
    return " ".join(words)


def _fish_word(when: str, word: str, told: str) -> str:
    return f"complete -c casevault -n {shlex.quote(when)} -a {shlex.quote(word)} -d {shlex.quote(told)}"


def files() -> dict[str, str]:
    """Return each file by its place in `share`."""
    return {
        "man/man1/casevault.1": manual_page(),
        "bash-completion/completions/casevault": offers() + _BASH,
        "zsh/site-functions/_casevault": f"#compdef casevault\n{offers()}{_ZSH}",
        "fish/vendor_completions.d/casevault.fish": fish(),
    }


if __name__ == "__main__":
    for place, text in files().items():
        path = Path(sys.argv[1], place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
