"""What is put before a second person, things and not claims about them; and the answer."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from textwrap import wrap
from typing import Any

import msgspec

from vault.display import MINUTE_UTC, one_line, time_data
from vault.errors import LeakError, MalformedError, RefusedError, UsageError, VerificationError
from vault.export.archive import DATA, MEMBERS
from vault.export.dossier_report import Report
from vault.export.package import check_paper
from vault.export.pdf import report_of, require_made_from_data
from vault.export.release import ACT as EXPORT
from vault.export.release import file_digests
from vault.ids import ID_SIZE, MemberId, SeatId, VaultId
from vault.log.approval import APPROVAL_PURPOSE, APPROVE_ACT, Approval, approved_digest
from vault.policy.roles import ALLOWED, Action, Role
from vault.records.seatlog import decoded
from vault.records.work import Entry, Work
from vault.validity.directory import Directory
from vault.words.message import Message

# What is put before a second person: things, not claims about them.
# The digest is computed where the approver sits, from the files and members that are shown there; what the asker says
# of them stands apart. So nobody approves one thing and reads another.

# What the first page says beside the case; purpose and profile stand among what is approved.
_HEAD = ("day", "language", "reference", "organisation", "contact", "recipient", "pages")
_CODE = re.compile("[a-z-]{1,40}")
_COLUMNS = 72  # narrower than any terminal that is used for reading, so that no other break is made
_FURTHER = "      "
# This program's own words; the ids stay whole, for they are what is approved.
_ACTS = {
    "break.glass": "a case is opened to somebody in an emergency",
    "erase": "records are erased for good",
    "export.begin": "a package leaves the vault",
}
# What each act is done with (FORMAT.md 5): nothing else is signed, and nothing else is shown as what is signed.
_OF = {
    "break.glass": {"case", "seats", "until", "why"},
    "erase": {"versions", "why"},
    EXPORT: {"files", "profile", "purpose", "recipient"},
}
_NAMES = {"seats": "devices that get its key", "versions": "versions that go", "why": "reason"}


class ApprovalQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """May this act be done, with this?

    `of` is what the act is done with (FORMAT.md 5), `contents` the files that it names by digest, `about` how the asker
    words it: a claim. The approver gives one of the codes `reasons`; `subject` is the audit pseudonym of the case.
    """

    act: str
    of: dict[str, Any]
    contents: dict[str, bytes] = {}
    about: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    expires_ms: int
    subject: bytes | None = None

    @property
    def digest(self) -> bytes:
        return approved_digest(self.act, self.of)

    def require_true(self) -> None:
        """Return if what is shown is what would be approved: the files that `of` names, as this program makes them.

        The names of files are a stranger's words until this returns. Only an export has files.

        Raises:
            VerificationError: the asker names other things than such an act has, or shows other files, or such as this
                program does not make of their text.
            MalformedError: it does not name files by digest.
            VaultError: the report cannot be made here (`require_made_from_data`).
        """
        if self.of.keys() != _OF.get(self.act) or (self.contents and self.act != EXPORT):
            raise VerificationError(
                Message("the question holds other things than such an act is done with; nothing was approved")
            )
        if self.act != EXPORT:
            return
        try:
            named = dict(self.of["files"])
        except (TypeError, ValueError):
            raise MalformedError(Message("a question to a second person cannot be read")) from None
        if named != file_digests(self.contents):
            raise VerificationError(
                Message("what is shown is not what the approval would be for; nothing was approved")
            )

        require_made_from_data(self.contents, profile=self.of["profile"], purpose=self.of["purpose"])
        for name, content in self.contents.items():
            if name not in MEMBERS:
                _require_drawn_anew(name, content)

    @property
    def report(self) -> Report | None:
        """What the finished pages show, if it is about a report (`require_true`)."""
        return report_of(self.contents[DATA]) if DATA in self.contents else None

    @property
    def key_words(self) -> str:
        """The words of the key for which a package would be sealed; empty for another act."""
        return str(self.of["recipient"]) if self.act == EXPORT else ""

    def things(self) -> list[str]:
        """Return in words what would be approved: the act, then what it is done with."""
        lines = [f"{_ACTS[self.act]} ({self.act})" if self.act in _ACTS else self.act]
        lines += (f"{_NAMES.get(name, name)}: {text}" for name, text in _members(self.of))
        if "seats" in self.of:
            lines.append("Whose devices these are, the list of devices says to a member who looks at it themselves.")
        lines += self._on_papers()
        return lines

    def _on_papers(self) -> Iterator[str]:
        """Yield what stands on the papers that leave with a report: the words over their pixels (`require_true`)."""
        for name, content in sorted(self.contents.items()):
            if name not in MEMBERS:
                for page, text in enumerate(check_paper(content, None, language=None), 1):
                    yield f"{name}, page {page}:"
                    yield from (f"  {line}" for line in text.splitlines() if line.strip())

    def lines(self) -> list[str]:
        """Return the question for a person to read: first the things, then what the asker says of them.

        Every line of a text that others wrote begins with a mark, where it is broken too: none passes for ours.
        """
        act, *things = self.things()
        lines = _marked("| ", _report(self.contents.get(DATA, b"")))
        lines += ["", *_marked("To approve: ", [act], then=_FURTHER), *_marked("  ", things, then=_FURTHER)]
        if self.about:
            lines += ["As the one who asks says:", *_marked("> ", self.about)]
        return lines


def _require_drawn_anew(name: str, paper: bytes) -> None:
    """Return if a paper is nothing but pixels, with the words over them that they show, as far as can be seen here."""
    try:
        check_paper(paper, None)
    except LeakError:
        raise VerificationError(
            Message("{name} is no document such as this program draws; nothing was approved", name=name)
        ) from None


def decode_question(untrusted: bytes) -> ApprovalQuestion:
    """Return the question in these bytes.

    Raises:
        MalformedError: there is none, or its reasons are no codes.
    """
    question = decoded(untrusted, ApprovalQuestion, Message("a question to a second person cannot be read"))
    if not all(map(_CODE.fullmatch, question.reasons)):
        raise MalformedError(Message("a question to a second person gives reasons that are no codes"))
    return question


def _marked(mark: str, texts: Iterable[str], *, then: str | None = None) -> list[str]:
    """Return each text as lines that fit a terminal; all begin with the mark, or its further ones with `then`."""
    return [
        line
        for text in texts
        for line in wrap(
            one_line(text),
            _COLUMNS,
            initial_indent=mark,
            subsequent_indent=mark if then is None else then,
            break_on_hyphens=False,
        )
        or [mark]
    ]


def _report(data: bytes) -> Iterator[str]:
    """Yield the text of the report from its data file, which holds all that the pages show."""
    try:
        report = json.loads(data) if data else {}
        yield from (f"{name}: {report[name]}" for name in _HEAD if report.get(name))
        for section in report.get("sections", ()):
            yield str(section["heading"])
            for block in section["blocks"]:
                first, *more = str(block["text"]).splitlines() or [""]
                yield f"  {block['label']}: {first}"
                yield from (f"    {line}" for line in more)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise MalformedError(Message("the report that is to be approved cannot be read")) from None


def _members(of: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(of.items()):
        if name == "until" and isinstance(value, int):
            yield name, time_data(value, MINUTE_UTC) or str(value)
        elif name == "files":
            yield name, ", ".join(str(field) for field in dict(value))
        elif isinstance(value, bytes):
            yield name, value.hex()
        elif isinstance(value, list):
            yield name, ", ".join(part.hex() if isinstance(part, bytes) else str(part) for part in value)
        else:
            yield name, str(value)


# The answer to a question: an approval of exactly this, signed and listed in the approver's own log.
# Either carrier gives it by these functions; nothing here touches a terminal, a pipe or a file.
def require_another(directory: Directory, requester: bytes, approver: MemberId) -> MemberId:
    """Return the member who asks.

    Raises:
        RefusedError: their seat is not in, or it is the approver's own question.
    """
    certificate = directory.certificates.get(SeatId(requester))
    if certificate is None:
        raise RefusedError(
            Message("the device that asks is not a device of a member here"),
            next_step=Message("Import the newest bundle first."),
        )
    if MemberId(certificate.member) == approver:
        raise RefusedError(Message("nobody can approve their own question"), next_step=Message("Ask another member."))
    return MemberId(certificate.member)


def approve(
    question: ApprovalQuestion,
    begin_work: Callable[[], Work],
    *,
    vault: VaultId,
    requester: bytes,
    approver: SeatId,
    roles: AbstractSet[Role],
    why: str,
    sign: Callable[[str, bytes], bytes],
    rule: str = "",
) -> Approval:
    """Approve exactly what is asked; durable in the approver's own log on return.

    `sign` gets a purpose and a message, and signs by the approver's identity key. Of the approver's roles the first by
    name that may approve is named. `rule` is by which policy allowed it; the role, where none was asked.

    Raises:
        UsageError: no reason of the question.
        RefusedError: no role that may approve.
    """
    if why not in question.reasons:
        raise UsageError(Message("the reason must be one of: {names}", names=", ".join(question.reasons)))
    role = min((role.value for role in roles & ALLOWED[Action.APPROVE]), default=None)
    if role is None:
        raise RefusedError(
            Message("the second person's role does not allow approvals"), next_step=Message("Ask another member.")
        )
    unsigned = Approval(
        vault=vault,
        act=question.act,
        digest=question.digest,
        requester=requester,
        approver=approver,
        role=role,
        why=why,
        expires_ms=question.expires_ms,
        nonce=secrets.token_bytes(ID_SIZE),
    )
    approval = unsigned.signed(sign(APPROVAL_PURPOSE, unsigned.unsigned()))
    with begin_work() as work:
        work.list_approval(approval.encode())
        work.commit(
            Entry(
                act=APPROVE_ACT,
                why=why,
                obj=question.subject,
                dig=approval.digest,
                deleg=requester,
                pol=rule or f"approve:{role}",
            )
        )
    return approval
