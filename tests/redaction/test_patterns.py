from __future__ import annotations

import pytest

from tests.tables import each
from vault.names.normal import normal_text
from vault.redaction.detect import find_shapes
from vault.redaction.spans import IdentifierType


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+7 912 345-67-89", IdentifierType.PHONE),
        ("8 (912) 345 67 89", IdentifierType.PHONE),
        ("0555 12 34 56", IdentifierType.PHONE),
        ("+380 67 123 45 67", IdentifierType.PHONE),
        ("06 12 34 56 78", IdentifierType.PHONE),
        ("٠٥٥٥ ١٢ ٣٤ ٥٦", IdentifierType.PHONE),
        ("4509 123456", IdentifierType.DOCUMENT),
        ("AN1234567", IdentifierType.DOCUMENT),
        ("АН № 1234567", IdentifierType.DOCUMENT),
        ("20507199012345", IdentifierType.DOCUMENT),
        ("someone.else+x@mail.example.org", IdentifierType.EMAIL),
        ("@nobody_here", IdentifierType.HANDLE),
        ("https://example.org/a?b=c", IdentifierType.URL),
        ("t.me/nobody_here", IdentifierType.URL),
        ("www.example.org", IdentifierType.URL),
        ("FR76 3000 6000 0112 3456 7890 189", IdentifierType.IBAN),
        ("42.8746, 74.5698", IdentifierType.COORDINATES),
        ("42°52′28″N 74°34′11″E", IdentifierType.COORDINATES),
        ("2024-03-12", IdentifierType.DATE),
        ("2024-03-12T10:30", IdentifierType.DATE),
        ("12.03.2024", IdentifierType.DATE),
        ("12/3/24", IdentifierType.DATE),
        ("12 марта 2024", IdentifierType.DATE),
        ("12 березня 2024", IdentifierType.DATE),
        ("1er août 2024", IdentifierType.DATE),
        ("March 12, 2024", IdentifierType.DATE),
        ("12th of March 2024", IdentifierType.DATE),
        ("март 2024", IdentifierType.DATE),
        ("١٢ مارس ٢٠٢٤", IdentifierType.DATE),
        ("2024", IdentifierType.DATE),
        ("10:30", IdentifierType.TIME),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "было {}, потом", "({})"])
def test_a_shape_is_found_whole_and_named(text: str, kind: IdentifierType, frame: str) -> None:
    framed = frame.format(text)
    found = [(framed[shape.start : shape.end], shape.kind) for shape in find_shapes(normal_text(framed))]
    assert found == [(text, kind)]


@each(["5", "12 officers", "слово", "1.5", "a/b", "section 14a", "@"])
def test_ordinary_tokens_have_no_shape(text: str) -> None:
    assert list(find_shapes(normal_text(text))) == []


@each(
    [
        ("03.07.1990", ((1990, 7, 3), (1990, 3, 7))),
        ("25.07.1990", ((1990, 7, 25),)),
        ("07/25/90", ((1990, 7, 25),)),
        ("03.07.29", ((2029, 7, 3), (2029, 3, 7))),
        ("3 июля", ()),
        ("июль 1990", ((1990, 7, None),)),
        ("31.02.1990", ()),
        ("1990", ()),
    ]
)
def test_a_date_says_which_days_it_can_mean(text: str, days: tuple[tuple[int, int, int | None], ...]) -> None:
    assert [shape.days for shape in find_shapes(normal_text(text))] == [days]
