"""Demo of the quality room: charts of every measured characteristic, two gauge studies, a sampling scheme.

Studies and scheme are invented and say so in their titles. Limits are frozen from what the simulated lines measured.
"""

from __future__ import annotations

import random
from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models.quality import GaugeStudy, SamplingScheme
from ...queries.quality.charts import charts, newest_samples
from ...queries.quality.judging import MIN_TRIAL, points_of
from ...types.quality import StudyKind
from .charts import add_charts, approve_limits
from .sampling import save_scheme
from .studies import save_study

SEED = 2859
ENOUGH = 2 * MIN_TRIAL  # points before the demo freezes limits
GRR_TITLE = "CMM probe, bore 1 (illustrative) · 测头 孔1（示例）"
TYPE1_TITLE = "CMM probe, ring gauge (illustrative) · 环规（示例）"
SCHEME = "CAST-IN"


def ensure_demo_charts(scope: Scope, lines: list[str]) -> int:
    """Charts of the lines where they are missing; how many were new."""
    return sum(add_charts(scope, line) for line in lines)


def freeze_demo_limits(scope: Scope, now: datetime) -> tuple[int, int]:
    """Freeze limits of every chart that has enough points and none yet: (how many, how many still wait).

    Sigma is that of all values: on these lines a tool that wears moves the mean, and that is meant to be.
    """
    with acting(scope):
        waiting = [item for item in charts(scope, active=True) if item.version == 0]
        newest = newest_samples(scope, waiting, ENOUGH)
        ready = [item for item in waiting if len(points_of(item, newest[item.id])) >= ENOUGH]
        for item in ready:
            approve_limits(
                scope, item.id, now, estimator="sd", note="Demo: frozen from the simulated line's own values."
            )
        return len(ready), len(waiting) - len(ready)


def ensure_demo_studies(scope: Scope, org: str, now: datetime) -> int:
    """Two studies and a scheme where they are missing; how many were new."""
    made = 0
    rng = random.Random(SEED)  # noqa: S311 - demo data
    with acting(scope):
        titles = set(GaugeStudy.objects.of(scope).filter(org=org).values_list("title", flat=True))
        if GRR_TITLE not in titles:
            parts = [rng.gauss(0, 6.0) for _ in range(10)]
            offsets = {"Li Na": 0.3, "Zhao Lei": -0.2, "Zhou Min": 0.0}
            rows = [
                {"part": str(n), "appraiser": who, "value": round(part + off + rng.gauss(0, 0.45), 2)}
                for n, part in enumerate(parts, start=1)
                for who, off in offsets.items()
                for _trial in range(3)
            ]
            save_study(
                scope, StudyKind.GRR, GRR_TITLE, rows, now, org=org, line_asset="qc-l1", gauge_key="cmm-probe",
                characteristic="bore_1_um", options={"tolerance": 36.0},
            )  # fmt: skip
            made += 1
        if TYPE1_TITLE not in titles:
            values = [{"value": round(62.0042 + rng.gauss(0, 0.0005), 4)} for _ in range(50)]
            options = {"reference": 62.004, "tolerance": 0.036, "resolution": 0.0001}
            save_study(
                scope,
                StudyKind.TYPE1,
                TYPE1_TITLE,
                values,
                now,
                org=org,
                gauge_key="cmm-probe",
                options=options,
            )
            made += 1
        if not SamplingScheme.objects.of(scope).filter(org=org, code=SCHEME).exists():
            title = "Castings, goods in (illustrative) · 毛坯来料（示例）"
            save_scheme(scope, SCHEME, title, "0.65", supplier="示例铸造 Example Foundry", org=org)
            made += 1
    return made
