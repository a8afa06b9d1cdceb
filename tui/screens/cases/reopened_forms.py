"""Forms that somebody began and a lock closed: each is opened again where it stood, and finds its words by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from tui.screens.cases.case_forms import AT_RISK, AtRiskForm, CaseEdit
from tui.screens.cases.case_records import RecordsScreen, open_form
from tui.screens.cases.note_facts import draft_kind
from tui.screens.cases.paper_form import NEXT_VERSION, PAPER, PaperForm, add_paper
from tui.screens.cases.section import NewSection
from tui.screens.frame.act_form import ACT, ActForm
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.looking_back import HoldForm
from tui.screens.frame.record_form import RECORD
from tui.screens.frame.screen_words import moment
from tui.screens.people.person_form import PERSON, PersonForm
from tui.screens.referral.export import EXPORT, ExportScreen
from tui.screens.referral.what_left import LedgerScreen
from tui.text.in_words import in_words
from tui.values.cases_shown import CaseShown, DraftShown, PaperShown, Spot
from tui.values.forms_typed import SLIP, FormPlace, FormTyped
from tui.values.story_shown import Whereabouts
from vault.acts.act import Act
from vault.acts.case import EDIT, HOLD, NEW
from vault.acts.grant import NEW_SECTION
from vault.acts.handover import ORDER
from vault.acts.intake import MOVE
from vault.acts.newcomer import ADMIT
from vault.acts.recipient import ADD
from vault.casework.story import STORY
from vault.words.message import Message, Words, plural

LEFT: Final = "left"
STORY_OF_CASE: Final = "story"
"""No forms that are kept: a list of the case, with the form of a new record over it where `about` names its kind."""

_Open = Callable[[KeptForm], None]


def _slips(screen: VaultScreen, *_: object) -> None:
    screen.call_later(screen.run_action, "app.go('calls')")


def _act(screen: VaultScreen, place: FormPlace, open_again: _Open) -> None:
    act, is_of_slip, _ = place.about.partition(":")
    if is_of_slip:
        _slips(screen)  # the slip is chosen there, and its form finds its words
    else:
        open_again(ActForm(KEPT_ACTS[act], {}, ""))


_OUTSIDE: Final[Mapping[str, Callable[[VaultScreen, FormPlace, _Open], None]]] = MappingProxyType(
    {
        SLIP: _slips,
        ACT: _act,
    }
)
"""How forms that stand in no case are opened."""
_TITLES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        AT_RISK: Message("refused at risk"),
        PERSON: Message("person"),
        PAPER: Message("paper"),
        EXPORT: Message("export"),
        SLIP: Message("correction of a call"),
    }
)


KEPT_ACTS: Final[Mapping[str, Act[Any]]] = MappingProxyType(
    {act.name: act for act in (NEW, EDIT, HOLD, NEW_SECTION, ORDER, ADD, MOVE, ADMIT)}
)
"""The acts whose forms keep what was typed into them."""


def offer_drafts(screen: VaultScreen) -> None:
    """Let somebody choose a draft, or a form that was begun, to go on with."""
    screen.ask(lambda vault: (vault.writing.drafts(), vault.writing.forms()), partial(_offer, screen))


def _offer(screen: VaultScreen, found: tuple[tuple[DraftShown, ...], tuple[FormTyped, ...]]) -> None:
    drafts, forms = found[0], [form for form in found[1] if _is_known(form.place)]
    spots = [Spot(draft.case, draft=draft.record) for draft in drafts]
    spots += [Spot(form.place.case, form=form.place) for form in forms]
    if not spots:
        screen.say(Message("There is no draft."))
        return
    options = [(str(at), words) for at, words in enumerate([*map(_draft_words, drafts), *map(_form_words, forms)])]

    def chosen(at: str) -> None:
        go_to_spot(screen, spots[int(at)])

    screen.unless_left(Choose(Message("Go on with which draft?"), options), chosen)


def _is_known(place: FormPlace) -> bool:
    """Say whether this form can be opened again: a newer program may have others."""
    return (
        place.about.partition(":")[0] in KEPT_ACTS if place.form == ACT else place.form in _OUTSIDE or bool(place.case)
    )


def go_to_spot(screen: VaultScreen, spot: Spot) -> None:
    """Go where somebody was, or on with a draft or a form."""
    if spot.case:
        screen.post_message(OpenCase(spot.case, record=spot.record, draft=spot.draft, form=spot.form))
    elif spot.form is not None and spot.form.form in _OUTSIDE and _is_known(spot.form):
        _OUTSIDE[spot.form.form](screen, spot.form, lambda form: _push(screen, form, lambda _: None))


def _push(screen: VaultScreen, form: KeptForm, then: Callable[[str | None], None]) -> None:
    screen.app.push_screen(form, then)


def _draft_words(draft: DraftShown) -> Message:
    return plural(
        "{ref}  {kind}  {moment}  {count} character",
        "{ref}  {kind}  {moment}  {count} characters",
        ref=draft.ref,
        kind=draft_kind(draft),
        moment=moment(draft.saved_ms),
        count=len(draft.text),
    )


def _form_words(form: FormTyped) -> Message:
    place = form.place
    kind = place.about.partition(":")[0]
    title = _TITLES.get(place.form, "")
    if place.form == RECORD and kind in STORY:
        title = STORY[kind].FORM.title
    elif place.form == ACT:
        title = KEPT_ACTS[kind].title if kind in KEPT_ACTS else ""
    return Message("{ref}  form: {title}  {moment}", ref=place.ref, title=in_words(title), moment=moment(form.saved_ms))


def go_on_in(
    screen: VaultScreen, case: CaseShown, place: FormPlace, why: str, then: Callable[[str | None], None]
) -> None:
    """Open a form or a list of this case over its screen. What it would change may be gone by now: then nothing opens.

    Args:
        screen: of the case.
        case: as it is now.
        place: which form.
        why: the reason for which the case was opened.
        then: gets what the form ends with.
    """
    where = Whereabouts(case.case, case.ref, place.record, place.section)

    def open_again(form: KeptForm) -> None:
        _push(screen, form, then)

    def open_paper(papers: Sequence[PaperShown]) -> None:
        shown = next((paper for paper in papers if paper.record == place.record), None)
        if shown is not None or not place.record:
            others = [paper for paper in papers if paper is not shown]
            open_again(PaperForm(where, others, shown, is_version=place.about == NEXT_VERSION))

    if place.form == PERSON and place.record:
        screen.ask(
            lambda vault: vault.people.page(where, why),
            lambda page: open_again(PersonForm(where, page.never_use, page.shown)),
        )
    elif place.form == PERSON:
        open_again(PersonForm(where, () if place.section else case.never_use))
    elif place.form == EXPORT:
        open_again(ExportScreen(case.case, case.ref, profile=place.about))
    elif place.form == LEFT:
        screen.app.push_screen(LedgerScreen(case.case, case.ref, why))
    elif place.form == STORY_OF_CASE:
        screen.app.push_screen(RecordsScreen(case.case, case.ref, why, begins=place.about), then)
    elif place.form == ACT:
        forms = {HOLD.name: HoldForm, NEW_SECTION.name: NewSection}
        of_case = forms.get(place.about)
        open_again(CaseEdit(case) if of_case is None else of_case(case.case, case.ref))
    elif place.form == AT_RISK:
        open_again(AtRiskForm(case.case, case.ref))
    elif place.form == PAPER and place.section:
        screen.ask(lambda vault: vault.sections.open(place.section, why), lambda found: open_paper(found.papers))
    elif place.form == PAPER and not place.record:
        add_paper(screen, where, case.papers, then)
    elif place.form == PAPER:
        open_paper(case.papers)
    elif place.form == RECORD:
        record = next((record for record in case.story if record.record == place.record), None)
        if record is not None or not place.record:
            kind = place.about if record is None else record.kind
            open_form(screen, (case.case, case.ref), kind, record, then)
