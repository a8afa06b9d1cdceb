"""Recovery sheets: made, proven in a drill, made anew, and followed by all that the replaced ones still open."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.display import DAY, time_text
from vault.errors import RefusedError, SheetsNeededError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress, Working
    from vault.seal.recovery import Sheet
    from vault.services.backups.restoring import Tried
    from vault.services.credentials.paper_sheets import SheetFiles
    from vault.services.credentials.recovery import RecoveryStatus

_SEALING: Final = Message("Sealing again what replaced sheets still open")
PROVE: Final = Follow(Message("Prove them once they are on paper"), "recovery drill")


def n_compartments(count: int) -> Message:
    """Return a number of compartments: cases, sections and lists that members share."""
    return plural("{count} case or list", "{count} cases and lists", count=count)


def status_lines(found: RecoveryStatus) -> list[Words]:
    lines: list[Words] = [
        Message("The 13 words of this vault, which a new device is told:"),
        f"  {' '.join(found.vault_words)}",
    ]
    if found.sheets_words != found.vault_words:
        lines += [Message("The 13 words on the newest sheets:"), f"  {' '.join(found.sheets_words)}"]
    if found.to_confirm:
        lines.append(
            Message("! New sheets were made: compare their words with the paper. Until then the old ones count.")
        )
    standing = Message("recovery: {found}", found=found.said.found)
    lines.append(Message("! {standing}", standing=standing) if found.proven is False else standing)
    lines += [] if found.said.advice is None else [found.said.advice]
    held = n_compartments(found.held)
    if found.proven is False:
        lines.append(Message("You hold {held}.", held=held))
    elif found.without:
        some = Message("You hold {held}; the sheets cannot open {without} of them.", held=held, without=found.without)
        lines.append(some)
    else:
        lines.append(Message("You hold {held}; the sheets open all of them.", held=held))
    if found.stale:
        stale = n_compartments(found.stale)
        lines.append(Message("! Replaced sheets still open {stale}: seal that again.", stale=stale))
    return [*lines, *(used.finding.message for used in found.used)]


# ---- a set of sheets ----------------------------------------------------------------------------------------------

SET: Final = (
    Field("shape", Message("How many"), Shape.WORD, Message("how many sheets open everything"), form="[--of SHAPE]",
          words=("2-of-3", "3-of-5"), first="2-of-3"),
    Field("out", Message("Folder"), Shape.NEW_FOLDER,
          Message("write the sheets for printing: a folder (or NAME.pdf) for one PDF each, NAME.txt for one text file"),
          form="[--out PATH]", hint=Message("empty: shown one by one, to copy by hand")),
    Field("language", Message("Language"), Shape.WORD, Message("language of the text on them (all three)"),
          words=("en", "fr", "ru")),
)  # fmt: skip
_PRINTER: Final = Message(
    "Printers and print programs keep copies: print on one that is yours, sheet by sheet, then delete the files."
)
_ABOUT: Final = Message(
    "Give each sheet to a different person, outside the organisation and the country. {printer} Three words of each are"
    " asked from the paper.",
    printer=_PRINTER,
)


def kinds_of_sheets(*_: object) -> Begun:
    """Return how many sheets there may be, and in which languages."""
    shapes = {
        "2-of-3": Message("3 sheets, any 2 open everything"),
        "3-of-5": Message("5 sheets, any 3 open everything"),
    }
    names = {"en": Message("English"), "fr": Message("French"), "ru": Message("Russian")}
    languages = {"": Message("English, French and Russian"), **names}
    return Begun(choices={"shape": tuple(shapes.items()), "language": tuple(languages.items())})


def _shape(said: Said) -> str:
    return one(said, "shape") or SET[0].first


def _count(said: Said) -> int:
    return int(_shape(said).rpartition("-")[2])


def _require_place(said: Said) -> None:
    from vault.services.credentials.paper_sheets import require_new_files

    if out := one(said, "out"):
        require_new_files(Path(out), _count(said))


def _files(said: Said) -> AbstractContextManager[SheetFiles | None]:
    """Return the files, made before there is anything to write; none of them is left where the rest fails."""
    from vault.services.credentials.paper_sheets import sheet_files

    out = one(said, "out")
    return sheet_files(Path(out), _count(said)) if out else nullcontext()


def _told(
    session: Session, said: Said, new: tuple[Sheet, ...], files: SheetFiles | None, more: Told, **data: object
) -> Told:
    """Write the sheets, where they have files, and say where they are."""
    from vault.services.credentials import recovery

    lines: list[Words] = [hand_out(new)]
    language = one(said, "language")
    if files is not None:
        files.write(new, day=recovery.day(session.log.now_ms()), languages=(language,) if language else ())
        lines = in_files(files, new)
    paths = () if files is None else files.paths
    shown = {"needed": new[0].threshold, "files": list(map(str, paths)), **data, **more.data}
    return Told((*lines, *more.lines), shown, (PROVE,), sheets=new, files=paths)


def in_files(files: SheetFiles, new: Sequence[Sheet]) -> list[Words]:
    """Say where the sheets are, and what comes next."""
    from vault.services.credentials.paper_sheets import shared_place

    shared, names = shared_place(files.paths[0]), [f"  {path}" for path in files.paths]
    others = [] if shared is None else [Message("! Others may get a copy of the sheets there: {why}.", why=shared)]
    return [Message("The recovery sheets are in"), *names, *others, _PRINTER, hand_out(new)]


def hand_out(new: Sequence[Sheet]) -> Message:
    return Message(
        "Give each sheet to a different person, outside the organisation and the country: {threshold} of the"
        " {count} open everything.",
        threshold=new[0].threshold,
        count=new[0].count,
    )


def _of_what_is_here(session: Session, said: Said) -> Plan[Said]:
    from vault.services.credentials import recovery

    recovery.require_secret(session)
    _require_place(said)
    return Plan(said)


def _of_which_sheets(session: Session, _said: Said) -> Begun:
    from vault.services.credentials import recovery

    recovery.require_secret(session)
    return kinds_of_sheets()


def _make(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.credentials import recovery

    with _files(plan.of) as files:
        made = recovery.sheets(session, _shape(plan.of))
        return _told(session, plan.of, made, files, Told(()), sheets=len(made))


MAKE: Final = Act(
    "recovery sheets",
    Message("write or show the sheets before their first drill"),
    Message("Recovery sheets"),
    Message("make the sheets"),
    SET,
    look=_of_what_is_here,
    run=_make,
    doing=Message("Making the sheets"),
    nothing=Message("no sheets are made"),
    begin=_of_which_sheets,
    about=_ABOUT,
    makes_sheets=True,
)


def _whether_anew(session: Session, said: Said) -> Plan[Said]:
    from vault.services.credentials import recovery

    recovery.require_manager(session)
    _require_place(said)
    sure = Ask(
        "renew",
        Message("Make new sheets in place of the old ones?"),
        yes=Message("Make new sheets"),
        no=Message("Keep the old"),
        told=(Message("The old ones open nothing new."),),
        is_for_screens=True,
    )
    return Plan(said, asks=(sure,))


def _renew(session: Session, plan: Plan[Said], agreed: Agreed, progress: Progress) -> Told:
    from vault.services.credentials import recovery

    with _files(plan.of) as files:
        done = recovery.renew(session, agreed.typed, shape=_shape(plan.of), progress=progress)
        words, followed = done.sheets[0].sheets_words, _followed(done.followed)
        lines = (
            Message("Their 13 words, which every member compares on their own device:"),
            f"  {' '.join(words)}",
            *followed.lines,
            Message("Burn the old sheets: they still open copies and backups from before."),
        )
        more = replace(followed, lines=lines)
        return _told(session, plan.of, done.sheets, files, more, sheets_words=list(words))


NEW: Final = Act(
    "recovery new",
    Message("make new sheets; the old sheets open nothing new"),
    Message("New sheets"),
    Message("make the sheets"),
    SET,
    look=_whether_anew,
    run=_renew,
    doing=Message("Making new sheets, and sealing again what the old ones open"),
    nothing=Message("nothing was changed"),
    begin=kinds_of_sheets,
    about=_ABOUT,
    is_long=True,
    goes_through=True,
    takes_sheets=True,
    makes_sheets=True,
)


# ---- proven -------------------------------------------------------------------------------------------------------


def _what_is_tried(session: Session, said: Said) -> Plan[Path | None]:
    from vault.services.backups import restoring
    from vault.services.credentials import recovery

    recovery.require_manager(session)
    backup = one(said, "backup")
    return Plan(restoring.require_whole(Path(backup)) if backup else None)


def _drill(session: Session, plan: Plan[Path | None], agreed: Agreed, working: Working) -> Told:
    from vault.services import this_computer
    from vault.services.backups import restoring
    from vault.services.credentials import recovery

    if agreed.typed is None:
        raise SheetsNeededError(
            Message("a drill needs the recovery sheets from paper"), next_step=Message("Type two of them.")
        )
    here = session.folder.path
    gone: Sequence[Words] = () if plan.of is None else this_computer.clear_place(here)
    tried = None if plan.of is None else restoring.try_backup(plan.of, here, agreed.typed, progress=working.tell)
    done = recovery.drill(session, agreed.typed)
    day = time_text(done.at_ms, DAY)
    lines = [
        Message("PROVEN on {day}. The sheets open {some} that you hold.", day=day, some=n_compartments(done.opened)),
        *gone,
    ]
    if done.without:
        lines.append(Message("Recovery cannot open {without} that were made without recovery.", without=done.without))
    if done.erased:
        lines.append(
            Message("Their secret is erased from this device: it is now only on paper. Older backups still contain it.")
        )
    data = {
        "proven": day,
        "opened": done.opened,
        "without_recovery": done.without,
        "erased_here": done.erased,
        "backup": None if tried is None else str(tried.backup),
        "backup_versions": None if tried is None else tried.versions,
    }
    if tried is None:
        other = Follow(Message("Would they open a backup if this computer were lost? Name the backup and try it"))
        return Told(tuple(lines), data, (replace(other, act="recovery drill"),))
    return Told((*lines, _opened(tried)), data)


def _opened(tried: Tried) -> Message:
    return Message(
        "The backup of {day} at {backup} opened with only these sheets: {versions} in {compartments} were read.",
        day=time_text(tried.made_ms, DAY),
        backup=tried.backup,
        versions=plural("{count} saved change", "{count} saved changes", count=tried.versions),
        compartments=n_compartments(tried.compartments),
    )


DRILL: Final = Act(
    "recovery drill",
    Message("prove that the sheets open this vault"),
    Message("Drill"),
    Message("type the sheets"),
    (
        Field("backup", Message("Backup"), Shape.FILE,
              Message("first try, on a copy, that the sheets open this backup, as if everything else were lost"),
              hint=Message("empty: only this vault")),
    ),
    look=_what_is_tried,
    run=_drill,
    doing=Message("Opening what you hold with the sheets"),
    nothing=Message("nothing was proven"),
    begin=empty,
    is_long=True,
    goes_through=True,
    takes_sheets=True,
)  # fmt: skip


# ---- gone by ------------------------------------------------------------------------------------------------------


def _followed(done: int) -> Told:
    lines = [Message("Replaced sheets open nothing that you could seal again.")]
    if done:
        lines = [
            plural(
                "{count} case or list has a new key that the old sheets do not open.",
                "{count} cases and lists have a new key that the old sheets do not open.",
                count=done,
            )
        ]
    return Told(tuple(lines), {"sealed_anew": done})


def _new_ones(session: Session, _said: Said) -> Begun:
    from vault.services.credentials import recovery

    if not recovery.status(session).to_confirm:
        raise RefusedError(
            Message("no new sheets wait for this"),
            next_step=Message("This device goes by the newest that it knows."),
        )
    return Begun()


def _which_words(session: Session, said: Said) -> Plan[list[str]]:
    _new_ones(session, said)
    return Plan((one(said, "words") or "").split())


def _confirm(session: Session, plan: Plan[list[str]], _agreed: Agreed, progress: Progress) -> Told:
    from vault.services.credentials import recovery

    told = _followed(recovery.confirm(session, plan.of, progress))
    return replace(told, lines=(Message("This device goes by the new sheets."), *told.lines))


CONFIRM: Final = Act(
    "recovery confirm",
    Message("compare the words of new sheets, and go by them on this device"),
    Message("Compare the words of new sheets, and go by them here"),
    Message("compare"),
    (
        Field("words", Message("13 words"), Shape.LINE, question=Message("The 13 words of the vault, from a new sheet"),
              hint=Message("from a new sheet on paper"), is_required=True),
    ),
    look=_which_words,
    run=_confirm,
    doing=_SEALING,
    nothing=Message("the old sheets still count here"),
    begin=_new_ones,
    is_long=True,
    goes_through=True,
)  # fmt: skip


def _follow(session: Session, _plan: Plan[None], _agreed: Agreed, progress: Progress) -> Told:
    from vault.services.credentials import recovery

    return _followed(recovery.follow(session, progress))


FOLLOW: Final = Act(
    "recovery follow",
    Message("seal your cases again after somebody made new sheets"),
    Message("Seal again what replaced sheets still open"),
    Message("seal"),
    (),
    look=lambda _session, _said: Plan(None),
    run=_follow,
    doing=_SEALING,
    nothing=Message("nothing is sealed again"),
    is_long=True,
)
ACTS: Final = (MAKE, DRILL, NEW, CONFIRM, FOLLOW)
