"""Break-glass, approved elsewhere: the approver's own vault says who could open the case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, SELIN, Organisation, full_name, organisation, organisation_template
from vault.access.session import Session
from vault.acts.act import Agreed, Plan, Told
from vault.acts.break_glass import BREAK_GLASS
from vault.display import DAY, time_text
from vault.durations import DAY_MS
from vault.errors import MalformedError, NotFoundError, RefusedError, WaitingForDecisionError
from vault.ids import CompartmentId
from vault.progress import Working
from vault.services.approvals import breaking_glass, by_file, second_person
from vault.services.cases import cases
from vault.services.evidence import log_checking

__all__ = ["organisation", "organisation_template"]  # fixtures


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    with organisation.open(AMINA) as amina:
        made = cases.create(amina, title="Arrest", kind="extradition").case
    organisation.exchange(AMINA, SELIN)
    return made


def look(session: Session, case: CompartmentId, days: int = 2) -> Plan[Any]:
    until = time_text(session.clock().trusted_ms + days * DAY_MS, DAY)
    said = {"case": (case.hex(),), "for": (full_name(JOEL),), "until": (until,), "reason": ("emergency",)}
    return BREAK_GLASS.look(session, said)


def ask(session: Session, plan: Plan[Any], out: Path, approver: str | None = SELIN) -> tuple[str, ...]:
    assert BREAK_GLASS.second is not None
    agreed = Agreed(ask_into=out, ask_whom=approver and full_name(approver))
    return tuple(BREAK_GLASS.second.ask(session, plan, agreed, Working()).names)


def open_with(session: Session, case: CompartmentId, answer: Path) -> Told:
    approval = by_file.read_answer(session, answer)
    return BREAK_GLASS.run(session, look(session, case), Agreed(second=lambda _: approval), Working())


def test_it_is_open_once_the_answer_and_the_bundle_are_here(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    question, answer = tmp_path / "question", tmp_path / "answer"
    with organisation.open(AMINA) as amina:
        plan = look(amina, case)
        assert plan.needs_second
        assert ask(amina, plan, question) == (full_name(SELIN),)
        with pytest.raises(WaitingForDecisionError, match="a second person has to approve opening this case"):
            BREAK_GLASS.run(amina, plan, Agreed(), Working())
    with organisation.open(SELIN) as selin:
        shown = in_english(by_file.read_question(selin, question).shown)
        assert f"would be open to {full_name(JOEL)} until the end of" in shown[0]
        by_file.give(selin, question, answer, why="emergency")
    with organisation.open(AMINA) as amina, pytest.raises(WaitingForDecisionError, match="is not here yet"):
        open_with(amina, case, answer)
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        told = open_with(amina, case, answer)
        assert told.data["release"] == "two-person"
        with pytest.raises(RefusedError, match="can already open the case"):
            open_with(amina, case, answer)
    organisation.exchange(AMINA, JOEL)
    organisation.exchange(JOEL, SELIN)
    with organisation.open(JOEL) as joel:
        assert cases.open_case(joel, case, why="emergency").head.value.title == "Arrest"
        assert log_checking.verify(joel).faults == ()
    with organisation.open(SELIN) as selin:
        assert log_checking.verify(selin).faults == ()


def test_an_answer_for_another_day_is_refused_in_true_words(
    organisation: Organisation, case: CompartmentId, tmp_path: Path
) -> None:
    with organisation.open(AMINA) as amina:
        ask(amina, look(amina, case), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="emergency")
    organisation.exchange(SELIN, AMINA)
    with organisation.open(AMINA) as amina:
        approval = by_file.read_answer(amina, tmp_path / "answer")
        with pytest.raises(RefusedError, match="the day or the reason is not the same") as refusal:
            BREAK_GLASS.run(amina, look(amina, case, days=3), Agreed(second=lambda _: approval), Working())
        assert "files" not in str(refusal.value)


def test_whom_it_lets_in_is_not_asked(organisation: Organisation, case: CompartmentId, tmp_path: Path) -> None:
    with organisation.open(AMINA) as amina:
        plan = look(amina, case)
        assert full_name(JOEL) not in ask(amina, plan, tmp_path / "to all", approver=None)
        with pytest.raises(NotFoundError, match="no member with this name may approve"):
            ask(amina, plan, tmp_path / "to him", approver=JOEL)
        assert not (tmp_path / "to him").exists()


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        pytest.param({"seats": [bytes(16)]}, (RefusedError, "not known here"), id="a device that nobody admitted"),
        pytest.param({"seats": [AMINA, JOEL]}, (RefusedError, "not known here"), id="devices of two members"),
        pytest.param({"seats": [SELIN]}, (RefusedError, "would be opened to you"), id="the approver's own device"),
        pytest.param({"seats": []}, (MalformedError, "names no case"), id="no device"),
        pytest.param({"until": 2**62}, (RefusedError, "open too long"), id="a day that never comes"),
        pytest.param({"until": 1}, (RefusedError, "or the day has passed"), id="a day that has passed"),
        pytest.param({"case": b""}, (MalformedError, "names no case"), id="an id that is none"),
        pytest.param({"until": "tomorrow"}, (MalformedError, "names no case"), id="a day in words"),
    ],
)
def test_nobody_approves_what_their_own_vault_cannot_tell(
    organisation: Organisation, case: CompartmentId, tmp_path: Path, of: dict[str, Any], refusal: tuple[Any, str]
) -> None:
    if "seats" in of:
        of = {"seats": [organisation[seat].seat if isinstance(seat, str) else seat for seat in of["seats"]]}
    with organisation.open(AMINA) as amina:
        true = breaking_glass.ready(
            amina, case, organisation.members(JOEL)[0], until_ms=amina.clock().trusted_ms + DAY_MS, why="emergency"
        ).question(amina, valid_ms=DAY_MS)
        by_file.ask(
            amina,
            replace(true, of={**true.of, **of}),
            [second_person.approver_named(amina, full_name(SELIN))],
            tmp_path / "question",
        )
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        with pytest.raises(refusal[0], match=refusal[1]):
            by_file.give(selin, tmp_path / "question", tmp_path / "answer", why="emergency")
        assert selin.log.size == before
    assert not (tmp_path / "answer").exists()
