"""Boards that follow the shop within two seconds, and figures that a lost hour does not change.

1. **Board update**: 182 devices of seven lines at 1 Hz over OPC UA into an installation as ``gearpark up`` starts it
   (gateway, journal, bus, historian, web, database), a board of every line open. Seconds from the moment a device writes
   to the moment its board shows it (``_boards``), over every tick of every device.
2. **Backfill**: seven simulated lines through a shift. An hour of it is lost and comes back as 655,200 messages (one a
   device and second), shuffled, a tenth of them twice, through journal, bus and historian into the lake. Seconds from the
   first message to figures that rest on all of them; the figures of every line must equal, field by field and hash by hash,
   those of a lake that was written in order and never disturbed.
3. Beside it: bringing a line's figures up to date after new data, incrementally as the boards do, against reading and
   computing the shift anew.

Prediction before the first run: board p95 1.2 s, backfill 60 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks import _backfill
from benchmarks._boards import Board
from benchmarks._park import ORG, ROOT, START_LIMIT_S, STOP_LIMIT_S, Park, free_port, until
from benchmarks._shop import SIGNALS, devices

LINES, SERVERS = 7, 4
WATCH_S, SETTLE_S = 45.0, 8.0
LIVE_LIMIT_S = 150.0
PART_LIMIT_S = 400.0


def board_update(lines: int, seconds: float) -> dict[str, Any]:
    """Part 1."""
    import signal
    import time

    with Park() as park:
        port = free_port(SERVERS)
        ready = park.home / "shop.ready"
        shop = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._shop", "--lines", str(lines), "--servers", str(SERVERS),
             "--port", str(port), "--ready", str(ready)],
            cwd=ROOT, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(ready.exists, "the shop is up", START_LIMIT_S)
        token, watched = _onboard(park, lines, port)
        boards = [Board(park.web, token, line, watched[line]) for line in watched]
        for board in boards:
            board.start()
        per_line = len(devices(1))
        until(
            lambda: all(len(board.shown) == per_line for board in boards),
            "every device is on its board",
            LIVE_LIMIT_S,
        )
        time.sleep(SETTLE_S)
        begin_s, before = time.time(), park.usage()
        time.sleep(seconds)
        end_s, after = time.time(), park.usage()
        for board in boards:
            board.stopped = True
        shop.send_signal(signal.SIGTERM)
        shop.wait(STOP_LIMIT_S)
        delays = sorted(d for board in boards for at, d in board.delays if begin_s <= at < end_s)
        cpu = sum(after[name][0] - before[name][0] for name in after if name in before)
        return {
            "board_update_p50_s": round(_share(delays, 0.5), 3),
            "board_update_p95_s": round(_share(delays, 0.95), 3),
            "board_update_max_s": round(delays[-1], 3) if delays else None,
            "board_updates": len(delays),
            "board_updates_expected": round(per_line * lines * (end_s - begin_s)),
            "boards": len(boards),
            "board_devices": per_line * lines,
            "board_answers_per_s": round(
                sum(board.asked for board in boards) / (end_s - begin_s + SETTLE_S), 1
            ),
            "cpu_share": round(cpu / (end_s - begin_s) / len(os.sched_getaffinity(0)), 3),
        }


def _share(sorted_values: list[float], share: float) -> float:
    if not sorted_values:
        return float("inf")
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def _onboard(park: Park, lines: int, port: int) -> tuple[str, dict[str, list[str]]]:
    """The shop's devices through the product's own services; a token, and the tags each board watches."""
    from gearpark.base.scope import Scope
    from gearpark.base.time import now_utc
    from gearpark.base.wire import SignalKind
    from gearpark.config import demo
    from gearpark.contexts.registry import public as registry
    from gearpark.contexts.shopfloor import public as shopfloor
    from gearpark.contexts.telemetry import public as telemetry
    from gearpark.kit.tenant import acting

    demo.load(now_utc())
    rights = telemetry.process_scope("bench").rights | {
        "tokens.manage", "registry.edit", "shopfloor.edit", "shopfloor.view",
    }  # fmt: skip
    scope = Scope(org=ORG, orgs=frozenset({ORG}), rights=frozenset(rights), actor="process:bench")
    names = devices(lines)
    kinds = {"power_kw": (SignalKind.ANALOG, 1.0), "part_serial": (SignalKind.STATE, None)}
    with acting(scope):
        shopfloor.ensure_demo_lines(scope)
    for server in range(SERVERS):
        assets = tuple(
            telemetry.ProposedAsset(
                id=name, type="machining-centre", name=name,
                path=f"qijiang/{ORG}/qiaohe-plant/machining/{name.split('-')[1]}/{name}",
                signals=tuple(
                    telemetry.ProposedSignal(
                        name=text, kind=kinds.get(text, (SignalKind.STATE, None))[0],
                        interval_s=kinds.get(text, (SignalKind.STATE, None))[1], address=f"ns=2;s={name}/{text}",
                    )
                    for text in SIGNALS
                ),
            )
            for name in names[server::SERVERS]
        )  # fmt: skip
        proposal = telemetry.Proposal(
            protocol=telemetry.Protocol.OPCUA,
            url=f"opc.tcp://127.0.0.1:{port + server}",
            gateway="gw1",
            assets=assets,
        )
        with acting(scope):
            telemetry.apply_proposal(scope, proposal, telemetry.Choices(name=f"shop-{server}"))
    with acting(scope):
        token = registry.issue_token(
            scope, "boards", frozenset({"telemetry.view", "shopfloor.view"}), now_utc()
        )
    watched = {
        f"qc-l{n}": [
            f"{name}/{text}" for name in names if name.startswith(f"qc-l{n}-") for text in SIGNALS[:-1]
        ]
        for n in range(1, lines + 1)
    }
    return token, watched


def part(name: str, *, quick: bool) -> dict[str, Any]:
    lines = 1 if quick else LINES
    if name == "board":
        return board_update(lines, 8.0 if quick else WATCH_S)
    return _backfill.run(lines=lines, minutes=6 if quick else 60)


def _apart(name: str, *, quick: bool) -> dict[str, Any]:
    """In a process of its own: each part wants its own settings."""
    command = [sys.executable, "-m", "benchmarks.shopfloor", name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=PART_LIMIT_S)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(*, quick: bool = False) -> dict[str, Any]:
    """All figures of the shop floor's area as one object."""
    return {**_apart("board", quick=quick), **_apart("backfill", quick=quick)}


if __name__ == "__main__":
    print(json.dumps(part(sys.argv[1], quick="--quick" in sys.argv)))
