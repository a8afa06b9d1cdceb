"""The verb of an act: its arguments, what somebody at the terminal is asked, and its answer, made from its description.

Personal words are asked, piped or, in scripts, given as options. A script that a plan asks something answers by an
option, or by `--yes`; what it leaves open, the service decides, which refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vault import platform
from vault.acts.act import Act, Agreed, Ask, Field, Plan, Said, Shape, Told, Waits, answer_to, numbered
from vault.cli.date_options import birth_of, day_of, moment_of
from vault.cli.letters import written
from vault.cli.opening import Entrance, opened, opened_to_ask, read_entrance, read_pin, waiting
from vault.cli.output import Output, Result
from vault.cli.prompts import (
    Personal,
    are_asked,
    ask_line,
    asked_again,
    asked_one_by_one,
    chosen_of,
    list_choices,
    options_of,
    piped_answers,
    read_text,
    refuse_as_options,
    refuse_early,
    require_options,
    require_word,
    text_is_typed,
    warn_of,
)
from vault.cli.reviewing import Reading, decisions_piped, reading_of, said_piped, second_of, with_answers
from vault.cli.sheet_prompts import BY_SHEETS, PIPED_SHEETS, compare_paper, copied, require_terminal, secret_typed
from vault.cli.table import Arg, Given, OneOf, Verb, new_file, there_folder
from vault.cli.way_in import NEW_PASSPHRASE, new_passphrase
from vault.errors import SheetsNeededError, UsageError, WaitingForDecisionError
from vault.progress import Working
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.approvals.second_person import Second
    from vault.services.cases.notes import NoteBegun
    from vault.services.credentials.entering import Proof
    from vault.services.exports.exporting import Approve


_Opened: TypeAlias = tuple["Session", Sequence[Personal], dict[str, list[str]], Entrance | None]
_ONE_BEGUN: Final = Message("A note that you began is kept: `--go-on` goes on with it; the app shows it.")
_LANGUAGES: Final = ("en", "fr", "ru")
_MOST_CHOICES_SAID: Final = 12
_SCRIPTS_ONLY: Final = Message("scripts only; at a terminal it is asked")
_VALUES: Final = {
    Shape.DAY: "DATE",
    Shape.MOMENT: "DATE",
    Shape.MEMBER: "MEMBER",
    Shape.FILE: "FILE",
    Shape.NEW_FILE: "FILE",
    Shape.NUMBER: "N",
}
_PLACES: Final[Mapping[Shape, Callable[[str], Path]]] = {
    Shape.FILE: Path,
    Shape.NEW_FILE: new_file,
    Shape.NEW_IN_FOLDER: Path,
    Shape.FOLDER: there_folder,
}


def verb_of(act: Act[Any]) -> Verb:
    plain = [field for field in act.fields if not field.is_personal]
    others = {field.instead: field for field in plain}
    options = [
        arg_of(field)
        if (other := others.get(field.name)) is None
        else OneOf((arg_of(field), arg_of(other)), other.is_required)
        for field in plain
        if not field.instead
    ]
    personal = [field for field in act.fields if field.is_personal]
    options += [Arg(field.form, _SCRIPTS_ONLY, into="typed") for field in personal if _is_bare(field)]
    options += options_of([_personal(act, field) for field in personal])
    if act.second is not None:
        options += [
            Arg("[--second NAME]", Message("who approves it at this keyboard: {when}", when=act.second.when)),
            Arg("[--ask FILE]",
                Message("do nothing yet; write a question for a second person elsewhere (--second, or all)"),
                of=new_file),
            Arg("[--approval ANSWER]", Message("the answer file of a member who approved it elsewhere"), of=Path),
        ]  # fmt: skip
    if act.has_letter:
        options += [
            Arg("[--out FILE]", Message("write the letter about it there, a PDF that is not encrypted"), of=new_file),
            Arg("[--language LANGUAGE]", Message("the language of that letter"), _LANGUAGES, default="en"),
        ]
    if act.by_sheets:
        options.append(BY_SHEETS)
    if act.proves == "new":
        options += NEW_PASSPHRASE
    if act.asks_yes:
        options.append(Arg("[--yes]", Message("neither show what would be done nor ask (scripts)")))
    return Verb(act.name.rpartition(" ")[2], act.help, tuple(options), partial(_run, act))


def arg_of(field: Field) -> Arg:
    value = _VALUES.get(field.shape, field.name.upper())
    form = field.form or (field.called if field.shape is Shape.YES else f"{field.called} {value}")
    form = form if field.form or field.is_required else f"[{form}]"
    of: Callable[[str], object] = _PLACES.get(field.shape) or _reading(field, field.called)
    if field.shape is Shape.NUMBER:
        of = partial(numbered, field.called)
    into = "file" if field.shape is Shape.TEXT else field.name
    return Arg(form, field.help or field.label, field.words, of, field.first or None, into)


def _reading(field: Field, called: str) -> Callable[[str], str]:
    if field.shape is Shape.DAY:
        return day_of(called, is_past=field.is_past is not False)
    return moment_of(called, is_past=field.is_past) if field.shape is Shape.MOMENT else str


def _personal(act: Act[Any], field: Field) -> Personal:
    return Personal(
        field.name,
        f"--{field.name}" if _is_bare(field) else field.called,
        field.question or field.label,
        required=field.is_required,
        many=field.takes_many,
        in_parts=field.takes_many,
        of=birth_of(f"--{field.name}") if field.shape is Shape.BIRTH else partial(_checked, field),
        is_change=act.is_change and not field.is_required and not field.is_answer,
        after=field.after,
    )


def _checked(field: Field, line: str) -> str:
    if field.check is not None:
        field.check(line)
    return line


def _is_bare(field: Field) -> bool:
    return field.form.startswith("[")


def _run(act: Act[Any], args: Given, output: Output) -> Result:
    read = reading_of(args, output) if act.has_pages else None
    if act.makes_sheets and args.out is None:
        require_terminal(args, output)
    opener = opened_for if act.draft is None else partial(_opened_for_text, act.draft)
    with opener(act, args, output) as opened:
        return carried_out(act, args, output, opened, read)


@contextmanager
def opened_for(act: Act[Any], args: Given, output: Output) -> Iterator[_Opened]:
    """Unlock for an act, and give beside the session what somebody was asked, what they typed, and how they came in.

    Raises:
        UsageError: something is said that does not go with the rest.
    """
    personal, is_typed = [field for field in act.fields if field.is_personal], are_asked(args, output)
    if act.has_pages:
        args.say = said_piped(args)
    if act.has_pages and args.personal_from:
        args.decided, args.personal_from = decisions_piped(args), None
    for field in filter(_is_bare, personal):
        setattr(args, field.name, args.typed or getattr(args, field.name))
    refuse_as_options(args, [_personal(act, field) for field in personal])
    rows = act.rows(_said(act, args, {}))
    # An answer is asked for where the plan asks; a script cannot wait for that.
    wanted = [field for field in personal if (field in rows if is_typed else field in rows or field.is_answer)]
    taken = [*rows, *wanted, *(field for field in act.fields if field.where is None and not field.is_personal)]
    beside = next((field for field in act.fields if _given(args, field) and field not in taken), None)
    if beside is not None:
        raise UsageError(Message("--{name} does not go with what else is said", name=beside.name))

    def present(session: Session) -> Mapping[str, str]:
        if act.looks_early:
            refuse_early(act, session, _said(act, args, {}))
        begun = None if act.begin is None else act.begin(session, _said(act, args, {}))
        return {} if begun is None else begun.present

    if act.proves:
        require_options(act, _said(act, args, {}))
        act.require_said(_said(act, args, {}))
    entrance = read_entrance(args, output) if act.proves else None
    if act.questions is None:
        asked = [_personal(act, field) for field in wanted]
        if act.by_sheets or act.takes_sheets:
            args.sheets = None  # their words are piped, with what else is piped, or asked for when they are needed
            asked += [PIPED_SHEETS] if args.personal_from else []
        with opened_to_ask(args, output, asked, present=present, entrance=entrance) as (session, typed):
            yield session, asked, typed, entrance
        return
    answers = {} if is_typed else piped_answers(args)
    with opened(args, output) as session:
        questions = act.questions(session, _said(act, args, {}))
        if is_typed:
            answers = {name: text for name, text in asked_one_by_one(list(map(_question, questions))).items() if text}
        yield session, (), {answer_to(name): [text] for name, text in answers.items()}, None


@contextmanager
def _opened_for_text(
    draft: Callable[[Session, Said], NoteBegun], act: Act[Any], args: Given, output: Output
) -> Iterator[_Opened]:
    """Unlock for an act that takes a text; what is piped or in a file is read before.

    What somebody types is kept line by line as a draft, until the act is done or Ctrl+C throws it away.
    """
    text = None if text_is_typed(args) else read_text(args)
    with opened(args, output) as session:
        said = _said(act, args, {})
        begun = draft(session, said)
        if text is None and "go_on" not in said and begun.is_beside_another():
            output.say(_ONE_BEGUN)
        if begun.before:
            output.say(begun.before)
        try:
            text = read_text(args, keep=begun.keep) if text is None else text
        except KeyboardInterrupt as stop:
            if not begun.before and not isinstance(stop, platform.NobodyTypedError):  # or what was typed before stays
                begun.forget()
            raise
        typed = {field.name: [begun.typed[field.name]] for field in act.fields if begun.typed.get(field.name)}
        into = next(field.name for field in act.fields if field.shape is Shape.TEXT)
        yield session, (), {**typed, into: [begun.before + text]}, None
        begun.forget()


def carried_out(act: Act[Any], args: Given, output: Output, opened: _Opened, read: Approve | None) -> Result:
    """Look, put the questions of the plan, do the act or ask about it, and return what came of it."""
    session, asked, typed, entrance = opened
    sheets = typed.pop(PIPED_SHEETS.key, None)
    said, plan = _looked(act, args, output, session, asked=asked, typed=typed)
    if act.has_pages or (act.asks_yes and not args.yes):
        for line in plan.shown():
            output.say(line)
    if plan.stop is not None:
        raise plan.stop
    if isinstance(read, Reading):
        from vault.services.exports import partners

        read.recipient = partners.find(session, args.to).name
    working = Working(lambda what, done, total: output.progress(done, total, what or act.doing))
    asks = act.second is not None and args.ask is not None
    second = None if act.second is None or asks else _second(args, output, session)
    answers = {} if asks and not act.has_pages else _answers(act, args, output, plan, typed)

    def do(decided: Mapping[str, str], hidden: Mapping[str, str]) -> Result:
        if act.second is not None and asks:
            wished = Agreed(answers, None, decided, read, args.ask, args.second, hidden=hidden)
            waits = act.second.ask(session, plan, wished, working)
            return _asked(act, act.second.nothing, said, args.ask, waits)
        proof = None if entrance is None else _proof(act, args, output, entrance)
        by_sheets = act.by_sheets and args.by_sheets
        agreed = Agreed(answers, second, decided, read, by_sheets=by_sheets, proof=proof, hidden=hidden)
        try:
            try:
                told = act.do(session, plan, agreed, working)
            except SheetsNeededError:
                secret = secret_typed(args, output, session, sheets)
                told = act.do(session, plan, replace(agreed, by_sheets=True, typed=secret), working)
        except KeyboardInterrupt:
            if act.stopped is not None:
                output.say(act.stopped)
            raise
        finally:
            if proof is not None:
                proof.wipe()
        return result_of(args, output, session, told)

    return with_answers(args, output, do, read) if act.has_pages else do({}, {})


def _proof(act: Act[Any], args: Given, output: Output, entrance: Entrance) -> Proof:
    """Return what somebody came in with, and the passphrase that takes its place, where the act changes it."""
    from vault.services.credentials import entering

    proof = entering.Proof(entrance.member, entrance.factors, lambda: entering.security_key(read_pin), waiting(output))
    if act.proves == "new":
        source = Given(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        return replace(proof, new=new_passphrase(source, output, (entrance.member,), language=args.generate))
    return proof


def result_of(args: Given, output: Output, session: Session, told: Told) -> Result:
    """Return what came of an act; its letter is written, if it is asked for."""
    # What was typed is not for a log of a script.
    lines: list[Words] = [*(told.aloud if told.aloud and are_asked(args, output) else told.lines)]
    lines += (
        Message("{words}: `casevault {act}`.", words=each.words, act=each.act) if each.act else each.words
        for each in told.follows
    )
    data = dict(told.data)
    if told.letter is not None:
        lines += (Message("{title}:", title=told.letter.title), "", *told.letter.lines)
        lines += written(session, told.letter, args, output)
        data["file"] = None if args.out is None else str(args.out)
    if told.sheets:
        if not told.files:
            copied(output, told.sheets)
        lines += compare_paper(args, output, told.sheets, told.files)
    return Result(data, lines, WaitingForDecisionError.exit_code if told.waits else 0)


def _question(field: Field) -> Personal:
    question, many = field.label, field.shape is Shape.LINES
    if field.words and len(field.words) <= _MOST_CHOICES_SAID:
        question = Message("{label} ({names})", label=field.label, names=" | ".join(field.words))
    read = _reading(field, field.name.replace("_", " "))
    return Personal(field.name, field.name, question, required=field.is_required, many=many, of=read)


def _given(args: Given, field: Field) -> tuple[str, ...]:
    value = getattr(args, field.name, None)  # another verb that does this act may leave it out
    if isinstance(value, list):
        return tuple(value)
    return () if value in (None, False, "") else (str(value),)


def given_of(args: Given, fields: Iterable[Field]) -> Said:
    return {field.name: given for field in fields if (given := _given(args, field))}


def _said(act: Act[Any], args: Given, typed: Mapping[str, Sequence[str]]) -> Said:
    of_options = given_of(args, [field for field in act.fields if not field.is_personal])
    of_person = {name: tuple(lines) for name, lines in typed.items() if lines}
    files = ("ask", "approval") if act.second is not None else ()
    by_file = {name: (str(getattr(args, name)),) for name in files if getattr(args, name) is not None}
    piped = {"from": ("-",)} if hasattr(args, "decided") else {}
    return {"why": (args.why,), **of_options, **of_person, **by_file, **piped}


def _looked(
    act: Act[Any],
    args: Given,
    output: Output,
    session: Session,
    *,
    asked: Sequence[Personal],
    typed: dict[str, list[str]],
) -> tuple[Said, Plan[Any]]:
    """Return what is said and what it would do, once each question is answered whose answer has to be said first.

    Raises:
        VaultError: nobody answered one; nothing was written.
    """
    said = _said(act, args, typed)
    while True:
        act.require_said(said)
        plan = act.look(session, said)
        ask = next((each for each in plan.asks if each.refusal is not None), None)
        if ask is None or ask.refusal is None:
            return said, plan
        warn_of(output, ask)
        list_choices(output, ask)
        if not are_asked(args, output):
            raise ask.refusal
        if ask.choices:
            said = {**said, ask.name: (chosen_of(ask),)}
        elif _is_yes(act, ask, may_go_back=bool(asked)):
            said = {**said, ask.name: ("yes",)}
        else:
            typed.update(asked_again(asked, typed))
            said = _said(act, args, typed)


def _is_yes(act: Act[Any], ask: Ask, *, may_go_back: bool) -> bool:
    """Return whether somebody says yes, or goes through the answers again; by Enter alone nothing typed is lost.

    Raises:
        WaitingForDecisionError: they throw away what they typed.
    """
    while True:
        word = ask_line(Message("{question} {words}", question=ask.question, words=_YES[may_go_back])).casefold()
        if word == "no":
            word = ask_line(_THROW[may_go_back]).casefold()
            if word == "drop":
                raise WaitingForDecisionError(
                    act.nothing, next_step=None if ask.refusal is None else ask.refusal.next_step
                )
        if word in {"yes", "keep"}:
            return True
        if word == "back" and may_go_back:
            return False


_YES: Final = {
    False: Message("Type yes or no: "),
    True: Message("Type yes, no, or back to go through your answers again: "),
}
_THROW: Final = {
    False: Message("What you typed is not saved yet. Type keep to save it, or drop to delete it: "),
    True: Message(
        "What you typed is not saved yet. Type keep to save it, back to go through it again, or drop to delete it: "
    ),
}


def _answers(
    act: Act[Any], args: Given, output: Output, plan: Plan[Any], typed: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the answers to the questions of a plan: of options, or of somebody at the terminal.

    Raises:
        WaitingForDecisionError: nobody said yes where somebody has to.
    """
    answers: dict[str, str] = {}
    own = {field.name: field for field in act.fields if field.is_answer}
    for ask in plan.asks:
        field, is_typed = own.get(ask.name), are_asked(args, output)
        given = next(iter(typed.get(ask.name, ())), "") if ask.yes is None else ""
        if given or (field is not None and ask.yes is not None and _given(args, field)):
            answers[ask.name] = given or "yes"
        elif ask.choices and is_typed:
            warn_of(output, ask)
            list_choices(output, ask)
            answers[ask.name] = chosen_of(ask)
        elif ask.choices and not ask.may_be_empty:
            raise WaitingForDecisionError(
                Message("{nothing}: {question}", nothing=act.nothing, question=ask.question),
                next_step=Message("Repeat it at a terminal, or say it by an option."),
            )
        elif ask.yes is None and is_typed and (_is_needed(ask) or not getattr(args, "yes", False)):
            answers |= _typed(output, ask)
        elif ask.yes is not None and not ask.is_for_screens and (field is None or is_typed):
            _require_yes(act, args, output, ask)
            answers[ask.name] = "yes"
    return answers


def _typed(output: Output, ask: Ask) -> dict[str, str]:
    """Return what somebody types as the answer to a question; nothing, where they type nothing."""
    warn_of(output, ask)
    if ask.may_be_empty or _is_needed(ask):
        asked = Personal(ask.name, "", ask.question, required=_is_needed(ask), of=ask.check, present=ask.present)
        asked = replace(asked, is_change=ask.may_be_empty)
        said = asked_one_by_one([asked])[ask.name]
    else:
        said = ask_line(Message("{question} (Enter changes nothing): ", question=ask.question))
    return {ask.name: said} if said else {}


def _is_needed(ask: Ask) -> bool:
    """Say whether a line has to be typed, anew until it is right: nothing else answers it."""
    return ask.check is not str and not (ask.may_be_empty or ask.present)


def _require_yes(act: Act[Any], args: Given, output: Output, ask: Ask) -> None:
    if not getattr(args, "yes", False):
        warn_of(output, ask, is_asked=are_asked(args, output))
    question = Message("{question} Type {word} to go on: ", question=ask.question, word=ask.word)
    require_word(args, output, question, nothing=act.nothing, word=ask.word)


def _second(args: Given, output: Output, session: Session) -> Second | None:
    """Return how the second person is asked: the answer of one elsewhere, or one at this keyboard, or none."""
    from vault.services.approvals import by_file

    if args.approval is None:
        return second_of(args, output, session)
    answer = by_file.read_answer(session, args.approval)
    return lambda _: answer


def _asked(act: Act[Any], nothing: Message, said: Said, out: Path, waits: Waits) -> Result:
    days = [
        Message("Say the same day again: `--{name} {day}`.", name=field.name, day=said[field.name][0])
        for field in act.days(said)
    ]
    return Result(
        {"file": str(out), "approvers": list(waits.names), **waits.data},
        [
            *waits.lines,
            Message(
                "{nothing} The question is at {out}. It opens for: {names}.",
                nothing=nothing,
                out=out,
                names=", ".join(waits.names),
            ),
            Message(
                "They answer with `casevault approval give FILE --reason CODE --out ANSWER` and make a bundle for you."
            ),
            Message(
                "Import the bundle, then repeat the command with `--approval ANSWER`: within 7 days, and while nothing"
                " changes."
            ),
            *days,
        ],
    )
