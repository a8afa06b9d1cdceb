"""`casevault recipient | package`: who receives packages, what left for whom, and what they do with one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vault.acts.recipient import recipient_data, recipient_lines
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import is_at_terminal, read_passphrase
from vault.cli.table import CASE, Arg, Given, Verb
from vault.display import MINUTE_UTC, local_time, time_data
from vault.errors import UsageError
from vault.words.message import Message

# `casevault recipient list`: lawyers, courts and others who receive packages; what is done to them is acts.


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exports import partners

        kept = partners.list_all(session)
    lines = [line for partner in kept for line in recipient_lines(partner)]
    data = {"recipients": [recipient_data(partner) for partner in kept]}
    return Result(data, lines or [Message("No recipients yet.")])


_DID: Final = {
    (False, False): Message("changed it"),
    (False, True): Message("compared the words of the key with them"),
    (True, False): Message("brought in the key"),
    (True, True): Message("brought in the key, and compared its words with them"),
}
"""What somebody did to a recipient: whether the key is another one, and whether they compared its words."""


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exports import partners

        kept, versions = partners.find(session, args.recipient), partners.history(session, args.recipient)
    lines, before = recipient_lines(kept), ""
    for each in versions:
        did = _DID[each.value.age_recipient != before, each.value.confirmed]
        before = each.value.age_recipient
        lines.append(Message("{when}  {name}  {did}", when=local_time(each.written_ms), name=each.by, did=did))
    data = [
        {
            "written": time_data(each.written_ms, MINUTE_UTC),
            "by": each.by,
            "confirms": each.value.confirmed,
            "age": each.value.age_recipient,
            "terms": each.value.terms,
            "terms_day": each.value.terms_day,
        }
        for each in versions
    ]
    return Result({**recipient_data(kept), "versions": data}, lines)


RECIPIENT: Final = (
    Verb("list", Message("the recipients"), (), _list),
    Verb("show", Message("a recipient, what they promise, and who wrote and confirmed what"), (
        Arg("RECIPIENT", Message("the recipient's name or id")),
    ), _show),
)  # fmt: skip


# `casevault package`: what left; and what a recipient, or anybody, does with a package, without a vault.
def _words_of_page(args: Given, output: Output) -> str:
    """Return the words that open a page, typed unseen, or read as a script gives a passphrase: never an argument."""
    typed = read_passphrase(args, output, Message("The words that the sender told you: "))
    try:
        return typed.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            Message("the words are not UTF-8 text"), next_step=Message("Convert them to UTF-8 first.")
        ) from None


def _open(args: Given, output: Output) -> Result:
    from vault.services.exports import packages

    opened = packages.open_to(
        args.file,
        out=args.out,
        identity_file=args.identity,
        read_words=lambda: _words_of_page(args, output),
        expected_words=args.words,
    )
    data = {"files": [str(path) for path in opened.files], "key_words": list(opened.key_words)}
    said = Message("The package is {sentence}.", sentence=opened.sentence)
    return Result(data, [said, *(f"  {path}" for path in opened.files)])


def _verify(args: Given, output: Output) -> Result:
    from vault.services.exports import packages

    is_said = args.passphrase_fd is not None or args.passphrase_file is not None or is_at_terminal(output)
    of_file: list[str] = []

    def tell(words: tuple[str, ...]) -> None:
        of_file.extend(words)
        output.say(Message("The 13 words of this file: {words}", words=" ".join(words)))

    found = packages.verify(
        args.file,
        tell=tell,
        identity_file=args.identity,
        read_words=lambda: _words_of_page(args, output) if is_said else "",
        expected_words=args.words,
    )
    release = None if found.manifest is None or found.manifest.release is None else found.manifest.release.to_json()
    data = {
        "standing": found.standing,
        "key_words": list(found.key_words),
        "release": release,
        "file_words": of_file,
    }
    return Result(data, [Message("The package is {sentence}.", sentence=found.sentence())])


def _left(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.exports import ledger

        case = cases.find(session, args.case)
        if args.person is None:
            found = ledger.of_case(session, case, why=args.why)
        else:
            from vault.casework.person import Person
            from vault.services.cases import editing

            place = editing.locate(session, args.person, frozenset({Person.KIND}), case=case)
            found = ledger.of_person(session, place, why=args.why)
    return Result(
        {"packages": [package.data for package in found]},
        [
            line
            for package in found
            for line in (package.line, *(Message("  {line}", line=it) for it in package.replies))
        ]
        or [Message("No package was made.")],
    )


PACKAGE: Final = (
    Verb("list", Message("what left a case: to whom, when, by which consent, by whom"), (
        CASE,
        Arg("[--person ID]", Message("of this person of the case, in every case of yours")),
    ), _left),
    Verb("open", Message("open a package with your age identity, or a page with the words that were told to you"), (
        Arg("FILE", Message("the package, or the page"), of=Path),
        Arg("[--identity KEYFILE]", Message("as `age-keygen` wrote it; for a page the words are asked"), of=Path),
        Arg("--out DIR", Message("a new folder"), of=Path),
        Arg("[--words W]", Message("the 13 words of the sender's key, told to you by voice")),
    ), _open),
    Verb("verify", Message("check a package, or the folder that it was opened to"), (
        Arg("FILE", Message("the package, the page, or the folder that it was opened to"), of=Path),
        Arg("[--identity KEYFILE]", Message("without it, or the words of a page, only the outer form is checked"),
            of=Path),
        Arg("[--words W]", Message("the 13 words of the sender's key")),
    ), _verify),
)  # fmt: skip

TABLES: Final = {"recipient": RECIPIENT, "package": PACKAGE}
