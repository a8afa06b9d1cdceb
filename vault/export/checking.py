"""The verifier, from outside: starts the process, feeds it by pipe, and turns anything but a clean answer into a stop.

No text is in its arguments, its environment or a file; it gets no more environment than the system needs.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import vault
from vault.errors import DependencyMissingError, LeakError
from vault.export.data_json import Leaf
from vault.export.fonts import font_folders
from vault.export.report import Line

_DEPENDENCY_MISSING = 69
_MOST_ANSWER_BYTES = 64 * 2**20

# -I leaves out the current folder and the user's; the folder of this program comes back as the only argument.
_START = (
    "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('vault.export.leakcheck', run_name='__main__')"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clean answer: what was checked and what pdfium reads on each page, for the last look of a person."""

    digests: tuple[str, ...]
    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


def verifier_command() -> tuple[str, ...]:
    """Return the command line of the verifier: it tells nothing but where the program lies."""
    return (sys.executable, "-I", "-B", "-c", _START, str(Path(vault.__file__).parent.parent))


def check_for_leaks(
    *,
    pdf: bytes,
    data: bytes,
    others: Sequence[bytes] = (),
    forbidden: Sequence[str],
    approved: Sequence[Line],
    approved_data: Sequence[Leaf],
    own_in_others: Sequence[Leaf] = (),
    title: str,
    removed: str,
    language: str,
    command: Sequence[str] | None = None,
    seconds: float | None = None,
) -> Verdict:
    """Return if the finished files hold the approved text, nothing else, and none of the forbidden forms.

    Args:
        pdf: the report as it will leave.
        data: the data file as it will leave.
        others: further files of the package, which are searched for the forms only.
        forbidden: spellings of all that was hidden.
        approved: every string that the report shows, in order. The report's own words are no leak of somebody's name
            that is spelled alike, at their places and no more often.
        approved_data: every string that the data file may hold, as often as it may stand there.
        own_in_others: strings of the further files that are our own words.
        title: the title of the report.
        removed: what stands in the texts for something that was removed.
        language: its language tag.
        command: another verifier, for tests.
        seconds: how long it may take; by default two minutes, and more for very many forms.

    Raises:
        LeakError: something was found, or it could not be checked.
        DependencyMissingError: a library that the verifier reads with is not installed.
    """
    files = (pdf, data, *others)
    header = json.dumps(
        {
            "approved": list(approved),
            "approved_data": list(approved_data),
            "files": [len(content) for content in files],
            "font_folders": font_folders(),
            "forbidden": list(forbidden),
            "language": language,
            "own_in_others": list(own_in_others),
            "removed": removed,
            "title": title,
        }
    ).encode()
    task = b"".join((len(header).to_bytes(4, "big"), header, *files))
    patience = 120 + len(forbidden) / 250 if seconds is None else seconds
    answer = _ask(command or verifier_command(), task, patience)
    digests = tuple(hashlib.sha256(content).hexdigest() for content in files)
    return _judge(answer, digests, any(form.strip() for form in forbidden))


def _ask(command: Sequence[str], task: bytes, seconds: float) -> bytes:
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a fixed program
            command, input=task, capture_output=True, env=environment, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise LeakError(f"cannot check the package: the verifier took longer than {seconds:g} s") from None
    except OSError:
        raise LeakError("cannot check the package: the verifier did not start") from None
    if done.returncode == _DEPENDENCY_MISSING:
        raise DependencyMissingError("cannot check the package: a library that the verifier reads with is missing")
    if done.returncode != 0 or len(done.stdout) > _MOST_ANSWER_BYTES:
        # What it wrote on stderr may quote the text.
        raise LeakError(f"cannot check the package: the verifier ended with {done.returncode}")
    return done.stdout


def _judge(answer: bytes, digests: tuple[str, ...], expects_canary: bool) -> Verdict:
    try:
        value = json.loads(answer)
        answered = tuple(value["digests"])
        found = [
            (str(check), str(where), tuple(int(place) for place in forms)) for check, where, forms in value["findings"]
        ]
        verdict = Verdict(answered, int(value["canary_forms"]), tuple(str(page) for page in value["pages"]))
    except (ValueError, KeyError, TypeError):
        raise LeakError("cannot check the package: the verifier's answer makes no sense") from None
    if answered != digests:
        raise LeakError("cannot check the package: the verifier read other files than these")
    if found:
        raise LeakError(_sentence(found))
    if not verdict.pages:
        raise LeakError("cannot check the package: the verifier read no page")
    if expects_canary and verdict.canary_forms == 0:
        raise LeakError("cannot check the package: the fonts can draw none of the forms to look for")
    return verdict


def _sentence(found: Sequence[tuple[str, str, tuple[int, ...]]]) -> str:
    blind = any(check == "canary" for check, _, _ in found)
    parts = [
        f"{check} ({where}{'; form ' + ', '.join(f'#{place + 1}' for place in forms[:5]) if forms else ''})"
        for check, where, forms in found[:8]
    ]
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    start = "cannot check the package" if blind else "the finished package fails its check"
    return f"{start}: {'; '.join(parts)}{more}"
