"""Erase for good: what goes is read first, and a letter says what was done; what colleagues erased; for how long."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Ask, Begun, BySecond, Field, Letter, Plan, Said, Shape, Told, Waits, one
from vault.casework.case import CaseKind
from vault.ids import CompartmentId
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress, Working
    from vault.services.erasures import reach

_TITLE_OF: Final = "title-"
_LETTER: Final = Message("The letter about it")
_NAMES_NOBODY: Final = Message("It names nobody whose records were erased, and it is not encrypted.")


_Erasure: TypeAlias = tuple["reach.Plan", str]
"""What goes, and why."""


def _what_goes(session: Session, said: Said) -> Plan[_Erasure]:
    from vault.services.approvals import erasing
    from vault.services.cases import holds
    from vault.services.erasures import mentions, preview, what_goes
    from vault.services.projection.places import name_of

    going = what_goes.what_goes(session, *said["ids"])
    needs_second = erasing.needs_second(going)
    asks = [
        Ask(
            f"{_TITLE_OF}{case.hex()}",
            Message("New title of {case}", case=name_of(session, case)),
            present=title,
            may_be_empty=True,
            check=partial(mentions.checked_title, going),
        )
        for case, title in ({} if going.nothing_goes else going.left.titles).items()
    ]
    sure = Ask(
        "erase",
        plural("Erase {count} record for good?", "Erase {count} records for good?", count=going.records),
        yes=Message("Erase"),
        no=Message("Keep"),
        told=(Message("It cannot be brought back."),),
        word="erase",
    )
    return Plan(
        (going, one(said, "reason") or ""),
        mark=going,
        shown=partial(preview.preview, session, going, needs_second=needs_second),
        asks=(*asks, sure),
        needs_second=needs_second,
        stop=holds.what_stops(session, going.cases) if going.nothing_goes else None,
    )


def _erase(session: Session, plan: Plan[_Erasure], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.approvals import erasing
    from vault.services.erasures import letter

    going, why = plan.of
    titles = {
        CompartmentId(bytes.fromhex(name.removeprefix(_TITLE_OF))): title
        for name, title in agreed.answers.items()
        if name.startswith(_TITLE_OF) and title
    }
    erased = erasing.erase(session, going, why=why, second=agreed.second, titles=titles)
    lines = tuple(letter.letter(session, going.renamed(titles), why=why))
    data = {
        "erased": dict(going.kinds),
        "versions": len(going.versions),
        "cases": [str(name) for name in going.cases.values()],
        "held": [{"case": str(each.name), "records": each.records} for each in going.held],
        "stays_in": [str(name) for name in going.elsewhere.values()],
        "release": erased.rule,
        "drafts": erased.removed.drafts,
        "bundles": erased.removed.bundles,
        "letter": [str(line) for line in lines],
    }
    return Told((Message("It is erased."),), data, letter=letter_of(_LETTER, lines, _NAMES_NOBODY))


def letter_of(called: Message, lines: tuple[Words, ...], warning: Message, **page: Message) -> Letter:
    """Return a letter in the three languages that its sentences have; `page` is its title and foot on paper."""
    from vault.services.erasures import letter, letter_words

    def text(language: str) -> tuple[str, ...]:
        return tuple(map(letter_words.in_language(language), lines))

    def write(session: Session, out: Path, language: str) -> None:
        letter.print_letter(session, lines, out, letter_words.in_language(language), **page)

    return Letter(called, lines, text, write, warning)


def _ask(session: Session, plan: Plan[_Erasure], agreed: Agreed, _working: Working) -> Waits:
    from vault.services.approvals import erasing

    going, why = plan.of
    return Waits(erasing.ask(session, going, why=why, out=agreed.ask_into or Path(), approver=agreed.ask_whom))


ERASE: Final = Act(
    "erase",
    Message("erase a note, a person, a case or a slip for good; shows first what goes"),
    Message("Erase for good"),
    Message("erase"),
    (
        Field(
            "ids",
            Message("Records"),
            Shape.RECORDS,
            Message("a record, person, document, section or slip (CASE/ID: in that case alone), or a case"),
            form="ID ...",
        ),
        Field(
            "reason",
            Message("Reason"),
            Shape.WORD,
            Message("the reason kept in the log"),
            form="--reason CODE",
            words=("subject-request", "retention", "mistake", "court-order"),
            is_required=True,
        ),
    ),
    look=_what_goes,
    run=_erase,
    doing=Message("Erasing"),
    nothing=Message("nothing was erased"),
    second=BySecond(Message("above one case or ten records"), _ask, Message("Nothing is erased yet.")),
    asks_yes=True,
    has_letter=True,
)

# ---- what colleagues erased, and how long closed cases are kept -----------------------------------------------------


def _what_waits(_session: Session, _said: Said) -> Plan[None]:
    sure = Ask(
        "remove",
        Message("Remove now what colleagues erased?"),
        yes=Message("Remove"),
        no=Message("Wait"),
        told=(Message("It cannot be brought back. What is on legal hold stays."),),
        is_for_screens=True,
    )
    return Plan(None, asks=(sure,))


def _remove(session: Session, _plan: Plan[None], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.erasures import arrived, standing_again

    arrived.note(session, arrived.look(session))
    gone = arrived.carry_out(session, at_once=True)
    removed = plural("{count} record was removed.", "{count} records were removed.", count=gone)
    lines = (*((removed,) if gone else ()), *standing_again.erase_late(session, at_once=True))
    return Told(lines or (Message("Nothing was removed."),), {"removed": gone})


def _rule_lines(session: Session) -> list[Words]:
    from vault.services.erasures import retention

    lines: list[Words] = [
        plural(
            "{kind}: proposed to be erased {count} month after it was closed",
            "{kind}: proposed to be erased {count} months after it was closed",
            count=months,
            kind=word_of(kind),
        )
        for kind, months in sorted(retention.rules(session).items())
    ]
    return lines or [Message("No rule: nothing is proposed.")]


def _set_rule(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.erasures import retention

    kind, months = one(plan.of, "kind"), one(plan.of, "months")
    if kind:
        retention.set_rule(session, kind, int(months) if months else None)
    return Told(tuple(_rule_lines(session)), {"rules": retention.rules(session)})


REMOVE: Final = Act(
    "erasures now",
    Message("remove it now instead of after 72 hours; what is on legal hold stays"),
    Message("Remove now"),
    Message("now"),
    (),
    look=_what_waits,
    run=_remove,
    doing=Message("Removing what colleagues erased"),
    nothing=Message("nothing is removed"),
)
RULES: Final = Act(
    "erasures rules",
    Message("how long closed cases are kept; admins change it"),
    Message("How long closed cases are kept"),
    Message("keep"),
    (
        Field("kind", Message("Kind of case"), Shape.WORD, Message("change the rule of this kind of case"),
              words=tuple(CaseKind)),
        Field("months", Message("Months"), Shape.NUMBER,
              Message("how many months after closing; without it, the rule is removed"),
              hint=Message("empty: the rule is removed")),
    ),
    look=lambda _session, said: Plan(said),
    run=_set_rule,
    doing=Message("Changing the rule"),
    nothing=Message("nothing is changed"),
    begin=lambda session, _said: Begun(line=joined(_rule_lines(session), "; ") or ""),
    about=Message("A closed case is proposed to be erased then. Nothing is erased by itself."),
)  # fmt: skip
ACTS: Final = (ERASE, REMOVE, RULES)
