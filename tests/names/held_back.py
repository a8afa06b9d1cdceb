"""Invented names that no rule of `vault.names` was made with, and how papers in other scripts write their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

SLAVIC = (
    """
Глеб Воскобоев, Родион Шушарин, Вадим Чернявин, Остап Криворучкин, Тихон Жеребцов, Макар Плющев, Платон Гусаков,
Эдуард Щипачёв, Богдан Яворовский, Филипп Юрасов, Ренат Хабиров, Аскар Дүйшөев, Нурлан Сыдыгалиев, Эрмек Токтоналиев,
Фархад Жумаев, Отабек Холиков, Хуршед Назримадов, Далер Шодмонов, Ержан Кенжегулов, Мурат Байзаков, Степан Цаплин,
Прохор Эпштейнов, Гордей Мясищев, Савва Рыжиков, Клим Бацевич
""".replace("\n", " ")
    .strip()
    .split(", ")
)

# Ukrainian papers of people whom Russian ones name so.
UKRAINIAN = {
    "Владимир Чернявин": "Володимир Чернявін", "Николай Гусаков": "Микола Гусаков", "Елена Рыжикова": "Олена Рижикова",
    "Дмитрий Плющев": "Дмитро Плющев", "Евгений Жеребцов": "Євген Жеребцов", "Андрей Цаплин": "Андрій Цаплін",
    "Сергей Юрасов": "Сергій Юрасов", "Анна Яворовская": "Ганна Яворовська", "Пётр Мясищев": "Петро М'ясищев",
    "Александр Бацевич": "Олександр Бацевич", "Михаил Шушарин": "Михайло Шушарін", "Ирина Щипачёва": "Ірина Щипачова",
}  # fmt: skip

# Short names, and fathers' names of papers.
USED_NAMES = {
    "Владимир Чернявин": "Вова Чернявин", "Анастасия Гусакова": "Настя Гусакова", "Екатерина Цаплина": "Katya Tsaplina",
    "Михаил Шушарин": "Misha Shusharin", "Александр Бацевич": "Саша Бацевич",
    "Глеб Воскобоев": "Воскобоев Глеб Родионович",
    "Аскар Дүйшөев": "Дуйшоев Аскар Эрмекович", "Далер Шодмонов": "Далер Шодмон", "Отабек Холиков": "Xoliqov Otabek",
    "Нурлан Сыдыгалиев": "Nurlan Sydygaliev", "Хуршед Назримадов": "Хуршеди Назримад",
    "Мурат Байзаков": "Байзак уулу Мурат",
}  # fmt: skip

# Given names and families as Arabic and Dari papers write them, each with the ways in which passports and the press do.
_ARABIC_GIVEN = {
    "سامر": ("Samer", "Samir"), "وليد": ("Walid", "Waleed", "Oualid"), "زينب": ("Zeinab", "Zaynab"),
    "حسام": ("Hussam", "Hossam", "Houssam"), "ياسين": ("Yassin", "Yaseen", "Yassine"), "نور": ("Nour", "Noor"),
    "عبد القادر": ("Abdelkader", "Abdul Qadir", "Abd al-Qader"), "إيمان": ("Iman", "Eman", "Imane"),
    "طارق": ("Tariq", "Tarek", "Tarik"), "غسان": ("Ghassan", "Gassan"), "خديجة": ("Khadija", "Hadidja"),
    "جهاد": ("Jihad", "Djihad"),
}  # fmt: skip
_ARABIC_FAMILY = {
    "البغدادلي": ("al-Baghdadli", "Baghdadly"), "القصاب": ("al-Qassab", "Kassab"), "الزعتري": ("Zaatari", "al-Zaatary"),
    "شرقاني": ("Sharqani", "Charkani"), "بن مزيان": ("Ben Meziane", "Benmeziane"),
    "الخطابي": ("Khattabi", "El Khattabi"),
    "درويشة": ("Darwisha", "Derouicha"),
}  # fmt: skip
_DARI_GIVEN = {
    "فرهاد": ("Farhad", "Ferhad"), "گل آغا": ("Gul Agha", "Gol Agha"), "پروین": ("Parwin", "Parveen"),
    "ظاهر": ("Zaher", "Zahir"), "ثریا": ("Soraya", "Suraya"), "شکیبا": ("Shakiba", "Shekiba"),
    "میرویس": ("Mirwais", "Mirwayes"), "ژاله": ("Zhala", "Jaleh"), "قاسم": ("Qasem", "Qasim", "Ghasem"),
    "خواجه نعیم": ("Khwaja Naim", "Khaja Naeem"), "چمن": ("Chaman", "Tchaman"),
    "ذبیح الله": ("Zabihullah", "Zabih Ullah"),
}  # fmt: skip
_DARI_FAMILY = {
    "نورستانپور": ("Nuristanpur", "Nooristanpour"), "هزاره‌ای": ("Hazarai", "Hazaraee"), "وردکی": ("Wardaki", "Vardaki"),
    "پنجشیرزاده": ("Panjshirzada", "Panjsherzadeh"), "صافیار": ("Safiyar", "Safiar"),
    "غزنوال": ("Ghaznawal", "Ghaznawal"),
    "یفتلی": ("Yaftali", "Yaftaly"),
}  # fmt: skip


def _pairs(given: Mapping[str, tuple[str, ...]], family: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for place, (first, last) in enumerate(product(given, family)):
        yield f"{first} {last}", f"{given[first][place % len(given[first])]} {family[last][place % len(family[last])]}"


ARABIC = tuple(_pairs(_ARABIC_GIVEN, _ARABIC_FAMILY))
DARI = tuple(_pairs(_DARI_GIVEN, _DARI_FAMILY))
