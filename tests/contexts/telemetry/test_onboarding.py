"""Add a machine: proposals read with suspicion, dry run, go, change, undo; what a gateway then pulls."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.contexts.telemetry.support import onboard, proposal

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.registry import public as registry
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry import queries, services
from gearpark.contexts.telemetry.types import ChangeKind, Choices
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
CONFIG = "/api/v1/telemetry/gateways/gw1/config"


def pull(token: str, etag: str = "") -> Any:
    return Client().get(CONFIG, headers={"Authorization": f"Bearer {token}", "If-None-Match": etag})


def test_dry_run_shows_what_going_then_does(firm: Scope, park_scope: Scope) -> None:
    with acting(park_scope):
        telemetry.ensure_gateway(park_scope, "gw1")
    with acting(firm):
        planned = services.plan(firm, proposal("m1", "m2", org_path="qichi/plant/l1"), Choices(name="Line 1"))
        assert planned.counts["tag"]["new"] == 6
        assert planned.counts["asset"]["new"] == 2
        assert not planned.refusals
        assert queries.search(firm) == []
        assert registry.assets(firm) == []
        done = services.apply_proposal(
            firm, proposal("m1", "m2", org_path="qichi/plant/l1"), Choices(name="Line 1")
        )
        assert done.applied
        assert [c.key for c in done.changes] == [c.key for c in planned.changes]
        assert {node.path for node in registry.assets(firm)} >= {"qichi/plant/l1/m1", "qichi/plant/l1/m2"}
        [load] = [tag for tag in queries.tags_of(firm, "m1") if tag.signal == "load"]
        assert (load.unit, load.interval_s, load.connection) == ("%", 1.0, done.connection)
        again = services.plan(firm, proposal("m1", "m2", org_path="qichi/plant/l1"), Choices(name="Line 1"))
        assert {change.kind for change in again.changes} == {ChangeKind.SAME}


def test_choices_leave_out_rename_and_place(firm: Scope, park_scope: Scope) -> None:
    with acting(park_scope):
        telemetry.ensure_gateway(park_scope, "gw1")
    choices = Choices(
        name="Cell",
        assets={
            "m1": telemetry.AssetChoice(
                id="op10a", name="OP10 A", path="qiaohe/l1/op10a", signals=frozenset({"load"})
            ),
            "m2": telemetry.AssetChoice(include=False),
        },
    )
    with acting(firm):
        services.apply_proposal(firm, proposal("m1", "m2"), choices)
        assert [tag.tag for tag in queries.search(firm)] == ["op10a/load"]
        assert registry.asset(firm, "op10a").path == "qichi/qiaohe/l1/op10a"


def test_a_signal_left_out_later_is_retired_and_its_history_stays_readable(
    firm: Scope, park_scope: Scope
) -> None:
    onboard(firm, park_scope, "m1")
    with acting(firm):
        fewer = Choices(name="Test", assets={"m1": telemetry.AssetChoice(signals=frozenset({"load"}))})
        diff = services.apply_proposal(firm, proposal("m1"), fewer)
        assert {c.key for c in diff.of("tag") if c.kind is ChangeKind.GONE} == {
            "m1/item_state",
            "m1/part_count",
        }
        assert [tag.signal for tag in queries.tags_of(firm, "m1")] == ["load"]
        assert queries.known(firm, ["m1/item_state"])[0].signal == "item_state"
        back = services.apply_proposal(firm, proposal("m1"), Choices(name="Test"))
        assert len(queries.tags_of(firm, "m1")) == 3
        assert back.counts["tag"]["changed"] == 2


def test_a_machine_is_never_fed_twice(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    elsewhere = proposal("m1", url="opc.tcp://127.0.0.1:48500")
    with acting(firm):
        assert "already fed" in services.plan(firm, elsewhere, Choices()).refusals[0]
        with pytest.raises(Problem, match=r"telemetry\.refused"):
            services.apply_proposal(firm, elsewhere, Choices())
        assert len(queries.connections(firm)) == 1


def test_another_firms_asset_id_is_refused_without_telling_whose_it_is(
    firm: Scope, other_firm: Scope, park_scope: Scope
) -> None:
    onboard(firm, park_scope, "m1")
    with acting(other_firm):
        [refusal] = services.plan(other_firm, proposal("m1"), Choices()).refusals
        assert "qichi" not in refusal


def test_proposals_are_read_with_suspicion() -> None:
    raw = {
        "warnings": ["look\x00 here"],
        "assets": [
            {"id": "UPPER case!", "type": "x", "name": "", "signals": [
                {"name": "bad name", "kind": "analog"},
                {"name": "ok", "kind": "nonsense"},
                {"name": "fine", "kind": "analog", "interval_s": -1, "sample": {"value": True, "status": 0x80000000}},
                {"name": "fine", "kind": "analog"}, "junk"]},
            {"id": "upper-case", "signals": []},
            7,
        ],
    }  # fmt: skip
    read = telemetry.read_proposal(telemetry.Protocol.MTCONNECT, "http://x:1", "gw1", raw)
    [asset] = read.assets
    assert asset.id == "upper-case"
    assert [(s.name, s.interval_s, s.sample, s.sample_quality) for s in asset.signals] == [
        ("fine", None, 1.0, "bad")
    ]
    assert len(asset.warnings) == 4
    assert len(read.warnings) == 3


@pytest.mark.parametrize(
    ("protocol", "url"),
    [("opcua", "http://1.2.3.4"), ("mtconnect", "file:///etc/passwd"), ("opcua", "opc.tcp://"),
     ("shdr", "shdr://host"), ("mtconnect", "http://me:secret@host"), ("opcua", "opc.tcp://host:99999999")],
)  # fmt: skip
def test_wrong_addresses_are_refused_in_words(
    firm: Scope, park_scope: Scope, protocol: str, url: str
) -> None:
    with acting(park_scope):
        telemetry.ensure_gateway(park_scope, "gw1")
    with acting(firm), pytest.raises(Problem) as caught:
        services.start_look(firm, gateway="gw1", protocol=protocol, url=url, now=now_utc())
    assert caught.value.code == "telemetry.url"


def test_only_those_with_the_right_may_change(scope_of: Any, firm: Scope, park_scope: Scope) -> None:
    key = onboard(firm, park_scope, "m1").connection
    viewer = scope_of("qichi", "telemetry.view")
    with acting(viewer):
        for attempt in (
            lambda: services.plan(viewer, proposal("m9"), Choices()),
            lambda: services.set_enabled(viewer, key, False),
            lambda: services.delete_connection(viewer, key, now_utc()),
            lambda: services.rotate_token(viewer, "gw1"),
        ):
            with pytest.raises(Problem, match="right"):
                attempt()


def test_a_gateway_pulls_its_configuration_with_its_own_token(
    firm: Scope, other_firm: Scope, park_scope: Scope
) -> None:
    onboard(firm, park_scope, "m1")
    onboard(other_firm, park_scope, "n1")
    answer = pull("token-of-gw1")
    assert answer.status_code == 200
    document = answer.json()
    assert {c["org"] for c in document["connections"]} == {"qichi", "jingjiang"}
    [asset] = next(c for c in document["connections"] if c["org"] == "qichi")["assets"]
    assert {
        "name": "load",
        "kind": "analog",
        "unit": "%",
        "address": "ns=2;s=load",
        "interval_s": 1.0,
    } in asset["signals"]
    assert pull("token-of-gw1", answer["ETag"]).status_code == 304
    for wrong in ("", "other"):
        refused = pull(wrong)
        assert refused.status_code == 401
        assert refused.headers["Content-Type"] == "application/problem+json"
    with acting(park_scope):
        fresh = services.rotate_token(park_scope, "gw1")
    assert pull("token-of-gw1").status_code == 401
    assert pull(fresh).status_code == 200


def test_changes_reach_the_configuration_and_can_be_undone(firm: Scope, park_scope: Scope) -> None:
    key = onboard(firm, park_scope, "m1").connection
    etag = pull("token-of-gw1")["ETag"]
    with acting(firm):
        services.edit_connection(
            firm, key, name="New name", url="opc.tcp://127.0.0.1:48501", note="moved", gateway="gw1"
        )
    changed = pull("token-of-gw1", etag)
    assert changed.json()["connections"][0]["url"] == "opc.tcp://127.0.0.1:48501"
    with acting(firm):
        services.set_enabled(firm, key, False)
    assert pull("token-of-gw1", changed["ETag"]).json()["connections"] == []
    with acting(firm):
        services.set_enabled(firm, key, True)
        services.delete_connection(firm, key, now_utc())
        assert queries.tags_of(firm, "m1") == []
        assert queries.connections(firm) == []
    assert pull("token-of-gw1").json()["connections"] == []
    with acting(firm):
        services.restore_connection(firm, key)
        assert len(queries.tags_of(firm, "m1")) == 3
    assert len(pull("token-of-gw1").json()["connections"]) == 1


def test_every_change_is_in_the_audit_trail(firm: Scope, park_scope: Scope) -> None:
    from django.db import connection

    key = onboard(firm, park_scope, "m1").connection
    with acting(firm):
        services.delete_connection(firm, key, now_utc())
        with connection.cursor() as cursor:
            cursor.execute("SELECT action FROM kit_audit WHERE kind = 'telemetry.connection' ORDER BY id")
            actions = [row[0] for row in cursor.fetchall()]
    assert actions == ["telemetry.connection_added", "telemetry.connection_deleted"]


def test_rows_of_other_firms_do_not_exist(firm: Scope, other_firm: Scope, park_scope: Scope) -> None:
    key = onboard(firm, park_scope, "m1").connection
    with acting(other_firm):
        assert queries.search(other_firm) == []
        with pytest.raises(Problem, match=r"telemetry\.connection_unknown"):
            queries.connection(other_firm, key)
        with pytest.raises(Problem, match=r"telemetry\.tag_unknown"):
            queries.known(other_firm, ["m1/load"])
    with acting(park_scope):
        assert len(queries.search(park_scope)) == 3
