"""A page and its words: shown once somebody has spoken to its recipient, or new ones for the same package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.exports.page_words import Page

PACKAGE: Final = Field(
    "package", Message("Package"), Shape.WORD, Message("the reference of its report, or its id"), form="--package ID",
    is_required=True,
)  # fmt: skip


def which(session: Session, said: Said) -> Begun:
    """Begin with the packages that left a case."""
    from vault.services.cases import cases
    from vault.services.exports import ledger

    found = ledger.of_case(session, cases.find(session, said["case"][0]))
    line = "" if found else Message("Nothing has left this case.")
    return Begun(choices={"package": tuple((each.kept.value.package.hex(), each.line) for each in found)}, line=line)


# ---- the words ----------------------------------------------------------------------------------------------------


def _whose_words(session: Session, said: Said) -> Plan[Page]:
    from vault.services.cases import cases
    from vault.services.exports import page_words

    page = page_words.find_page(session, cases.find(session, said["case"][0]), said["package"][0])
    return Plan(page, mark=page.kept.value.digest, shown=lambda: _about(page), asks=(_spoken(page),))


def _about(page: Page) -> list[Words]:
    told = page.kept.value.told
    first = (
        Message("Its words were shown before, on {day}.", day=told) if told else Message("Nobody knows its words yet.")
    )
    return [page.package.line, first]


def _spoken(page: Page) -> Ask:
    name, phone = page.to.name, page.to.phone
    number: list[Words] = [Message("The number that is stored: {phone}", phone=phone)] if phone else []
    return Ask(
        "spoken",
        Message("Do you speak to {name} now, on a number that you know, and do they have the file?", name=name),
        yes=Message("Show the words"),
        no=Message("Not yet"),
        told=(
            *number,
            Message("Until the words are told nobody can open the file. Who has both reads the report."),
            Message("Say them. Never write them. That they were shown is in the log."),
        ),
        word="words",
    )


def _tell(session: Session, plan: Plan[Page], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import page_words

    page = plan.of
    words = page_words.show_words(session, page)
    lines = (
        Message("Say these words to {name}, in this order:", name=page.to.name),
        f"  {words}",
        Message("Let them compare the 13 words of the key that the page shows with those of your organisation."),
    )
    # The words are for an ear: no script keeps them.
    return Told(lines, {**page.package.data, "shown": True})


WORDS: Final = Act(
    "package words",
    Message("show the words that open a page, to somebody who speaks to its recipient"),
    Message("Words of a page"),
    Message("show"),
    (CASE, PACKAGE),
    look=_whose_words,
    run=_tell,
    doing=Message("Showing the words"),
    nothing=Message("no words were shown"),
    begin=which,
    asks_yes=True,
)


# ---- new words ----------------------------------------------------------------------------------------------------


def _which_file(session: Session, said: Said) -> Plan[tuple[CompartmentId, Path, Path]]:
    from vault.services.cases import cases
    from vault.services.exports import page_words

    case, file = cases.find(session, said["case"][0]), Path(one(said, "file") or "")
    page, _ = page_words.find_file(session, case, file)
    plan = (case, file, Path(one(said, "out") or ""))
    return Plan(plan, mark=page.kept.value.digest, shown=lambda: _about(page))


def _reissue(
    session: Session, plan: Plan[tuple[CompartmentId, Path, Path]], _agreed: Agreed, _progress: Progress
) -> Told:
    from vault.services.exports import page_words

    case, file, out = plan.of
    done = page_words.reissue(session, case, file, out=out)
    words = f"package words {short_id(case)} --package {short_id(done.page.package.kept.value.package)}"
    return Told(
        (
            Message("The page is at {path}. It holds the same report, under new words.", path=done.path),
            Message("The old file still opens with the old words: ask the recipient to delete it."),
        ),
        {**done.page.package.data, "file": str(done.path), "digest": done.digest.hex()},
        (Follow(Message("Call the recipient on a number that you know; then have the words shown"), words),),
    )


REISSUE: Final = Act(
    "package reissue",
    Message("seal the package of a page anew under new words; what is in it stays as it was"),
    Message("New words for a page"),
    Message("seal anew"),
    (
        CASE,
        Field("file", Message("The page"), Shape.FILE, Message("the page as it was made"), form="--file FILE",
              hint="/media/stick/referral-....html", is_required=True),
        Field("out", Message("Folder"), Shape.FOLDER, Message("an existing folder for the new page"), form="--out DIR",
              is_required=True),
    ),
    look=_which_file,
    run=_reissue,
    doing=Message("Sealing the page anew"),
    nothing=Message("nothing was written"),
    begin=empty,
    is_long=True,
    makes_files=True,
)  # fmt: skip
