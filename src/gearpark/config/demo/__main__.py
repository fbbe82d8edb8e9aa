"""``python -m gearpark.config.demo data``: store the demo park."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc

log = logging.getLogger("gearpark.demo")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the step is done, also when it was done before."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    import django

    django.setup()
    try:
        if words == ["data"]:
            from . import load

            log.info("demo park: %s", json.dumps(load(now_utc())))
            return 0
        if words == ["machines"]:
            from .machines import connect

            log.info("demo machines: %s", json.dumps(connect(now_utc())))
            return 0
    except Problem as problem:
        log.error("%s", problem)
        return 1
    log.error("usage: python -m gearpark.config.demo data | machines")
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
