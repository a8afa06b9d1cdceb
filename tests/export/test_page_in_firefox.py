"""The page in another browser: Firefox, spoken to by WebDriver BiDi, for which Debian has no driver to install."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.export.test_package import PUBLIC
from tests.export.test_page import made
from vault.export.archive import package_words
from vault.export.package import publish
from vault.export.page import page_words

SECONDS = 60


class Firefox:
    """Firefox without a window, with a profile of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        (folder / "profile").mkdir()
        self._count = 0
        self.asked: list[str] = []
        self.process = subprocess.Popen(
            (
                "firefox-esr",
                "--headless",
                "--no-remote",
                "--profile",
                folder / "profile",
                "--remote-debugging-port",
                "0",
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": str(folder)},
        )
        told = next(line for line in self.process.stderr or () if "WebDriver BiDi listening on " in line)
        address = told.rpartition(" on ")[2].strip()
        self.socket = websocket.create_connection(f"{address}/session", timeout=SECONDS, suppress_origin=True)
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["network.beforeRequestSent"])
        self._tab = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._count += 1
        self.socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "network.beforeRequestSent":
                self.asked.append(answer["params"]["request"]["url"])
            elif answer.get("id") == self._count:
                return dict(answer["result"])

    def show(self, page: Path) -> None:
        self.call("browsingContext.navigate", context=self._tab, url=page.as_uri(), wait="complete")

    def says(self, script: str) -> Any:
        target = {"context": self._tab}
        answer = self.call("script.evaluate", expression=script, target=target, awaitPromise=True)
        return answer["result"].get("value")

    def typed(self, words: str) -> str:
        """Type words and press Open; return what the page says then."""
        field = f"document.getElementById('words').value = {json.dumps(words)};"
        self.says(f"{field} document.getElementById('form').requestSubmit()")
        end = time.monotonic() + SECONDS
        while (said := self.says("document.getElementById('state').textContent")) == page_words("fr")["opening"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        return str(said)

    def end(self) -> None:
        """End the browser; twice is as once."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    opened = Firefox(tmp_path)
    yield opened
    opened.end()


@pytest.mark.long
@pytest.mark.tool("firefox-esr")
def test_firefox_opens_the_page_with_its_words_checks_who_made_it_and_sends_nothing(
    firefox: Firefox, tmp_path: Path
) -> None:
    package = made("fr")
    firefox.show(publish(package, tmp_path))
    assert firefox.typed("lanterne " * 7) == page_words("fr")["wrong"]
    assert firefox.says("document.getElementById('report').hidden") is True
    assert firefox.typed(package.words.upper()) == ""
    assert firefox.says("document.getElementById('report').hidden") is False
    words = " ".join(package_words(PUBLIC))
    assert firefox.says("document.getElementById('made-by').textContent") == f"Fait par la clé {words} ; comparez."
    assert "Miralo Dastenov" in firefox.says("document.getElementById('content').textContent")
    assert firefox.says("[localStorage.length, sessionStorage.length, document.cookie].join()") == "0,0,"
    assert firefox.says("fetch('https://example.org/').then(() => 'went', () => 'stayed')") == "stayed"
    assert [url for url in firefox.asked if not url.startswith(("file:", "data:", "resource:", "chrome:"))] == []
    firefox.end()
    told = [text.encode(coded) for text in (package.words, "Dastenov") for coded in ("utf-8", "utf-16-le")]
    held = [file for file in (tmp_path / "profile").rglob("*") if file.is_file()]
    assert held
    assert [file.name for file in held if any(each in file.read_bytes() for each in told)] == []
