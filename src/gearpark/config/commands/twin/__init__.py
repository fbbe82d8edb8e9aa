"""``gearpark twin``: what a line gives, by simulation of its model file."""

from __future__ import annotations

from typing import Any

from . import basic, calibrate, forecast, optimize, study

PARTS = (basic, optimize, forecast, calibrate, study)


def add(commands: Any) -> None:
    """Register the area's commands."""
    twin = commands.add_parser("twin", help="what a line gives, by simulation")
    actions = twin.add_subparsers(dest="action", required=True, metavar="ACTION")
    for part in PARTS:
        part.add(actions)
