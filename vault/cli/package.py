"""`casevault package`: what a recipient, or anybody, does with a package. Needs no vault."""

from __future__ import annotations

import argparse
from pathlib import Path

from vault.cli.output import Output, Result


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `open`, `verify`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="open | verify")
    opening = verbs.add_parser("open", help="open a package with your age identity", allow_abbrev=False)
    opening.add_argument("file", metavar="FILE", type=Path, help="the package")
    opening.add_argument("--identity", type=Path, required=True, metavar="KEYFILE", help="as `age-keygen` wrote it")
    opening.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    opening.add_argument("--words", help="the 13 words of the sender's key, told to you by voice")
    opening.set_defaults(command=_open)
    verify = verbs.add_parser("verify", help="check a package, or a folder of an opened one", allow_abbrev=False)
    verify.add_argument("file", metavar="FILE", type=Path, help="the package, or the folder that it was opened to")
    verify.add_argument("--identity", type=Path, metavar="KEYFILE", help="without it only the outer form is checked")
    verify.add_argument("--words", help="the 13 words of the sender's key")
    verify.set_defaults(command=_verify)


def _open(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.exports import packages

    del output
    opened = packages.open_to(args.file, identity_file=args.identity, out=args.out, expected_words=args.words)
    data = {"files": [str(path) for path in opened.files], "key_words": list(opened.key_words)}
    return Result(data, [f"The package is {opened.sentence}.", *(f"  {path}" for path in opened.files)])


def _verify(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.exports import packages

    del output
    found = packages.verify(args.file, identity_file=args.identity, expected_words=args.words)
    release = None if found.manifest is None or found.manifest.release is None else found.manifest.release.to_json()
    data = {"standing": found.standing, "key_words": list(found.key_words), "release": release}
    return Result(data, [f"The package is {found.sentence()}."])
