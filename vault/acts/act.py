"""What an act is: its fields, a look that says what it would do, and the doing; both faces are made from it.

A face collects what is said of the fields, looks, puts the questions of the plan, and carries it out; it decides
nothing. The module of an act loads quickly: its functions import what they need of the services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from vault.errors import NotAsShownError, UsageError, VaultError, WaitingForDecisionError
from vault.progress import Working
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, MemberId
    from vault.redaction.questions import Question
    from vault.seal.recovery import Sheet
    from vault.services.approvals.second_person import Second
    from vault.services.cases.notes import NoteBegun
    from vault.services.credentials.entering import Proof
    from vault.services.exports.exporting import Approve

T = TypeVar("T")
Said: TypeAlias = Mapping[str, tuple[str, ...]]
"""What was said of the fields, by their names. What nobody said is not in it, and what stays as it is neither.

Beside them: `why` a case is opened, if not for casework; `ask` and `approval`: files of a second person."""


@unique
class Shape(StrEnum):
    """What may be said of a field."""

    CASES = "cases"
    RECORDS = "records"  # sections, slips and cases too
    MEMBER = "member"
    LINE = "line"
    LINES = "lines"  # several, each a line
    TEXT = "text"  # of any length: from a file or standard input, or typed into a draft
    BIRTH = "birth"  # a date that may be known in part
    CODE = "code"  # a key or a code, which a shell may keep
    WORD = "word"  # one of a few
    DAY = "day"
    MOMENT = "moment"  # a day, perhaps with a time
    FILE = "file"
    NEW_FILE = "new-file"
    NEW_IN_FOLDER = "new-in-folder"  # or a folder for it, where it gets a free name
    FOLDER = "folder"
    NEW_FOLDER = "new-folder"  # made where it is not there
    NUMBER = "number"  # from 1
    YES = "yes"  # an answer of a script


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is said of an act.

    Attributes:
        name: how `Said`, the option and `--from -` call it.
        label: what stands before it, in a form and in a question.
        shape: what may be said.
        help: what the option takes.
        question: how somebody at a terminal is asked for it; without it, by its label.
        form: how the usage shows it, if not as an option; of a person's words, `[NAME]`: scripts may type them bare.
        words: the codes of a `WORD`, where they do not depend on what is looked at; of `LINES`, what stands before a
            colon in each.
        first: what is said where nobody says anything.
        hint: what stands in its row while that is empty.
        is_past: where a day lies; None for either side.
        is_required: it may not be left out.
        of_one: it is left out where several are changed at once.
        check: refuses what no line of it may be.
        follows: the field that has to change first: another value there begins this one anew.
        is_answer: it is no row of a form: it answers a question that the plan may put.
        where: whether it is asked for, by what is said already; without it, always.
        instead: the field before it, in whose place it is said: one of the two.
        refused_as: how a refusal that is about it begins, where not with its name.
        after: the field that says that it is over: without it, nobody at a terminal is asked for this one.
    """

    name: str
    label: Message
    shape: Shape
    help: Message | None = None
    question: Message | None = None
    form: str = ""
    words: tuple[str, ...] = ()
    first: str = ""
    hint: Words = ""
    is_past: bool | None = False
    is_required: bool = False
    of_one: bool = False
    check: Callable[[str], object] | None = None
    follows: str = ""
    is_answer: bool = False
    where: Callable[[Said], bool] | None = None
    instead: str = ""
    refused_as: str = ""
    after: str = ""

    @property
    def called(self) -> str:
        """Return how a command calls it: `--by-whom`, `CASE`."""
        return self.form.strip("[]").split()[0] if self.form else f"--{self.name.replace('_', '-')}"

    @property
    def is_personal(self) -> bool:
        """Say whether a person writes it in words of their own: it is asked, never typed as an option."""
        return self.shape in {Shape.LINE, Shape.LINES, Shape.BIRTH}

    @property
    def takes_many(self) -> bool:
        return self.shape is Shape.LINES or "..." in self.form

    @property
    def is_place(self) -> bool:
        return self.shape in {Shape.FILE, Shape.NEW_FILE, Shape.NEW_IN_FOLDER, Shape.FOLDER, Shape.NEW_FOLDER}

    @property
    def is_subject(self) -> bool:
        """Say whether it is what something is done to: a screen knows it, and no form asks for it."""
        return self.shape in {Shape.CASES, Shape.RECORDS}


CASE: Final = Field("case", Message("Case"), Shape.CASES, Message("the case's id or reference"), form="CASE")
RECORD: Final = Field(
    "record", Message("Record"), Shape.RECORDS, Message("the record's id, or its beginning"), form="RECORD"
)
IN_CASE: Final = Field(
    "of_case", Message("Case"), Shape.CASES, form="[--case CASE]",
    help=Message("the record's case, if records of two cases have the same id"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of a plan, which a person answers before anything is done.

    Attributes:
        name: of its answer in `Agreed`; an act's field of this name gives it an option.
        question: what is asked.
        yes, no: the two answers of a question that takes them; without `yes`, a line is typed.
        choices: the answers of a question that takes one of several: code and label.
        told: what has to be known for the answer.
        warned: what is dangerous about it.
        word: what is typed for a yes where there are no buttons.
        present: of a line: what is there now.
        may_be_empty: of a line: nothing typed is an answer too.
        check: makes the value of a line; a fault is a `UsageError`.
        is_for_screens: whoever types the command with all that it says has said yes.
        refusal: the answer is said of the field of this name, and the act looks again; without it, this is raised.
    """

    name: str
    question: Message
    yes: Message | None = None
    no: Message | None = None
    choices: tuple[tuple[str, Words], ...] = field(default=(), repr=False)
    told: tuple[Words, ...] = field(default=(), repr=False)
    warned: tuple[Words, ...] = field(default=(), repr=False)
    word: str = "yes"
    present: str = field(default="", repr=False)
    may_be_empty: bool = False
    check: Callable[[str], str] = str
    is_for_screens: bool = False
    refusal: VaultError | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a form of an act begins with.

    Attributes:
        present: what the fields say now.
        choices: the words of the fields that depend on the vault: code and label.
        line: how things stand.
    """

    present: Mapping[str, str] = field(default_factory=dict, repr=False)
    choices: Mapping[str, tuple[tuple[str, Words], ...]] = field(default_factory=dict, repr=False)
    line: Words = ""


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """What an act would do, as a look found it.

    Attributes:
        of: what the act's own `run` needs.
        mark: what a person agrees to: a plan with another mark is shown and asked anew.
        shown: returns what would be done, for a person who reads it; that they look is in the log before.
        asks: the questions, in order.
        needs_second: a second person has to approve it.
        beside: who gains by it, and cannot be that person.
        stop: why it cannot be done now, for somebody who goes on all the same.
        is_whole: it holds all that was shown, and looking again would be in the log again.
    """

    of: T = field(repr=False)
    mark: object = field(default=None, repr=False)
    shown: Callable[[], Sequence[Words]] = field(default=tuple, repr=False)
    asks: tuple[Ask, ...] = field(default=(), repr=False)
    needs_second: bool = False
    beside: frozenset[MemberId] = frozenset()
    stop: VaultError | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person said to the questions of a plan, and how the second person is asked, if one has to be.

    Attributes:
        decided, hidden: of what leaves: what becomes of each form that nobody knows; what is hidden too, by its kind.
        read: shows somebody the finished pages, and says whether they say yes; without it nobody reads them.
        ask_into: a new file for the question to somebody elsewhere: nothing is done yet.
        ask_whom: the name of who may approve then; without it, all who may.
        by_sheets, typed: the recovery sheets do it, in the place of somebody else; their secret, if it was typed.
        proof: what opens one's own seat, typed anew; whoever made it wipes it.
    """

    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    second: Second | None = field(default=None, repr=False)
    decided: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: Approve | None = field(default=None, repr=False)
    ask_into: Path | None = None
    ask_whom: str | None = field(default=None, repr=False)
    by_sheets: bool = False
    typed: bytes | None = field(default=None, repr=False)
    proof: Proof | None = field(default=None, repr=False)
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)


class OpenFormsError(WaitingForDecisionError):
    """Forms are open: a person decides what becomes of each. Nothing was written, nor logged but the view."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(
            plural(
                "{count} question is open; nothing was written",
                "{count} questions are open; nothing was written",
                count=len(questions),
            )
        )
        self.questions = questions


@dataclass(frozen=True, slots=True)
class Letter:
    """A page that an act leaves to be read, in a language, and to be printed in clear where a person says.

    Attributes:
        title: what it is called.
        lines: what it says.
        text, write: returns its lines in a language (`en`, `fr`, `ru`), or writes it into a new file.
        warning: what is said before it is written.
    """

    title: Message
    lines: tuple[Words, ...] = field(repr=False)
    text: Callable[[str], Sequence[str]] = field(repr=False)
    write: Callable[[Session, Path, str], None] = field(repr=False)
    warning: Message


@dataclass(frozen=True, slots=True)
class Follow:
    """What should be done now, and by which act, as it is typed behind `casevault`; without one, it is only said."""

    words: Message
    act: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an act.

    Attributes:
        lines, data: for a person, and for a script.
        follows: what should be done now.
        letter: what it leaves to be read.
        aloud: what somebody at a terminal is told in place of the lines: a script is told no word of it.
        is_table: its lines stand in columns.
        opens: the case that somebody wants to see now.
        waits: it waits for a decision of somebody else, or for what has to arrive.
        sheets: of recovery, for paper alone: shown once where they have no files, then compared with the paper.
        files: where they are, for the printer.
    """

    lines: tuple[Words, ...] = field(repr=False)
    data: Mapping[str, object] = field(default_factory=dict, repr=False)
    follows: tuple[Follow, ...] = ()
    letter: Letter | None = None
    aloud: tuple[Words, ...] = field(default=(), repr=False)
    is_table: bool = False
    opens: CompartmentId | None = None
    waits: bool = False
    sheets: tuple[Sheet, ...] = field(default=(), repr=False)
    files: tuple[Path, ...] = ()


class Waits(NamedTuple):
    """A question that is in its file: for whom it opens; `lines` and `data` are what came of it besides."""

    names: Sequence[str]
    lines: Sequence[Words] = ()
    data: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BySecond:
    """How an act gets its second person.

    Attributes:
        when: when it needs one, for the help.
        ask: writes its question into a file (`Agreed.ask_into`).
        nothing: that nothing is done yet.
    """

    when: Message
    ask: Callable[[Session, Plan[Any], Agreed, Working], Waits]
    nothing: Message


@dataclass(frozen=True, slots=True)
class Act(Generic[T]):
    """Something that a member can do.

    Attributes:
        name, help: how it is typed behind `casevault`, and what it does.
        title, key: what its form is called, and a word for the key that does it.
        fields: what is said of it.
        look: reads, writes nothing, and refuses what can be refused; it is asked again as more is said.
        looks_early: it looks also before somebody types the rest, and refuses what none of that can mend.
        run: does it, in steps of which each is whole; repeated, it goes on where it stopped.
        doing: what is said while it works.
        about: what stands below its fields.
        nothing: what was not done where somebody did not say yes.
        begin: reads what a form begins with, for somebody who sees it; without it, they see the plan of nothing said.
        questions: reads what else is asked, where the vault alone knows that; see `answer_to`.
        stopped: what is said where somebody stopped it before anything was done; work goes on beside it.
        asks_yes: its plan is read and asks for a yes that has no option of its own.
        second: set for an act that may need a second person.
        is_long: it may take more than a second also of one, so that a screen shows how far it is.
        makes_files: it changes the log alone, and makes something elsewhere, whole or not at all: work goes on beside.
        is_change: it changes what is there: where nothing is said, there is nothing to do.
        by_sheets: the recovery sheets can do it in the place of somebody else, if that is said.
        takes_sheets: nothing else can do it: the recovery sheets are asked for, or piped, and nobody has to say so.
        makes_sheets: it makes recovery sheets, which go into the files of its field `out`, or are shown.
        goes_through: once it is begun, nothing stops it.
        proves: `now`: it wants to see again what opens the seat of whoever does it; `new`: and another passphrase.
        has_letter: it leaves a letter.
        draft: begins the draft that keeps a `TEXT` while somebody types it at a terminal.
        has_pages: what leaves is read before: its open forms are decided, then somebody reads the finished pages.
    """

    name: str
    help: Message
    title: Message
    key: Message
    fields: tuple[Field, ...]
    look: Callable[[Session, Said], Plan[T]]
    run: Callable[[Session, Plan[T], Agreed, Working], Told]
    doing: Message
    nothing: Message
    begin: Callable[[Session, Said], Begun] | None = None
    second: BySecond | None = None
    looks_early: bool = False
    questions: Callable[[Session, Said], tuple[Field, ...]] | None = None
    stopped: Message | None = None
    is_change: bool = False
    asks_yes: bool = False
    is_long: bool = False
    makes_files: bool = False
    by_sheets: bool = False
    takes_sheets: bool = False
    makes_sheets: bool = False
    goes_through: bool = False
    proves: str = ""
    has_letter: bool = False
    has_pages: bool = False
    draft: Callable[[Session, Said], NoteBegun] | None = None
    about: Words = ""

    @property
    def subject(self) -> Field | None:
        return next((each for each in self.fields if each.is_subject), None)

    def days(self, said: Said) -> tuple[Field, ...]:
        """Return the fields of which a day is said: an approval is for that day."""
        return tuple(each for each in self.fields if each.shape is Shape.DAY and each.name in said)

    def rows(self, said: Said) -> tuple[Field, ...]:
        """Return the fields that a form asks for, of these that are said already."""
        subject = self.subject
        many = subject is not None and len(said.get(subject.name, ())) > 1
        return tuple(
            each
            for each in self.fields
            if not (each.is_subject or each.is_answer or (many and each.of_one))
            and (each.where is None or each.where(said))
            and each.instead not in said
        )

    def do(self, session: Session, plan: Plan[T], agreed: Agreed, working: Working) -> Told:
        """Do what a plan says.

        Raises:
            VaultError: the refusal of a question that has to be answered first.
        """
        for ask in plan.asks:
            if ask.refusal is not None:
                raise ask.refusal
        return self.run(session, plan, agreed, working)

    def require_said(self, said: Said) -> None:
        """Return where enough is said to begin.

        Raises:
            UsageError: a field is missing, is for one alone, or nothing is said of what is there.
        """
        rows = self.rows(said)
        for each in self.fields:
            if each.of_one and each.name in said and each not in rows:
                raise UsageError(Message("{field} is changed in one at a time", field=each.name))
        for each in rows:
            if each.is_required and not any(said.get(each.name, ())):
                raise UsageError(Message("{field} is empty", field=each.name))
            if each.shape is Shape.NUMBER and any(said.get(each.name, ())):
                numbered(each.name, said[each.name][0])
        if self.is_change and said.keys().isdisjoint(each.name for each in self.fields if not each.is_subject):
            others = Message("You can change: {names}.", names=", ".join(str(each.label) for each in rows))
            raise UsageError(Message("there is nothing to change"), next_step=others)


def numbered(name: str, text: str) -> int:
    """Return a number from 1; `name` is how a refusal calls it.

    Raises:
        UsageError: it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(Message("{name} is a number from 1", name=name))
    return int(text)


def answer_to(question: str) -> str:
    """Return how `Said` calls the answer to a question that is in the vault: a field may have the same name."""
    return f"answer {question}"


def empty(_session: Session, _said: Said) -> Begun:
    """Begin a form whose rows are all empty."""
    return Begun()


def in_case(session: Session, said: Said) -> Plan[tuple[CompartmentId, Said]]:
    """Look for the case that was named; the rest of what was said is used when it is done."""
    from vault.services.cases import cases

    return Plan((cases.find(session, said[CASE.name][0]), said))


def of_case(session: Session, said: Said) -> CompartmentId | None:
    """Return the case of a record, where it was named beside the record."""
    from vault.services.cases import cases

    named = one(said, IN_CASE.name)
    return None if named is None else cases.find(session, named)


def one(said: Said, name: str) -> str | None:
    """Return what was said of a field that takes one value; None where nothing was."""
    return next(iter(said.get(name, ())), None)


def by_name(names: dict[MemberId, str], members: Iterable[bytes]) -> tuple[tuple[str, Words], ...]:
    """Return members as the words of a field, in the order of their names."""
    from vault.services.projection.authors import name_in

    return tuple((member, name) for name, member in sorted((name_in(names, each), each.hex()) for each in members))


def as_agreed(session: Session, act: Act[T], said: Said, shown: Plan[T]) -> Plan[T]:
    """Look once more, where time went by since somebody agreed to what was shown.

    Raises:
        NotAsShownError: it would do something else by now; the new plan has to be shown.
    """
    plan = shown if shown.is_whole else act.look(session, said)
    if plan.mark != shown.mark:
        raise NotAsShownError(Message("{nothing}: what would be done is not what was shown", nothing=act.nothing))
    return plan
