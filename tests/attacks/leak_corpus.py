"""LEAK-66: sixty-six ways in which a hidden word, number or story can be in a package; each with invented people.

The numbers are those of the corpus. `said` is what a note of the case says, `hidden` what may stand nowhere in what
leaves: the disguise as it was written, and what it means.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote

HER = ("Alyona Skvorkina", "Алёна Скворкина", "ألينا سكوركينا")
HIM = ("Amir Torgaev", "Амир Торгаев")
OF_ANOTHER_CASE = ("Temirlan Abdykaparov", "Темирлан Абдыкапаров")
WORKER = "Nela Brannikova"
PHONE, BORN, PASSPORT = "+996555010203", "2008-05-14", "AN1234567"


@dataclass(frozen=True, slots=True)
class Disguise:
    """One row of the corpus that stands in a text."""

    said: str
    hidden: tuple[str, ...]


def _disguise(said: str, *hidden: str) -> Disguise:
    """`{}` in `said` is the first of what is hidden."""
    return Disguise(said.format(hidden[0]), hidden)


def _quoted_printable(text: str) -> str:
    return "".join(f"={byte:02X}" for byte in text.encode())


TEXT = {
    "1 zero-width signs": _disguise("We met {} again.", "Skvor\u200dki\u200bna", "Skvorkina"),
    "2 soft hyphens": _disguise("We met {} again.", "Skvor\u00adki\u00adna", "Skvorkina"),
    "3 hyphen and line break": _disguise("We met {} again.", "Skvor-\nkina", "Skvorkina"),
    "4 line break": _disguise("We met {} again.", "Skvor\nkina", "Skvorkina"),
    "5 letters apart": _disguise("We met {} again.", "S k v o r k i n a", "Skvorkina"),
    "6 look-alike letters": _disguise("We met {} again.", "Skvоrkinа", "Skvorkina"),
    "7 full width": _disguise("We met {} again.", "Ｓｋｖｏｒｋｉｎａ", "Skvorkina"),
    "8 mathematical letters": _disguise("We met {} again.", "𝐒𝐤𝐯𝐨𝐫𝐤𝐢𝐧𝐚", "Skvorkina"),
    "9 combining marks": _disguise("Вчера видели {} там.", "Але\u0308ну", "Алёну"),
    "10 direction turned": _disguise("We met {} again.", "\u202eanikrovkS\u202c", "anikrovkS", "Skvorkina"),
    "11 small and capital letters": _disguise("we met {} and SKVORKINA there.", "skvorkina"),
    "12 declined": _disguise("Говорили со {}, у Скворкиной, со Скворкиными.", "Скворкиной", "Скворкиными"),
    "13 other spellings": _disguise("Nous avons vu {} et Aliona Skvorkine.", "Skvorkine", "Aliona"),
    "14 Arabic spellings": _disguise("كانت {} مع اَلِينا سكوركينا هناك", "ألينا", "سكوركينا"),
    "15 diminutives": _disguise("Звонила {}, потом Алёнушка.", "Алёнка", "Алёнушка"),
    "16 initials": _disguise("Met {} and Skvorkina A. there.", "A. Skvorkina", "Skvorkina A."),
    "17 mistyped": _disguise("We met {} and Skvorkinna again.", "Skvorikna", "Skvorkinna"),
    "18 endings": _disguise("It was {} bag, Скворкинанын кызы.", "Skvorkina’s", "Скворкинанын"),
    "19 address of mail": _disguise("Write to {} today.", "a.skvorkina@mail.example", "skvorkina"),
    "20 handle and path": _disguise("See {} and @skvorkina_a.", "https://net.example/u/skvorkina.a", "skvorkina_a"),
    "21 signs for letters": _disguise("We met {} again.", "5kv0rk1n4"),
    "22 encoded": _disguise(
        "Text: {} " + "".join(f"&#{ord(letter)};" for letter in "Skvorkina"),
        quote("Скворкина"),
        base64.b64encode(b"Skvorkina").decode(),
    ),
    "22 quoted-printable": _disguise("Text: {}", _quoted_printable("Скворкина")),
    "23 client of another case": _disguise("He shares a room with {}.", OF_ANOTHER_CASE[0], "Abdykaparov"),
    "24 worker": _disguise("{} interpreted.", WORKER, "Brannikova"),
    "25 number of a telephone": _disguise("Call {} or ٠٥٥٥ ٠١٠ ٢٠٣.", "+996 555 01 02 03", "٠٥٥٥ ٠١٠ ٢٠٣"),
    "25 number in words": _disguise("Call {}.", "zero five five five zero one zero two zero three"),
    "25 number over two lines": _disguise("Call {} now.", "+996 555\n010 203"),
    "26 day of birth": _disguise("Born on {}, 14 мая 2008, 14 mai 2008, 14.05.2008.", "14 May 2008", "14.05.2008"),
    "26 other calendar": _disguise("متولد {} است", "۲۵ اردیبهشت ۱۳۸۷"),
    "26 age said": _disguise("She {} and works.", "turned 18 last May"),
    "27 passport with other letters": _disguise("Passport {}.", "АN 1234567", "1234567"),
    "28 coordinates": _disguise("At {} or 42°52'29\"N 74°34'11\"E.", "42.87472, 74.56972", "42.87472"),
    "28 codes of places": _disguise("At {}, https://map.example/aBcD12.", "8H8QVHGC+V2", "aBcD12"),
    "29 account": _disguise("Pay to {}.", "GB33 BUKB 2020 1555 5555 55"),
    "30 plates": _disguise("A car {} and В 123 АС 77 waited.", "01KG777ABC", "В 123 АС 77"),
    "31 mistyped numbers": _disguise("Personal number {}.", "22905198012345", "22905198012345"),
    "38 name in a quotation": _disguise("The court in “{} v. State” said no.", "Skvorkina"),
    "65 formula of a table": _disguise('{}","her page")', '=HYPERLINK("https://net.example/?n=Skvorkina', "Skvorkina"),
    "66 elided, small letters": _disguise("c’est le sac d’{}, chez l’alyona.", "alyona"),
}

# Rows that are about papers, and the tests in which papers leave without what is planted in them.
OF_PAPERS = {
    "20 code in a picture": "test_what_is_drawn_and_nobody_read_does_not_stay",
    "42 layer of OCR": "test_a_scan_in_a_pdf_file_whose_words_were_read_before_is_read_anew",
    "50 cropped area of a picture": "test_a_page_that_is_turned_or_cut_is_painted_where_it_shows_the_word",
    "57 names of pictures": "test_nothing_that_a_paper_hides_of_a_name_leaves",
    "59 EXIF": "test_what_lies_beside_the_pixels_of_a_picture_does_not_stay",
    "60 bytes after a picture": "test_what_lies_beside_the_pixels_of_a_picture_does_not_stay",
}
