"""Until when somebody holds a case: nobody moves their own date, and of two dates the earlier counts."""

from tests.tables import each
from vault.policy.clocks import Claim, limit_of

JOEL, AMINA, NADIA = b"joel", b"amina", b"nadia"


@each(
    {
        "nothing was written: no end": ([], None),
        "granted without an end": ([Claim(None, AMINA)], None),
        "granted until then": ([Claim(50, AMINA)], 50),
        "another holder moves the date": ([Claim(50, AMINA, is_head=False), Claim(90, AMINA)], 90),
        "or takes it away": ([Claim(50, AMINA, is_head=False), Claim(None, NADIA)], None),
        "two at once: the earlier": ([Claim(90, AMINA), Claim(50, NADIA)], 50),
        "two at once: the one that ends": ([Claim(None, AMINA), Claim(50, NADIA)], 50),
        "the member takes the end away": ([Claim(50, AMINA, is_head=False), Claim(None, JOEL)], 50),
        "the member moves the end": ([Claim(50, AMINA, is_head=False), Claim(90, JOEL)], 50),
        "who writes over the date loses what was added to it": (
            [Claim(50, AMINA, is_head=False), Claim(90, NADIA, is_head=False), Claim(99, JOEL)],
            50,
        ),
        "nor does an earlier end of their own count": ([Claim(90, AMINA, is_head=False), Claim(50, JOEL)], 90),
        "a founder's own note of holding the case": ([Claim(None, JOEL)], None),
    }
)
def test_when_the_right_of_a_member_ends(claims: list[Claim], until: int | None) -> None:
    assert limit_of(JOEL, claims) == until
