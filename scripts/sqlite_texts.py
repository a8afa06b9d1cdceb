"""Write `vault/store/sqlite_texts.py`: what the statements and tables of the store are in the words of SQLite.

Run it in the environment of the tests: `.venv/bin/python scripts/sqlite_texts.py`. A command that finds them written
down need not load SQLAlchemy, which takes longer than the command itself. The tests compare the two.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.compiler import SQLCompiler

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from vault.store import statements  # noqa: E402
from vault.store.tables import metadata, stamp  # noqa: E402

TARGET = ROOT / "vault" / "store" / "sqlite_texts.py"
_HEAD = '''"""The SQL of the store in the words of SQLite: made by `scripts/sqlite_texts.py`, never by hand."""

# One statement a line.
# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from vault.store.rowtypes import Text

'''
_DIALECT = sqlite.dialect(paramstyle="qmark")


def written() -> str:
    """Return the whole module."""
    return _HEAD + "\n".join([*_tables(), *_statements()]) + "\n"


def _tables() -> Iterator[str]:
    yield "TABLES = ("
    for table in (*metadata.sorted_tables, stamp):
        for declaration in (CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=str))):
            yield f"    {_quoted(str(declaration.compile(dialect=_DIALECT)).lstrip())},"
    yield ")"
    yield f"PUT_STAMP = {_text(sa.insert(stamp))}"


def _statements() -> Iterator[str]:
    for name, value in vars(statements).items():
        if not name.isupper() or name.startswith("_"):
            continue
        if isinstance(value, sa.ClauseElement):
            yield f"{name} = {_text(value)}"
        elif isinstance(value, dict):
            yield f"{name} = {{"
            yield from (f'    "{key}": {_text(statement)},' for key, statement in value.items())
            yield "}"
        elif isinstance(value, tuple):
            yield f"{name} = ("
            yield from (f"    {_text(statement)}," for statement in value)
            yield ")"
        else:
            yield f"{name} = {value!r}"


def _text(statement: sa.ClauseElement) -> str:
    made = statement.compile(dialect=_DIALECT)
    assert isinstance(made, SQLCompiler)  # noqa: S101 - for the type checker
    text, names, lists = " ".join(str(made).split()), [], []
    for name in made.positiontup or ():
        bind = made.binds[name]
        if bind.expanding:
            text = text.replace(f"__[POSTCOMPILE_{name}]", f"[{name}]")
            lists.append(name)
        if bind.required:
            names.append(name)
            text = text.replace("?", "\0", 0 if bind.expanding else 1)
        else:  # what stands in the statement itself is a number
            text = text.replace("?", str(int(bind.value)), 1)
    text = text.replace("\0", "?").replace(" OFFSET 0", "")
    parts = [_quoted(text), *([_names(names)] if names or lists else []), *([_names(lists)] if lists else [])]
    return f"Text({', '.join(parts)})"


def _names(names: list[str]) -> str:
    return f"({', '.join(map(_quoted, names))}{',' if len(names) == 1 else ''})"


def _quoted(text: str) -> str:
    return json.dumps(text)


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
