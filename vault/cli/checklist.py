"""`casevault checklist`: what is to be done after an arrest, a disappearance, a raid or a seized device."""

from __future__ import annotations

from typing import Final

from vault.acts.safety import told_of_steps
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import CASE, Given, Verb
from vault.words.message import Message


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.safety import checklists

        told = told_of_steps(checklists.steps_in(session, cases.find(session, args.case), why=args.why))
    return Result(told.data, told.lines)


VERBS: Final = (Verb("list", Message("the steps of a case: what is done, by whom and when"), (CASE,), _list),)
