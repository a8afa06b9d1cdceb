"""What is changed in a module, and what is left alone by principle."""

from __future__ import annotations

import ast

from tests.mutation.operators import mutants_of
from tests.tables import each


def _changes(source: str) -> list[str]:
    return [mutant.name.split(" | ")[1] for mutant in mutants_of(ast.parse(source))]


@each(
    [
        ("LIMIT = 7", ["7 -> 8"]),
        ("WORD = 'wire'", ["'wire' -> 'wire!'"]),
        ("KINDS = {'a', 'b'}", ["'a' -> ", "'b' -> "]),
        ("if a < 3: f(0)", ["if a < 3: -> if False:", "if a < 3: -> if True:", "a < 3 -> a <= 3", "3 -> 4", "0 -> 1"]),
        ("x = left == right", ["left == right -> left != right"]),
        ("x = a and b", ["a -> ", "b -> "]),
        ("check(seat, vault)", ["check(seat, vault) -> pass", "check(seat, vault) -> check(vault, seat)"]),
        ("def f() -> bool:\n    return g()", ["return g() -> return not g()"]),
        ("x = a if b else c", ["a if b else c -> a", "a if b else c -> c"]),
        ("try:\n    pass\nfinally:\n    f()", ["f() -> pass"]),
    ],
)  # fmt: skip
def test_a_slip_that_could_matter_is_made(source: str, changes: list[str]) -> None:
    assert _changes(source) == changes


@each(
    [
        '"""A docstring."""',
        "Id = NewType('Id', bytes)",
        "x: Literal['a', 'b']",
        "__all__ = ['a', 'b']",
        "raise Refused('a word', next_step='another')",
        "text.encode('utf-8')",
        "class A(Struct, frozen=True, gc=False): pass",
    ]
)
def test_words_for_people_and_names_for_readers_are_left_alone(source: str) -> None:
    assert [change for change in _changes(source) if not change.endswith("-> pass")] == []


def test_a_mutant_knows_the_lines_of_its_statement_and_what_that_defines() -> None:
    source = "LIMIT = (\n    7\n)\ndef f():\n    if (\n        a < 3\n    ):\n        g(9)\n"
    lines = {mutant.name: (mutant.lines, mutant.in_body, mutant.defines) for mutant in mutants_of(ast.parse(source))}
    assert lines["module | 7 -> 8"] == (range(1, 4), False, ("LIMIT",))
    assert lines["f | 3 -> 4"] == (range(5, 8), True, ("f",))
    assert lines["f | 9 -> 10"] == (range(8, 9), True, ("f",))


@each([("x = a and b", [True, False]), ("x = a or b", [True, False]), ("x = a and b and c", [True, False, False])])
def test_without_one_operand_the_others_decide(source: str, without: list[bool]) -> None:
    """Each is left out in turn, of a (False), b (True) and c (True)."""
    for index, value in enumerate(without):
        tree = ast.parse(source)
        mutants_of(tree)[index].apply()
        names = {"a": False, "b": True, "c": True}
        exec(compile(ast.fix_missing_locations(tree), "changed", "exec"), names)
        assert names["x"] is value
