"""The demo park tells the source case's figures, marks what is invented, and loads twice without a trace."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gearpark.base.time import now_utc
from gearpark.config import demo
from gearpark.config.demo import zone
from gearpark.config.demo.lines import ensure_other_line
from gearpark.config.demo.park import draw, line_assets, organisations, park_scope
from gearpark.contexts.registry import public
from gearpark.contexts.registry.types import FirmInfo, FirmState
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.kit.tenant import acting
from gearpark.plants.lines import other_lines

SOURCE_FACTS = {"slug", "kind", "name_zh", "name_en", "state", "source_note"}
DEFAULTS = FirmInfo(slug="x", kind=public.Kind.FIRM, name_zh="x", name_en="x", state=FirmState.SIGNED)


@pytest.mark.django_db
def test_counts_are_the_sources_and_loading_twice_changes_nothing() -> None:
    first = demo.load(now_utc())
    scope = park_scope()
    with acting(scope):
        counts = public.firm_counts(scope)
        units = len(public.assets(scope, org="qichi", level=public.Level.UNIT))
    assert (counts.signed, counts.producing, counts.above_size, counts.high_tech) == (248, 195, 84, 45)
    assert units == 182
    assert first["lines"] == 7
    second = demo.load(now_utc())
    assert (second["organisations"], second["people"]) == (0, 0)
    with acting(scope):
        assert public.firm_counts(scope) == counts


def test_named_firms_carry_only_what_the_source_says() -> None:
    named = [firm for firm in organisations() if not firm.invented and firm.kind is public.Kind.FIRM]
    assert len(named) == 18
    for firm in named:
        told = {
            name for name in FirmInfo.__dataclass_fields__ if getattr(firm, name) != getattr(DEFAULTS, name)
        }
        assert told <= SOURCE_FACTS, firm.slug
        assert "Source case 2020" in firm.source_note


def test_invented_firms_are_marked_and_plausible() -> None:
    invented = [firm for firm in organisations() if firm.invented and firm.kind is public.Kind.FIRM]
    assert len(invented) == 230
    assert all("Invented" in firm.source_note for firm in invented)
    above = [firm for firm in invented if firm.state is FirmState.ABOVE_SIZE]
    assert min(firm.yearly_output_cny or 0 for firm in above) >= 20_000_000
    # twice the half-year output of the 84 firms: 11.12 bn CNY in the first half of 2020
    assert sum(firm.yearly_output_cny or Decimal(0) for firm in above) == 22_240_000_000


def test_the_zone_is_drawn_to_its_area_without_overlap() -> None:
    drawn = draw(organisations())
    assert sum(group.area_m2 for group in drawn.groups) == drawn.area_m2 == 7_980_000
    for group in drawn.groups:
        assert zone.area_of(group.polygon) == pytest.approx(group.area_m2, rel=1e-4)
        plots = [plot for plot in drawn.plots if plot.group == group.code]
        built = sum(zone.area_of(plot.polygon) for plot in plots)
        assert (
            0.6 * group.area_m2 < built < 0.95 * group.area_m2
        )  # the rest is streets; overlap would exceed it
    standing = [plot.occupant for plot in drawn.plots if plot.status == "occupied"]
    assert len(standing) == len(set(standing)) == 195 + 29  # all that produce or build
    assert "qichi" in standing
    assert all(plot.invented for plot in drawn.plots)


@pytest.mark.django_db
def test_lines_of_other_types_are_made_once_and_stay_as_people_left_them() -> None:
    demo.load(now_utc())
    scope = park_scope()
    with acting(scope):
        for line in other_lines():
            ensure_other_line(scope, line)
        made = {info.asset: info for info in shopfloor.lines(scope)}
        assert len(made) == 7 + 6
        for line in other_lines():
            info = made[line.id]
            assert (info.org, info.template.code, info.path) == (line.org, line.template, line.path)
            assert info.plan == info.template.plan_per_shift
            units = public.assets(scope, org=line.org, level=public.Level.UNIT)
            assert len(units) == len(info.template.devices)
        assert {i.asset for i in made.values() if i.phase == "commissioning"} == {"zl-b1", "yl-w1"}
        shopfloor.save_line(
            scope,
            shopfloor.LineWanted("cf-g1", "Ours", "gear-machining", "three-shift", 99),
            org="changfeng-gear",
        )
        ensure_other_line(scope, other_lines()[0])
        assert next(i for i in shopfloor.lines(scope) if i.asset == "cf-g1").plan == 99


def test_other_lines_stand_at_firms_of_the_source_case_or_at_invented_ones() -> None:
    firms = {firm.slug: firm for firm in organisations()}
    for line in other_lines():
        firm = firms[line.org]
        assert firm.invented == (line.template == "die-casting")
        assert line.path.startswith(f"qijiang/{line.org}/")


def test_the_lines_follow_the_template() -> None:
    infos = line_assets()
    assert len([info for info in infos if info.type == "line"]) == 7
    assert len(infos) == 7 + 182
