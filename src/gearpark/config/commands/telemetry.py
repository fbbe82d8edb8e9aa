"""``gearpark telemetry``: recordings and machine states, on files alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import emit


def add(commands: Any) -> None:
    """Register the area's commands."""
    telemetry: argparse.ArgumentParser = commands.add_parser(
        "telemetry", help="recordings and machine states, on files alone"
    )
    actions = telemetry.add_subparsers(dest="action", required=True, metavar="ACTION")
    load = actions.add_parser("import-shdr", help="load SHDR recordings into the lake")
    load.add_argument("files", nargs="+", metavar="FILE", help="plain text or .gz")
    load.add_argument(
        "--devices", required=True, metavar="DEVICES_XML", help="MTConnect device model, plain or .gz"
    )
    load.add_argument("--device", help="device name, when file and model do not tell")
    load.add_argument(
        "--prefix", default="", help="put before the device name in the asset id, for example nist-"
    )
    load.add_argument("--org", default="replay-lab", help="slug of the organisation that owns the data")
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=_import_shdr)
    states = actions.add_parser("states", help="machine-state intervals of one device")
    states.add_argument("--device", required=True, metavar="ID")
    states.add_argument("--from", dest="begin", required=True, metavar="T", help="ISO 8601 with zone")
    states.add_argument("--to", dest="end", required=True, metavar="T")
    states.add_argument("--org", default="replay-lab")
    states.add_argument("--json", action="store_true")
    states.set_defaults(run=_states)


def _import_shdr(options: argparse.Namespace) -> int:
    from gearpark.base import home
    from gearpark.base.time import now_utc
    from gearpark.lake import recordings

    result = recordings.import_shdr(
        home.folder("lake"),
        [Path(name) for name in options.files],
        Path(options.devices),
        org=options.org,
        now=now_utc(),
        prefix=options.prefix,
        device=options.device or "",
    )
    emit(result.as_dict(), options.json)
    return 0


def _states(options: argparse.Namespace) -> int:
    from gearpark.base import home
    from gearpark.base.time import parse_iso

    from ..machine_states import states

    answer = states(
        home.folder("lake"),
        options.device,
        parse_iso(options.begin),
        parse_iso(options.end),
        org=options.org,
    )
    emit(answer, options.json)
    return 0
