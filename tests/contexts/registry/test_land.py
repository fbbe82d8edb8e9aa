"""Zone, plots, clusters: pages, who may change them, what other firms learn."""

from __future__ import annotations

import pytest
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.contexts.registry import public, services
from gearpark.contexts.registry.types import GroupShape, PlotShape, PlotStatus, ZoneMap
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
PARK = make.scope_of("qijiang-park", park=True)
SQUARE = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))


def _zone() -> ZoneMap:
    plots = (
        PlotShape("A-1", "east", PlotStatus.OCCUPIED, 10_000.0, SQUARE, "firm-a"),
        PlotShape("A-2", "east", PlotStatus.FREE, 10_000.0, SQUARE),
    )
    group = GroupShape("east", "东区", "East", 20_000.0, SQUARE)
    return ZoneMap("园", "Zone", 20_000.0, (group,), plots, (0.0, 0.0, 100.0, 100.0))


def test_the_map_shows_occupants_to_the_park_and_hides_them_from_others() -> None:
    make.organisation("firm-a", name_en="Alpha Works")
    assert services.draw_zone(PARK, _zone())
    assert not services.draw_zone(PARK, _zone())
    park, stranger = make.signed_in("qijiang-park", "park-officer"), make.signed_in("firm-b")
    for address in ("/zone/", "/plots/"):
        assert "Alpha Works" in park.get(address).content.decode()
        body = stranger.get(address).content.decode()
        assert "A-1" in body
        assert "Alpha Works" not in body


def test_plots_are_given_and_freed_by_the_park_only() -> None:
    make.organisation("firm-a"), make.organisation("firm-b")
    services.draw_zone(PARK, _zone())
    services.assign_plot(PARK, "A-2", PlotStatus.OCCUPIED, "firm-b")
    with acting(PARK):
        assert [plot.code for plot in public.plots(PARK, occupant="firm-b")] == ["A-2"]
    for call, code in (
        (
            lambda: services.assign_plot(make.scope_of("firm-b"), "A-2", PlotStatus.FREE),
            "registry.park_decides",
        ),
        (lambda: services.assign_plot(PARK, "A-2", PlotStatus.OCCUPIED), "registry.plot_status"),
        (
            lambda: services.assign_plot(PARK, "A-2", PlotStatus.OCCUPIED, "nobody"),
            "registry.organisation_unknown",
        ),
        (lambda: services.assign_plot(PARK, "Z-9", PlotStatus.FREE), "registry.plot_unknown"),
    ):
        with pytest.raises(Problem) as caught:
            call()
        assert caught.value.code == code


def test_pages_without_a_zone_say_how_to_begin() -> None:
    client = make.signed_in("firm-a")
    for address in ("/zone/", "/plots/", "/clusters/", "/assets/", "/assets/tree/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert 'class="empty' in answer.content.decode()
