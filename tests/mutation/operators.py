"""What is changed in a module, one place at a time: changes that somebody could have made by mistake.

Left alone: docstrings, annotations, decorators, and what an error says: sentences (any text with a space), what stands
behind `raise`, and the word that a `require_...` puts into one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.Pow: ast.Mult,
}  # fmt: skip
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params", "bases", "msg"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `name` survives edits elsewhere in the module: scope, what stands there, what it becomes."""

    name: str
    line: int
    owner: ast.AST
    field: str
    index: int | None
    new: ast.AST | None

    def apply(self) -> None:
        """Change the tree that this came from; a process does it once."""
        if self.index is None:
            setattr(self.owner, self.field, self.new)
        elif self.new is None:
            del getattr(self.owner, self.field)[self.index]
        else:
            getattr(self.owner, self.field)[self.index] = self.new


def mutants_of(tree: ast.Module) -> list[Mutant]:
    """Return all changes of a module, in its order."""
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for scope, owner, field, index, old, new in _walk(tree, "module"):
        changed = "" if new is None else _short(new)
        name = f"{scope} | {_short(old)} -> {changed}"
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name} #{seen[name]}"
        found.append(Mutant(numbered, getattr(old, "lineno", 0), owner, field, index, new))
    return found


_Place = tuple[str, ast.AST, str, int | None, ast.AST, ast.AST | None]


def _walk(owner: ast.AST, scope: str) -> Iterator[_Place]:
    if isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        scope = owner.name if scope == "module" else f"{scope}.{owner.name}"
    said = owner.args[:1] if isinstance(owner, ast.Call) and ast.unparse(owner.func).startswith("require_") else []
    for field, value in ast.iter_fields(owner):
        if field in _UNTOUCHED or isinstance(owner, (ast.Raise, ast.JoinedStr, ast.Assert)):
            continue
        many = isinstance(value, list)
        for index, child in enumerate(value if many else [value]):
            if isinstance(child, ast.AST) and child not in said:
                place = index if many else None
                for new in _replacements(child):
                    yield scope, owner, field, place, child, new
                if many and _can_go(owner, field, child, len(value)):
                    yield scope, owner, field, place, child, ast.Pass() if field == "body" else None
                yield from _walk(child, scope)


def _can_go(owner: ast.AST, field: str, child: ast.AST, count: int) -> bool:
    """Tell whether a part can be left out: a call for its effect, a keyword argument, an element, a condition."""
    if isinstance(child, ast.Expr):
        return isinstance(child.value, (ast.Call, ast.Await))
    if isinstance(child, ast.keyword):
        return child.arg is not None
    if field == "elts" and isinstance(owner, (ast.Tuple, ast.List, ast.Set)):
        return isinstance(getattr(owner, "ctx", ast.Load()), ast.Load) and count > 1
    return (field == "values" and isinstance(owner, ast.BoolOp) and count > 1) or (
        field == "ifs" and isinstance(owner, ast.comprehension)
    )


def _replacements(node: ast.AST) -> Iterator[ast.AST]:  # noqa: PLR0912 - a table, one line or two for each kind
    match node:
        case ast.Compare(left, ops, comparators):
            for at, operator in enumerate(ops):
                changed = [*ops[:at], _COMPARED[type(operator)](), *ops[at + 1 :]]
                yield ast.Compare(left, changed, comparators)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.If(_, body, orelse):
            yield ast.If(ast.Constant(value=False), body, orelse)
            yield ast.If(ast.Constant(value=True), body, orelse)
        case ast.IfExp(_, body, orelse):
            yield body
            yield orelse
        case ast.BinOp(left, ast.Add(), right):
            yield left
            yield right
        case ast.BinOp(left, operator, right) if type(operator) in _COMPUTED:
            yield ast.BinOp(left, _COMPUTED[type(operator)](), right)
        case ast.AugAssign(target, ast.Add(), value):
            yield ast.AugAssign(target, ast.Sub(), value)
        case ast.Constant(value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Call(ast.Name(name), arguments, keywords) if name in _CALLED:
            yield ast.Call(ast.Name(_CALLED[name], ast.Load()), arguments, keywords)
        case ast.Call(called, [first, second, *rest], keywords):
            same = ast.unparse(called) == "hmac.compare_digest" or ast.dump(first) == ast.dump(second)
            if not same and not isinstance(first, ast.Starred):
                yield ast.Call(called, [second, first, *rest], keywords)
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Raise():
            yield ast.Pass()
        case ast.Return(ast.Call() as value):
            yield ast.Return(ast.UnaryOp(ast.Not(), value))
        case _:
            pass


def _other_values(value: object) -> list[bool] | list[int] | list[bytes] | list[str]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, bytes):
        return [value + b"!"]
    if isinstance(value, str) and not any(char.isspace() for char in value):
        return [value + "!"]
    return []


def _short(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]
    return text if len(text) <= 100 else f"{text[:97]}..."
