"""A lawyer whose key withstands a quantum computer: it is kept, said to be so, sealed to, and opens the package."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk as CommandDesk
from tests.cli.desk import said
from tests.services.founded import Place
from tests.walks.test_page_given import AGREED, LAWYER
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.seal import age_pq
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.cases import cases, notes

HOLDS = "This key also holds against a later quantum computer."
CLASSIC = "Classic key: a later quantum computer may open a copy."


def test_a_lawyer_with_a_post_quantum_key_is_told_apart_and_opens_what_is_sealed(
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    with place.open() as mira:
        made = cases.create(mira, title="Appeal of a teacher", kind="asylum")
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "He came on foot."))
    desk, identity = CommandDesk.of(place, tmp_path), age_pq.make_identity()
    key = recipient_of(identity)
    # A classic key first, then theirs: the terminal says each time which it is.
    assert CLASSIC in desk.does("recipient", "add", LAWYER, "--age", recipient_of(make_identity())).out
    assert said(desk, "recipient", "show", LAWYER)["post_quantum"] is False
    assert desk.run("recipient", "edit", LAWYER, "--age", key[:-1]).code == 2
    changed = desk.does("recipient", "edit", LAWYER, "--age", key).out
    assert HOLDS in changed
    assert key not in changed
    shown = said(desk, "recipient", "show", LAWYER)
    assert (shown["post_quantum"], shown["fingerprint"]) == (True, fingerprint(key))
    desk.does("recipient", "confirm", LAWYER, "--words", shown["fingerprint"])
    desk.does("consent", "add", made.ref, "--recipient", LAWYER, *AGREED)

    (tmp_path / "out").mkdir()
    whom = ("--to", LAWYER, "--surname", LAWYER.rsplit(maxsplit=1)[-1])
    wish = ("--profile", "lawyer", *whom, "--out", str(tmp_path / "out"), "--unread", "--decide", "proposed")
    as_data = desk.does("export", made.ref, *wish, "--json")
    assert as_data.json()["post_quantum"] is True
    assert HOLDS in as_data.err
    own = tmp_path / "key"
    own.write_text(f"# public key: {key}\n{identity}\n", encoding="utf-8")
    opened = tmp_path / "opened"
    package = as_data.json()["package"]
    assert desk.run_bare("package", "verify", package, "--identity", str(own)).code == 0
    assert desk.run_bare("package", "open", package, "--identity", str(own), "--out", str(opened)).code == 0
    assert "came on foot" in (opened / "data.json").read_text(encoding="utf-8")

    whole = desk.does("export-all", *whom, "--out", str(tmp_path / "all.age"), "--yes", "--json")
    assert whole.json()["post_quantum"] is True
    assert b"He came on foot." in age_pq.unseal(identity, (tmp_path / "all.age").read_bytes())
