"""``gearpark quality check``."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from gearpark.base.problems import Problem
from gearpark.engines.quality.cases import check as check_cases

from .inputs import answer, text_of

NOT_ALL_PASSED = 1


def check(options: argparse.Namespace) -> int:
    """Every case of a file; exit code 1 unless all passed."""
    path = Path(options.file)
    try:
        document = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise Problem("quality.file", f"{path} is no JSON: {error}.") from error
    folder = path.resolve().parent

    def read(name: str) -> str:
        return text_of(folder / name)

    outcomes = check_cases(document, read)
    count = Counter(outcome.status for outcome in outcomes)
    answer(
        {
            "cases": len(outcomes),
            "passed": count["passed"],
            "failed": count["failed"],
            "unsupported": count["unsupported"],
            "values_compared": sum(outcome.compared for outcome in outcomes),
            "failing": [o.as_dict() for o in outcomes if o.status == "failed"],
            "not_supported": [o.as_dict() for o in outcomes if o.status == "unsupported"],
            **({"passing": [o.as_dict() for o in outcomes if o.status == "passed"]} if options.all else {}),
        },
        options.json,
    )
    return 0 if count["passed"] == len(outcomes) else NOT_ALL_PASSED
