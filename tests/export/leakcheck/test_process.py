from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.samples import COVER, FORBIDDEN, dossier
from tests.tables import each
from vault.errors import DependencyMissingError, LeakError
from vault.export.data_json import data_leaves, render_data
from vault.export.dossier_report import approved_lines, make_report
from vault.export.package import Verdict, check_for_leaks, verifier_command
from vault.export.pdf import render_report

DOSSIER = dossier()
REPORT = make_report(DOSSIER, COVER)
PDF = render_report(REPORT)
DATA = render_data(DOSSIER, COVER)


def check(
    *,
    command: tuple[str, ...] | None = None,
    forbidden: tuple[str, ...] = FORBIDDEN,
    seconds: float | None = None,
    data: bytes = DATA,
) -> Verdict:
    return check_for_leaks(
        pdf=PDF,
        data=data,
        forbidden=forbidden,
        approved=approved_lines(REPORT),
        approved_data=data_leaves(DOSSIER, COVER),
        title=REPORT.words.title,
        running=REPORT.running,
        day=REPORT.day,
        removed=REPORT.words.removed,
        language="en",
        command=command,
        seconds=seconds,
    )


def _answering(text: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", f"import sys; sys.stdin.buffer.read(); print({text!r})")


def test_a_clean_report_passes_and_its_pages_come_back() -> None:
    verdict = check()
    assert verdict.canary_forms == len(FORBIDDEN)
    assert "The client says that the notice of refusal" in verdict.pages[0]


def test_nothing_forbidden_is_also_checked() -> None:
    assert check(forbidden=()).canary_forms == 0


def test_a_leak_stops_the_export_and_is_named_by_number_only() -> None:
    with pytest.raises(LeakError, match=r"fails its check: .*forms \(.*form #2\)") as caught:
        check(forbidden=("Varnelis", "Miralo Dastenov"))
    assert "Dastenov" not in str(caught.value)


@pytest.mark.long
@each(
    {
        "crashed": ("import os; os.abort()", "ended with -6"),
        "failed": ("import sys; sys.exit(1)", "ended with 1"),
        "said nothing": ("import sys; sys.stdin.buffer.read()", "makes no sense"),
        "said half": ("import sys; sys.stdin.buffer.read(); print('{}')", "makes no sense"),
        "ran out of memory": ("raise MemoryError", "ended with 1"),
        "takes too long": ("import time; time.sleep(60)", r"the verifier took longer than 1\.5 s"),
    }
)
def test_a_verifier_that_does_not_answer_stops_the_export(code: str, message: str) -> None:
    with pytest.raises(LeakError, match=f"cannot check the package: .*{message}"):
        check(command=(sys.executable, "-I", "-c", code), seconds=1.5 if "sleep" in code else None)


def test_a_verifier_that_cannot_start_stops_the_export(tmp_path: Path) -> None:
    with pytest.raises(LeakError, match="did not start"):
        check(command=(str(tmp_path / "none"),))


def test_a_missing_library_is_named_as_such_by_the_process_itself() -> None:
    missing = "import sys; sys.modules['pypdfium2'] = None; " + verifier_command()[4]
    for code in ("import sys; sys.exit(69)", missing):
        command = (sys.executable, "-I", "-B", "-c", code, verifier_command()[5])
        with pytest.raises(DependencyMissingError, match="library that the verifier reads with is missing"):
            check(command=command)


def test_an_answer_about_other_files_is_no_answer() -> None:
    other = json.dumps({"canary_forms": 3, "digests": ["00", "11"], "findings": [], "pages": ["x"]})
    with pytest.raises(LeakError, match="read other files than these"):
        check(command=_answering(other))


def test_blind_readers_are_called_blind() -> None:
    # The canary's fonts cannot be read back: its letters come from a font without them.
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault.export.leakcheck import readers; "
        "readers.drawable = lambda folders: frozenset(range(0x110000)); " + verifier_command()[4]
    )
    with pytest.raises(LeakError, match=r"cannot check the package: canary \(pdfium cannot read these fonts"):
        check(command=(sys.executable, "-I", "-B", "-c", code, verifier_command()[5]), forbidden=("გელა",))


def test_forms_that_no_font_of_ours_draws_cannot_be_checked_alone() -> None:
    with pytest.raises(LeakError, match="the fonts can draw none of the forms"):
        check(forbidden=("გელა",))


def test_the_command_line_tells_nothing_of_the_case() -> None:
    command = " ".join(verifier_command())
    assert "-I" in verifier_command()
    assert not any(form in command for form in FORBIDDEN)


def test_the_environment_of_the_caller_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEVAULT_PLANTED", "x")
    code = "import os, sys; sys.stdin.buffer.read(); sys.exit(7 if 'CASEVAULT_PLANTED' in os.environ else 3)"
    with pytest.raises(LeakError, match="ended with 3"):
        check(command=(sys.executable, "-I", "-c", code))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_the_process_cannot_write_a_byte_to_a_file(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault.export.limiting import limit_resources; "
        "limit_resources(cpu_seconds=60); f = open(sys.argv[2], 'wb', 0); f.write(b'x')"
    )
    file = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, verifier_command()[5], str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "File too large" in done.stderr
    assert file.read_bytes() == b""
