"""LEAK-66 from the other side: what a broken writer could leave in finished files, the verifier stops, row by row.

Nothing is named to it as hidden here: it stops what nobody approved without knowing whom it would give away.
"""

from __future__ import annotations

import functools
import io
import json
import sys
import tarfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import test_papers_leave
from tests.attacks.leak_corpus import HER, OF_PAPERS, PHONE, TEXT
from tests.export import test_redrawn
from tests.export.leakcheck import test_process as of_pdf
from tests.export.leakcheck.planting import CYRILLIC, DOSSIER, LATIN, REPORT, clean_data, clean_pdf, examined, task_for
from tests.export.leakcheck.surgery import Pieces, take_apart, written
from tests.export.samples import COVER, FORBIDDEN, passes
from tests.export.test_docx import CORE, PLANTED, RELATIONS, SETTINGS, changed, in_body, with_part
from tests.export.test_package import PUBLIC, RELEASE, SIGN
from tests.tables import each
from vault.export import archive
from vault.export.archive import FileEntry, Manifest, sign_manifest
from vault.export.children import ask_child, command_of
from vault.export.data_json import canonical
from vault.export.leakcheck.boilerplate import Leaf
from vault.export.leakcheck.examine import Task, examine, examine_archive, examine_page
from vault.export.package import prepare
from vault.export.page import empty_page, render_page, sealed_in
from vault.export.report_docx import render_docx
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.seal.page_seal import seal_page
from vault.seal.sizes import padme

Mutant = Callable[[], bool]  # says whether it was stopped

JPEG = b"\xff\xd8\xff\xe1\x00\x20Exif\0\0" + LATIN.encode() + b"\xff\xd9" + LATIN.encode()


@functools.cache
def task() -> Task:
    """A clean package, and a verifier that is told no form to look for."""
    return task_for(DOSSIER, forbidden=())


def of_files(**made: Callable[[], bytes]) -> Mutant:
    return lambda: examine(replace(task(), **{name: make() for name, make in made.items()})).findings != ()  # type: ignore[arg-type]  # a table of keywords


def in_pdf(plant: Callable[[Pieces], object]) -> Mutant:
    def made() -> bytes:
        pieces = take_apart(clean_pdf())
        plant(pieces)
        return pieces.build()

    return of_files(pdf=made)


def said_in_data(change: Callable[[dict[str, Any]], object]) -> Mutant:
    def made() -> bytes:
        value = json.loads(clean_data())
        change(value)
        return canonical(value)

    return of_files(data=made)


def said_aloud(said: str) -> Mutant:
    """What a screen reader says in place of the first heading."""
    told = b"/S/H1/Alt<FEFF%s>" % said.encode("utf-16-be").hex().upper().encode()
    return in_pdf(lambda pieces: pieces.edit(b"/S/H1", b"/S/H1", told))


def with_labels_changed(value: dict[str, Any]) -> None:
    one, other = value["sections"][0]["blocks"][:2]
    one["label"], other["label"] = other["label"], one["label"]


def as_text(said: str) -> str:
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- the archive, the manifest and the page --------------------------------------------------------------------------


@functools.cache
def prepared_files() -> Mapping[str, bytes]:
    return prepare(DOSSIER, COVER, check=passes).files


@functools.cache
def clean_manifest() -> Manifest:
    return Manifest(
        package=bytes(16),
        profile="lawyer",
        purpose=COVER.purpose,
        recipient=fingerprint(recipient_of(make_identity())),
        expires=date(2027, 1, 31),
        files={name: FileEntry.of(content) for name, content in prepared_files().items()},
        versions={"casevault": "1.0"},
        release=RELEASE,
    )


def members(manifest: bytes) -> dict[str, bytes]:
    signature = sign_manifest(manifest, PUBLIC, SIGN)
    return {**prepared_files(), archive.MANIFEST: manifest, archive.SIGNATURE: signature}


def clean_archive() -> bytes:
    return archive.pack(members(clean_manifest().encode()))


def own() -> tuple[Leaf, ...]:
    return tuple(Leaf(*leaf) for leaf in clean_manifest().own_leaves())


def is_stopped(tar: bytes) -> bool:
    return examine_archive(tar, own(), FORBIDDEN).findings != ()


def in_archive(change: Callable[[bytes], bytes]) -> Mutant:
    return lambda: is_stopped(change(clean_archive()))


def in_manifest(change: Callable[[dict[str, Any]], object]) -> Mutant:
    def stopped() -> bool:
        value = json.loads(clean_manifest().encode())
        change(value)
        return is_stopped(archive.pack(members(canonical(value))))

    return stopped


def archived(change: Callable[[tarfile.TarInfo], object], *more: str) -> Mutant:
    """Return an archive as `tarfile` writes it, with this change to its first entry and further files."""

    def stopped() -> bool:
        contents = members(clean_manifest().encode())
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for number, name in enumerate((*archive.MEMBERS, *more)):
                content = contents.get(name, JPEG)
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                if not number:
                    change(entry)
                tar.addfile(entry, io.BytesIO(content))
        content = stream.getvalue().rstrip(b"\0")
        whole = len(content) + -len(content) % 512 + 1024
        return is_stopped(content.ljust(padme(whole), b"\0"))

    return stopped


def given(**values: object) -> Callable[[tarfile.TarInfo], None]:
    def change(entry: tarfile.TarInfo) -> None:
        for name, value in values.items():
            setattr(entry, name, value)

    return change


def end_of_first(tar: bytes) -> int:
    return 512 + -(-int(tar[124:135], 8) // 512) * 512


def one_entry_less(tar: bytes) -> bytes:
    return tar[end_of_first(tar) :].ljust(padme(len(tar)), b"\0")


@functools.cache
def clean_page(language: str = "en") -> bytes:
    return render_page(seal_page("some words", bytes(256)), language)


def in_page(change: Callable[[bytes], bytes]) -> Mutant:
    return lambda: examine_page(change(clean_page()), empty_page("en")).findings != ()


def with_other_last_bits(page: bytes) -> bytes:
    """Return the same page, whose base64 has another letter of the same meaning at its end."""
    end = page.index(b"=</script>") - (1 if b"==</script>" in page else 0)
    return page[: end - 1] + bytes([page[end - 1] + 1]) + page[end:]


# ---- by row ----------------------------------------------------------------------------------------------------------

# What stands in texts: the data file, the Word document, what is read aloud of the pages, and the manifest.
CONTEXT = {
    "32 rare facts together": "A beekeeper of the village taught there on 3 May",
    "33 family": "She is a twin, the third child",
    "34 codes in order": "[P-001] and [P-002]",
    "35 code of another package": "[P-7KQ], in the other package [P-9XT]",
    "36 ending of a code": "[P-7KQ]ова",
    "37 width of a code": "[P-7KQXXXX]",
    "39 count of removals": "[removed] [removed] [removed]",
}
SAID = {**{name: disguise.said for name, disguise in TEXT.items()}, **CONTEXT}


def _is_said(said: str) -> dict[str, Mutant]:
    return {
        "data": said_in_data(lambda value: value["sections"][-1]["blocks"][-1].update(text=said)),
        "first page of the data": said_in_data(lambda value: value["first_page"][0].update(heading=said)),
        "Word": of_files(docx=in_body(f"<w:p><w:r><w:t>{as_text(said)}</w:t></w:r></w:p>")),
        "properties of Word": of_files(docx=changed(CORE, "Referral report", as_text(said))),
        "PDF": said_aloud(said),
        "page": in_page(lambda page: page.replace(b"</main>", said.encode() + b"</main>")),
        "mail of the page": in_page(lambda page: page + b"<!--" + said.encode() + b"-->"),
        "name in the archive": archived(lambda entry: None, said[:90]),
        "manifest": in_manifest(lambda value: value.update(recipient=said)),
    }


def _moved_letters(pieces: Pieces) -> None:
    pieces.draw(written(clean_pdf(), "a").replace(b"Tj", b"-3 0 Td", 1))


def _second_revision() -> bytes:
    pdf = clean_pdf()
    table = b"xref\n1 1\n%010d 00000 n\r\ntrailer\n<</Size 2/Prev %d>>" % (len(pdf) + 1, pdf.rindex(b"xref\n0"))
    changed_pdf = pdf + b"\n1 0 obj\n(%s)\nendobj\n" % LATIN.encode()
    return changed_pdf + table + b"\nstartxref\n%d\n%%%%EOF" % len(changed_pdf)


def _in_catalog(keys: bytes) -> Mutant:
    return in_pdf(lambda pieces: pieces.edit(b"/Type/Catalog", b"/Lang", keys + b"/Lang"))


def _planted(name: str) -> Mutant:
    return in_pdf(of_pdf.PLANTED[name][0])


def _in_word(name: str) -> Mutant:
    return of_files(docx=PLANTED[name])


_NAME = LATIN.encode()
_OTHER_TIME = b"D:20261203171500+06'00'"
_PICTURE = '<Relationship Id="rId9" Type="urn:image" Target="media/image1.jpeg"/></Relationships>'
_SETTING = '<w:{0} w:val="00A1B2C3"/></w:settings>'
DIGEST = sha256(HER[0].encode()).hexdigest()

MUTANTS: dict[str, Mutant] = {
    "40 under a box": in_pdf(lambda pieces: pieces.draw(written(clean_pdf(), LATIN) + b"\nq 0 g 80 490 200 30 re f Q")),
    "41 white": _planted("white text"),
    "41 off the page": _planted("off the page"),
    "41 clipped": _planted("clipping"),
    "41 tiny": _planted("tiny text"),
    "42 layer of OCR": _planted("invisible text"),
    "43 author": _planted("author"),
    "43 XMP": _planted("XMP"),
    "43 producer": in_pdf(of_pdf._edited(b"/CreationDate", b"/Creator", b"/Producer(Writer)/Creator")),
    "43 time and zone": in_pdf(lambda pieces: pieces.edit(b"/CreationDate", b"D:20000101000000Z", _OTHER_TIME)),
    "44 revision": of_files(pdf=_second_revision),
    "44 object that nothing refers to": _planted("object that nothing refers to"),
    "44 bytes behind the end": of_files(pdf=lambda: clean_pdf() + _NAME),
    "45 bookmark": _planted("bookmark"),
    "45 bookmark that leads elsewhere": _planted("bookmark that leads elsewhere"),
    "45 named place": _in_catalog(b"/Dests<</%s[0/Fit]>>" % _NAME),
    "45 label of pages": _in_catalog(b"/PageLabels<</Nums[0<</P(%s)>>]>>" % _NAME),
    "46 annotation": _planted("annotation"),
    "46 script": _planted("script"),
    "46 form": _planted("form field"),
    "47 attachment": _planted("attachment"),
    "47 portfolio": _in_catalog(b"/Collection<</D(%s)>>" % _NAME),
    "48 alternative text": _planted("alternative text in hex"),
    "48 stand-in text": _planted("stand-in text"),
    "48 structure title": _planted("structure title"),
    "49 letter that no text uses": _planted("letter in a font that no text uses"),
    "49 name of a font": _planted("font name"),
    "50 hidden layer": _planted("hidden layer"),
    "50 layers": _planted("layer"),
    "50 picture": _planted("picture"),
    "51 moved letters": in_pdf(_moved_letters),
    "51 letters apart": _planted("letter by letter"),
    "52 insertion": _in_word("an insertion"),
    "52 deletion": _in_word("a deletion"),
    "52 comment": _in_word("a comment"),
    "52 comments": _in_word("comments"),
    "52 people": of_files(docx=with_part("word/people.xml", f'<w15:person w15:author="{LATIN}"/>')),
    "53 mark of an edit": _in_word("a mark of an edit"),
    "53 list of edits": of_files(docx=changed(SETTINGS, "</w:settings>", _SETTING.format("rsidRoot"))),
    "53 count of savings": of_files(docx=changed(CORE, "</cp:core", "<cp:revision>7</cp:revision></cp:core")),
    "53 time spent": of_files(docx=with_part("docProps/app.xml", "<a><TotalTime>431</TotalTime></a>")),
    "54 hidden text": _in_word("a hidden run"),
    "54 field": _in_word("a field"),
    "54 field in parts": _in_word("a field in parts"),
    "54 bookmark": _in_word("a bookmark"),
    "54 variable": _in_word("a variable"),
    "54 header": _in_word("the header"),
    "55 author": _in_word("an author"),
    "55 who changed it last": _in_word("who changed it last"),
    "55 data of one's own": _in_word("data of one's own"),
    "55 thumbnail": _in_word("a thumbnail"),
    "55 template": _in_word("a template from elsewhere"),
    "56 object": _in_word("an object"),
    "56 embedded file": _in_word("an embedded file"),
    "56 linked file": _in_word("a link outwards"),
    "56 embedded font": of_files(docx=with_part("word/fonts/font1.odttf", LATIN)),
    "57 picture": _in_word("a picture"),
    "57 name of a picture": of_files(docx=changed(RELATIONS, "</Relationships>", _PICTURE)),
    "58 order of keys": of_files(data=lambda: json.dumps(dict(reversed(json.loads(clean_data()).items()))).encode()),
    "58 white space": of_files(data=lambda: clean_data().replace(b",", b", ", 1)),
    "58 letters by number": of_files(data=lambda: clean_data().replace(b"Referral", b"\\u0052eferral", 1)),
    "58 null for absent": said_in_data(lambda value: value.update(reference=None)),
    "58 key": said_in_data(lambda value: value.update(id="")),
    "58 id of a row": said_in_data(lambda value: value["sections"][0].update(id=7)),
    "58 number of a format": said_in_data(lambda value: value.update(format=1_234_567)),
    "58 second format": said_in_data(lambda value: value["notice"].update(format=4)),
    "58 empty list": said_in_data(lambda value: value["sections"][0].update(rows=[])),
    "58 list for a text": said_in_data(lambda value: value.update(title=[value["title"]])),
    "58 order of sections": said_in_data(lambda value: value["sections"].reverse()),
    "58 order of the first page": said_in_data(
        lambda value: value["first_page"][0]["entries"][0]["rows"].reverse()
    ),
    "58 order of labels": said_in_data(with_labels_changed),
    "58 section less": said_in_data(lambda value: value["sections"].pop()),
    "58 order of a list": in_manifest(lambda value: value["release"].update(roles=["caseworker", "x" * 40])),
    "59 picture with its place, in Word": of_files(docx=with_part("word/media/image1.jpeg", JPEG.decode("latin-1"))),
    "59 picture with its place, in the archive": archived(lambda entry: None, "a01.jpeg"),
    "60 bytes behind a picture": _planted("behind a stream"),
    "60 colours of a picture": in_page(lambda page: page.replace(b"</main>", b"<img src='data:,x'></main>")),
    "61 name in the archive": archived(given(name=f"{LATIN}.json")),
    "61 long name in the archive": archived(given(pax_headers={"comment": CYRILLIC})),
    "61 owner": archived(given(uname=LATIN, uid=1000)),
    "61 mode": archived(given(mode=0o600)),
    "61 device": in_archive(lambda tar: tar[:329] + b"0000007" + tar[336:]),
    "61 comment of Word": _in_word("a comment on the file"),
    "61 extra field of Word": _in_word("an extra field"),
    "62 digest of a name": in_manifest(lambda value: value.update(client=DIGEST)),
    "62 digest for a version": in_manifest(lambda value: value["versions"].update(casevault=DIGEST)),
    "62 digest of a telephone": in_manifest(lambda value: value.update(id=sha256(PHONE.encode()).hexdigest())),
    "62 digest of another file": in_manifest(lambda value: value["files"]["data.json"].update(sha256=DIGEST)),
    "62 digest in the signature": in_archive(lambda tar: tar.replace(b"\n0", b"\nF", 1).replace(b"\n1", b"\nF", 1)),
    "62 digest in the data": said_in_data(lambda value: value.update(reference=DIGEST)),
    "63 exact size": in_manifest(lambda value: value["files"]["data.json"].update(padded=len(clean_data()))),
    "63 size of the archive": in_archive(lambda tar: tar.rstrip(b"\0") + bytes(1024)),
    "63 padding that says something": in_archive(lambda tar: tar[: -len(_NAME)] + _NAME),
    "63 padding of a file": in_archive(
        lambda tar: tar[: end_of_first(tar) - 1] + b"x" + tar[end_of_first(tar) :]
    ),
    "63 a file more": archived(lambda entry: None, archive.DATA),
    "63 a file less": in_archive(one_entry_less),
    "63 time in the archive": archived(given(mtime=1_800_000_000)),
    "63 time in Word": _in_word("a time"),
    "63 compressed size": _in_word("packed parts"),
    "63 hour of release": in_manifest(lambda value: value["release"].update(day="2026-12-03T17:15")),
    "63 size of a page": in_page(
        lambda page: page.replace(b64encode(sealed_in(page)), b64encode(sealed_in(page) + bytes(3)))
    ),
    "63 last bits of a page": in_page(with_other_last_bits),
}  # fmt: skip


def test_what_is_clean_passes() -> None:
    assert examine(task()).findings == ()
    assert examine_archive(clean_archive(), own(), FORBIDDEN).findings == ()
    for language in ("en", "fr", "ru"):
        assert examine_page(clean_page(language), empty_page(language)).findings == ()
    unchanged: list[Mutant] = [
        in_pdf(lambda pieces: None),
        said_in_data(lambda value: None),
        of_files(docx=lambda: render_docx(REPORT)),
        in_archive(lambda tar: tar),
        in_manifest(lambda value: None),
        archived(lambda entry: None),
        in_page(lambda page: page),
    ]
    assert [is_stopped() for is_stopped in unchanged] == [False] * len(unchanged)


@each(MUTANTS)
def test_a_mutant_of_each_row_is_stopped(is_stopped: Mutant) -> None:
    assert is_stopped()


@each({f"{row}: {place}": mutant for row, said in SAID.items() for place, mutant in _is_said(said).items()})
def test_a_text_that_nobody_approved_is_stopped_in_each_place(is_stopped: Mutant) -> None:
    assert is_stopped()


@pytest.mark.long
@each(SAID)
def test_the_whole_verifier_stops_a_disguise_too(said: str) -> None:
    value = json.loads(clean_data())
    value["sections"][-1]["blocks"][-1]["text"] = said
    assert examined(data=canonical(value)).findings


@pytest.mark.skipif(sys.platform != "linux", reason="shut in by Linux alone")
def test_a_writer_that_leaves_a_file_behind_is_stopped(tmp_path: Path) -> None:
    """Row 64: the processes that set and read a report write nothing on any disk."""
    file = tmp_path / "left"
    command = list(command_of("runs"))
    assert "runpy.run_module('runs', run_name='__main__')" in command[4]
    command[4] = command[4].replace(
        "runpy.run_module('runs', run_name='__main__')", f"open({str(file)!r}, 'w').write({LATIN!r})"
    )
    code, _ = ask_child(command, b"", seconds=60)
    assert (code != 0, file.exists()) == (True, False)


def test_all_66_rows_have_a_mutant() -> None:
    rows = {int(name.split()[0]) for name in (*SAID, *MUTANTS)} | {64}  # of a process and no file: the test above
    assert rows == set(range(1, 67))
    assert {int(name.split()[0]) for name in OF_PAPERS} <= rows
    assert set(OF_PAPERS.values()) <= vars(test_papers_leave).keys() | vars(test_redrawn).keys()
