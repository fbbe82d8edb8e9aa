"""The zone drawn: projection, firms sized by output, lamps placed beside the plots."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearpark.contexts.registry.types import GroupShape, PlotShape, PlotStatus, ZoneMap
from gearpark.contexts.statistics.queries.zone import MAX_FIRM_R, MIN_FIRM_R, draw_zone
from gearpark.contexts.statistics.types import LineRow


def square(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def plot(code: str, x: float, y: float, occupant: str = "", output: int | None = None) -> PlotShape:
    return PlotShape(
        code=code,
        group="a",
        status=PlotStatus.OCCUPIED if occupant else PlotStatus.FREE,
        area_m2=10_000,
        polygon=square(x, y, 100),
        occupant=occupant,
        occupant_name_zh=f"{occupant}公司",
        occupant_name_en=f"{occupant} works",
        occupant_state="above-size" if occupant else "",
        occupant_output_cny=None if output is None else Decimal(output),
        centre=(x + 50, y + 50),
    )


def zone(plots: tuple[PlotShape, ...], box: tuple[float, float, float, float] = (0, 0, 1000, 500)) -> ZoneMap:
    group = GroupShape("a", "桥河工业园", "Qiaohe", 500_000, ((0, 0), (1000, 0), (1000, 500), (0, 500)))
    return ZoneMap("示例区", "Example zone", 7_980_000, (group,), plots, box)


def line(number: int, org: str = "qichi", state: str = "running") -> LineRow:
    return LineRow(
        f"qc-l{number}", org, number, f"Line {number}", state, 30, 76, 31.0, None, 0.8, 0, 26, True, (), ()
    )


def test_north_is_up_and_east_is_right() -> None:
    drawn = draw_zone(
        zone((plot("sw", 0, 0, "south-west", 1), plot("ne", 900, 400, "north-east", 1))), (), "en"
    )
    marks = {mark.org: mark for mark in drawn.firms}
    assert marks["north-east"].x > marks["south-west"].x
    assert marks["north-east"].y < marks["south-west"].y
    assert drawn.area_km2 == pytest.approx(7.98)


def test_area_of_a_mark_grows_with_output() -> None:
    drawn = draw_zone(
        zone((plot("a", 0, 0, "big", 400), plot("b", 200, 0, "quarter", 100), plot("c", 400, 0, "none"))),
        (),
        "en",
    )
    radius = {mark.org: mark.r for mark in drawn.firms}
    assert radius["big"] == MAX_FIRM_R
    assert radius["quarter"] == pytest.approx(MAX_FIRM_R / 2)
    assert radius["none"] == MIN_FIRM_R


def test_names_follow_the_language() -> None:
    plots = (plot("a", 0, 0, "qichi", 1),)
    assert draw_zone(zone(plots), (), "zh-hans").groups[0].name == "桥河工业园"
    assert draw_zone(zone(plots), (), "zh-hans").firms[0].name == "qichi公司"
    assert draw_zone(zone(plots), (), "en").firms[0].name == "qichi works"


def test_lines_light_their_firm() -> None:
    lines = tuple(line(n, state="down" if n == 5 else "running") for n in range(1, 8))
    drawn = draw_zone(zone((plot("a", 400, 200, "qichi", 10), plot("b", 0, 0, "other", 5))), lines, "en")
    (board,) = drawn.boards
    assert [lamp.state for lamp in board.lamps] == ["running"] * 4 + ["down", "running", "running"]
    assert {mark.org for mark in drawn.firms if mark.lit} == {"qichi"}
    assert 0 <= board.x <= drawn.width - board.width
    assert 0 <= board.y <= drawn.height - board.height
    firm = next(mark for mark in drawn.firms if mark.org == "qichi")
    assert not (board.x < firm.x < board.x + board.width and board.y < firm.y < board.y + board.height)


@given(
    st.lists(st.tuples(st.floats(-5e4, 5e4), st.floats(-5e4, 5e4)), min_size=1, max_size=30),
    st.integers(0, 7),
)
def test_everything_stays_in_the_view_box(spots: list[tuple[float, float]], lines: int) -> None:
    plots = tuple(plot(f"p{i}", x, y, f"f{i}", i) for i, (x, y) in enumerate(spots))
    xs = [p[0] for item in plots for p in item.polygon]
    ys = [p[1] for item in plots for p in item.polygon]
    drawn = draw_zone(
        zone(plots, (min(xs), min(ys), max(xs), max(ys))), tuple(line(n, "f0") for n in range(lines)), "en"
    )
    assert len(drawn.firms) == len(spots)
    for mark in drawn.firms:
        assert 0 <= mark.x <= drawn.width
        assert 0 <= mark.y <= drawn.height
    for board in drawn.boards:
        assert board.x >= 0 and board.y >= 0  # noqa: PT018 - one fact
