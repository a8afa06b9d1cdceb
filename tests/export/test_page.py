"""The page as a recipient has it: a browser without network opens the file, and shows what is in it as text alone."""

from __future__ import annotations

import functools
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.export.samples import COVER, FORBIDDEN, dossier, passes, passes_words, section
from tests.export.test_package import PUBLIC, RELEASE, SIGN
from tests.export.test_redrawn import MADE, PAGES
from tests.tables import each
from vault.errors import MalformedError, RefusedError
from vault.export import archive, page
from vault.export.archive import Manifest, package_words, unpack
from vault.export.package import SealedPackage, prepare, publish, write_package
from vault.export.page import page_words, render_page, sealed_in
from vault.export.redrawn.layout import PaintedPaper
from vault.export.reply import read_reply, receipt_words
from vault.export.report_wording import wording
from vault.redaction.transform import REMOVED
from vault.seal.page_seal import open_page, page_recipient, seal_page
from vault.seal.signing import public_key

RECORD = bytes(range(16))
TO_COME = date(2099, 1, 31)
HOSTILE = (
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "</script><script>document.title = 'taken'</script>",
    "\u202egnol\u202c and \u2066inside\u2069",
    "{} $& $1 @SEALED@ __proto__",
)
SECONDS = 30
NO_ED25519 = """
const real = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (...asked) {
  if (asked[2].name === "Ed25519") throw new DOMException("no", "NotSupportedError");
  return real.apply(this, asked);
};
"""


@functools.cache
def made(language: str = "en", **changes: Any) -> SealedPackage:
    return write_package(
        prepare(
            dossier(*changes.pop("sections", ())),
            replace(COVER, language=language),
            papers=changes.pop("papers", ()),
            check=passes,
        ),
        to=RECORD,
        package_public=PUBLIC,
        sign=SIGN,
        release=RELEASE,
        check=passes_words,
        **({"expires": TO_COME} | changes),
    )


def of_removed() -> SealedPackage:
    """Return a page of a report from which something was removed at two places."""
    return made(sections=(section("note", ("text", f"{REMOVED} called {REMOVED}.")),))


# ---- the file itself ---------------------------------------------------------------------------------------------


def test_a_page_opens_with_its_words_and_holds_the_package_as_any_other() -> None:
    package = made()
    files = unpack(open_page(package.words, sealed_in(package.sealed)))
    manifest = Manifest.decode(files["manifest.json"])
    assert manifest.recipient == page_recipient(RECORD)
    manifest.require_files({name: files[name] for name in manifest.files})


def test_outside_of_what_is_sealed_every_page_of_a_language_is_the_same() -> None:
    other = made(sections=(section("note", ("text", "Another case of somebody else.")),))
    outsides = {_outside(each.sealed) for each in (made(), other)}
    assert len(outsides) == 1
    assert len({_outside(made(language).sealed) for language in ("en", "fr", "ru")}) == 3
    assert made().mail == other.mail
    assert made().name[:9] == "referral-"


def test_nothing_of_the_case_stands_outside_of_what_is_sealed() -> None:
    outside = _outside(made().sealed) + made().mail
    for hidden in (*FORBIDDEN, "Miralo", "Dastenov", "P-7KQ", COVER.purpose, made().words, page_recipient(RECORD)):
        assert hidden.encode() not in outside


def _outside(file: bytes) -> bytes:
    before, _, rest = file.partition(b'id="sealed">')
    return before + rest.partition(b"</script>")[2]


def test_a_page_and_the_text_beside_it_appear_whole(tmp_path: Path) -> None:
    path = publish(made(), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {path.name, path.stem + ".mail.txt"}
    assert path.read_bytes() == made().sealed
    assert path.with_suffix(".mail.txt").read_bytes() == made().mail


def test_a_page_larger_than_20_mib_is_refused_with_its_size() -> None:
    with pytest.raises(RefusedError, match=r"^the page would have 21\.\d MiB; a page has 20 MiB at most$"):
        render_page(seal_page("lantern", bytes(2**24)), "en")
    with pytest.raises(RefusedError, match=r"^the page would have 21\.\d MiB"):
        page.require_room(2**24, "en")


@each([b"", b"<html>", made().sealed + made().sealed, made().sealed.replace(b'id="sealed">', b'id="sealed">AAAA')])
def test_what_is_no_page_of_ours_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^the (file is not a page|page )"):
        sealed_in(untrusted)


def test_each_language_has_all_words_of_a_page() -> None:
    english = page_words("en")
    for language in ("fr", "ru"):
        words = page_words(language)
        assert words.keys() == english.keys()
        assert {key for key, text in words.items() if "{}" in text} == {
            key for key, text in english.items() if "{}" in text
        }
    assert not [text for language in ("en", "fr", "ru") for text in page_words(language).values() if "valid" in text]


# ---- in a browser ------------------------------------------------------------------------------------------------


class Browser:
    """A tab of Chromium without a network."""

    def __init__(self, driver: webdriver.Chrome, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        driver.switch_to.new_window("tab")
        driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder / "saved")}
        )

    def show(self, package: SealedPackage) -> Browser:
        (path := self.folder / package.name).unlink(missing_ok=True)
        path.with_suffix(".mail.txt").unlink(missing_ok=True)
        self.driver.get(publish(package, self.folder).as_uri())
        return self

    def typed(self, words: str) -> Browser:
        field = self.driver.find_element(By.ID, "words")
        field.clear()
        field.send_keys(words)
        field.submit()
        opening = {page_words(language)["opening"] for language in ("en", "fr", "ru")}
        WebDriverWait(self.driver, SECONDS).until(lambda _: self.text("state") not in opening)
        return self

    def text(self, element: str) -> str:
        return str(self.driver.find_element(By.ID, element).get_property("textContent"))

    def is_open(self) -> bool:
        return bool(self.driver.find_element(By.ID, "report").is_displayed())

    def asked_for(self) -> set[str]:
        """Return every address that the page asked for, but for itself."""
        events = [json.loads(line["message"])["message"] for line in self._log("performance")]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        ours = {each["request"]["url"] for each in asked if each["documentURL"].startswith("file:")}
        return ours - {self.driver.current_url}

    def _log(self, kind: str) -> list[dict[str, Any]]:
        return list(self.driver.get_log(kind))  # type: ignore[no-untyped-call]

    def complaints(self) -> list[str]:
        """Return what the browser complains of, but for its own pages."""
        messages = [line["message"] for line in self._log("browser")]
        return [message for message in messages if not message.startswith("chrome:")]

    def reply(self, answer: str, numbers: str) -> Browser:
        Select(self.driver.find_element(By.ID, "answer")).select_by_value(answer)
        self.driver.find_element(By.ID, "numbers").send_keys(numbers)
        return self

    def saved(self, name: str, *, pressing: str = "") -> bytes:
        self.driver.find_element(By.ID, pressing or f"save-{name}").click()
        path = self.folder / "saved" / name
        end = time.monotonic() + SECONDS
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        content = path.read_bytes()
        path.unlink()
        return content


def started(folder: Path) -> webdriver.Chrome:
    """Return a Chromium with a profile of its own in this folder, which no name leads anywhere."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for switch in (
        *("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "disable-extensions", "no-first-run"),
        *("host-resolver-rules=MAP * ~NOTFOUND", "disable-background-networking", "window-size=1100,900", "lang=en"),
        f"user-data-dir={folder / 'profile'}",
    ):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver = started(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome, tmp_path: Path) -> Browser:
    return Browser(chromium, tmp_path)


in_chromium = [pytest.mark.long, pytest.mark.tool("chromium"), pytest.mark.tool("chromedriver")]


def marked(test: Any) -> Any:
    for mark in in_chromium:
        test = mark(test)
    return test


@marked
def test_the_right_words_open_the_page_and_wrong_ones_say_one_plain_sentence(browser: Browser) -> None:
    package = made()
    browser.show(package).typed("lantern " * 7)
    assert browser.text("state") == page_words("en")["wrong"]
    assert not browser.is_open()
    assert "Miralo" not in browser.driver.page_source
    browser.typed(f"  {package.words.upper()} ")
    assert browser.is_open()
    assert browser.text("state") == ""
    content = browser.text("content")
    for shown in ("Referral report", "Miralo Dastenov", "Мирало Дастенов", "12 March 2024", "3 February 1991",
                  "[P-7KQ] چگونه", COVER.purpose):  # fmt: skip
        assert shown in content
    assert browser.text("made-by") == f"Made by key {' '.join(package_words(PUBLIC))}; compare."
    assert browser.text("until") == "To be used until 31 January 2099."
    assert "valid" not in browser.driver.find_element(By.TAG_NAME, "body").text
    assert not browser.driver.find_elements(By.ID, "words")
    assert browser.complaints() == []


@marked
def test_the_page_asks_for_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    driver = started(tmp_path)
    try:
        browser = Browser(driver, tmp_path)
        browser.show(made()).typed(made().words)
        assert browser.is_open()
        assert browser.asked_for() == set()
        left = driver.execute_async_script(
            """
            const done = arguments[0];
            const of = (call) => { try { return call(); } catch { return 0; } };
            indexedDB.databases().catch(() => []).then((found) => done([
              of(() => localStorage.length), of(() => sessionStorage.length), document.cookie, found.length,
              location.hash, history.state, window.name,
            ]));
            """
        )
        assert left == [0, 0, "", 0, "", None, ""]
        driver.find_element(By.ID, "close").click()
        WebDriverWait(driver, SECONDS).until(lambda _: driver.find_elements(By.ID, "words"))
        assert not browser.is_open()
        assert driver.find_element(By.ID, "words").get_property("value") == ""
    finally:
        driver.quit()
    told = (made().words.encode(), b"Dastenov", made().words.encode("utf-16-le"), "Dastenov".encode("utf-16-le"))
    held = [file for file in (tmp_path / "profile").rglob("*") if file.is_file()]
    assert held
    assert [file.name for file in held if any(each in file.read_bytes() for each in told)] == []


@marked
@pytest.mark.parametrize(
    "script",
    [
        "fetch('https://example.org/').then(() => done('went'), () => done('stayed'))",
        "const i = new Image(); i.onload = () => done('went'); i.onerror = () => done('stayed'); i.src = 'data:,'",
        "try { document.body.innerHTML = '<b>x</b>'; done('went') } catch { done('stayed') }",
        "const s = document.createElement('script'); try { s.text = 'window.ran = 1'; } catch { } "
        "document.body.append(s); done(window.ran ? 'went' : 'stayed')",
    ],
)
def test_even_a_script_that_came_in_could_send_nothing_and_make_no_html(browser: Browser, script: str) -> None:
    browser.show(made())
    assert browser.driver.execute_async_script(f"const done = arguments[0]; {script}") == "stayed"


@marked
def test_hostile_text_is_shown_as_text(browser: Browser) -> None:
    hostile = tuple(("text", text) for text in HOSTILE)
    named = tuple(("names", text) for text in HOSTILE)
    package = made(sections=(section("client", *named), section("note", ("date", HOSTILE[0]), *hostile)))
    browser.show(package).typed(package.words)
    assert browser.is_open()
    content = browser.text("content")
    assert [text for text in HOSTILE if text not in content] == []
    assert browser.driver.title == page_words("en")["title"]
    assert not browser.driver.find_elements(By.CSS_SELECTOR, "#content script, #content img")
    # What turns the direction of letters ends with its paragraph.
    directions = browser.driver.execute_script(
        "return [...document.querySelectorAll('#content p')].map((p) => [p.dir, getComputedStyle(p).unicodeBidi])"
    )
    assert {direction for direction, _ in directions} == {"auto"}
    assert {bidi for _, bidi in directions} <= {"plaintext", "isolate"}


@marked
def test_what_is_saved_are_the_bytes_that_were_sealed(browser: Browser) -> None:
    package = made(papers=(PaintedPaper(MADE, PAGES),) * 2)
    browser.show(package).typed(package.words)
    files = archive.unpack(open_page(package.words, sealed_in(package.sealed)))
    for name in ("report.pdf", "data.json", "paper-01.pdf", "paper-02.pdf"):
        assert browser.saved(name) == files[name]
    assert browser.text("save-paper-02.pdf") == "Save document 2 (PDF)"


@marked
@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_page_speaks_the_language_of_its_report_and_each_other(browser: Browser, language: str) -> None:
    package = made(language)
    browser.show(package)
    assert browser.driver.title == page_words(language)["title"]
    browser.typed(package.words)
    assert browser.is_open()
    assert browser.driver.find_element(By.ID, "content").get_attribute("lang") == language
    for other in ("en", "fr", "ru"):
        browser.driver.find_element(By.CSS_SELECTOR, f"#language option[value={other}]").click()
        assert browser.text("print") == page_words(other)["print"]
        assert browser.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == other
    scripts = browser.driver.execute_script(
        "return [...document.querySelectorAll('#content p')].map((p) => [p.lang, getComputedStyle(p).direction])"
    )
    assert {("ru", "ltr"), ("ar", "rtl"), ("fa", "rtl"), (language, "ltr")} <= {tuple(each) for each in scripts}


@marked
def test_the_words_are_hidden_until_somebody_shows_them_and_all_is_reached_by_keyboard(browser: Browser) -> None:
    browser.show(made())
    field = browser.driver.find_element(By.ID, "words")
    assert browser.driver.switch_to.active_element == field
    assert field.get_attribute("type") == "password"
    browser.driver.find_element(By.ID, "show").click()
    assert field.get_attribute("type") == "text"
    browser.typed(made().words)
    assert browser.driver.switch_to.active_element.get_attribute("id") == "report"
    named = browser.driver.execute_script(
        "return [...document.querySelectorAll('button, select, nav, section, article')].filter((each) => "
        "!each.textContent.trim() && !each.getAttribute('aria-label')).map((each) => each.id)"
    )
    assert named == []
    levels = [int(e.tag_name[1]) for e in browser.driver.find_elements(By.CSS_SELECTOR, "#content :is(h1,h2,h3)")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@marked
def test_the_page_tells_first_what_the_first_page_of_the_report_tells(browser: Browser) -> None:
    hearing = section("hearing", ("when", "2099-03-02T10:30"), ("court", "District court"))
    browser.show(package := made(sections=(hearing,))).typed(package.words)
    data = json.loads(browser.saved("data.json"))
    headings = [heading.text for heading in browser.driver.find_elements(By.CSS_SELECTOR, "#content h2")]
    assert headings[: len(data["first_page"])] == [group["heading"] for group in data["first_page"]]
    due = next(group for group in data["first_page"] if group["heading"] == wording("en").due)
    assert due["entries"][0]["head"] == ["2 March 2099, 10:30", "Hearing", "District court"]
    assert "Hearing · District court" in browser.text("part-1")


@marked
@each({"taken on": ("accepted", "", ()), "two removed words": ("", "r1 and 2, R1", ("R1", "R2")),
       "a conflict and a word": ("conflict-of-interest", "R2", ("R2",))})  # fmt: skip
def test_the_reply_form_that_a_page_saves_is_of_its_package(
    answer: str, typed: str, numbers: tuple[str, ...], browser: Browser
) -> None:
    package = of_removed()
    browser.show(package).typed(package.words)
    assert " ".join(receipt_words(package.package)) in browser.text("receipt")
    browser.reply(answer, typed)
    form = read_reply(browser.saved("reply.json", pressing="save-reply"))
    assert (form.answer, form.numbers, form.is_of(package.package)) == (answer, numbers, True)
    assert not form.is_of(made().package)


@marked
@each(
    {"nothing": ("", "reply_empty"), "no number": ("all of it", "reply_unknown"), "not in it": ("R99", "reply_unknown")}
)
def test_a_reply_that_says_nothing_or_asks_for_what_is_not_there_is_not_saved(
    typed: str, word: str, browser: Browser
) -> None:
    package = of_removed()
    browser.show(package).typed(package.words).reply("", typed)
    browser.driver.find_element(By.ID, "save-reply").click()
    assert browser.text("reply-state") == page_words("en")[word]
    assert not (browser.folder / "saved" / "reply.json").exists()


@marked
def test_on_paper_nothing_is_left_of_what_is_pressed(browser: Browser) -> None:
    browser.show(made()).typed(made().words)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not [e for e in browser.driver.find_elements(By.CSS_SELECTOR, "button, select, nav") if e.is_displayed()]
    assert browser.driver.find_element(By.ID, "made-by").is_displayed()
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert printed["data"].startswith("JVBERi")


@marked
def test_on_a_telephone_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.show(made("ru")).typed(made("ru").words)
    assert browser.is_open()
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= 360


def _resealed(**changed: bytes) -> SealedPackage:
    """Return a page that somebody made who has the words, around files that are not those that were signed."""
    package = made()
    files = unpack(open_page(package.words, sealed_in(package.sealed)))
    files |= {name.replace("_", "."): content for name, content in changed.items()}
    return replace(package, sealed=render_page(seal_page(package.words, archive.pack(files)), "en"))


@marked
@pytest.mark.parametrize(
    "changed",
    [
        {"data_json": b"{}"},
        {"report_pdf": b"%PDF"},
        {"manifest_sig": b"0" * 64 + b"\n" + b"0" * 128 + b"\n"},
        {"manifest_sig": public_key(b"\x01" * 32).hex().encode() + b"\n" + b"0" * 128 + b"\n"},
        {"manifest_sig": b"01" + b"0" * 62 + b"\n" + b"01" + b"0" * 126 + b"\n"},  # holds for every message
        {"manifest_sig": b""},
    ],
)
def test_a_page_whose_signature_does_not_fit_shows_nothing(browser: Browser, changed: dict[str, bytes]) -> None:
    browser.show(_resealed(**changed)).typed(made().words)
    assert browser.text("state") == page_words("en")["altered"]
    assert not browser.is_open()
    assert "Miralo" not in browser.driver.page_source


@marked
def test_a_page_past_its_day_says_so(browser: Browser) -> None:
    package = made(expires=date(2026, 1, 31))
    browser.show(package).typed(package.words)
    assert browser.text("until") == page_words("en")["over"].replace("{}", "31 January 2026")


@marked
def test_a_browser_without_ed25519_says_that_it_checked_nobody(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_ED25519})
    browser.show(made()).typed(made().words)
    assert browser.is_open()
    assert browser.text("made-by") == page_words("en")["not_checked"]
    assert "key" not in browser.text("made-by")
