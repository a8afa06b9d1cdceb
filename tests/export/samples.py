"""An invented case in three scripts, as redaction would hand it over."""

from __future__ import annotations

from vault.export.dossier_report import Cover, make_report
from vault.export.package import Verdict
from vault.export.pdf import render_report
from vault.redaction.dossier import _SEAL, RedactedBlock, RedactedDossier, RedactedSection

# Invented: what was hidden, in the spellings that must not come out.
FORBIDDEN = (
    "Toviel",
    "Савелов",
    "سليمان",
    "Varnelis",
    "Toviel Varnelis",
    "Варнелис",
    "Варнелисом",
    "Товиэль Варнелис",
    "فارنيلس",
    "طوفيال",
    "+999 700 112 233",
    "t.varnelis@mail.example",
    "Lio",
)

COVER = Cover(purpose="Legal representation in the appeal against the refusal of asylum")

ENGLISH = (
    "The client says that the notice of refusal arrived on 12 March 2024. A colleague, [P-7KQ], was present during "
    "the interview and confirms it. He asks that the lawyer check the time limit for an appeal, which he understands "
    "to be fifteen days."
)
RUSSIAN = (
    "Заявитель сообщил, что 12 марта 2024 года его вызвали на беседу. Свидетель [P-7KQ] подтвердил его слова; адрес "
    "не указан. Юристу следует обратить внимание на сроки обжалования, установленные законом."
)
ARABIC = (
    "قال مقدم الطلب إن الشاهد [P-7KQ] وصل في 12.03.2024 إلى المكتب، ولم يحدث شيء بعد ذلك. وأضاف أن الرسالة رقم "
    "45/2024 وصلت متأخرة، وأنه لم يفهم محتواها لأنها كُتبت بلغة لا يعرفها."
)
DARI = "متقاضی [P-7KQ] چگونه به اینجا رسید؟ او گفت که در سال ۱۴۰۲ از کشور خارج شد."


def block(label: str, text: str) -> RedactedBlock:
    return RedactedBlock(label=label, text=text, seal=_SEAL)


def section(heading: str, *blocks: tuple[str, str]) -> RedactedSection:
    return RedactedSection(heading=heading, blocks=tuple(block(*each) for each in blocks), seal=_SEAL)


def dossier(*sections: RedactedSection, forbidden: tuple[str, ...] = FORBIDDEN) -> RedactedDossier:
    return RedactedDossier(profile="lawyer", sections=sections or SECTIONS, forbidden_forms=forbidden, seal=_SEAL)


SECTIONS = (
    section("case", ("kind", "asylum"), ("stage", "appeal, first instance"), ("opened", "2024-03")),
    section("client", ("names", "Miralo Dastenov\nМирало Дастенов"), ("date-of-birth", "1991-02-03")),
    section("note", ("date", "2024-03-12"), ("text", ENGLISH)),
    section("note", ("date", "2024-03-14"), ("text", f"{RUSSIAN}\n{ENGLISH}")),
    section("note", ("date", "2024-03-19"), ("text", f"{ARABIC}\n{DARI}")),
)


def passes(**_: object) -> Verdict:
    """Stand for the verifier where it is not what is tested."""
    return Verdict(1, ("page",))


def passes_words(_content: bytes, **_: object) -> None:
    """Stand for the verifier of the manifest where it is not what is tested."""


def render_pdf(of: RedactedDossier, cover: Cover) -> bytes:
    return render_report(make_report(of, cover))
