"""The words of `casevault --help`, of a noun and of a verb, made from their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vault.cli.next_steps import in_words
from vault.cli.nouns import GLOBAL, GROUPS, NOUNS, Noun
from vault.cli.output import Result
from vault.cli.table import Arg, Verb
from vault.words.message import Message, Words

TITLE = Message("casevault - an encrypted casework vault for asylum-support organisations")
_WAYS = (
    ("casevault", Message("open the app")),
    ("casevault NOUN --help", Message("the verbs of a noun")),
    ("casevault NOUN VERB --help", Message("the arguments of one command")),
)
_OPTIONS = Message("options, before or after the verb")
PERSONAL = Message(
    "At a terminal, never give personal values as options: they would stay in the shell's history. Leave"
    " them out: CaseVault asks for them. Or use --from -."
)
EXIT_CODES = Message(
    "exit codes\n"
    "  0 ok   1 failure   2 usage   3 in part, or waiting for a decision   4 not found\n"
    "  5 refused   6 verification failed   10 no vault here   11 open elsewhere\n"
    "  12 wrong passphrase   69 part missing   70 internal   75 try again\n"
    "  74 done, but the answer could not be written: do not repeat it\n"
    "  130, 143 ended by a signal   141 done, and nobody read the answer"
)


def help_of_program() -> Result:
    """Return the help of the program."""
    width = max(map(len, NOUNS))
    lines = [in_words(TITLE), "", _usage("[--vault V] [--member NAME] NOUN [VERB] ..."), "", *_rows(_WAYS)]
    for group, nouns in GROUPS.items():
        lines += ["", in_words(group), *_rows([(noun.name, _with_verbs(noun)) for noun in nouns], width)]
    lines += ["", in_words(_OPTIONS), *_args(GLOBAL), "", in_words(PERSONAL)]
    return _answer([*lines, "", *in_words(EXIT_CODES).split("\n")])


def help_of_noun(noun: Noun, verbs: Iterable[Verb]) -> Result:
    """Return the help of a noun: what it is for, and its verbs."""
    rows = [(verb.name, verb.help) for verb in verbs]
    return _answer([_usage(f"{noun.name} VERB ..."), "", sentence(noun.help), "", *_rows(rows)])


def help_of_verb(noun: Noun, verb: Verb) -> Result:
    """Return the help of a verb: what it does, and its arguments."""
    args = list(verb.each_arg())
    return _answer([_usage(noun.usage(verb)), "", sentence(verb.help), *[""][: len(args)], *_args(args)])


def _answer(lines: Sequence[str]) -> Result:
    return Result({"help": "\n".join([*lines, ""])}, lines)


def _usage(called: str) -> str:
    return in_words(Message("usage: casevault {called}", called=called))


def _with_verbs(noun: Noun) -> Message:
    return Message("{help}: {verbs}", help=noun.help, verbs=", ".join(noun.verbs)) if noun.verbs else noun.help


def sentence(words: Message) -> str:
    """Return a help as a sentence of its own."""
    text = in_words(words)
    return f"{text[:1].upper()}{text[1:]}."


def _args(args: Sequence[Arg]) -> list[str]:
    return _rows([(" ".join(arg.words), help_of(arg)) for arg in args])


def help_of(arg: Arg) -> Message:
    """Return the help of an argument, with its choices and its default."""
    told = arg.help
    if len(arg.choices) > 1:
        told = Message("{help}: {choices}", help=told, choices=", ".join(arg.choices))
    if arg.default and isinstance(arg.default, str | int):
        told = Message("{help} ({default})", help=told, default=arg.default)
    return told


def _rows(rows: Sequence[tuple[str, Words]], width: int = 0) -> list[str]:
    """Return two columns."""
    width = max([width, *(len(left) for left, _ in rows)])
    return [f"  {left:<{width}}  {in_words(right)}" for left, right in rows]
