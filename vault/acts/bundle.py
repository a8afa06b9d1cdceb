"""Exchange with another member by one file: it is made, looked into and imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Begun, Field, Plan, Said, Shape, Told, by_name, empty, one
from vault.display import DAY, MINUTE_UTC, time_data, time_text
from vault.words.message import Message
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import MemberId
    from vault.progress import Working


_Wish: TypeAlias = tuple["MemberId", Path]
"""For whom a bundle is made, and where."""


def _for_whom(session: Session, _said: Said) -> Begun:
    from vault.services.members import members
    from vault.services.projection.authors import names_of_members

    others = [each.member for each in members.list_all(session) if set(each.seats) - {session.seat}]
    alone = Message("No member has another device; members join from the list of members.")
    return Begun(choices={"to": by_name(names_of_members(session), others)}, line="" if others else alone)


def _what_is_made(session: Session, said: Said) -> Plan[_Wish]:
    from vault.services.exchange import syncing
    from vault.services.projection.authors import find_member
    from vault.store.files import require_new

    member, place = find_member(session, one(said, "to") or ""), Path(one(said, "out") or "")
    if place.is_dir():  # a name of the day says nothing of whom it is for
        day = time_text(session.log.now_ms(), DAY)
        names = (f"casevault-{day}{number}.bundle" for number in ("", *(f"-{n}" for n in range(2, 100))))
        place = next((place / name for name in names if not (place / name).exists()), place)
    require_new(place)
    syncing.seats_to_reach(session, member)
    return Plan((member, place), mark=member)


def _make(session: Session, plan: Plan[_Wish], _agreed: Agreed, working: Working) -> Told:
    from vault.services.exchange import syncing
    from vault.services.exchange.bundle_words import made_lines

    made = syncing.make(session, *plan.of, progress=working.step)
    data = {
        "bundle": str(made.path),
        "size": made.size,
        "digest": made.digest.hex(),
        "devices": made.seats,
        "entries": made.entries,
        "versions": made.versions,
        "too_long": dict(made.too_long),
    }
    return Told(tuple(made_lines(made)), data)


def _which_file(session: Session, said: Said) -> Plan[Path]:
    from vault.services.exchange import syncing

    file = Path(one(said, "file") or "")
    syncing.require_for_us(session, file)
    return Plan(file)


def _import(session: Session, plan: Plan[Path], _agreed: Agreed, working: Working) -> Told:
    """Import it, and do at once what this seat owes to others for it.

    Until the keys are replaced, a device that was ended could open what is written here.
    """
    from vault.services import housekeeping
    from vault.services.exchange import syncing
    from vault.services.exchange.bundle_words import imported_lines

    imported = syncing.import_bundle(session, plan.of, progress=working.step)
    settled = housekeeping.settle(session)
    data = {
        "from": imported.sender,
        "made": time_data(imported.made_ms, MINUTE_UTC),
        "entries": imported.entries,
        "came": dict(imported.came),
        "gained": [compartment.hex() for compartment in imported.gained],
        "withdrawn": [compartment.hex() for compartment in imported.withdrawn],
        "waits": list(imported.pending),
        "faults": list(imported.faults),
        "conflicts": [
            {"case": two.place.case.hex(), "ref": two.ref, "record": two.place.record.hex(), "kind": two.place.kind}
            for two in imported.conflicts
        ],
        "other_conflicts": imported.other_conflicts,
        "may_be_known": [
            {
                "case": known.place.case.hex(),
                "person": known.place.record.hex(),
                "look_at": [{"case": place.case.hex(), "person": place.record.hex()} for place in known.others],
                "ask": list(known.ask),
            }
            for known in imported.known.people
        ],
        "not_looked_up": imported.known.passed_over,
        "settled": settled,
    }
    waits = bool(imported.pending or imported.conflicts or imported.other_conflicts)
    return Told((*imported_lines(imported), *settled), data, waits=waits)


def _show(session: Session, plan: Plan[Path], _agreed: Agreed, working: Working) -> Told:
    from vault.services.exchange import syncing
    from vault.services.exchange.bundle_words import inside_lines

    inside = syncing.show(session, plan.of, progress=working.step)
    data = {
        "from": inside.sender,
        "known": inside.is_known,
        "made": time_data(inside.made_ms, MINUTE_UTC),
        "size": inside.size,
        "counts": {kind.name.lower(): count for kind, count in inside.counts.items()},
        "lacking": inside.entries,
    }
    return Told(tuple(inside_lines(inside)), data)


_BUNDLE: Final = Field("file", Message("File"), Shape.FILE, Message("a bundle made for you"), form="FILE",
                       hint="/media/stick/from-joel.bundle", is_required=True)  # fmt: skip
MAKE: Final = Act(
    "bundle make",
    Message("write what a member does not have yet into one sealed file"),
    Message("Make a bundle"),
    Message("make it"),
    (
        Field("to", Message("For"), Shape.MEMBER,
              Message("name or id ({list_members})", list_members=NextStep.LIST_MEMBERS), is_required=True),
        Field("out", Message("File or folder"), Shape.NEW_IN_FOLDER,
              Message("the file to make, or a folder for it (the current folder)"), form="[--out FILE]", first=".",
              hint="/media/stick", is_required=True),
    ),
    look=_what_is_made,
    run=_make,
    doing=Message("Making the bundle"),
    nothing=Message("there is no bundle"),
    begin=_for_whom,
    about=Message("It opens on the devices of that member and nowhere else."),
    is_long=True,
    makes_files=True,
)  # fmt: skip
IMPORT: Final = Act(
    "bundle import",
    Message("import a bundle: everything in it that is signed and listed"),
    Message("Import a bundle"),
    Message("import"),
    (_BUNDLE,),
    look=_which_file,
    run=_import,
    doing=Message("Importing the bundle"),
    nothing=Message("nothing was imported"),
    begin=empty,
    stopped=Message("Stopped. What did not arrive whole is not here; import the bundle again."),
    about=Message("Importing it twice changes nothing."),
    is_long=True,
)
SHOW: Final = Act(
    "bundle show",
    Message("show what is in a bundle without importing it"),
    Message("Look into a bundle"),
    Message("look into it"),
    (_BUNDLE,),
    look=_which_file,
    run=_show,
    doing=Message("Opening the bundle"),
    nothing=Message("nothing was imported"),
    begin=empty,
    is_long=True,
    makes_files=True,
)
ACTS: Final = (MAKE, IMPORT, SHOW)
