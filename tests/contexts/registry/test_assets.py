"""The asset tree: parents made from paths, stable ids, moves, refusals."""

from __future__ import annotations

import pytest
from tests.factories.registry import scope_of

from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo
from gearpark.contexts.registry import public
from gearpark.kit import events
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
SCOPE = scope_of("qichi")


def _info(key: str, path: str = "", **more: str) -> AssetInfo:
    return AssetInfo(id=key, type=more.pop("type", "robot"), name=more.pop("name", key), path=path, **more)  # type: ignore[arg-type]


def test_parents_are_made_from_the_path_with_their_levels() -> None:
    with acting(SCOPE):
        changed = public.upsert_assets(
            SCOPE,
            [
                _info("qc-l1-op10a", "qichi/qiaohe-plant/machining/l1/op10a"),
                _info("qc-l1", "qichi/qiaohe-plant/machining/l1", type="line"),
            ],
        )
        assert changed == ["qichi-qiaohe-plant", "qichi-qiaohe-plant-machining", "qc-l1", "qc-l1-op10a"]
        (site,) = public.asset_tree(SCOPE)
        assert [site.level, site.children[0].level, site.children[0].children[0].id] == [
            "site",
            "area",
            "qc-l1",
        ]
        unit = public.asset(SCOPE, "qc-l1-op10a")
        assert (unit.level, unit.parent) == ("unit", "qc-l1")
        assert (
            public.upsert_assets(SCOPE, [_info("qc-l1", "qichi/qiaohe-plant/machining/l1", type="line")])
            == []
        )


def test_an_upsert_with_another_path_moves_and_keeps_the_id() -> None:
    with acting(SCOPE):
        public.upsert_assets(
            SCOPE, [_info("line", "qichi/a/b/l1", type="line"), _info("unit", "qichi/a/b/l1/u")]
        )
        public.upsert_assets(SCOPE, [_info("line", "qichi/a/c/l1", type="line")])
        assert public.asset(SCOPE, "unit").path == "qichi/a/c/l1/u"


def test_moving_takes_everything_below_along_and_refuses_cycles() -> None:
    told: list[public.AssetsChanged] = []
    events.bind(public.AssetsChanged, told.append)
    with acting(SCOPE):
        public.upsert_assets(SCOPE, [_info("u1", "qichi/s/a1/l1/u1"), _info("x", "qichi/s/a2/lx/x")])
        line = public.asset(SCOPE, "u1").parent
        area2 = public.asset(SCOPE, public.asset(SCOPE, "x").parent).parent
        public.move_asset(SCOPE, line, area2)
        assert public.asset(SCOPE, "u1").path == "qichi/s/a2/l1/u1"
        assert told[-1].ids == (line,)
        with pytest.raises(Problem, match="asset_move_cycle"):
            public.move_asset(SCOPE, line, "u1")


@pytest.mark.parametrize(
    ("key", "path", "code"),
    [
        ("Bad Id", "", "base.asset_id"),
        ("ok", "other-firm/site/ok", "registry.asset_path"),
        ("ok", "qichi/Site/ok", "registry.asset_path"),
        ("ok", "qichi/" + "/".join("abcdefghij"), "registry.asset_path"),
        ("ok", "qichi", "registry.asset_path"),
    ],
)
def test_bad_ids_and_paths_are_problems(key: str, path: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        public.upsert_assets(SCOPE, [_info(key, path)])
    assert caught.value.code == code


def test_a_taken_place_and_another_firms_id_are_refused() -> None:
    public.upsert_assets(SCOPE, [_info("one", "qichi/s/one")])
    with pytest.raises(Problem, match="asset_path_taken"):
        public.upsert_assets(SCOPE, [_info("two", "qichi/s/one")])
    other = scope_of("other")
    with pytest.raises(Problem) as caught:
        public.upsert_assets(other, [_info("one", "other/s/one")])
    assert caught.value.code == "registry.asset_id_taken"
    with acting(other):
        assert public.assets(other) == []


def test_retired_assets_leave_lists_but_stay() -> None:
    with acting(SCOPE):
        public.upsert_assets(SCOPE, [_info("u1", "qichi/s/a1/l1/u1")])
        public.retire_asset(SCOPE, "qichi-s")
        assert public.assets(SCOPE) == []
        assert len(public.assets(SCOPE, include_inactive=True)) == 4
        public.upsert_assets(SCOPE, [_info("u1", "qichi/s/a1/l1/u1")])
        assert [node.id for node in public.assets(SCOPE)] == ["u1"]
