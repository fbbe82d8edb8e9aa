"""Sums and verdicts of the overview."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gearpark.contexts.statistics.queries.timeline import lay_out
from gearpark.contexts.statistics.types import FirmFigures, Flow, LineRow, Overview

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)
LINE = LineRow("qc-l1", "qichi", 1, "Line 1", "running", 30, 76, 31.0, None, 0.8, 0, 26, True, (), ())


def overview(*lines: LineRow, flow: Flow | None = None) -> Overview:
    return Overview(NOW, None, FirmFigures(), lines, lay_out([], NOW, ZoneInfo("UTC")), flow or Flow())


def test_the_source_cases_firms_add_up() -> None:
    firms = FirmFigures(signed=248, producing=195, above_size=84, building=25)
    assert firms.producing_share == pytest.approx(0.786, abs=5e-4)
    assert firms.above_size + firms.below_size + firms.building + firms.only_signed == firms.signed


def test_calm_only_when_nothing_needs_a_hand() -> None:
    assert overview(LINE, replace(LINE, state="planned_stop")).calm
    assert not overview(LINE, replace(LINE, state="down")).calm
    assert not overview(LINE, replace(LINE, state="no_data")).calm
    assert not overview(LINE, flow=Flow(not_ok=1)).calm


def test_states_are_counted_loudest_first() -> None:
    seen = overview(
        LINE, replace(LINE, state="starved"), replace(LINE, state="down"), replace(LINE, state="down")
    )
    assert seen.running == 1
    assert seen.line_states == (("down", 2), ("starved", 1))
    assert seen.made == 120


@pytest.mark.parametrize(("made", "behind"), [(31, False), (30, False), (29, True), (12, True)])
def test_behind_means_more_than_a_piece_and_five_per_cent(made: int, behind: bool) -> None:
    assert replace(LINE, made=made).behind is behind


def test_shares_of_a_line_without_plan_are_unknown() -> None:
    assert replace(LINE, plan=0).made_share is None


def test_no_data_is_in_no_figure() -> None:
    unknown = replace(LINE, made=0, known=False)
    assert overview(unknown).made is None
    assert overview(LINE, unknown).made == 30
    assert unknown.made_share is None
    assert not unknown.behind


def test_pieces_of_running_shifts_only_are_counted_and_kinds_are_told() -> None:
    ended = replace(LINE, org="other", kind="gear-machining", open=False, made=50, plan=60, plan_now=60.0)
    seen = overview(replace(LINE, kind="housing-machining"), ended)
    assert (seen.made, seen.plan, seen.plan_now) == (30, 76, 31.0)
    assert seen.kinds == 1
    assert overview(LINE, replace(ended, open=True)).kinds == 2
    assert not replace(LINE, made=12, open=False).behind


def test_the_wall_shows_two_panels_of_lines_and_says_what_is_left_out() -> None:
    seen = overview(*(replace(LINE, number=n) for n in range(16)))
    assert [len(seen.wall_lines), len(seen.wall_more), seen.wall_left_out] == [7, 7, 2]
    assert overview(LINE).wall_more == ()
