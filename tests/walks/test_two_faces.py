"""Both faces do an act alike: the same sentences, the same refusal, the same entries in the log.

One copy of a vault does it by the command line, as `casevault shell` does, another one by the app's gateway.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.cli.desk import Desk
from tests.services.organisation import JOEL, MIRA, Organisation, share
from tests.tui.house import House
from tests.walks.act_examples import EXAMPLES, HERE, KEYFILE, Example, acts
from tui.gateway import Gateway
from tui.screens.frame.act_screen import Doing
from tui.values.access_shown import ProofTyped
from vault.acts.act import Act, Agreed, Said, Shape, Told, answer_to
from vault.casework.person import PersonChange
from vault.cli.dispatch import run
from vault.cli.opening import Entrance
from vault.cli.output import Output, in_words
from vault.cli.sheet_prompts import PIPED_SHEETS
from vault.errors import VaultError
from vault.ids import Origin, short_id
from vault.progress import Working
from vault.services import housekeeping
from vault.services.approvals import by_file
from vault.services.cases import case_changes, case_people, cases
from vault.services.cases.editing import Place
from vault.services.credentials import entering
from vault.services.exchange import syncing
from vault.validity.audit_payloads import read_payloads

ACTS: Final = acts()
NEW: Final = b"a kettle for the harbour"
FIRST_OF_NOUNS: Final = {name.split()[0]: name for name in sorted(ACTS, reverse=True)}.values()
ID_OR_TIME: Final = re.compile(
    r"\b[0-9a-f]{32,}\b|\breferral-[0-9a-f]{16}\b|"
    r"\bid [0-9a-f]{8}\b|\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?|"
    r"^  ([a-z]+ ){12}[a-z]+$"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """An act on a vault that is ready for it, and the answer of the second person, if there has to be one."""

    act: Act[Any]
    example: Example
    said: Said
    answer: Path | None
    log: Origin

    def inputs(self, house: House) -> list[tuple[Trial, Said]]:
        """Return what is said on this copy, and of which act: first what is done before, then what is refused."""
        wrong = [{**self.said, **self.example.wrong}] if self.example.wrong else []
        folder, after = str(house.place.path.parent), self.example.after
        first = [(replace(self, act=ACTS[after]), EXAMPLES[after].said)] if after else []
        return [
            (trial, {name: tuple(value.replace(HERE, folder) for value in values) for name, values in said.items()})
            for trial, said in (*first, *((self, said) for said in (*wrong, self.said)))
        ]

    def typed(self, house: House) -> ProofTyped:
        """Return what somebody types who shows again what opens their seat, and what shall open it."""
        keyfile = KEYFILE.replace(HERE, str(house.place.path.parent))
        passphrase = bytearray(house.people[self.example.who].passphrase)
        return ProofTyped(passphrase, keyfile if Path(keyfile).exists() else "", new=bytearray(NEW))

    def entrance(self, house: House) -> Entrance:
        typed = self.typed(house)
        factors = entering.factors_of(house.place.path, typed.passphrase, typed.keyfile, None)
        return Entrance(house.people[self.example.who].name, factors)


class Done(NamedTuple):
    """What came of it."""

    refused: list[str]
    said: list[str]


def payloads(house: House, log: Origin) -> list[tuple[object, ...]]:
    """Return what is in the log of one device, as an auditor reads it: act, outcome, reason, and what it covers."""
    with house.place.open() as mira, mira.database.reading() as rows:
        found = [entry.payload for entry in read_payloads(rows, mira.auditor(), log)]
    return [(each.act, each.out, each.why, dict(each.covers)) for each in found if each is not None]


def prepared(house: House, act: Act[Any], folder: Path) -> Trial:
    example = EXAMPLES[act.name]
    said = {**example.prepare(house), **example.said}
    question, answer = folder / "question", folder / "answer" if example.approver else None
    with house.open(example.who) as session:
        housekeeping.settle(session)
        log = session.log.origin
        if answer is not None and act.second is not None:
            agreed = Agreed(ask_into=question, ask_whom=example.approver)
            act.second.ask(session, act.look(session, {**said, "ask": (str(question),)}), agreed, Working())
    if answer is not None:
        with house.open(example.approver.split()[0]) as approver:
            reasons = by_file.read_question(approver, question).question.reasons
            by_file.give(approver, question, answer, why=reasons[0])
    return Trial(act, example, said, answer, log)


def done(errors: Iterable[VaultError], lines: Iterable[str], house: House) -> Done:
    """Return what was refused and said, without what is another in each copy."""
    refused = [f"{error.code}: {in_words(error.message)}. {in_words(error.next_step)}" for error in errors]
    folder = str(house.place.path.parent)
    return Done(
        *([ID_OR_TIME.sub("#", line.replace(folder, HERE)) for line in said if line] for said in (refused, lines))
    )


def command(trial: Trial, said: Said) -> tuple[list[str], str]:
    """Return the words of the command, and what is piped into it: the words of a person, or a whole text."""
    act, answers = trial.act, {name: (text,) for name, text in trial.example.answers.items()}
    words, given = act.name.split(), {**said, **answers}
    personal: dict[str, tuple[str, ...]] = {}
    asked = answer_to("")
    personal |= {name.removeprefix(asked): texts for name, texts in given.items() if name.startswith(asked)}
    personal |= {PIPED_SHEETS.key: given[PIPED_SHEETS.key]} if PIPED_SHEETS.key in given else {}
    for field in (each for each in act.fields if each.name in given):
        if field.is_personal:
            personal[field.name] = given[field.name]
        elif field.shape is Shape.TEXT:
            return [*words, *(["--approval", str(trial.answer)] if trial.answer else [])], given[field.name][0]
        elif field.shape is Shape.YES:
            words.append(f"--{field.name}")
        else:
            called = field.called
            words += [called, *given[field.name]] if called.startswith("--") else given[field.name]
    words += ["--yes"] if act.asks_yes else []
    words += ["--approval", str(trial.answer)] if trial.answer else []
    return [*words, *(["--from", "-"] if personal else [])], json.dumps(
        {name: texts[0] if len(texts) == 1 else texts for name, texts in personal.items()}
    )


def by_command(trial: Trial, house: House, capsys: pytest.CaptureFixture[str], patched: pytest.MonkeyPatch) -> Done:
    errors: list[VaultError] = []

    def fail(_: Output, error: VaultError) -> int:
        errors.append(error)
        return error.exit_code

    patched.setattr("vault.platform.harden_process", tuple)  # the tests go on in this process
    patched.setattr(Output, "fail", fail)
    patched.setattr("vault.cli.act_verbs.read_entrance", lambda *_: trial.entrance(house))
    patched.setattr("vault.cli.act_verbs.new_passphrase", lambda *_, **__: bytearray(NEW))
    with house.open(trial.example.who) as session:
        for each, said in trial.inputs(house):
            words, piped = command(each, said)
            patched.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped.encode())))
            capsys.readouterr()
            run(words, held=session)
    return done(errors, capsys.readouterr().out.splitlines(), house)


def carried_out(trial: Trial, gateway: Gateway, said: Said, house: House) -> Told:
    """Do the act as its form does."""
    trial.act.require_said(said)
    said = {**said, "approval": (str(trial.answer),)} if trial.answer else said
    if Doing(trial.act, said, print).is_short and not trial.act.proves:
        plan = gateway.acting.try_at_once(trial.act, said)
        if isinstance(plan, Told):
            return plan
    else:
        plan = gateway.acting.look(trial.act, said)
    answers = {**{ask.name: "yes" for ask in plan.asks if ask.yes is not None}, **trial.example.answers}
    second = gateway.approvals.answered(trial.answer) if trial.answer else None
    sheets = said.get(PIPED_SHEETS.key, ())
    for row in "\n".join(sheets).splitlines():
        gateway.recovery.take_row(row.partition(" ")[2])
    proof = gateway.own.proof(trial.typed(house), print) if trial.act.proves else None
    given = {name: answer for name, answer in answers.items() if answer}
    agreed = Agreed(given, second, by_sheets=bool(sheets), proof=proof)
    return gateway.acting.carry_out(trial.act, said, plan, agreed)


def by_app(trial: Trial, house: House) -> Done:
    errors: list[VaultError] = []
    told = Told(())
    with closing(house.app(trial.example.who)) as gateway:
        for each, said in trial.inputs(house):
            try:
                told = carried_out(each, gateway, said, house)
            except VaultError as error:
                errors.append(error)
        gateway.status()  # does what is due for others, as the end of a command does
    lines = [in_words(line) for line in told.lines]
    lines += [in_words(each.words) + (f": `casevault {each.act}`." if each.act else "") for each in told.follows]
    if told.letter is not None:
        lines += [f"{in_words(told.letter.title)}:", *map(in_words, told.letter.lines)]
    return done(errors, lines, house)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FIRST_OF_NOUNS else pytest.mark.long) for name in ACTS]
)
def test_both_faces_do_it_alike(
    name: str, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in EXAMPLES, "give a new act its row in tests/walks/act_examples.py"
    trial = prepared(house, ACTS[name], tmp_path)
    assert trial.example.wrong or not trial.act.fields, "an act with fields refuses something"
    before = len(payloads(house, trial.log))
    one, other = house.copied_to(tmp_path / "one"), house.copied_to(tmp_path / "other")
    by_one, by_other = by_command(trial, one, capsys, monkeypatch), by_app(trial, other)
    assert by_one == by_other
    assert len(by_one.refused) == bool(trial.example.wrong)
    assert by_one.said
    entries, others = payloads(one, trial.log)[before:], payloads(other, trial.log)[before:]
    assert entries == others
    assert trial.example.is_logged == bool({act for act, *_ in entries} - {"unlock.ok"})


# Two members change one case and one person without seeing each other: each command marks it, and one joins both.
def test_a_case_and_a_person_in_two_versions_are_named_at_the_import_marked_shown_and_joined(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(MIRA) as mira:
        made = cases.create(mira, title="Arrest", kind="asylum")
        share(mira, made.case, organisation, JOEL)
        person = Place(made.case, case_people.add(mira, made.case, role="client", names=["Ilham Torgaev"]), "person")
    organisation.exchange(MIRA, JOEL)
    with organisation.at(MIRA, JOEL) as (mira, joel):
        case_changes.change(mira, made.case, stage="registered")
        case_changes.change(mira, made.case, risk="high")
        case_people.change(mira, person, PersonChange(born="1983"))
        case_changes.change(joel, made.case, stage="interviewed")
        case_changes.change(joel, made.case, risk="immediate")
        case_people.change(joel, person, PersonChange(born="1985"))
        syncing.make(joel, mira.member, tmp_path / "joel.bundle")

    (tmp_path / "desk").mkdir()
    desk = Desk.of(organisation[MIRA].place, tmp_path / "desk")
    ref, record = made.ref, short_id(person.record)
    imported = desk.run("bundle", "import", str(tmp_path / "joel.bundle"))
    assert imported.code == 3
    assert f"CONFLICT: the case {ref} has two versions now." in imported.out
    assert f"CONFLICT: {ref} has two versions of a record: person {record}." in imported.out
    assert "You see both and say what stands: `casevault join RECORD`." in imported.out

    joels = organisation[JOEL].name
    listed = desk.run("case", "list").out
    assert f"2 VERSIONS: registered, risk high / interviewed, risk immediate: `casevault join {ref}`" in listed
    shown = desk.run("case", "show", ref).out
    assert f"2 VERSIONS  the case itself: `casevault join {ref}` makes them one" in shown
    assert f"2 VERSIONS  person: `casevault join {record}` makes them one" in shown
    for words in (
        f"1  {organisation[MIRA].name}",
        f"2  {joels}",
        "stage: registered",
        "stage: interviewed",
        "born: 1985",
    ):
        assert words in shown
    assert "2 VERSIONS" in desk.run("person", "list", ref).out
    assert "born: 1985" in desk.run("person", "show", record).out

    refused = desk.run("case", "edit", ref, "--owner", joels)
    assert (refused.code, "or say first what stands: `casevault join RECORD`." in refused.err) == (2, True)
    asked = desk.run("join", ref)
    assert (asked.code, "risk: high" in asked.out, "risk: immediate" in asked.out) == (3, True, True)
    assert desk.run("join", ref, "--take", "2").code == 0
    person_asked = desk.run_at_terminal("join", record, typed="1\n")
    assert (person_asked.code, "What shall stand? Type 1, 2: " in person_asked.err) == (0, True)
    assert "VERSIONS" not in desk.run("case", "list").out
    now = desk.run("case", "show", ref, "--json").json()
    assert (now["stage"], now["risk"], now["versions"]) == ("interviewed", "immediate", 1)
    assert [(one["born"], one["versions"]) for one in now["persons"]] == [("1983", 1)]
    again = desk.run("join", ref)
    assert (again.code, "this record has only one version" in again.err) == (4, True)
