"""Who is in a note and in no record: given names and places in any letters, and forms with one fate."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.called import FIRST, GIVEN, INSIDE, NOTES, PLACES
from tests.attacks.conftest import AGE, RECIPIENT
from tests.attacks.test_two_person import CODED, OTHER_PAGES, ask, files_of, give, question
from tests.export.leakcheck.surgery import Pieces, take_apart
from tests.redaction.people import WITNESS, WITNESS_PERSON, outcome, registry_of, renamed, text_left
from tests.services import consenting
from tests.services.organisation import SELIN, Organisation
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId
from vault.names.normal import normal
from vault.records.versions import from_fields
from vault.redaction.judging import forms, uncovered
from vault.redaction.questions import OpenQuestions
from vault.redaction.spans import Action
from vault.services.approvals import by_file
from vault.services.cases import case_people, cases, notes
from vault.services.evidence import logbook
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

# Plain notes of invented cases; they tell what language the sentences are in.
MOST_QUESTIONS = {"uk": 25}
"""For 1,000 words; 100 where a capital at the start of a sentence is asked about."""


def left(names: list[str], sentence: str, note: str = "") -> list[str]:
    """Export one note as proposed that has a sentence for each of the names; return those still in it."""
    words = set(re.findall(r"\w+", normal(text_left(note + ".\n".join(sentence.format(name) for name in names)))))
    return [name for name in names if set(re.findall(r"\w+", normal(name))) <= words]


@pytest.mark.long
@pytest.mark.parametrize("language", GIVEN)
@pytest.mark.parametrize("called", [GIVEN, PLACES], ids=["given names", "places"])
@pytest.mark.parametrize("how", ["small", "capital", "first"])
def test_no_given_name_and_no_place_leaves_unasked(language: str, called: dict[str, str], how: str) -> None:
    names = called[language].split()
    if how == "small":
        names = [name.lower() for name in names]
    sentence = FIRST[language] if how == "first" else INSIDE[language]
    assert left(names, sentence, NOTES.get(language, "")) == []


def test_the_names_that_left_in_november_do_not() -> None:
    names = ["amir", "leila", "david", "rosa", "bishkek", "aliya", "nora", "maria", "omar", "ahmed", "john"]
    assert left(names, "then {} spoke to us") == []


@pytest.mark.parametrize("name", ["канат", "баян", "талантом", "саламат", "олим", "raʼno", "olim"])
def test_a_name_of_central_asia_that_is_a_word_of_another_language_does_not_leave(name: str) -> None:
    assert left([name], "then {} spoke to us" if name[0].isascii() else "вчера мы видели {} у дома") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Урин сообщил о побеге. Потом сам Урин ушёл.", "[removed] сообщил о побеге. Потом сам [removed] ушёл."),
        (
            "Will called us. We met Will at the gate. Will was afraid.",
            "[removed] called us. We met [removed] at the gate. [removed] was afraid.",
        ),
        ("Will he come? We met Will Oshmar.", "[removed] he come? We met [removed]."),
        ("Мы видели Урина. потом урина звали", "Мы видели [removed]. потом [removed] звали"),
        ("We met Baker. Then baker ran.", "We met [removed]. Then [removed] ran."),
        ("They asked Rose. The prices rose.", "They asked [removed]. The prices [removed]."),
        ("In The Hague the man waited.", "In The [removed] the man waited."),
        ("We met Will. He will come.", "We met [removed]. He will come."),
        ("позвонил С. Донской", "позвонил [removed]"),
        ("об этом В.Путин сказал", "об этом [removed] сказал"),
        ("помогли А.Н. Чилингарову уйти", "помогли [removed] уйти"),
        ("помогли Чилингарову А. Н. уйти", "помогли [removed]. уйти"),
        ("for Mr H.İ. Er came", "for Mr [removed] came"),
        ("to Mr I. Er and to J Smith", "to Mr [removed] and to [removed]"),
        ("за Айгуль кызы пришли", "за [removed] пришли"),
        ("by Ludwig van Oshmar and von Oshmar", "by [removed] and [removed]"),
        ("for Joseph De La Cruz and Anna Du Oshmar", "for [removed] and [removed]"),
        ("De La Oshmar ran. De Temir il a vu", "[removed] ran. De [removed] il a vu"),
        ("near Tumanyan Street then", "near [removed] then"),
        ("Южную Осетию видели", "[removed] видели"),
        ("Temir'one May", "[removed]'[removed]"),
        ("one May'Temir ran; Oshmar_three March", "[removed]'[removed] ran; [removed]"),
        ("Старый дом у реки. Старый ушёл", "Старый дом у реки. Старый ушёл"),
        ("с другом Старый Темир был. Старый ушёл", "с другом [removed] был. [removed] ушёл"),
    ],
)
def test_a_form_has_one_fate_with_all_that_belongs_to_it(text: str, expected: str) -> None:
    assert text_left(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "with Jan at noon", "with May at noon", "by January Oshmar", "with June", "on this Sunday came",
        "and И. сказал", "with İ there", "Mr March came", "Mrs Street came", "هو علي مع", "هو علی با", "هو عَلي مع",
        "هي مي مع", "видели Марту и Мая",
    ],
)  # fmt: skip
def test_what_is_a_name_too_is_neutral_nowhere(text: str) -> None:
    assert isinstance(outcome(text), OpenQuestions)


@pytest.mark.parametrize("text", ["he came on Monday, in March", "هو على مع", "он был по дороге", "I may, I will."])
def test_what_is_no_name_raises_no_question(text: str) -> None:
    assert not isinstance(outcome(text), OpenQuestions)


@pytest.mark.parametrize(
    ("decisions", "text", "expected"),
    [
        ({"Temir Oshmar": "remove"}, "Temir came; temir ran to Oshmar", "[removed] came; [removed] ran to [removed]"),
        ({"Temir": "remove", "Temir Oshmar": "keep"}, "met Temir Oshmar", "met [removed]"),
        ({"Temir": "pseudonym"}, "met Temir Oshmar, then temir", "met [P-KT7], then [P-KT7]"),
        ({"The": "keep"}, "met The Temir", "met The [removed]"),
        ({"zero five five": "remove"}, "call zero five five at five", "call [removed] at five"),
    ],
)  # fmt: skip
def test_what_was_hidden_is_hidden_everywhere_and_what_was_kept_only_as_it_was_asked(
    decisions: dict[str, Action | str], text: str, expected: str
) -> None:
    assert text_left(text, decisions) == expected


def test_what_was_kept_as_a_whole_is_asked_about_where_a_part_of_it_stands() -> None:
    result = outcome("met Temir Oshmar, then Temir", {"Temir Oshmar": "keep"})
    assert isinstance(result, OpenQuestions)
    assert [one.form for one in result.questions] == ["Temir"]


def asked(text: str) -> list[str]:
    result = outcome(text)
    return [one.form for one in result.questions] if isinstance(result, OpenQuestions) else []


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("\n".join(f"{number}. he waited" for number in range(1, 201)), []),
        ("1) he ran\n2) she ran\n1) they ran\n\n11. this", ["11"]),
        ("flat\n17. this", ["17"]),
        ("from Mr Oshmar and Dr Oshmar", ["Oshmar"]),
        ("at the Department, before the Court of Appeal", []),
        ("at 17 Tumanyan Street", ["17 Tumanyan Street"]),
        ("on the 1st and the 2nd floor, le 1er", []),
        ("on the 15th", ["15th"]),
        ("A. he ran\nI. she ran\n10 mm. The end", ["10"]),
        ("by A. then", ["A"]),
        ("to the Minister. He ran", []),
        ("qu'il a vu, et L'avocat; Then L'audience", []),
        ("with L'Oshmar and d'Oshmar", ["L'Oshmar", "d'Oshmar"]),
        ("the colour, the favour, an organisation", []),
        ("По закону он прав. По дороге он ушёл.", []),
        ("إنه كان هناك", []),
        ("a white Toyota Camry, a red car, une Peugeot 308 grise", ["white Toyota Camry", "Peugeot 308 grise"]),
        ("на чёрном «Мерседесе», в сером форде, в чёрном доме", ["чёрном «Мерседесе»", "сером форде"]),
    ],
    ids=str,
)
def test_structure_and_ordinary_words_are_no_questions(text: str, forms: list[str]) -> None:
    assert asked(text) == forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (
            "she is aged twelve, a boy twelve years old, twelve-year-old",
            ["twelve", "twelve years old", "twelve-year-old"],
        ),
        ("une fille de douze ans; elle avait treize ans", ["douze ans", "treize ans"]),
        ("мальчик двенадцати лет. ему было тринадцать лет", ["двенадцати лет", "тринадцать лет"]),
        ("for twelve years, depuis douze ans, он жил там двенадцать лет, около десяти лет", []),
        ("born in seventy-two. He waited in seventy-two queues", ["seventy-two"]),
        ("ему пять раз звонили, il a deux enfants, the age of the two men", []),
    ],
    ids=str,
)
def test_an_age_or_a_year_in_words_is_one_question_and_how_long_it_took_is_none(text: str, forms: list[str]) -> None:
    assert asked(text) == forms


@pytest.mark.parametrize("language", sorted(NOTES))
def test_a_plain_note_asks_about_names_and_few_words(language: str) -> None:
    note = NOTES[language]
    assert len(asked(note)) <= MOST_QUESTIONS.get(language, 100) * len(note.split()) / 1000


def test_a_word_of_another_language_is_asked_about_in_a_russian_text() -> None:
    text = "вчера мы были у реки, потом пришёл сосед и сказал: келди, бирок жок"
    assert set(asked(text)) >= {"келди", "жок"}


PIECES = """
Temir temir TEMIR Oshmar Baker baker Will will Rose rose The the Court court May may I i a A. J. B Mr de van kyzy Street
Monday January d'Anita O'Shmar Урин урин Урину С. с Вера вера По по Том том Южную Темир уулу 17 11. one two three علي
على مي May's l'Oshmar Temir_x
"""


@pytest.mark.long
@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PIECES.split()), st.sampled_from([" ", "\n", ", ", ". ", "-", "'"])),
        min_size=1,
        max_size=9,
    )
)
def test_no_word_that_was_asked_about_and_removed_is_left_in_any_arrangement(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    # The preposition "on" is written as the name Ali is, but for a dot, and both are one word here.
    grammar = {"will", "may", "the", "a", "i", "с", "по", "том", normal("على")}
    words = {word for form in asked(text) for word in re.findall(r"[^\W\d_]{2,}", normal(form))}
    spelled = {"one", "two", "three", "court", "street", "monday", "mr", "de", "van", "kyzy", "уулу"}
    left_words = re.findall(r"[^\W\d_]{2,}", normal(text_left(text).replace("[removed]", " ")))
    assert (words - grammar - spelled) & set(left_words) == set()


@pytest.mark.parametrize("name", ["Avril", "Elle", "He", "Any", "Loi", "Mars"])
def test_a_name_that_is_a_word_of_grammar_or_a_month_is_asked_about_with_a_capital_inside_a_sentence(name: str) -> None:
    text = f"The witness {name} came to the office."
    assert [text[form.start : form.end] for form in forms(uncovered(text, []), frozenset())] == [name]


# People of the case whose names are ordinary words too: in no case of the word, and in no letters, does one leave.
# A surname, and forms of it that no ending of a name makes: a vowel flees, or it ends in -о, -е, -ья.
DECLINED = """
Заяц: зайца зайцем зайцу
Орёл: орла орлом
Соловей: соловья соловью соловьём соловьи
Воробей: воробья воробью
Козел: козла козлом
Немец: немца немцу
Пень: пня пню
Лёд: льда льду
Ёж: ежа ежу
Камень: камня камнем
Парень: парня парнем
Боец: бойца бойцу
Отец: отца отцом
Пёс: пса псу
День: дня дню
Любовь: любви
Третий: третьего третьему третья
Медвежий: медвежьего
Любимый: любимого любимою
Золото: золота золоту
Море: моря морю
Заря: зорь
"""
FORMS = [
    (name, form) for name, told in (line.split(": ") for line in DECLINED.strip().split("\n")) for form in told.split()
]


@pytest.mark.parametrize("sentence", ["{} задержали вчера.", "Вчера мы видели {} снова.", "Вчера, {} видели."])
def test_no_case_of_a_name_that_is_a_word_leaves(sentence: str) -> None:
    left = []
    for name, form in FORMS:
        known = registry_of((WITNESS, renamed(WITNESS_PERSON, f"Назар {name}")))
        for written in (form, form.capitalize(), form.upper()):
            text = text_left(sentence.format(written), registry=known)
            left += [text] if form in text.casefold() else []
    assert left == []


@pytest.mark.long
def test_a_package_that_names_nobody_does_not_name_the_client(session: Session, tmp_path: Path) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    case = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, case, role="client", names=["Назар Соловей"])
    case_people.add(session, case, role="witness", names=["Роман Заяц"])
    text = "Соловья задержали вчера на границе. Зайца вызвали на допрос. Адвоката к соловью не пустили."
    notes.add(session, case, Note(NoteKind.INTERVIEW, text))
    done = consenting.export(session, case, Wish("lawyer", RECIPIENT), out=tmp_path)
    assert isinstance(done, exporting.Exported)
    pages = " ".join(done.pages).casefold()
    assert "допрос" in pages
    assert "солов" not in pages
    assert "зайц" not in pages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Bo Li", "then li called us yesterday"),
        ("Xi Yu", "then xi called us yesterday"),
        ("He Wei", "He called us."),
        ("An Ng", "we met An there"),
        ("An Ng", "An called us."),
        ("Ли Ю", "Ли позвали."),
        ("Аким Ёж", "видели ежа снова"),
    ],
)
def test_a_name_of_two_letters_is_asked_about_where_it_may_be_the_word(name: str, text: str) -> None:
    assert isinstance(outcome(text, registry=registry_of((WITNESS, renamed(WITNESS_PERSON, name)))), OpenQuestions)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Юлия Черных", "вчера приехал чёрный автобус"),
        ("Нгуен Мой", "вчера моего адвоката не было"),
        ("Назар Белый", "стало белее"),
        ("An Ng", "it was an office"),
        ("Ли Ю", "не знаем, был ли он там"),
        ("Торгаев Е. Я.", "Je suis ici"),
    ],
)
def test_a_word_that_is_no_form_of_the_name_stays_unasked(name: str, text: str) -> None:
    known = registry_of((WITNESS, renamed(WITNESS_PERSON, name)))
    assert not isinstance(outcome(text, registry=known), OpenQuestions)
    assert text_left(text, registry=known) == text


# Pages that say to every reader of words what is shown, and something else to whoever looks at them.
# The second person's program makes the report itself from the data that it shows, and signs these bytes only.
# ILHAM, letter by letter, each as one line of corners on a grid of 4 by 6.
LETTERS = (
    ((2, 0), (2, 6)),
    ((0, 0), (0, 6), (4, 6)),
    ((0, 0), (0, 6), (0, 3), (4, 3), (4, 0), (4, 6)),
    ((0, 6), (2, 0), (4, 6), (3, 4), (1, 4)),
    ((0, 6), (0, 0), (2, 3), (4, 0), (4, 6)),
)


def in_lines(pieces: Pieces) -> None:
    """Write a name with a pen."""
    pen = [b"q 1 0 0 -1 90 700 cm 1 w"]
    for place, corners in enumerate(LETTERS):
        points = [(place * 24 + 4 * x, -4 * y) for x, y in corners]
        pen += [b"%d %d %s" % (*point, b"l" if at else b"m") for at, point in enumerate(points)]
        pen.append(b"S")
    pieces.draw(b"\n".join([*pen, b"Q"]))


def in_other_outlines(pieces: Pieces) -> None:
    """Let each letter of the largest font be drawn in the shape of its neighbour."""
    fonts = [int(number) for body in pieces.objects.values() for number in re.findall(rb"/FontFile2 (\d+) 0 R", body)]
    number = max(fonts, key=lambda number: len(pieces.content(number)))
    font = pieces.content(number)
    pieces.edit_stream(number, font, with_turned_outlines(font))


def with_turned_outlines(font: bytes) -> bytes:
    """Return a TrueType font in which each glyph has the outline of another one."""
    tables = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8) for at in range(12, 12 + 16 * font[5], 16)}
    is_long = font[tables[b"head"][0] + 51] == 1
    start, length = tables[b"loca"]
    unit, width = (1, "I") if is_long else (2, "H")
    places = [unit * place for place in struct.unpack_from(f">{length // struct.calcsize(width)}{width}", font, start)]
    shapes = font[tables[b"glyf"][0] :]
    outlines = [shapes[a:b] for a, b in itertools.pairwise(places)]
    drawn = [at for at, outline in enumerate(outlines) if at and outline]
    for at, outline in zip(drawn, [outlines[at] for at in drawn[1:] + drawn[:1]], strict=True):
        outlines[at] = outline
    places = [sum(map(len, outlines[:at])) // unit for at in range(len(places))]
    changed = bytearray(font)
    struct.pack_into(f">{len(places)}{width}", changed, start, *places)
    glyphs = b"".join(outlines)
    changed[tables[b"glyf"][0] : tables[b"glyf"][0] + len(glyphs)] = glyphs
    return bytes(changed)


def in_other_widths(pieces: Pieces) -> None:
    """Let letters stand apart."""
    number = pieces.find(b"/CIDFontType2")
    pieces.objects[number] = re.sub(rb"/W\[0 0 (\d+) (1 \d) ", rb"/W[0 0 \1 \2 1", pieces.objects[number])


def in_a_picture(pieces: Pieces) -> None:
    """Draw one black dot."""
    pieces.draw(b"q 9 0 0 9 90 90 cm BI /W 1 /H 1 /BPC 1 /CS /G ID \x00 EI Q")


def in_a_note(pieces: Pieces) -> None:
    """Pin a note to the page."""
    note = pieces.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(Ilham)>>")
    pieces.edit(b"/Type/Page/", b"/MediaBox", b"/Annots[%d 0 R]/MediaBox" % note)


def in_a_layer(pieces: Pieces) -> None:
    """Add a layer that is not shown."""
    layer = pieces.add(b"<</Type/OCG/Name(Ilham)>>")
    pieces.edit(b"/Type/Catalog", b"/Lang", b"/OCProperties<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>/Lang" % (layer, layer))


def in_how_it_is_packed(pieces: Pieces) -> None:
    """Change no page: how hard each stream is packed can spell a name."""
    number = pieces.find(b"/FontFile2")
    reference = re.search(rb"/FontFile2 (\d+) 0 R", pieces.objects[number])
    assert reference is not None
    head, _, body = pieces.objects[int(reference[1])].partition(b"stream\n")
    packed = zlib.compress(zlib.decompressobj().decompress(body), 1)
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), head)
    pieces.objects[int(reference[1])] = b"%sstream\n%s\nendstream" % (head, packed)


HIDING = (in_lines, in_other_outlines, in_other_widths, in_a_picture, in_a_note, in_a_layer, in_how_it_is_packed)


def hostile(hide: Callable[[Pieces], None]) -> dict[str, bytes]:
    """Return the files of a report whose pages somebody went on with."""
    files = files_of(CODED)
    pieces = take_apart(files["report.pdf"])
    hide(pieces)
    return {**files, "report.pdf": pieces.build()}


@pytest.mark.long_after(2)
@pytest.mark.parametrize("hide", HIDING, ids=lambda hide: hide.__name__)
def test_no_name_that_is_drawn_and_not_written_is_approved_by_file(
    organisation: Organisation, tmp_path: Path, hide: Callable[[Pieces], None]
) -> None:
    files = hostile(hide)
    assert files["report.pdf"] != files_of(CODED)["report.pdf"]
    path = ask(organisation, question(files), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        for act in (by_file.read_question, give):
            with pytest.raises(VerificationError, match=OTHER_PAGES) as refused:
                act(selin, path)
            assert "same version of the program" in str(refused.value.next_step)
        assert selin.log.size == before


# The worst leak: the client of another case, in a note of this one.
NOTE = "vera tikhookova waited, and Rose Dlamini asked for Ткачук. The rose was red."


@pytest.fixture
def case(session: Session) -> CompartmentId:
    """A case whose note names people of another one."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    other = cases.create(session, title="T", kind="asylum").case
    case_people.add(session, other, role="client", names=["Vera Tikhookova", "Вера Тихоокова"])
    case_people.add(session, other, role="relative", names=["Степан Ткачук"])
    made = cases.create(session, title="U", kind="asylum").case
    notes.add(session, made, Note(NoteKind.CONTACT, NOTE))
    return made


def exported(
    session: Session, case: CompartmentId, out: Path, decisions: dict[str, str]
) -> exporting.Exported | exporting.Undecided:
    return consenting.export(session, case, Wish("lawyer", RECIPIENT, decisions=decisions), out=out)


@pytest.mark.long
def test_a_person_of_another_case_is_removed_unasked_and_cannot_be_kept(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    result = exported(session, case, tmp_path, {})
    assert isinstance(result, exporting.Undecided)
    assert {one.form for one in result.questions} == {"Rose Dlamini", "rose"}
    kept = {"Rose Dlamini": "keep", "rose": "keep", "Vera Tikhookova": "keep", "vera": "keep", "Ткачук": "keep"}
    done = exported(session, case, tmp_path, kept)
    assert isinstance(done, exporting.Exported)
    text = " ".join(done.pages)
    assert "Rose Dlamini" in text
    for form in ("vera", "tikhookova", "ткачук"):
        assert form not in text.casefold()


DECLINED_ELSEWHERE = {
    "Соловей": "Соловья Соловьём", "Заяц": "Зайца", "Тихоокова": "Тихоокову Тихооковой", "Ткачук": "Ткачуку Ткачуком",
    "Скворкин": "Скворкина Скворкиным", "Айгүл": "Айгүлдүн", "Азамат": "Азаматка", "Oshmarov": "Oshmarova Oshmarovym",
    "Любовь": "Любви", "Новицкая": "Новицкую Новицкой", "Ошмарь": "Ошмаря", "Карина": "Карину Кариной",
}  # fmt: skip


def test_a_case_of_a_name_of_another_case_is_removed_unasked(session: Session, tmp_path: Path) -> None:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    other = cases.create(session, title="T", kind="asylum").case
    made = cases.create(session, title="U", kind="asylum").case
    for name in DECLINED_ELSEWHERE:
        case_people.add(session, other, role="client", names=[name])
    forms = [form for told in DECLINED_ELSEWHERE.values() for form in told.split()]
    text = "\n".join(f"потом вчера там видели {form} дома. {form.capitalize()} там видели." for form in forms)
    notes.add(session, made, Note(NoteKind.CONTACT, text))
    done = consenting.export(session, made, Wish("lawyer", RECIPIENT), out=tmp_path)
    assert isinstance(done, exporting.Exported)
    words = set(re.findall(r"\w+", " ".join(done.pages).casefold()))
    assert words & {form.casefold() for form in forms} == set()
    assert {"видели", "потом", "вчера"} <= words


def test_one_entry_says_whose_case_was_hit(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    exported(session, case, tmp_path, {})
    searches = [line for line in logbook.newest(session).lines if line.payload and line.payload.act == "case.search"]
    assert len(searches) == 1
    assert searches[0].payload is not None
    assert dict(searches[0].payload.covers) == {"hit": 3, "case": 1}


def test_the_people_of_this_case_are_no_strangers_in_it(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    case_people.add(session, case, role="client", names=["Vera Tikhookova"])
    done = consenting.export(session, case, Wish("lawyer-named", RECIPIENT, take_proposals=True), out=tmp_path)
    assert isinstance(done, exporting.Exported)
    assert "vera tikhookova waited" in " ".join(done.pages)


# What a person let out of the texts that they read, and what was written since.
@pytest.fixture
def case_of_june(session: Session) -> CompartmentId:
    """A case with one note, whose export of June kept the flower."""
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    made = cases.create(session, title="T", kind="asylum").case
    notes.add(session, made, Note(NoteKind.CONTACT, "In June he gave her a Rose."))
    return made


def exported_as_proposed(
    session: Session, case: CompartmentId, out: Path, decisions: dict[str, str], *, proposed: bool = False
) -> exporting.Exported | exporting.Undecided:
    return consenting.export(
        session,
        case,
        Wish("lawyer", RECIPIENT, decisions=decisions, take_proposals=proposed),
        out=out,
        approve=lambda pages: True,
    )


@pytest.mark.long
def test_a_word_kept_in_june_does_not_let_a_witness_out_in_july(
    session: Session, case_of_june: CompartmentId, tmp_path: Path
) -> None:
    june = exported_as_proposed(session, case_of_june, tmp_path, {"Rose": "keep", "June": "keep"})
    assert isinstance(june, exporting.Exported)
    assert isinstance(exported_as_proposed(session, case_of_june, tmp_path, {}), exporting.Exported)
    notes.add(session, case_of_june, Note(NoteKind.CONTACT, "In July the witness Rose hid him."))
    july = exported_as_proposed(session, case_of_june, tmp_path, {})
    assert isinstance(july, exporting.Undecided)
    assert [(one.form, one.proposal, one.before) for one in july.questions] == [("Rose", Action.REMOVE, Action.KEEP)]
    done = exported_as_proposed(session, case_of_june, tmp_path, {}, proposed=True)
    assert isinstance(done, exporting.Exported)
    assert "Rose" not in " ".join(done.pages)
    assert "June" in " ".join(done.pages)


def test_a_word_kept_is_asked_about_again_in_a_text_that_was_corrected(
    session: Session, case_of_june: CompartmentId, tmp_path: Path
) -> None:
    assert isinstance(
        exported_as_proposed(session, case_of_june, tmp_path, {"Rose": "keep", "June": "keep"}), exporting.Exported
    )
    note = notes.add(session, case_of_june, Note(NoteKind.CONTACT, "He gave nothing."))
    assert isinstance(exported_as_proposed(session, case_of_june, tmp_path, {}), exporting.Exported)
    notes.amend(session, note.hex(), text="He gave nothing but a Rose.")
    assert isinstance(exported_as_proposed(session, case_of_june, tmp_path, {}), exporting.Undecided)
    assert isinstance(exported_as_proposed(session, case_of_june, tmp_path, {"ROSE": "keep"}), exporting.Exported)
    assert isinstance(exported_as_proposed(session, case_of_june, tmp_path, {}), exporting.Exported)


@pytest.mark.long
def test_what_was_removed_in_june_stays_removed_in_july(
    session: Session, case_of_june: CompartmentId, tmp_path: Path
) -> None:
    assert isinstance(
        exported_as_proposed(session, case_of_june, tmp_path, {"Rose": "remove", "June": "keep"}), exporting.Exported
    )
    notes.add(session, case_of_june, Note(NoteKind.CONTACT, "The witness rose, and Rose Qarvosh hid him."))
    done = exported_as_proposed(session, case_of_june, tmp_path, {})
    assert isinstance(done, exporting.Exported)
    assert "rose" not in " ".join(done.pages).casefold()


def test_a_disclosure_of_before_that_was_noted_lets_nothing_out() -> None:
    fields: dict[str, object] = {
        "recipient": bytes(16), "profile": "lawyer", "purpose": "p", "package": bytes(16), "digest": bytes(32),
        "made": "2026-06-01", "decisions": [{"form": "Rose", "action": "keep"}],
    }  # fmt: skip
    assert from_fields(Disclosure, fields).read == ()
