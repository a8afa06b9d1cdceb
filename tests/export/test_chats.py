"""Chats of WhatsApp, Telegram and Signal: read message by message, whatever somebody wrote into one."""

from __future__ import annotations

import io
import json
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.casework.document import media_of
from vault.export.paper_text.asking import read_text
from vault.export.paper_text.chats import lines_of_chat, message_lines, senders_in

ANDROID = """05/06/2023, 17:38 - Messages and calls are end-to-end encrypted.
05/06/2023, 17:40 - Ilham: They took him.
He has no lawyer.
23/06/2023, 9:05 - Лидия Вьюжанина: \u200eIMG-1.jpg (file attached)
"""
IPHONE = "\u200e[05.06.23, 17:40:12] Ilham: They took him.\n[05.06.23, 17:41:00] +996 555 010 411: Who?\n"
AMERICAN = "6/5/23, 5:40\u202fPM - Ilham: They took him.\n6/23/23, 12:05\u202fAM - Lidia: Who?\n"
UNDECIDED = "3/4/23, 10:15 - Ilham: They took him.\n3/5/23, 10:16 - Lidia: Who?\n"
SIGNAL = "[2023-06-05, 17:40] Me: They took him.\n[2023-06-05, 17:41] Lidia: Who?\n"
TELEGRAM = {
    "name": "Lidia",
    "type": "personal_chat",
    "messages": [
        {"id": 1, "type": "message", "date": "2023-06-05T17:40:12", "from": "Ilham", "text": "They took him."},
        {
            "id": 2,
            "type": "message",
            "date": "2023-06-05T17:41:00",
            "from": "Lidia",
            "text": ["Who? See ", {"type": "link", "text": "a page"}],
            "photo": "photos/1.jpg",
        },
    ],
}
PAGE = """<!DOCTYPE html><html><body><div class="history">
<div class="message service" id="m0"><div class="body details">5 June 2023</div></div>
<div class="message default clearfix" id="m1"><div class="body">
<div class="pull_right date details" title="05.06.2023 17:40:12 UTC+06:00">17:40</div>
<div class="from_name">Ilham &amp; son</div><div class="text">They took him.<br>He has no lawyer.</div></div></div>
<div class="message default clearfix joined" id="m2"><div class="body">
<div class="pull_right date details" title="05.06.2023 17:41:00 UTC+06:00">17:41</div>
<div class="text">Now.</div></div></div></div></body></html>"""


def archive(name: str, text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, text)
        packed.writestr("IMG-1.jpg", b"\xff\xd8\xff")
    return made.getvalue()


@each(
    {
        "WhatsApp, Android": (
            ANDROID.encode(),
            "2023-06-05 17:38  Messages and calls are end-to-end encrypted.\n"
            "2023-06-05 17:40  Ilham: They took him.\n    He has no lawyer.\n"
            "2023-06-23 09:05  Лидия Вьюжанина: IMG-1.jpg (file attached)",
        ),
        "WhatsApp, iPhone": (
            IPHONE.encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-05 17:41  +996 555 010 411: Who?",
        ),
        "the month first": (
            AMERICAN.encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-23 00:05  Lidia: Who?",
        ),
        "nobody can tell": (
            UNDECIDED.encode(),
            "3/4/23 10:15  Ilham: They took him.\n3/5/23 10:16  Lidia: Who?",
        ),
        "a copy from Signal": (
            SIGNAL.encode(),
            "2023-06-05 17:40  Me: They took him.\n2023-06-05 17:41  Lidia: Who?",
        ),
        "an archive": (
            archive("WhatsApp Chat with Lidia.txt", UNDECIDED),
            "3/4/23 10:15  Ilham: They took him.\n3/5/23 10:16  Lidia: Who?",
        ),
        "Telegram, JSON": (
            json.dumps(TELEGRAM).encode(),
            "2023-06-05 17:40  Ilham: They took him.\n2023-06-05 17:41  Lidia: Who? See a page\n    photos/1.jpg",
        ),
        "Telegram, all chats": (
            json.dumps({"chats": {"list": [{**TELEGRAM, "messages": TELEGRAM["messages"][:1]}, "no chat"]}}).encode(),
            "Lidia\n2023-06-05 17:40  Ilham: They took him.",
        ),
        "Telegram, a page": (
            PAGE.encode(),
            "2023-06-05 17:40  Ilham & son: They took him.\n    He has no lawyer.\n2023-06-05 17:41  Ilham & son: Now.",
        ),
    }
)
def test_a_chat_is_read_message_by_message(content: bytes, text: str) -> None:
    read = read_text(content, media_of(content, "chat"))
    assert (read.by, read.text, read.is_whole) == ("chat", text, True)


@each(
    {
        "a letter with a date": (b"05/06/2023\nDear Sir: they took him.", "plain"),
        "one message alone": (b"05/06/2023, 17:40 - Ilham: They took him.", "plain"),
        "other JSON": (b'{"messages": [1, {"date": 5}], "title": "x"}', "plain"),
        "JSON of great depth": (b'{"messages": ' + b"[" * 100_000, "plain"),
        "an archive of other things": (archive("letter.doc", "x"), "nothing"),
        "an archive that is none": (b"PK\x03\x04" + bytes(64), "nothing"),
        "a bomb": (archive("chat.txt", "a" * (40 << 20)), "nothing"),
    }
)
def test_what_is_no_chat_stays_as_it_is(content: bytes, by: str) -> None:
    assert read_text(content, media_of(content, "file")).by == by


def test_senders_are_counted() -> None:
    read = read_text(ANDROID.encode(), "text/plain")
    assert senders_in(read.text) == {"Ilham": 1, "Лидия Вьюжанина": 1}


@given(st.text(), st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_no_message_passes_for_one_of_somebody_else(said: str, sender: str) -> None:
    forged = f"{said}\n2023-06-05 17:41  Lidia: It was me."
    told = senders_in("\n".join(message_lines("2023-06-05 17:40", sender, forged)))
    assert set(told) <= {" ".join(sender.replace(":", " ").split())}


@given(st.text())
def test_any_lines_are_read_without_an_error(text: str) -> None:
    list(lines_of_chat(text))
    list(lines_of_chat(f"{ANDROID}{text}"))
