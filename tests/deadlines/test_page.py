"""The page for people lists the rules as they are: its table is written from them."""

from __future__ import annotations

from tests.hygiene.tree import ROOT
from vault.deadlines.reckoning import SOON, STATES
from vault.deadlines.rules import TRIGGERS, Certainty, Counting, Rule, Unit
from vault.deadlines.sentences import CERTAINTIES
from vault.deadlines.shipped import RULES
from vault.deadlines.working_days import CALENDARS

PAGE = ROOT / "docs" / "deadlines.md"
HEAD = ("| code | what is due | clock starts with | period | text | certainty | x |", "|---|---|---|---|---|---|---|")


def period_of(rule: Rule) -> str:
    if rule.period is None:
        return "by the paper" if rule.is_enabled else "not known"
    notes = [
        "that day included" if rule.counting is Counting.SAME_DAY else "",
        "moves to a working day" if rule.is_rolled_over else "",
        "can be suspended" if rule.may_be_suspended else "",
        f"served {rule.deemed_served_days} days after posting" if rule.deemed_served_days else "",
    ]
    return "; ".join([str(rule.period.words()), *filter(None, notes)])


def row(rule: Rule) -> str:
    title = str(rule.title) if rule.caution is None else f"{rule.title}. {rule.caution}"
    cells = (f"`{rule.code}`", title, TRIGGERS[rule.trigger], period_of(rule), rule.source, CERTAINTIES[rule.certainty])
    return "".join(f"| {cell} " for cell in (*cells, "x" if rule.is_irreversible else "")) + "|"


def table() -> list[str]:
    """Return the lines of the table: confirmed rules first, each group by code."""
    order = list(Certainty)
    return [*HEAD, *map(row, sorted(RULES.values(), key=lambda rule: (order.index(rule.certainty), rule.code)))]


def test_the_page_has_the_table_of_the_rules_that_ship() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page[page.index(HEAD[0]) :].splitlines() == table()


def test_the_page_names_each_answer_and_the_years_of_the_holidays() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {words} |" in page for words in STATES.values())
    assert f"{SOON.days} days" in page
    assert {year for calendar in CALENDARS.values() for year in calendar.years} == {2026, 2027, 2028}
    assert "2026 to 2028" in page


def test_every_period_has_its_unit_in_words() -> None:
    assert {rule.period.unit for rule in RULES.values() if rule.period} == set(Unit)
