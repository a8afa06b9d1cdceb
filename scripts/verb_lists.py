"""Write the words of `vault/names/lists` that are verbs and adverbs before they are anything else.

Reads the packages `wordnet-base` and `hunspell-fr-comprehensive` of Debian where these install them:
`python scripts/verb_lists.py`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from vault.names.normal import normal

LISTS = Path(__file__).resolve().parents[1] / "vault" / "names" / "lists"
WORDNET = Path("/usr/share/wordnet")
FRENCH = Path("/usr/share/hunspell/fr")
_NOUN, _VERB, _ADJECTIVE, _ADVERB, _BESIDE = "12345"  # as WordNet counts its kinds; "beside" is of adjectives
_NAMING = ("po:nom", "po:adj", "po:npr", "po:prn", "po:patr", "po:titr", "po:v0e", "po:ppas")


def english() -> Iterator[str]:
    """Yield forms of verbs, and adverbs, that English texts use as such more often than as a noun or an adjective."""
    used: Counter[tuple[str, str]] = Counter()
    for line in (WORDNET / "cntlist.rev").read_text("utf-8").splitlines():
        sense, _, times = line.split()
        lemma, _, kind = sense.partition("%")
        used[lemma, kind[0]] += int(times)
    for name, kind in (("noun", _NOUN), ("verb", _VERB), ("adj", _ADJECTIVE), ("adv", _ADVERB)):
        for line in (WORDNET / f"index.{name}").read_text("utf-8").splitlines():
            used[line.split(" ", 1)[0], kind] += 1
    lemmas: dict[str, set[str]] = defaultdict(set)
    for lemma, kind in list(used):
        if kind == _VERB and lemma.isalpha():
            for form in _english_forms(lemma):
                lemmas[form].add(lemma)
    plurals = _exceptions("noun")
    for form, lemma in _exceptions("verb").items():
        lemmas[form].add(lemma)
    for form in sorted(lemmas.keys() | {lemma for lemma, kind in used if kind == _ADVERB}):
        singulars = {form, plurals.get(form, form), re.sub("s$", "", form), re.sub("(?<=[sxzh])es$", "", form)}
        acting = max(used[form, _ADVERB], *(used[lemma, _VERB] for lemma in lemmas[form] or {form}))
        naming = max(used[word, _NOUN] for word in singulars)
        if acting > max(naming, used[form, _ADJECTIVE] + used[form, _BESIDE]):
            yield form


def french() -> Iterator[str]:
    """Yield what the French dictionary has, and not as a noun, an adjective, a participle or a name."""
    endings: dict[str, list[tuple[str, str, re.Pattern[str], str]]] = defaultdict(list)
    for line in FRENCH.with_suffix(".aff").read_text("utf-8").splitlines():
        if (found := line.split())[:1] == ["SFX"] and len(found) > 4:
            _, flag, cut, added, where, *said = found
            added = added.split("/")[0]
            endings[flag].append((
                cut.strip("0"), added.strip("0") if added == "0" else added, re.compile(f"{where}$"), " ".join(said)
            ))  # fmt: skip
    acting: set[str] = set()
    naming: set[str] = set()
    for line in FRENCH.with_suffix(".dic").read_text("utf-8").splitlines()[1:]:
        written, _, said = line.partition(" ")
        word, _, flags = written.partition("/")
        is_naming = any(kind in said for kind in _NAMING) or "po:" not in said
        (naming if is_naming else acting).add(normal(word))
        for flag in re.findall("..", flags):
            for cut, added, where, of_form in endings.get(flag, ()):
                if where.search(word) and word.endswith(cut):
                    form = normal(word.removesuffix(cut) + added if cut else word + added)
                    (naming if is_naming or any(kind in of_form for kind in _NAMING) else acting).add(form)
    yield from acting - naming


def _english_forms(lemma: str) -> Iterable[str]:
    stem = re.sub("(?<=[^aeiou])y$", "i", lemma)
    short = lemma.removesuffix("e")
    doubled = lemma + lemma[-1]
    return {
        lemma, f"{lemma}s", f"{stem}es", f"{short}ed", f"{stem}ed", f"{short}ing", f"{lemma}ing", f"{doubled}ed",
        f"{doubled}ing",
    }  # fmt: skip


def _exceptions(kind: str) -> dict[str, str]:
    lines = (WORDNET / f"{kind}.exc").read_text("utf-8").splitlines()
    return {form: lemma for form, lemma, *_ in map(str.split, lines)}


def main() -> None:
    """Move what names nobody in small letters, and can begin a sentence, from the other lists to `acting.txt`."""
    lists = {name: _read(name) for name in ("en", "fr", "acting", "names")}
    acts = {"en": set(english()), "fr": set(french())}
    known = {name: lists[name] | (lists["acting"] & acts[name]) for name in acts}
    acting = (known["en"] & acts["en"]) - (known["fr"] - acts["fr"])
    acting |= (known["fr"] & acts["fr"]) - (known["en"] - acts["en"])
    acting -= lists["names"]
    for name, words in (("en", known["en"] - acting), ("fr", known["fr"] - acting), ("acting", acting)):
        (LISTS / f"{name}.txt").write_text("".join(f"{word}\n" for word in sorted(words)), "ascii")


def _read(name: str) -> set[str]:
    path = LISTS / f"{name}.txt"
    return set(path.read_text("ascii").split()) if path.exists() else set()


if __name__ == "__main__":
    main()
