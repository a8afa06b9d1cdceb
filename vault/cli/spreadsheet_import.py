"""`casevault import template`: an empty list of cases with the right headers; it needs no vault."""

from __future__ import annotations

from typing import Final

from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.message import Message


def _template(args: Given, _output: Output) -> Result:
    from vault.services.imports import case_import, import_words

    case_import.write_template(args.file)
    return Result({"template": str(args.file)}, import_words.template_lines(args.file))


VERBS: Final = (
    Verb("template", Message("write an empty list with the right headers, .csv or .xlsx"), (
        Arg("FILE", Message("the new file"), of=new_file),
    ), _template),
)  # fmt: skip
