"""Erasing for good: what goes and what stays, the act itself with its letter, and what colleagues erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from tui.gateway.subject import Subject, case_id
from tui.text.in_words import in_words
from tui.values.codes import with_kind
from tui.values.values_erasing import ErasePreview, ErasureShown, HoldShown
from tui.values.values_exchange import ResultText
from vault.policy.roles import Action
from vault.services.approvals import by_file, erasing
from vault.services.approvals.approving import Second
from vault.services.cases import holds
from vault.services.erasures import (
    arrived,
    letter,
    letter_words,
    mentions,
    preview,
    retention,
    standing_again,
    what_goes,
)
from vault.services.projection.places import name_of
from vault.words.message import Message, plural


class Erasing(Subject):
    """Shows what an erasure takes before it is done, and does it."""

    def preview(self, ids: Sequence[str]) -> ErasePreview:
        """Return what goes with these records, cases or slips, by their ids, and what stays."""
        going = what_goes.what_goes(self._session, *ids)
        needs_second = erasing.needs_second(going)
        lines = preview.preview(self._session, going, needs_second=needs_second)
        named = mentions.titles_naming(self._session, going).now
        titles = () if going.nothing_goes else tuple((case.hex(), name_of(self._session, case)) for case in named)
        return ErasePreview(
            tuple(map(with_kind, lines)), going.records, needs_second, going.nothing_goes, titles, going
        )

    def erase(
        self,
        ids: Sequence[str],
        shown: ErasePreview,
        *,
        why: str,
        second: Second | None,
        titles: Mapping[str, str],
    ) -> ResultText:
        """Erase what was shown for good and return the letter about it; `titles` are new ones, by the ids of cases.

        Raises:
            NotAsShownError: something else would go by now.
        """
        going = self._as_shown(ids, shown)
        new = {case_id(case): title for case, title in titles.items()}
        erasing.erase(self._session, going, why=why, second=second, titles=new)
        return ResultText(tuple(map(with_kind, letter.letter(self._session, going, why=why))))

    def ask(self, ids: Sequence[str], shown: ErasePreview, *, why: str, approver: str, out: Path) -> ResultText:
        """Write the question of an erasure into a new file, for one who may approve or, without a name, for all.

        Raises:
            NotAsShownError: something else would go by now.
        """
        going = self._as_shown(ids, shown)
        names = erasing.ask(self._session, going, why=why, out=out, approver=approver or None)
        opens = Message("The question is at {file}. It opens for: {names}.", file=out, names=", ".join(names))
        how = Message(
            "They approve it in their app (a) and make a bundle for you. Import the bundle, then erase with the answer:"
            " within 7 days, and while nothing of it changes."
        )
        return ResultText((Message("Nothing is erased yet."), opens, how))

    def _as_shown(self, ids: Sequence[str], shown: ErasePreview) -> what_goes.Going:
        return what_goes.as_shown(self._session, cast("what_goes.Going", shown.going), *ids)

    def answered(self, file: Path) -> Second:
        """Return the approval that came back in a file, for `erase`."""
        answer = by_file.read_answer(self._session, file)
        return lambda _: answer

    def hold_of(self, case: str) -> HoldShown | None:
        """Return the legal hold that stands on a case, or None."""
        found = holds.held(self._session, case_id(case))
        return None if found is None else HoldShown(found.value.reason, found.value.review)

    def hold(self, case: str, reason: str, review: str) -> Message:
        """Put a case on legal hold, or change the reason and the review day of the one that stands."""
        holds.hold(self._session, case_id(case), reason=reason, review=review)
        return Message("The case is on legal hold: nothing of it is erased. Review it on {day}.", day=review)

    def release(self, case: str, reason: str) -> Message:
        """Release the legal hold of a case."""
        holds.release(self._session, case_id(case), reason=reason)
        return Message("The legal hold is released: the case can be erased again.")

    def letter_in(self, told: ResultText, language: str) -> str:
        """Return the text of a letter that `erase` returned, in English, French or Russian: `en`, `fr` or `ru`."""
        return "\n".join(map(letter_words.in_language(language), told.lines))

    def print_letter(self, told: ResultText, out: Path, language: str) -> Message:
        """Write a letter that `erase` returned as a PDF, and say where it is; without a language in that of the app."""
        said = letter_words.in_language(language) if language else in_words
        letter.print_letter(self._session, told.lines, out, said)
        return Message("The letter is at {path}. It is not encrypted.", path=out)

    def waiting(self) -> tuple[ErasureShown, ...]:
        """Return what colleagues erased and is still here, what stands again, and cases past their time."""
        arrived.note(self._session, arrived.look(self._session))
        found = [
            ErasureShown(
                line.name, line.records, line.goes_ms, line.by, is_held=line.is_held, back_ms=line.brings_back_ms
            )
            for line in arrived.waiting(self._session)
        ]
        again = standing_again.standing_again(self._session)
        stands = [ErasureShown(each.name, 1, what=f"{each.home.hex()}/{each.record.hex()}") for each in again]
        due = retention.overdue(self._session) if self._may(Action.CASE_LIST) else []
        cases = [ErasureShown(each.ref, 0, is_held=each.is_held, what=each.case.hex(), due=each.since) for each in due]
        return (*found, *stands, *cases)

    def now(self) -> ResultText:
        """Remove now what waits; what is on legal hold stays."""
        gone = arrived.carry_out(self._session, at_once=True)
        late = standing_again.erase_late(self._session, at_once=True)
        said = plural("{count} record was removed.", "{count} records were removed.", count=gone)
        return ResultText((*([said] if gone else []), *late) or (Message("Nothing was removed."),))
