"""The process, shut in: limits itself, reads the task from standard input, answers on standard output, nothing else.

Task: u32 length | JSON header | files, back to back, in the lengths that the header's `files` gives. By its `kind`:
`report`, as PDF and DOCX and its data; `paper`, one that was drawn anew, with what is left of its pages, or null;
`archive`, in which they leave; `page`, and one with nothing in it. Answer: lines with the percents that are done, then
one JSON object. Exit code 0 means that the checks ran, not that they passed; 69 that a library is missing.
"""

from __future__ import annotations

import hashlib
import json
import sys

from vault.export.limiting import limit_resources

_CPU_SECONDS = 3600
_DEPENDENCY_MISSING = 69


def main() -> int:
    """Run one examination and answer."""
    limit_resources(cpu_seconds=_CPU_SECONDS)
    try:
        # Here, so that a missing library is an answer and not a crash.
        from vault.export.leakcheck.boilerplate import (  # noqa: PLC0415
            Approved,
            Leaf,
        )
        from vault.export.leakcheck.examine import Examined, Task, examine, examine_archive, examine_page  # noqa: PLC0415
        from vault.export.leakcheck.paper_pixels import Ocr, examine_paper, page_of  # noqa: PLC0415
        from vault.export.leakcheck.verdict import Findings  # noqa: PLC0415
    except ImportError:
        return _DEPENDENCY_MISSING
    stream = sys.stdin.buffer
    header = json.loads(stream.read(int.from_bytes(stream.read(4), "big")))
    files = [stream.read(length) for length in header["files"]]

    def report() -> Examined:
        pdf, docx, data = files
        task = Task(
            pdf=pdf,
            docx=docx,
            data=data,
            forbidden=tuple(header["forbidden"]),
            approved=tuple(Approved(*line) for line in header["approved"]),
            approved_data=tuple(Leaf(*leaf) for leaf in header["approved_data"]),
            title=header["title"],
            headings=tuple(header["headings"]),
            running=header["running"],
            watermark=header["watermark"],
            day=header["day"],
            removed=header["removed"],
            language=header["language"],
            font_folders=tuple(header["font_folders"]),
        )
        return examine(task, _tell)

    def archive() -> Examined:
        (content,) = files
        return examine_archive(content, tuple(Leaf(*leaf) for leaf in header["own"]), tuple(header["forbidden"]))

    def page() -> Examined:
        return examine_page(*files)

    def paper() -> Examined:
        (content,) = files
        findings, ocr = Findings(), header["ocr"]
        left = None if header["paper"] is None else [page_of(page) for page in header["paper"]]
        reader = None if ocr is None else Ocr(str(ocr[0]), str(ocr[1]), is_needed=bool(ocr[2]))
        pages = examine_paper(content, left, header["forbidden"], reader, findings)
        return Examined(tuple(findings.found), 0, pages)

    examined = {"report": report, "paper": paper, "archive": archive, "page": page}[header["kind"]]()
    answer = {
        "canary_forms": examined.canary_forms,
        "digests": [hashlib.sha256(content).hexdigest() for content in files],
        "findings": [[finding.check, finding.where, finding.forms] for finding in examined.findings],
        "pages": examined.pages,
    }
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    return 0


def _tell(percent: int) -> None:
    sys.stdout.buffer.write(b"%d\n" % min(max(percent, 0), 99))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
