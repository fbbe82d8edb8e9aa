"""Search: the same words find the same offers in both languages; facets count; what is withdrawn is gone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.factories.market import gear, indexed, listed
from tests.factories.registry import scope_of

from gearpark.base.time import now_utc
from gearpark.contexts.market.queries import index
from gearpark.contexts.market.queries.search import Search, search
from gearpark.contexts.market.services import offers as services
from gearpark.contexts.market.services.searches import keep_search
from gearpark.contexts.market.types import OfferDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(firms: object) -> dict[str, int]:
    made = {
        "m3": listed("lankai", gear("QC-M3Z20")).id,
        "m3ground": listed("hengze", gear("HZ-320", {"flank_class": "5", "finishing": "ground", "material": "42CrMo4"}, price=Decimal(140), on_hand=Decimal(0))).id,
        "m4": listed("lankai", gear("QC-M4Z31", {"module_mm": "4", "teeth": "31"}, price=None)).id,
        "axle": listed("hengze", OfferDraft("HS-1", "axle", title_zh="后桥半轴", title_en="Rear axle shaft", malls=("gears",), values={"length_mm": "900", "diameter_mm": "45", "material": "40Cr"})).id,
    }  # fmt: skip
    services.save_offer(scope_of("lankai"), gear("DRAFT-1"))
    indexed()
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"m3", "m3ground", "m4", "axle"}),
        ("齿轮", {"m3", "m3ground", "m4"}),
        ("斜齿轮", {"m3", "m3ground", "m4"}),
        ("helical", {"m3", "m3ground", "m4"}),
        ("helcial", {"m3", "m3ground", "m4"}),
        ("半轴", {"axle"}),
        ("driving axle", {"axle"}),
        ("m3", {"m3", "m3ground"}),
        ("m3 5级", {"m3ground"}),
        ("m3 7级", {"m3", "m3ground"}),
        ("42CrMo4", {"m3ground"}),
        ("齿轮 <=100元", {"m3"}),
        ("qc-m3", {"m3"}),
        ("轮齿", set()),
        ("直齿轮 z31", {"m4"}),
        ("Test firm hengze", {"m3ground", "axle"}),
        ("DRAFT-1", set()),
    ],
)
def test_what_is_typed_finds_what_is_meant(shop: dict[str, int], text: str, found: set[str]) -> None:
    assert set(search(Search(text=text)).ids) == {shop[name] for name in found}


def test_facets_count_the_whole_result(shop: dict[str, int]) -> None:
    hits = search(Search(kinds=("gear",)), limit=1, facets=("org", "stock", "material", "price"))
    assert hits.total == 3
    assert len(hits.ids) == 1
    assert {f.value: f.count for f in hits.facets["org"]} == {"lankai": 2, "hengze": 1}
    assert {f.value: f.count for f in hits.facets["stock"]} == {"yes": 2, "no": 1}
    assert {f.value: f.count for f in hits.facets["material"]} == {"20CrMnTi": 2, "42CrMo4": 1}
    assert hits.spans["price"] == (86.5, 140.0)


def test_orders_and_pages(shop: dict[str, int]) -> None:
    cheap = search(Search(sort="price")).ids
    assert cheap == (shop["m3"], shop["m3ground"])
    assert search(Search(sort="-price")).ids == cheap[::-1]
    newest = search(Search(sort="new")).ids
    assert search(Search(sort="new"), offset=2, limit=2).ids == newest[2:4]


def test_a_change_a_withdrawal_and_a_rebuild_reach_the_index(shop: dict[str, int]) -> None:
    services.save_offer(scope_of("lankai"), gear("QC-M3Z20", {"module_mm": "5"}), shop["m3"])
    services.withdraw_offer(scope_of("hengze"), shop["axle"])
    assert indexed() == 2
    index.forget()
    assert search(Search(text="m5")).ids == (shop["m3"],)
    assert search(Search(text="半轴")).ids == ()
    for path in index.folder().iterdir():
        path.unlink()
    index.forget()
    assert search(Search()).total == 0
    assert indexed() == 3
    assert search(Search(text="m5")).ids == (shop["m3"],)
    assert indexed() == 0


def test_a_kept_search_needs_a_person_and_a_name_of_its_own(firms: object) -> None:
    from gearpark.base.problems import Problem
    from gearpark.contexts.market.queries.searches import kept_searches
    from gearpark.kit.tenant import acting

    anna, ben = scope_of("assembler", person_id=5), scope_of("assembler", person_id=6)
    keep_search(anna, "gears m3", "gears?q=m3", now_utc())
    with pytest.raises(Problem):
        keep_search(anna, "gears m3", "gears?q=m4", now_utc())
    with pytest.raises(Problem):
        keep_search(scope_of("assembler"), "x", "gears?q=m3", now_utc())
    with acting(anna):
        assert [(one.name, one.mall, one.query) for one in kept_searches(anna)] == [
            ("gears m3", "gears", "q=m3")
        ]
    with acting(ben):
        assert kept_searches(ben) == []
