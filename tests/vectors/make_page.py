"""Write tests/vectors/page.json: `python -m tests.vectors.make_page`. A change of its bytes is a new format version."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from vault.seal.entrance.wordlists import word_form
from vault.seal.page_seal import ITERATIONS, _seal_with_salt

PATH = Path(__file__).with_name("page.json")
WORDS = (
    "quarry mammal zippy walnut equinox squeeze lantern",
    "Zanzibar  mâman colza explique moquette quatre bagage",
    "зелёный улица щедрый фонарь медицина теплый ячейка жаркий вокзал",
)


def vectors() -> list[dict[str, str]]:
    """Return a sealed page for words of each language, with the form that is stretched."""
    found = []
    for number, words in enumerate(WORDS):
        content = b"invented report %d" % number + bytes(2)
        content += bytes(-len(content) % 32)
        sealed = _seal_with_salt(words, content, hashlib.sha256(words.encode()).digest(), ITERATIONS)
        found.append({"words": words, "form": word_form(words), "content": content.hex(), "sealed": sealed.hex()})
    return found


if __name__ == "__main__":
    PATH.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
