"""Measure what redaction leaves and what it asks on two public sets that no rule here was written for.

    python scripts/evaluate_redaction.py TAB.jsonl RAW_DATA > docs/evaluation.md

TAB.jsonl is the development part of the Text Anonymization Benchmark (113 judgments; MIT). RAW_DATA is the folder
`presidio_evaluator/data_generator/raw_data` of the package presidio-evaluator (MIT; its invented people CC BY-SA 3.0):
its sentences, filled with its people.

Each text is one note, exported by the profile `lawyer` as proposed. Of the judgments the applicant is registered, as a
client is; of the sentences nobody. A name, place or number is left if it stands whole in what leaves. Dates stay by the
profile.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.redaction.people import Counting, note, registry_of, source_of
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.redaction.apply import redact
from vault.redaction.profile import profile_named
from vault.redaction.questions import OpenQuestions, decide_proposed
from vault.redaction.registry import Registry
from vault.redaction.transform import PseudonymBook

_NOTE = b"n" * 16
_CLIENT = b"c" * 16
_STAYS = frozenset({"DATETIME", "date_time", "date_of_birth", "year", "day_of_week"})
"""What the profile keeps, or gives in part."""
_NO_DATA = frozenset({"organization", "prefix", "prefix_male", "prefix_female", "country", "state_abbr"})
"""Of the sentences, what tells of nobody."""
_SHOWN = 6


@dataclass
class Count:
    """What was counted of one kind: how many there are, how many are left, and what is left most."""

    all: int = 0
    left: Counter[str] = field(default_factory=Counter)


@dataclass
class Result:
    """What came of one set."""

    texts: int = 0
    words: int = 0
    questions: int = 0
    removed: int = 0
    removed_wrongly: int = 0
    kinds: dict[str, Count] = field(default_factory=dict)

    def add(self, text: str, held: Mapping[str, Iterable[str]], registry: Registry) -> None:
        """Redact one text and count what is left of what it holds, by kind."""
        source, book = source_of((_NOTE, note(text))), PseudonymBook(choose=Counting())
        result = redact(source, profile_named("lawyer"), registry, {}, book)
        if isinstance(result, OpenQuestions):
            self.questions += len(result.questions)
            result = redact(source, profile_named("lawyer"), registry, decide_proposed(result), book)
        if isinstance(result, OpenQuestions):
            sys.exit("the proposals leave questions open")
        left = " ".join(result.sections[0].blocks[-1].text.split())
        self.texts += 1
        self.words += len(text.split())
        for kind, mentions in held.items():
            count = self.kinds.setdefault(kind, Count())
            for mention in mentions:
                count.all += 1
                if re.search(rf"(?<!\w){re.escape(mention)}(?!\w)", left):
                    count.left[mention] += 1
        personal = Counter(word for mentions in held.values() for each in mentions for word in _words(each))
        gone = Counter(_words(text)) - Counter(_words(left))
        self.removed += gone.total()
        self.removed_wrongly += sum(count for word, count in gone.items() if word not in personal)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def judgments(file: Path) -> Iterator[tuple[str, dict[str, list[str]], Registry]]:
    """Yield the text of each judgment, what of it tells of people, by kind, and the applicant's registry."""
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        about, entities = row["metadata"], row["entities"]
        held: dict[str, list[str]] = {}
        for each in entities:
            if each["identifier_type"] in {"DIRECT", "QUASI"}:
                kind = f"{each['entity_type']}, {each['identifier_type'].lower()}"
                held.setdefault(kind, []).append(" ".join(each["span_text"].split()))
        names = tuple(
            PersonName.written(name) for name in re.split(r" and |, ", about["provenance"]["applicant"]) if name
        )
        registry = registry_of((_CLIENT, Person(PersonRole.CLIENT, names)))
        yield row["text"], {kind: sorted(set(said)) for kind, said in held.items()}, registry


def sentences(folder: Path) -> Iterator[tuple[str, dict[str, list[str]], Registry]]:
    """Yield each sentence, filled with one invented person after another, and what of it tells of them."""
    with (folder / "FakeNameGenerator.com_3000.csv").open(encoding="utf-8-sig", newline="") as rows:
        people = list(csv.DictReader(rows))
    drawn = random.Random(20261203)  # noqa: S311 - the same people in each run
    lines = (folder / "templates.txt").read_text("utf-8", errors="replace").splitlines()
    for template in [line for line in lines if "{{" in line for _ in range(5)]:
        person, held = _filled(drawn.choice(people), drawn), dict[str, list[str]]()

        def fill(place: re.Match[str], person: dict[str, str] = person, held: dict[str, list[str]] = held) -> str:
            said = person.get(place[1], "")
            if said and place[1] not in _NO_DATA:
                held.setdefault(place[1], []).append(" ".join(said.split()))
            return said or "something"

        text = " ".join(re.sub(r"\{\{(\w+)\}\}", fill, template).replace("\\n", " ").split())
        yield text, held, registry_of()


def _filled(row: Mapping[str, str], drawn: random.Random) -> dict[str, str]:
    given, surname = row["GivenName"], row["Surname"]
    number, _, street = row["StreetAddress"].partition(" ")
    digits = "".join(drawn.choice("0123456789") for _ in range(15))
    name = f"{given} {surname}"
    return {
        **dict.fromkeys(("person", "name", "name_female", "name_male"), name),
        **dict.fromkeys(("first_name", "first_name_male", "first_name_female", "first_name_nonbinary"), given),
        **dict.fromkeys(("last_name", "last_name_male", "last_name_female"), surname),
        "address": f"{row['StreetAddress']}, {row['City']} {row['ZipCode']}",
        "street_name": street or row["StreetAddress"],
        "building_number": number,
        "secondary_address": f"Apt. {digits[:3]}",
        **dict.fromkeys(("postcode", "zipcode"), row["ZipCode"]),
        "city": row["City"],
        "country": row["CountryFull"],
        "email": row["EmailAddress"],
        "url": f"https://www.{row['Domain']}/",
        "phone_number": f"+{row['TelephoneCountryCode']} {row['TelephoneNumber']}",
        "credit_card_number": f"4{digits}",
        "iban": f"DE{digits}00000"[:22],
        "ssn": f"{digits[:3]}-{digits[3:5]}-{digits[5:9]}",
        "us_driver_license": f"D{digits[:7]}",
        "ip_address": ".".join(str(int(digits[n : n + 2])) for n in (0, 2, 4, 6)),
        "age": row["Age"],
        "job": row["Occupation"],
        "organization": row["Company"],
        "prefix": row["Title"],
        "prefix_male": row["Title"],
        "prefix_female": row["Title"],
        "date_of_birth": row["Birthday"],
        "nationality": row["NameSet"],
        "nation_woman": f"{row['NameSet']} woman",
        "nation_plural": f"{row['NameSet']}s",
    }


def told(name: str, result: Result) -> Iterator[str]:
    """Yield the lines of a set."""
    yield f"## {name}"
    yield ""
    yield (
        f"{result.texts:,} texts, {result.words:,} words; {result.questions:,} questions,"
        f" {1000 * result.questions / result.words:.0f} per 1,000 words. Of {result.removed:,} removed words"
        f" {100 * result.removed_wrongly / max(result.removed, 1):.0f} % are in no mark of the set."
    )
    yield ""
    yield "| kind | there | left | what is left |"
    yield "|---|---|---|---|"
    for kind, count in sorted(result.kinds.items()):
        stays = " (stays by the profile)" if kind.split(",")[0] in _STAYS else ""
        most = "" if stays else ", ".join(said.replace("|", "/") for said, _ in count.left.most_common(_SHOWN))
        yield f"| {kind}{stays} | {count.all:,} | {count.left.total():,} | {most} |"
    yield ""


def main() -> None:
    """Measure both sets and print the page."""
    tab, folder = map(Path, sys.argv[1:])
    about = "\n".join((__doc__ or "").split("\n\n", 1)[1].strip().splitlines()[2:])
    lines = ["# Redaction on public sets", "", "Made by `scripts/evaluate_redaction.py`.", "", about, ""]
    for name, texts in (
        ("Judgments (TAB)", judgments(tab)),
        ("Sentences (presidio-evaluator 0.3.2)", sentences(folder)),
    ):
        result = Result()
        for text, held, registry in texts:
            result.add(text, held, registry)
        lines += told(name, result)
    sys.stdout.write("\n".join(lines).rstrip() + "\n")


main()
