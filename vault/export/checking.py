"""The verifier, from outside: starts the process, feeds it by pipe, and turns anything but a clean answer into a stop.

No text is in its arguments, its environment or a file; it gets no more environment than the system needs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault.errors import DependencyMissingError, LeakError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.export.data_json import Leaf
from vault.export.fonts import font_folders
from vault.export.report import Line
from vault.progress import Progress
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Verdict:
    """A clean answer: how many forms the canary tried, and what pdfium reads on each page, for a person."""

    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


def verifier_command() -> tuple[str, ...]:
    """Return the command line of the verifier: it tells nothing but where the program lies."""
    return command_of("vault.export.leakcheck")


def check_for_leaks(
    *,
    pdf: bytes,
    data: bytes,
    forbidden: Sequence[str],
    approved: Sequence[Line],
    approved_data: Sequence[Leaf],
    title: str,
    running: str,
    day: str,
    removed: str,
    language: str,
    command: Sequence[str] | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Return if the finished files hold the approved text, nothing else, and none of the forbidden forms.

    `forbidden` are spellings of all that was hidden, `approved` every string that the report shows, in order, and
    `approved_data` every string that the data file may hold, as often as it may stand there. The report's own words are
    no leak of somebody's name that is spelled alike, at their places and no more often. `running` stands on top of each
    page, before the number; `day` dates the file, empty for one of 2000; `removed` stands in the texts for something
    that was removed. `command` is another verifier, for tests; it has two minutes by default, and more for large files
    and very many forms.

    Raises:
        LeakError: something was found, or it could not be checked.
        DependencyMissingError: a library that the verifier reads with is not installed.
    """
    files = (pdf, data)
    header = {
        "approved": list(approved),
        "approved_data": list(approved_data),
        "day": day,
        "files": [len(content) for content in files],
        "font_folders": font_folders(),
        "forbidden": list(forbidden),
        "language": language,
        "removed": removed,
        "report": True,
        "running": running,
        "title": title,
    }
    patience = _patience(pdf + data, forbidden) if seconds is None else seconds
    answer = _ask(command or verifier_command(), _task(header, files), patience, progress)
    return _judge(answer, _digests(files), any(form.strip() for form in forbidden))


def check_words(
    content: bytes,
    *,
    own: Sequence[Leaf],
    forbidden: Sequence[str],
    command: Sequence[str] | None = None,
    seconds: float | None = None,
) -> None:
    """Return if a small further file of a package, such as its manifest, holds none of the forbidden forms.

    `own` are its strings that are our own words; the rest is as in `check_for_leaks`.

    Raises:
        LeakError, DependencyMissingError: as `check_for_leaks`.
    """
    header = {"files": [len(content)], "forbidden": list(forbidden), "own": list(own), "report": False}
    patience = _patience(content, forbidden) if seconds is None else seconds
    answer = _ask(command or verifier_command(), _task(header, (content,)), patience)
    _parsed(answer, _digests((content,)))


def _patience(content: bytes, forbidden: Sequence[str]) -> float:
    """Return how many seconds the verifier may take: ten times what it takes on a machine that does nothing else."""
    return 120 + len(forbidden) / 250 + len(content) / 25_000


def _task(header: Mapping[str, object], files: Sequence[bytes]) -> bytes:
    encoded = json.dumps(header).encode()
    return b"".join((len(encoded).to_bytes(4, "big"), encoded, *files))


def _digests(files: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(content).hexdigest() for content in files)


def _ask(command: Sequence[str], task: bytes, seconds: float, progress: Progress | None = None) -> bytes:
    try:
        code, answer = ask_child(command, task, seconds=seconds, progress=progress)
    except TooSlowError:
        raise LeakError(
            Message("cannot check the package: the verifier took longer than {seconds} s", seconds=f"{seconds:g}")
        ) from None
    except OSError:
        raise LeakError(Message("cannot check the package: the verifier did not start")) from None
    if code == DEPENDENCY_MISSING:
        raise DependencyMissingError(
            Message("cannot check the package: a library that the verifier reads with is missing")
        )
    if code != 0:
        raise LeakError(Message("cannot check the package: the verifier ended with {code}", code=code))
    return answer


def _judge(answer: bytes, digests: tuple[str, ...], expects_canary: bool) -> Verdict:
    verdict = _parsed(answer, digests)
    if not verdict.pages:
        raise LeakError(Message("cannot check the package: the verifier read no page"))
    if expects_canary and verdict.canary_forms == 0:
        raise LeakError(Message("cannot check the package: the fonts can draw none of the forms to look for"))
    return verdict


def _parsed(answer: bytes, digests: tuple[str, ...]) -> Verdict:
    """Return a clean answer about exactly these files."""
    try:
        value = json.loads(answer)
        answered = tuple(value["digests"])
        found = [
            (str(check), str(where), tuple(int(place) for place in forms)) for check, where, forms in value["findings"]
        ]
        verdict = Verdict(int(value["canary_forms"]), tuple(str(page) for page in value["pages"]))
    except (ValueError, KeyError, TypeError):
        raise LeakError(Message("cannot check the package: the verifier's answer makes no sense")) from None
    if answered != digests:
        raise LeakError(Message("cannot check the package: the verifier read other files than these"))
    if found:
        raise LeakError(_failed(found))
    return verdict


def _failed(found: Sequence[tuple[str, str, tuple[int, ...]]]) -> Message:
    blind = any(check == "canary" for check, _, _ in found)
    parts = [
        f"{check} ({where}{'; form ' + ', '.join(f'#{place + 1}' for place in forms[:5]) if forms else ''})"
        for check, where, forms in found[:8]
    ]
    parts += ["..."] if len(found) > 8 else []
    listed = "; ".join(parts)
    if blind:
        return Message("cannot check the package: {findings}", findings=listed)
    return Message("the finished package fails its check: {findings}", findings=listed)
