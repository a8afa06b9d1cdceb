"""The nouns of the command line, its global options and its help, for which no noun's module is loaded."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vault.cli.output import Result, in_words
from vault.cli.table import Arg, Verb
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.acts.act import Act


class Noun(NamedTuple):
    """A noun in the help: what it is for, and the names of its verbs, in `VERBS` of its module or as acts.

    `acts` is the module of its acts in `vault.acts`; where all of its verbs are acts, its `file` is empty as well.
    """

    name: str
    help: Message
    verbs: tuple[str, ...] = ()
    file: str = ""
    acts: str = ""

    @property
    def module(self) -> str:
        return f"vault.cli.{self.file or self.name.replace('-', '_')}"

    def name_of(self, verb: Verb) -> str:
        """Return what is typed behind `casevault` for a verb."""
        return f"{self.name} {verb.name}" if self.verbs else self.name

    def usage(self, verb: Verb, *, is_full: bool = True) -> str:
        """Return how a verb is called, without `casevault`; or only with what it cannot be called without."""
        forms = (arg.form for arg in verb.args if is_full or (arg.is_required and isinstance(arg, Arg)))
        return " ".join((self.name_of(verb), *forms))


def verbs_of(noun: Noun) -> Mapping[str, Verb]:
    """Load the table of a noun: its verbs by name, or one of its own name."""
    table: tuple[Verb, ...] = ()
    if noun.acts:
        from vault.cli.act_verbs import verb_of

        table = tuple(map(verb_of, acts_of(noun)))
    if noun.file or not noun.acts:
        module = importlib.import_module(noun.module)
        # A module whose nouns have verbs of the same names has a table for each.
        table += module.TABLES[noun.name] if hasattr(module, "TABLES") else module.VERBS  # a hand-drawn verb wins
    found = {verb.name: verb for verb in table}
    names = (
        dict.fromkeys((*noun.verbs, *(act.name.rpartition(" ")[2] for act in acts_of(noun))))
        if noun.verbs
        else (noun.name,)
    )
    return {name: found[name] for name in names}


def acts_of(noun: Noun) -> tuple[Act[Any], ...]:
    """Load the acts of a noun; one file may have those of several."""
    acts = importlib.import_module(f"vault.acts.{noun.acts}").ACTS if noun.acts else ()
    return tuple(act for act in acts if act.name.partition(" ")[0] == noun.name)


def _formed(name: str, what: Message, *verbs: str) -> Noun:
    return Noun(name, what, ("add", "list", "edit", *verbs), "story", "records")


# fmt: off
GROUPS: Final[Mapping[Message, tuple[Noun, ...]]] = {
    Message("start"): (
        Noun("app", Message("open the app on this terminal; so does `casevault` alone"), file="launch"),
        Noun("demo", Message("try everything once on invented people, then open the app"), file="launch"),
        Noun("shell", Message("several commands in one open vault, for one passphrase"), file="launch"),
        Noun("init", Message("make a vault; it asks for what it needs")),
        Noun("status",
             Message("show the state of this vault, without a name or a count of its contents; more with `--unlock`"),
             file="computer"),
        Noun("doctor", Message("show what this computer lets others see of an unlocked vault, and what to do about it"),
             file="computer"),
        Noun("recovery", Message("the sheets that restore access when a passphrase is lost"),
             ("status", "sheets", "drill", "new", "confirm", "follow", "restore"), "recovery", acts="recovery"),
        Noun("passphrase", Message("change your passphrase, or make a passphrase from words"), ("change", "generate"),
             "way_in", acts="device"),
        Noun("factor", Message("a file or a security key that you need with your passphrase"),
             ("list", "add", "remove"), "way_in", acts="device"),
        Noun("lock", Message("stop this vault's running app on this computer"), file="computer"),
        Noun("destroy", Message("destroy your own key slot, or all slots after N failed attempts"),
             ("access", "after-wrong-attempts"), file="way_in"),
    ),
    Message("organisation"): (
        Noun("member", Message("list members, admit them, remove them, change their roles"),
             ("list", "join", "admit", "proposals", "agree", "finish", "add", "suspend", "leave", "roles", "away",
              "deputy"), "member", acts="member"),
        Noun("device", Message("the devices of the organisation, and what to do when a device is lost"),
             ("list", "name", "words", "give", "move", "revoke"), "device", acts="device"),
    ),
    Message("cases"): (
        Noun("case", Message("make, list, open, change and close cases"),
             ("new", "list", "show", "edit", "stage", "close", "reopen", "hold", "release", "take-over"),
             "case", acts="case"),
        Noun("import", Message("make the cases of a spreadsheet (CSV or XLSX): it shows and asks first"),
             ("template", "show", "cases", "undo"), "intake", acts="case_lists"),
        Noun("person", Message("the people of a case"), ("add", "list", "show", "same", "cases", "edit"), "case",
             acts="person"),
        _formed("relation", Message("how the people of a case are connected")),
        _formed("link", Message("other cases that belong to a case")),
        Noun("note", Message("write, list, read and correct notes"),
             ("add", "list", "show", "amend", "withdraw"), "note", acts="note"),
        Noun("deadline", Message("dates that have to be kept, and the rules that give them"),
             ("add", "list", "move", "edit", "done", "rules", "count", "week", "calendar"),
             "deadline", acts="records"),
        _formed("task", Message("what is to be done in a case"), "done"),
        _formed("hearing", Message("hearings, their orders and outcome"), "done"),
        _formed("detention", Message("who is held where, by which order, until when"), "done"),
        _formed("wanted", Message("systems that search for somebody")),
        _formed("incident", Message("arrests, raids, threats and the like")),
        _formed("risk", Message("why somebody is in danger, and when to look at it again"), "done"),
        _formed("safety-plan", Message("what is agreed for the day when danger comes"), "done"),
        _formed("subject-request", Message("what a person asks about their own data, until it is answered"), "done"),
        Noun("check-in", Message("times at which somebody says that they are well, and what to do if nothing comes"),
             ("add", "list", "edit", "heard", "missed"), "story", acts="safety"),
        Noun("checklist", Message("what to do after an arrest, a disappearance, a raid or a seized device"),
             ("begin", "list", "done", "edit"), "story", acts="safety"),
        Noun("drill", Message("practise what to do when a device is taken"), ("seizure",), file="device"),
        Noun("form", Message("forms of your organisation, as data: keep them, fill them in"),
             ("list", "show", "add", "fill", "edit", "answers"), "form_answers", acts="records"),
        _formed("event", Message("points of the timeline, with uncertain dates")),
        Noun("document", Message("papers of a case: add a file, list, read, save and remove it"),
             ("add", "list", "show", "text", "senders", "save", "edit", "remove"), "document", acts="document"),
        Noun("history", Message("what a record said before, and who wrote it"), file="versions_told"),
        Noun("join", Message("two versions of a record that were written apart: show both, and say what stands"),
             file="versions_told", acts="records"),
        Noun("undo", Message("take back the last thing that you wrote, within 10 minutes and before any bundle"),
             acts="undo"),
        Noun("erase", Message("erase a note, a person, a case or a slip for good; shows first what goes"),
             acts="erase"),
        Noun("erasures", Message("what colleagues erased, and cases that are due to be erased"),
            ("list", "now", "due", "rules"), "case", acts="erase"),
        Noun("search", Message("search the text of every case that you hold"), file="case"),
        Noun("section", Message("the restricted sections of a case (location, health, sources)"),
             ("new", "list", "show", "move", "grant", "revoke"), "note", acts="grant"),
        Noun("intake", Message("call slips, until they become a case, and the register of who is known"),
             ("add", "list", "move", "edit", "close", "enter", "ask"), "intake", acts="intake"),
    ),
    Message("who can open what"): (
        Noun("grant", Message("list who can open a case, grant access, revoke it"), ("list", "add", "revoke"),
             "who_can_open", acts="grant"),
        Noun("handover", Message("move the cases of a member who leaves to another member"),
             ("order", "list", "carry-out"), "who_can_open", acts="handover"),
        Noun("break-glass", Message("in an emergency, open a case for some days to a member without a grant"),
             acts="grant"),
        Noun("clock", Message("show and correct the time that decides when rights end"), ("show", "confirm", "repair"),
             file="who_can_open"),
    ),
    Message("referrals"): (
        Noun("recipient", Message("lawyers, courts and others who receive packages"),
             ("add", "list", "show", "edit", "confirm"), "recipient", acts="recipient"),
        Noun("consent", Message("what a client agreed may be told, to whom, for what and until when"),
             ("add", "list", "edit", "withdraw"), "story", acts="referral"),
        Noun("referral", Message("who was asked to take a client on, what they answered and what was sent to them"),
             ("ask", "accept", "decline", "send", "answer", "close", "list", "edit"), "story", acts="referral"),
        Noun("export", Message("make a redacted package for one recipient"), acts="export"),
        Noun("pack", Message("confirmed facts of a client who disappeared, for one recipient"), file="export",
             acts="export"),
        Noun("export-all", Message("all that you can read, in an open format, sealed for one confirmed recipient"),
             acts="export"),
        Noun("report", Message("counts of people, cases and acts, without small groups"), ("counts",),
             acts="report"),
        Noun("approval", Message("answer, as a second person, what somebody elsewhere asks"),
             ("show", "give", "list"), "who_can_open", acts="approval"),
        Noun("package", Message("what left a case and who has it; open or check a package, without a vault"),
             ("list", "words", "reissue", "receipt", "reply", "supplement", "wrong-recipient", "open", "verify"),
             "recipient", acts="after_sending"),
    ),
    Message("exchange"): (
        Noun("bundle", Message("exchange work with another member in one file"), ("make", "import", "show"),
             acts="bundle"),
    ),
    Message("evidence"): (
        Noun("log", Message("list and verify the log, and print checkpoints for others"),
             ("list", "verify", "checkpoint")),
        Noun("backup", Message("make, verify and restore backups"), ("make", "verify", "restore"), "backup",
             acts="backup"),
    ),
}
NOUNS: Final[Mapping[str, Noun]] = {noun.name: noun for nouns in GROUPS.values() for noun in nouns}

GLOBAL: Final = (
    Arg("[--vault V]", Message("the vault's folder (or CASEVAULT_VAULT)"), of=Path),
    Arg("[--member NAME]", Message("who you are (or CASEVAULT_MEMBER; else asked)")),
    Arg("[--passphrase-fd N]", Message("read the passphrase from this file descriptor"), of=int),
    Arg("[--passphrase-file F]", Message("read it from this file (yours alone, mode 600)"), of=Path),
    Arg("[--keyfile F]", Message("your keyfile, where you have one (or CASEVAULT_KEYFILE)"), of=Path),
    Arg("[--security-key]", Message("your slot needs the security key: plug it in")),
    Arg("[--from -]", Message("read names, phones and other personal values as JSON"), into="personal_from"),
    Arg("[--why CODE]", Message("the reason kept in the log when a case is opened"), default="casework"),
    Arg("[--json]", Message("one JSON object, errors included")),
    Arg("[--no-input]", Message("never ask; fail instead")),
    Arg("[--quiet]", Message("no progress")),
)  # fmt: skip
# fmt: on


# The words of `casevault --help`, of a noun and of a verb, made from their tables.
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
    width = max(map(len, NOUNS))
    lines = [in_words(TITLE), "", _usage("[--vault V] [--member NAME] NOUN [VERB] ..."), "", *_rows(_WAYS)]
    for group, nouns in GROUPS.items():
        rows = [
            (
                noun.name,
                Message("{help}: {verbs}", help=noun.help, verbs=", ".join(noun.verbs)) if noun.verbs else noun.help,
            )
            for noun in nouns
        ]
        lines += ["", in_words(group), *_rows(rows, width)]
    lines += ["", in_words(_OPTIONS), *_args(GLOBAL), "", in_words(PERSONAL)]
    return _answer([*lines, "", *in_words(EXIT_CODES).split("\n")])


def help_of_noun(noun: Noun, verbs: Iterable[Verb]) -> Result:
    rows = [(verb.name, verb.help) for verb in verbs]
    return _answer([_usage(f"{noun.name} VERB ..."), "", sentence(noun.help), "", *_rows(rows)])


def help_of_verb(noun: Noun, verb: Verb) -> Result:
    args = list(verb.each_arg())
    return _answer([_usage(noun.usage(verb)), "", sentence(verb.help), *[""][: len(args)], *_args(args)])


def _answer(lines: Sequence[str]) -> Result:
    return Result({"help": "\n".join([*lines, ""])}, lines)


def _usage(called: str) -> str:
    return in_words(Message("usage: casevault {called}", called=called))


def sentence(words: Message) -> str:
    """Return a help as a sentence of its own."""
    text = in_words(words)
    return f"{text[:1].upper()}{text[1:]}."


def _args(args: Sequence[Arg]) -> list[str]:
    return _rows([(" ".join(arg.words), help_of(arg)) for arg in args])


def help_of(arg: Arg) -> Message:
    """Return the help of an argument, with its choices, unless it says each of them itself, and its default."""
    told = arg.help
    if len(arg.choices) > 1 and not all(choice in in_words(told) for choice in arg.choices):
        told = Message("{help}: {choices}", help=told, choices=", ".join(arg.choices))
    if arg.default and isinstance(arg.default, str | int):
        told = Message("{help} ({default})", help=told, default=arg.default)
    return told


def _rows(rows: Sequence[tuple[str, Words]], width: int = 0) -> list[str]:
    width = max([width, *(len(left) for left, _ in rows)])
    return [f"  {left:<{width}}  {in_words(right)}" for left, right in rows]
