"""From times to places: in order, within the width, idle time drawn short."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sixfold.report.scale import Scale
from telling import at

seconds = st.floats(min_value=0, max_value=100_000)


@given(st.lists(st.tuples(seconds, seconds)), seconds, st.lists(seconds))
def test_places_are_in_the_order_of_time(
    work: list[tuple[float, float]], length: float, times: list[float]
) -> None:
    busy = [(at(min(pair)), at(max(pair))) for pair in work if max(pair) <= length]
    scale = Scale(at(0), at(length), busy, 1000)
    places = [scale.place(at(time)) for time in sorted(times)]
    assert places == sorted(places)
    assert all(0 <= place <= 1000.001 for place in places)


def test_time_at_work_keeps_its_proportions_beside_an_idle_night() -> None:
    scale = Scale(at(0), at(40_100), [(at(0), at(50)), (at(40_050), at(40_100))], 1000)
    first = scale.place(at(50)) - scale.place(at(0))
    second = scale.place(at(40_100)) - scale.place(at(40_050))
    assert first > 400
    assert abs(first - second) < 0.01
    assert len(scale.cuts) == 1


def test_marks_are_round_times_apart_from_each_other() -> None:
    marks = list(Scale(at(0), at(600), [(at(0), at(600))], 1000).marks(70))
    assert [name for _, name in marks[:3]] == ["0:00", "1:00", "2:00"]
    places = [place for place, _ in marks]
    assert all(b - a >= 70 for a, b in pairwise(places))


def test_no_mark_stands_in_a_time_that_is_cut() -> None:
    scale = Scale(at(0), at(90_000), [(at(0), at(100)), (at(89_900), at(90_000))], 1000)
    assert all(place <= 500 or place >= 500 for place, _ in scale.marks(70))
    assert len(list(scale.marks(70))) < 20
