"""The verb of an act: its arguments, what somebody at the terminal is asked, and its answer, made from its description.

Personal words are asked, piped or, in scripts, given as options. A script that a plan asks something answers by an
option, or by `--yes`; what it leaves open, the service decides, which refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vault.acts.act import Act, Agreed, Ask, Field, Letter, Plan, Said, Shape, Told, Waits, numbered
from vault.cli.confirming import require_word
from vault.cli.dates import day_of, moment_of
from vault.cli.opening import opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, are_asked, ask_line, asked_one_by_one, options_of, refuse_as_options
from vault.cli.reading import reading_of, second_of, with_answers
from vault.cli.table import Arg, Given, Verb, new_file, there_folder
from vault.errors import VaultError
from vault.progress import Working
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.approvals.approving import Second
    from vault.services.exports.export_steps import Approve

_Opened: TypeAlias = tuple["Session", Mapping[str, list[str]]]
_LANGUAGES: Final = ("en", "fr", "ru")
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
    Shape.FOLDER: there_folder,
}


def verb_of(act: Act[Any]) -> Verb:
    """Return an act as a verb of its noun."""
    options = [_arg(field) for field in act.fields if not field.is_personal]
    personal = [field for field in act.fields if field.is_personal]
    options += [Arg(field.form, _SCRIPTS_ONLY, into="typed") for field in personal if _is_bare(field)]
    options += options_of([_personal(field) for field in personal])
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
    if act.asks_yes:
        options.append(Arg("[--yes]", Message("neither show what would be done nor ask (scripts)")))
    return Verb(act.name.rpartition(" ")[2], act.help, tuple(options), partial(_run, act))


def _arg(field: Field) -> Arg:
    form = field.form or (f"--{field.name}" if field.shape is Shape.YES else f"--{field.name} {_value(field)}")
    form = form if field.form or field.is_required else f"[{form}]"
    of: Callable[[str], object] = _PLACES.get(field.shape, str)
    if field.shape is Shape.DAY:
        of = day_of(f"--{field.name}", is_past=field.is_past)
    elif field.shape is Shape.MOMENT:
        of = moment_of(f"--{field.name}", is_past=field.is_past)
    elif field.shape is Shape.NUMBER:
        of = partial(numbered, f"--{field.name}")
    default = field.first or None
    return Arg(form, field.help or field.label, choices=field.words, of=of, default=default, into=field.name)


def _value(field: Field) -> str:
    return _VALUES.get(field.shape, field.name.upper())


def _personal(field: Field) -> Personal:
    return Personal(
        field.name,
        f"--{field.name}" if _is_bare(field) or not field.form else field.form,
        field.question or field.label,
        required=field.is_required,
        many=field.shape is Shape.LINES,
        is_change=not field.is_required and not field.is_answer,
    )


def _is_bare(field: Field) -> bool:
    return field.form.startswith("[")


def _run(act: Act[Any], args: Given, output: Output) -> Result:
    read = reading_of(args, output) if act.has_pages else None
    with opened_for(act, args, output) as opened:
        return carried_out(act, args, output, opened, read)


@contextmanager
def opened_for(act: Act[Any], args: Given, output: Output) -> Iterator[_Opened]:
    """Unlock for an act, and give what a person says of it beside the session."""
    personal = [field for field in act.fields if field.is_personal]
    for field in filter(_is_bare, personal):
        setattr(args, field.name, args.typed or getattr(args, field.name))
    refuse_as_options(args, [_personal(field) for field in personal])
    rows = act.rows({field.name: _given(args, field) for field in act.fields if field.is_subject})
    # An answer is asked for where the plan asks; a script cannot wait for that.
    wanted = [field for field in personal if field in rows or (field.is_answer and not are_asked(args, output))]

    def present(session: Session) -> Mapping[str, str]:
        begun = None if act.begin is None else act.begin(session, _said(act, args, {}))
        return {} if begun is None else begun.present

    with opened_to_ask(args, output, [_personal(field) for field in wanted], present=present) as opened:
        yield opened


def carried_out(
    act: Act[Any],
    args: Given,
    output: Output,
    opened: _Opened,
    read: Approve | None,
) -> Result:
    """Look, put the questions of the plan, do the act or ask about it, and return what came of it."""
    session, typed = opened
    said = _said(act, args, typed)
    act.require_said(said)
    plan = act.look(session, said)
    if act.has_pages or (act.asks_yes and not args.yes):
        for line in plan.shown():
            output.say(line)
    if plan.stop is not None:
        raise plan.stop
    working = Working(lambda what, done, total: output.progress(done, total, what or act.doing))
    asks = act.second is not None and args.ask is not None
    second = None if act.second is None or asks else _second(args, output, session)
    answers = {} if asks and not act.has_pages else _answers(act, args, output, plan, typed)

    def do(decided: Mapping[str, str]) -> Result:
        if act.second is not None and asks:
            waits = act.second.ask(session, plan, Agreed(answers, None, decided, read, args.ask, args.second), working)
            return _asked(act, act.second.nothing, said, args.ask, waits)
        return _shown(
            act, args, output, session, act.run(session, plan, Agreed(answers, second, decided, read), working)
        )

    return with_answers(args, output, do) if act.has_pages else do({})


def _shown(act: Act[Any], args: Given, output: Output, session: Session, told: Told) -> Result:
    """Return what came of an act; its letter is written, if it is asked for."""
    # What was typed is not for a log of a script.
    said_of_it = told.aloud if told.aloud and are_asked(args, output) else told.lines
    lines: list[Words] = [*said_of_it, *_follows(told)]
    data = dict(told.data)
    if told.letter is not None:
        lines = [
            *lines,
            Message("{title}:", title=told.letter.title),
            "",
            *told.letter.lines,
            *_written(session, told.letter, args),
        ]
        data["file"] = str(args.out) if args.out is not None and args.out.exists() else None
    return Result(data, lines)


def _given(args: Given, field: Field) -> tuple[str, ...]:
    """Return what an argument of the command says of a field."""
    value = getattr(args, field.name)
    if isinstance(value, list):
        return tuple(value)
    return () if value in (None, False, "") else (str(value),)


def _said(act: Act[Any], args: Given, typed: Mapping[str, list[str]]) -> Said:
    of_options = {field.name: given for field in act.fields if not field.is_personal and (given := _given(args, field))}
    of_person = {field.name: tuple(typed[field.name]) for field in act.fields if typed.get(field.name)}
    files = ("ask", "approval") if act.second is not None else ()
    by_file = {name: (str(getattr(args, name)),) for name in files if getattr(args, name) is not None}
    return {"why": (args.why,), **of_options, **of_person, **by_file}


def _answers(
    act: Act[Any], args: Given, output: Output, plan: Plan[Any], typed: Mapping[str, list[str]]
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
        elif ask.yes is None and is_typed and not getattr(args, "yes", False):
            answers |= _typed(output, ask)
        elif ask.yes is not None and not ask.is_for_screens and (field is None or is_typed):
            _require_yes(act, args, output, ask)
            answers[ask.name] = "yes"
    return answers


def _typed(output: Output, ask: Ask) -> dict[str, str]:
    """Return what somebody types as the answer to a question; nothing, where they type nothing."""
    _warn(output, ask)
    if ask.may_be_empty:
        asked = Personal(ask.name, "", ask.question, of=ask.check, present=ask.present, is_change=True)
        said = asked_one_by_one([asked])[ask.name]
    else:
        said = ask_line(Message("{question} (Enter changes nothing): ", question=ask.question))
    return {ask.name: said} if said else {}


def _require_yes(act: Act[Any], args: Given, output: Output, ask: Ask) -> None:
    if not getattr(args, "yes", False):
        _warn(output, ask, is_asked=are_asked(args, output))
    question = Message("{question} Type {word} to go on: ", question=ask.question, word=ask.word)
    require_word(args, output, question, nothing=act.nothing, word=ask.word)


def _warn(output: Output, ask: Ask, *, is_asked: bool = True) -> None:
    """Say what is dangerous; what has to be known for the answer, only to somebody who gives one."""
    for line in ask.warned:
        output.say(Message("WARNING: {line}", line=line))
    for line in ask.told if is_asked else ():
        output.say(line)


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


def _follows(told: Told) -> list[Words]:
    return [
        Message("{words}: `casevault {act}`.", words=each.words, act=each.act) if each.act else each.words
        for each in told.follows
    ]


def _written(session: Session, letter: Letter, args: Given) -> list[Words]:
    """Write the letter, if it is asked for, and return what came of it: the act is done, whatever becomes of it."""
    if args.out is None:
        return []
    try:
        letter.write(session, args.out, args.language)
    except VaultError as fault:
        not_written = Message(
            "It was not written to a file: {fault} {next_step}", fault=fault.message, next_step=fault.next_step
        )
        return ["", not_written]
    return ["", Message("The letter is at {path}. It is not encrypted.", path=args.out)]
