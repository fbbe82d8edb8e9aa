"""Options of ``python -m gearpark.plants``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gearpark.base import home
from gearpark.base.problems import Problem

from .line.knobs import KINDS, Injection, parse_injection
from .lines import housing_lines

DEFAULT_PORT_BASE = 48_400
MAX_HISTORY_HOURS = 168.0
MAX_SPEED = 120.0
MAX_VEHICLES = 20
DEFAULT_SEED = 20_261_123
LINES = len(housing_lines())


@dataclass(frozen=True, slots=True)
class Options:
    """What runs.

    port_base      OPC UA line n listens on port_base + n, other types' lines from port_base + 11 on; with another base
                   than the default, the MTConnect agent listens on port_base + 50 and the SHDR adapter on port_base + 51
    other_lines    also one line of every other type
    speed          shop and recorded seconds per real second
    vehicles       vehicles of the housing shop that speak VDA 5050 on the bus
    history_hours  how far before now the housing shop's history begins at least
    """

    home: Path
    port_base: int = DEFAULT_PORT_BASE
    seed: int = DEFAULT_SEED
    speed: float = 1.0
    lines: int = LINES
    other_lines: bool = False
    history_hours: float = 24.0
    recordings: bool = True
    vehicles: int = 0
    inject: tuple[Injection, ...] = ()

    @property
    def agent_port(self) -> int:
        return 5001 if self.port_base == DEFAULT_PORT_BASE else self.port_base + 50

    @property
    def adapter_port(self) -> int:
        return 7878 if self.port_base == DEFAULT_PORT_BASE else self.port_base + 51


def parse_options(argv: Sequence[str] | None) -> Options:
    """Command line -> options; what does not fit is a Problem ``plants.option`` or ``plants.injection``."""
    parser = argparse.ArgumentParser(
        prog="gearpark.plants", description="Simulated factories that speak OPC UA, MTConnect and SHDR."
    )
    parser.add_argument(
        "--home", type=Path, default=None, help="installation folder; run/plants.json is written there"
    )
    parser.add_argument("--port-base", type=int, default=DEFAULT_PORT_BASE, help="line n listens on base + n")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--speed", type=float, default=1.0, help="shop seconds per real second")
    parser.add_argument("--lines", type=int, default=LINES, help=f"housing lines, 0 to {LINES}")
    parser.add_argument(
        "--other-lines", type=int, choices=(0, 1), default=0, help="1: also one line of every other type"
    )
    parser.add_argument(
        "--history-hours", type=float, default=24.0, help="history before now, simulated at start"
    )
    parser.add_argument("--no-recordings", action="store_true", help="no MTConnect agent and no SHDR adapter")
    parser.add_argument("--vehicles", type=int, default=0, help=f"vehicles on the bus, 0 to {MAX_VEHICLES}")
    parser.add_argument(
        "--inject",
        action="append",
        default=[],
        metavar="ASSET:KIND:SECONDS",
        help=f"a fault: {', '.join(KINDS)}",
    )
    given = parser.parse_args(argv)
    if not 0 <= given.lines <= LINES:
        raise Problem("plants.option", f"--lines is {given.lines}; between 0 and {LINES} lines can run.")
    if not 0 < given.speed <= MAX_SPEED:
        raise Problem(
            "plants.option", f"--speed is {given.speed}; it must be above 0 and at most {MAX_SPEED:g}."
        )
    if not 0 <= given.history_hours <= MAX_HISTORY_HOURS:
        raise Problem("plants.option", f"--history-hours must be between 0 and {MAX_HISTORY_HOURS:g}.")
    if not 0 <= given.vehicles <= MAX_VEHICLES:
        raise Problem("plants.option", f"--vehicles must be between 0 and {MAX_VEHICLES}.")
    if not 1024 <= given.port_base <= 65_000:
        raise Problem("plants.option", "--port-base must be between 1024 and 65000.")
    return Options(
        home=given.home or home.home(),
        port_base=given.port_base,
        seed=given.seed,
        speed=given.speed,
        lines=given.lines,
        other_lines=bool(given.other_lines),
        history_hours=given.history_hours,
        recordings=not given.no_recordings,
        vehicles=given.vehicles,
        inject=tuple(parse_injection(text) for text in given.inject),
    )
