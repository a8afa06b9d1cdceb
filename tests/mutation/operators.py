"""What is changed in a module, one place at a time: changes that somebody could have made by mistake.

Left alone, by principle:
- words for people: docstrings, texts with a space, `next_step=`, what stands behind `raise` and the word that a
  `require_...` puts into an error;
- names for readers of the code: annotations, decorators, base classes, `NewType("Name")`, `tuple[int, ...]`, `__all__`,
  `__slots__`;
- what only forbids a slip in our own code: `frozen=`, `slots=`, `kw_only=`, `strict=`; the name of an encoding, where
  an unknown one fails at its first use; `gc=`, which is speed;
- a change that another one here includes. What notices `if False` and `if True` notices `!=` for `==` in that
  condition; what notices a missing operand notices `or` for `and`; leaving out the only statement of an `if` is
  `if False`; a text missing from a row of texts stands for the same text misspelt; `not` before a returned value says
  something only where that is a truth value.
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
_BORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params", "bases"}
_NAMING = {"NewType", "TypeVar", "cast"}
_ANY_ORDER = {"hmac.compare_digest", "isinstance", "suppress"}
_TYPES = {"Callable", "Iterable", "Iterator", "Literal", "Mapping", "Sequence", "dict", "frozenset", "list", "set",
          "tuple", "type"}  # fmt: skip
_LEFT_ALONE = {"frozen", "gc", "kw_only", "next_step", "slots", "strict"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `name` survives edits elsewhere in the module: scope, what stands there, what it becomes.

    `lines` are those of its statement, of which a body is no part; `in_body` tells that it is inside a function.
    `defines` are the names that a changed statement outside functions gives a value.
    """

    name: str
    line: int
    lines: range
    in_body: bool
    defines: tuple[str, ...]
    owner: ast.AST
    field: str
    index: int | None
    new: ast.AST | None

    def apply(self) -> None:
        """Change the tree that this came from; a process does it once."""
        if self.index is None:
            setattr(self.owner, self.field, self.new)
        elif self.new is None and isinstance(self.owner, ast.BoolOp):
            # One operand alone is no such operation: True stands for one that is missing from `and`, False from `or`.
            self.owner.values[self.index] = ast.Constant(value=isinstance(self.owner.op, ast.And))
        elif self.new is None:
            del getattr(self.owner, self.field)[self.index]
        else:
            getattr(self.owner, self.field)[self.index] = self.new


@dataclass(frozen=True, slots=True)
class _Around:
    """What a node stands in."""

    scope: str = "module"
    lines: range = range(0)
    in_body: bool = False
    in_test: bool = False  # part of the condition of an `if`, which is tried as False and True as a whole
    gives_truth: bool = False  # the function returns a truth value
    defines: tuple[str, ...] = ()


def mutants_of(tree: ast.Module) -> list[Mutant]:
    """Return all changes of a module, in its order."""
    found: list[Mutant] = []
    seen: dict[str, int] = {}
    for around, owner, field, index, old, new in _walk(tree, _Around()):
        changed = "" if new is None else _short(new)
        name = f"{around.scope} | {_short(old)} -> {changed}"
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name} #{seen[name]}"
        line = getattr(old, "lineno", around.lines.start)
        found.append(Mutant(numbered, line, around.lines, around.in_body, around.defines, owner, field, index, new))
    return found


_Place = tuple[_Around, ast.AST, str, int | None, ast.AST, ast.AST | None]


def _walk(owner: ast.AST, around: _Around) -> Iterator[_Place]:
    if isinstance(owner, (ast.Raise, ast.JoinedStr, ast.Assert)) or _only_names(owner):
        return
    said = owner.args[:1] if isinstance(owner, ast.Call) and ast.unparse(owner.func).startswith("require_") else []
    for field, value in ast.iter_fields(owner):
        if field in _UNTOUCHED:
            continue
        many = isinstance(value, list)
        for index, child in enumerate(value if many else [value]):
            if isinstance(child, ast.AST) and child not in said and not _only_names(child):
                inside = _inside(owner, field, child, around)
                place = index if many else None
                alone = isinstance(owner, ast.If) and field == "body" and len(value) == 1 and not owner.orelse
                gone = many and not alone and _can_go(owner, field, child, len(value))
                for new in () if alone and isinstance(child, ast.Raise) else _replacements(child, inside):
                    if not (gone and isinstance(child, ast.Constant) and isinstance(child.value, str)):
                        yield inside, owner, field, place, child, new
                if gone:
                    emptied = ast.Pass() if field in {"body", "finalbody"} else None
                    yield inside, owner, field, place, child, emptied
                yield from _walk(child, inside)


def _inside(owner: ast.AST, field: str, child: ast.AST, around: _Around) -> _Around:
    scope, lines, in_body, gives_truth = around.scope, around.lines, around.in_body, around.gives_truth
    defines = around.defines
    if isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and field == "body":
        scope = owner.name if scope == "module" else f"{scope}.{owner.name}"
    if isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef)) and field == "body":
        in_body, gives_truth = True, owner.returns is not None and ast.unparse(owner.returns) == "bool"
    in_body = in_body or (isinstance(owner, ast.Lambda) and field == "body")
    if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
        lines = _lines_of(child)
        defines = _defined(child) or defines
    whole = isinstance(owner, (ast.If, ast.IfExp)) and field == "test"
    part = around.in_test and isinstance(owner, (ast.BoolOp, ast.UnaryOp))
    return _Around(scope, lines, in_body, whole or part, gives_truth, defines)


def _lines_of(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> range:
    """Return the lines of a statement, up to the first statement inside it."""
    first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    within = getattr(node, "body", None)
    if within and isinstance(within, list):
        return range(first, max(first + 1, within[0].lineno))
    last = node.pattern.end_lineno if isinstance(node, ast.match_case) else node.end_lineno
    return range(first, (last or first) + 1)


def _defined(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            return (name,)
        case ast.AnnAssign(ast.Name(name)):
            return (name,)
        case ast.Assign(targets):
            return tuple(name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        case _:
            return ()


def _only_names(node: ast.AST) -> bool:
    """Tell whether this says something to readers and type checkers only."""
    match node:
        case ast.Call(ast.Name(name)) if name in _NAMING:
            return True
        case ast.Subscript(ast.Name(name)) if name in _TYPES:
            return True
        case ast.Assign([ast.Name("__all__" | "__slots__")]):
            return True
        case ast.Constant("ascii" | "utf-8"):
            return True
        case ast.keyword(name) if name in _LEFT_ALONE:
            return True
        case _:
            return False


def _can_go(owner: ast.AST, field: str, child: ast.AST, count: int) -> bool:
    """Tell whether a part can be left out: a call for its effect, a keyword argument, an element, a condition."""
    if isinstance(child, ast.Expr):
        return isinstance(child.value, (ast.Call, ast.Await))
    if isinstance(child, ast.keyword):
        return child.arg is not None and child.arg not in _LEFT_ALONE
    if isinstance(child, ast.Constant) and isinstance(child.value, str) and " " in child.value:
        return False
    if field == "elts" and isinstance(owner, (ast.Tuple, ast.List, ast.Set)):
        return isinstance(getattr(owner, "ctx", ast.Load()), ast.Load) and count > 1
    return (field == "values" and isinstance(owner, ast.BoolOp) and count > 1) or (
        field == "ifs" and isinstance(owner, ast.comprehension)
    )


def _replacements(node: ast.AST, around: _Around) -> Iterator[ast.AST]:  # noqa: PLR0912 - a table, a line or two a kind
    match node:
        case ast.Compare(left, ops, comparators):
            for at, operator in enumerate(ops):
                if isinstance(operator, _BORDERS) or not around.in_test:
                    changed = [*ops[:at], _COMPARED[type(operator)](), *ops[at + 1 :]]
                    yield ast.Compare(left, changed, comparators)
        case ast.UnaryOp(ast.Not(), operand) if not around.in_test:
            yield operand
        case ast.If(test, body, orelse):
            if not (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)):
                yield ast.If(ast.Constant(value=False), body, orelse)
            if not (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)):
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
            same = ast.unparse(called) in _ANY_ORDER or ast.dump(first) == ast.dump(second)
            if not same and not isinstance(first, ast.Starred):
                yield ast.Call(called, [second, first, *rest], keywords)
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Raise():
            yield ast.Pass()
        case ast.Return(ast.Call() as value) if around.gives_truth:
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
