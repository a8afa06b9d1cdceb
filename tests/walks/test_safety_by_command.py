"""Risk and safety by the command: reasons for danger, what is agreed, who looks whether somebody is well."""

from __future__ import annotations

from tests.cli.desk import Desk
from tests.walks.command_desk import desk, filled_template, founded_template, made, said

__all__ = ["desk", "filled_template", "founded_template"]  # fixtures


def test_a_reason_for_danger_and_a_plan_are_looked_at_again_on_their_day_and_never_due_without_one(desk: Desk) -> None:
    ref = made(desk, "extradition")
    booked = ("--factor", "travel-booked", "--level", "immediate", "--source", "ticket", "--review", "2150-01-02")
    risk = said(desk, "risk", "add", ref, *booked)["record"]
    said(desk, "risk", "add", ref, "--factor", "public-profile")
    steps = ("--steps", "leave by the yard", "--steps", "ring Nora", "--code-words", "library card: do not come")
    said(desk, "safety-plan", "add", ref, "--what", "a raid at night", *steps, "--review", "2150-01-01")
    due = said(desk, "deadline", "list")["due"]
    assert [(row["kind"], row["when"]) for row in due] == [("safety-plan", "2150-01-01"), ("risk", "2150-01-02")]
    said(desk, "risk", "done", risk)
    assert [row["kind"] for row in said(desk, "deadline", "list")["due"]] == ["safety-plan"]
    assert said(desk, "search", "ring Nora")["hits"]
    assert "Code words and what they mean: library card" in desk.run("safety-plan", "list", ref).out
    assert [row["factor"] for row in said(desk, "risk", "list", ref)["records"]] == ["travel-booked", "public-profile"]
