"""Until when somebody holds a case: nobody moves their own date, and of two dates the earlier counts."""

import pytest

from vault.policy.limits import Claim, limit_of

JOEL, AMINA, NADIA = b"joel", b"amina", b"nadia"


@pytest.mark.parametrize(
    ("claims", "until"),
    [
        pytest.param([], None, id="nothing was written: no end"),
        pytest.param([Claim(None, AMINA)], None, id="granted without an end"),
        pytest.param([Claim(50, AMINA)], 50, id="granted until then"),
        pytest.param([Claim(50, AMINA, is_head=False), Claim(90, AMINA)], 90, id="another holder moves the date"),
        pytest.param([Claim(50, AMINA, is_head=False), Claim(None, NADIA)], None, id="or takes it away"),
        pytest.param([Claim(90, AMINA), Claim(50, NADIA)], 50, id="two at once: the earlier"),
        pytest.param([Claim(None, AMINA), Claim(50, NADIA)], 50, id="two at once: the one that ends"),
        pytest.param([Claim(50, AMINA, is_head=False), Claim(None, JOEL)], 50, id="the member takes the end away"),
        pytest.param([Claim(50, AMINA, is_head=False), Claim(90, JOEL)], 50, id="the member moves the end"),
        pytest.param(
            [Claim(50, AMINA, is_head=False), Claim(90, NADIA, is_head=False), Claim(99, JOEL)],
            50,
            id="who writes over the date loses what was added to it",
        ),
        pytest.param(
            [Claim(90, AMINA, is_head=False), Claim(50, JOEL)], 90, id="nor does an earlier end of their own count"
        ),
        pytest.param([Claim(None, JOEL)], None, id="a founder's own note of holding the case"),
    ],
)
def test_when_the_right_of_a_member_ends(claims: list[Claim], until: int | None) -> None:
    assert limit_of(JOEL, claims) == until
