"""Rights that end, and clocks that people turn: 1970, 2038, back and forth, the 48 hours, and the way out."""

from tests.tables import each
from vault.durations import HOUR_MS
from vault.policy.clocks import JUMP_MS, ClockState, has_expired, read_clock

NOON = 1_790_000_000_000
YEAR_2038_MS = (2**31 - 1) * 1000


@each(
    {
        "the first look is believed": (0, NOON, ClockState.STEADY, NOON),
        "no time went by": (NOON, NOON, ClockState.STEADY, NOON),
        "an hour went by": (NOON, NOON + HOUR_MS, ClockState.STEADY, NOON + HOUR_MS),
        "exactly 48 hours count": (NOON, NOON + JUMP_MS, ClockState.STEADY, NOON + JUMP_MS),
        "more is questioned before it counts": (NOON, NOON + JUMP_MS + 1, ClockState.JUMPED, NOON),
        "past the last second of 2038": (NOON, YEAR_2038_MS + 1000, ClockState.JUMPED, NOON),
        "an empty battery says 1970": (NOON, 0, ClockState.SET_BACK, NOON),
        "before 1970": (NOON, -1, ClockState.SET_BACK, NOON),
        "the network sets it back a little": (NOON, NOON - HOUR_MS, ClockState.STEADY, NOON),
        "further back is said aloud": (NOON, NOON - HOUR_MS - 1, ClockState.SET_BACK, NOON),
        "1970 was believed once": (1, 1 + JUMP_MS, ClockState.STEADY, 1 + JUMP_MS),
        "and what follows it by years is a jump": (1, NOON, ClockState.JUMPED, 1),
        "a time before 1970 was never believed": (-5, NOON, ClockState.STEADY, NOON),
    }
)
def test_which_time_counts(highest: int, wall: int, state: ClockState, counts: int) -> None:
    reading = read_clock(highest, wall)
    assert (reading.state, reading.trusted_ms, reading.wall_ms) == (state, counts, wall)


def test_a_clock_turned_back_and_forth_never_takes_time_back() -> None:
    highest = NOON
    for wall in (NOON + HOUR_MS, 0, NOON + 2 * HOUR_MS, YEAR_2038_MS, NOON + HOUR_MS, NOON + 3 * HOUR_MS):
        counts = read_clock(highest, wall).trusted_ms
        assert counts >= highest
        highest = counts
    assert highest == NOON + 3 * HOUR_MS


@each([(None, YEAR_2038_MS, False), (NOON, NOON - 1, False), (NOON, NOON, True), (NOON, NOON + 1, True)])
def test_a_right_is_over_at_its_moment(until: int | None, counts: int, over: bool) -> None:
    assert has_expired(until, counts) is over


def test_a_weekend_of_48_hours_is_the_limit_and_the_states_have_these_words_in_reports() -> None:
    assert (HOUR_MS, JUMP_MS) == (3_600_000, 172_800_000)
    assert [str(state) for state in ClockState] == ["steady", "jumped", "set-back"]
