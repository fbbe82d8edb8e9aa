"""The connectors' checklists tell the truth: what is marked done names tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gearpark.gateway.connectors import load, manifest, protocols, quality
from gearpark.gateway.wanted import SCHEMES

HERE = Path(__file__).parent
TIERS = ("bronze", "silver", "gold", "platinum")


def names_in(name: str) -> set[str]:
    tree = ast.parse((HERE / name).read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_the_connectors_of_this_installation() -> None:
    assert protocols() == sorted(SCHEMES)
    for protocol in protocols():
        module = load(protocol)
        for name in ("run", "discover", "test", "diagnostics"):
            assert callable(getattr(module, name))


@pytest.mark.parametrize("protocol", protocols())
def test_every_rule_that_is_met_names_tests_that_exist(protocol: str) -> None:
    found = quality(protocol)
    for tier in TIERS:
        assert found[tier] if tier in ("bronze", "silver", "gold") else True
        for name, rule in found.get(tier, {}).items():
            assert rule["title_en"], f"{protocol} {name}"
            assert rule["title_zh"], f"{protocol} {name}"
            if not rule["done"]:
                assert rule["why"], f"{protocol} {name} is not done and does not say why"
                continue
            assert rule["tests"], f"{protocol} {name} names no test"
            for test in rule["tests"]:
                file, _, function = test.partition("::")
                assert function in names_in(file), f"{protocol} {name} names {test}, which does not exist"


@pytest.mark.parametrize(("protocol", "tier"), [("opcua", "gold"), ("mtconnect", "gold"), ("shdr", "silver")])
def test_the_tier_is_what_the_rules_give(protocol: str, tier: str) -> None:
    assert quality(protocol)["tier"] == tier


@pytest.mark.parametrize("protocol", protocols())
def test_manifests_say_their_limits_in_both_languages(protocol: str) -> None:
    found = manifest(protocol)
    assert found["protocol"] == protocol
    assert found["url_example"].startswith(SCHEMES[protocol])
    assert len(found["limits"]["en"]) > 40
    assert len(found["limits"]["zh"]) > 20
    assert found["title_en"]
    assert found["title_zh"]
    assert found["writes"] is (protocol == "opcua")
