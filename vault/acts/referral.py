"""What clients agree may be told, and what left by it: asked back where they withdraw it, or in wrong hands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, Field, Follow, Letter, Plan, Said, Shape, Told
from vault.acts.records import ADD, EDIT, Change, ending
from vault.casework.story.consent import Consent
from vault.casework.story.events import Task
from vault.casework.story.incident import Checklist, Incident, IncidentKind
from vault.words.message import Message, Words, listed, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vault.access.session import Session
    from vault.progress import Progress
    from vault.services.exports.ledger import Package


def _withdraw(session: Session, plan: Plan[Change], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import story_records
    from vault.services.exports import ledger

    place, typed = plan.of
    story_records.change(session, place, typed)
    packages = ledger.by_consent(session, place.case, place.record)
    data = {"record": place.record.hex(), "packages": [package.data for package in packages]}
    done = Message("It is withdrawn: nothing leaves by it from now on, also what waits for a second person.")
    if not packages:
        return Told((done,), data)
    lines, until = ledger.recall_letter(session, packages), ledger.answer_by(session)
    holder = packages[0].recipient
    story_records.add(
        session, place.case, Task(str(Message("did {name} confirm the deletion?", name=holder)), due=until)
    )
    held = plural(
        "{name} holds {count} package that left by it:", "{name} holds {count} packages that left by it:",
        count=len(packages), name=holder,
    )  # fmt: skip
    return Told(
        (done, held, *(Message("  {line}", line=package.line) for package in packages)),
        {**data, "letter": [str(line) for line in lines]},
        follows=(Follow(Message("Send them the letter. A task asks in 14 days whether they confirmed.")),),
        letter=letter_of(Message("Letter that asks packages back"), lines),
    )


def letter_of(title: Message, lines: Sequence[Words]) -> Letter:
    """Return a letter to somebody outside, which names nobody whose data it is about."""
    from vault.services.erasures import letter_words
    from vault.services.erasures.letter import print_letter
    from vault.services.exports import ledger

    def text(language: str) -> tuple[str, ...]:
        return tuple(map(letter_words.in_language(language), lines))

    def write(session: Session, out: Path, language: str) -> None:
        print_letter(
            session, lines, out, letter_words.in_language(language), title=ledger.LETTER_TITLE, foot=ledger.LETTER_FOOT
        )

    warning = Message("It names nobody whose data it is about, and it is not encrypted.")
    return Letter(title, tuple(lines), text, write, warning)


WITHDRAW: Final = replace(
    ending(Consent),
    name="consent withdraw",
    help=Message("say that a client withdrew it: nothing leaves by it any more, and what left is asked back"),
    title=Message("Withdraw a consent"),
    key=Message("withdraw"),
    run=_withdraw,
    has_letter=True,
)


# ---- a package in wrong hands -------------------------------------------------------------------------------------


def _which(session: Session, said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.exports import ledger

    found = ledger.of_case(session, cases.find(session, said["case"][0]))
    line = "" if found else Message("Nothing has left this case.")
    return Begun(choices={"package": tuple((each.kept.value.package.hex(), each.line) for each in found)}, line=line)


def _whose_it_is(session: Session, said: Said) -> Plan[Package]:
    from vault.services.cases import cases
    from vault.services.exports import ledger

    package = ledger.find(session, cases.find(session, said["case"][0]), said["package"][0])
    return Plan(package, mark=package.called, shown=lambda: _about(package), asks=(_SURE,))


def _about(package: Package) -> list[Words]:
    return [
        package.line,
        Message("It is sealed for the key of {name}: nobody else can open it.", name=package.recipient),
        Message("In it, by name or by code: {names}.", names=listed(package.whose))
        if package.whose
        else Message("Nobody stands in it by a code. Read the notes of the case: whose data did it have?"),
    ]


_SURE: Final = Ask(
    "wrong",
    Message("Did it reach somebody it was not for?"),
    yes=Message("It did"),
    no=Message("It did not"),
    told=(Message("An incident and a checklist with a clock of 72 hours are written into the case."),),
    is_for_screens=True,
)


def _write(session: Session, plan: Plan[Package], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import story_records
    from vault.services.exports import ledger
    from vault.services.safety import incidents

    package, now = plan.of, incidents.minute_here(session)
    what = Message("package {ref} reached somebody it was not for", ref=package.called)
    record = story_records.add(session, package.case, Incident(IncidentKind.DATA_BREACH, at=now, text=str(what)))
    incidents.begin_checklist(session, package.case, Checklist.WRONG_RECIPIENT.value, since=now)
    lines = ledger.wrong_letter([package])
    data = {"whose": list(package.whose), "letter": [str(line) for line in lines]}
    return Told(
        (Message("It is written down. The checklist says what to do until when."), *_about(package)),
        {"incident": record.hex(), **package.data, **data},
        follows=(
            Follow(Message("Call whoever got it, then send them the letter")),
            Follow(Message("What to do, step by step"), f"checklist list {package.case.hex()}"),
        ),
        letter=letter_of(Message("Letter to whoever got it"), lines),
    )


WRONG_RECIPIENT: Final = Act(
    "package wrong-recipient",
    Message("say that a package reached somebody it was not for: whose data it is, whom to warn, and a letter"),
    Message("Package in wrong hands"),
    Message("write down"),
    (
        CASE,
        Field("package", Message("Package"), Shape.WORD, Message("the reference of its report, or its id"),
              form="--package ID", is_required=True),
    ),
    look=_whose_it_is,
    run=_write,
    doing=Message("Writing it down"),
    nothing=Message("nothing is written"),
    begin=_which,
    has_letter=True,
)  # fmt: skip
ACTS: Final = (ADD[Consent.KIND], EDIT[Consent.KIND], WITHDRAW, WRONG_RECIPIENT)
