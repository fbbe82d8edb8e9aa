"""The demo's twin: models of its lines, the retrofit study, first answers."""

from __future__ import annotations

from pathlib import Path

from gearpark.base.scope import Scope
from gearpark.contexts.twin import public as twin

from .work import ORG

FILES = Path(__file__).with_name("data") / "twin"
CODES = ("housing-by-hand", "housing-automated", "shaft-line", "retrofit-study")  # a study behind its models


def load_twin(scope: Scope) -> dict[str, int]:
    """Store what is missing of the models."""
    return twin.ensure_demo_twin(
        scope, {code: (FILES / f"{code}.yaml").read_text("utf-8") for code in CODES}, ORG
    )
