"""Genealogy at a million serials: bulk, single inserts, trace up, trace down, recall, through the product's services.

A home of its own with its own embedded PostgreSQL, as ``gearpark up`` starts it (durable, default settings). Everything
goes through services and queries with a scope, as the application's role under row-level security. A shop of seven
lines makes housings at 384 s a piece; every tenth serial is an axle module that three of the nine before it went into.
A serial has 22 to 25 facts with things (lot, six machines with program and tool or gauge, operator, two verdicts,
children) and 12 measured values.

Bulk is the time of the two services that a back-fill uses, serials issued plus facts added, 1,000 serials a
transaction; making up the facts is not counted. A single insert is one serial issued and its facts added, two
transactions, committed to the disk; audited, because a person does it. Nothing is vacuumed or analysed by hand.

Questions: trace up for serials taken at random; trace down for things of every kind at random (lot, tool, gauge,
machine, program, operator, part: all parts they ever touched, counted by status and product, with the first hundred
rows); recall for what people ask (tool since it was mounted, gauge since last week's check, lot, line for a shift,
program of a quarter), followed into the parts they went into. ``hottest_ms`` is the worst thing there is, asked alone:
the gauge that measured every seventh part of the million.

Peers are quoted from their public issue trackers, they were not run: ``peers`` says which work took how long there.
Prediction before the first run: 2,000 serials/s, trace up 5 ms, trace down 500 ms, recall 100 ms, insert 10 ms.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ORG = "qichi"
SERIALS, QUICK_SERIALS = 1_000_000, 20_000
LOT_OF = 1_000  # serials of one order, one line, one transaction
FIRST_LOOK = 10_000  # single inserts are measured at this size and at the end
LINES, TAKT_S = 7, 384
T0 = datetime(2024, 1, 8, tzinfo=UTC)
SINGLE = 200  # single inserts measured
ASKED = 210  # questions of each sort
QUARTER_S = 7_776_000
OPS = (10, 20, 30, 40, 50, 60)
VALUES = (*(f"bore_{n}_um" for n in range(1, 11)), "flatness_um", "leak_rate_ccm")
TEMPORARY = Path(os.environ.get("GEARPARK_BENCH_DIR", tempfile.gettempdir()))
PEERS = {
    "ERPNext": "10,000 serials in one receipt: 60 s after the fix, 167/s (frappe/erpnext #42522)",
    "InvenTree": "one serial insert about 3 s at 67,000 items; completing 499 parts times out; "
    "tracking list of 1,000 rows 0.44 s after the fix (inventree/InvenTree #6013, #11988, #7451)",
    "Odoo": "serial uniqueness check of 200 orders 0.56 s after the fix (odoo/odoo #64460)",
}


class Shop:
    """What is made up: the n-th serial's order, moments and facts. The same seed gives the same shop."""

    def __init__(self) -> None:
        self.rng = random.Random(20261123)

    @staticmethod
    def line(batch: int) -> int:
        return batch % LINES + 1

    @staticmethod
    def at(batch: int, number: int) -> datetime:
        return T0 + timedelta(seconds=(batch // LINES * LOT_OF + number) * TAKT_S)

    def facts(self, batch: int, number: int, names: Sequence[str]) -> list[Any]:
        """Facts of one serial. ``names``: the serials of its transaction."""
        from gearpark.contexts.shopfloor.types.trace import Fact, FactKind

        line, begun = self.line(batch), self.at(batch, number)
        count = batch // LINES * LOT_OF + number  # of this line
        quarter = int((begun - T0).total_seconds()) // QUARTER_S
        found = [
            Fact(FactKind.MATERIAL, f"HEAT-{line}-{count // 200:05d}", begun, 10, f"op10-{line}", 1.0, "pc")
        ]
        for step, op in enumerate(OPS):
            at = begun + timedelta(minutes=8 * step)
            nest = number % 2 + 1
            station = f"op{op}-{nest}"
            found.append(Fact(FactKind.MACHINE, f"qc-l{line}-{station}", at, op, station))
            program = {"hash": f"{quarter:02d}{op}c0ffee"}
            found.append(Fact(FactKind.PROGRAM, f"H12-M-OP{op}", at, op, station, data=program))
            if op < 50:
                tool = f"T{op}-{line}-{nest}-{count // 600:05d}"
                found.append(Fact(FactKind.TOOL, tool, at, op, station, float(count % 600)))
            else:
                found.append(Fact(FactKind.GAUGE, f"G{op}-{line}", at, op, station))
                found.append(Fact(FactKind.TEST, f"test-{op}", at, op, station, 1.0))
        found.append(Fact(FactKind.OPERATOR, f"E{count // 75 % 30:03d}", begun, 10, f"op10-{line}"))
        measured = begun + timedelta(minutes=41)
        for name in VALUES:
            value = round(self.rng.gauss(0.0, 4.0), 2)
            limits = {"lower": -18.0, "upper": 18.0}
            found.append(Fact(FactKind.VALUE, name, measured, 60, "op60", value, "um", limits))
        if number % 10 == 9:
            children = self.rng.sample(range(number - 9, number), 3)
            found += [Fact(FactKind.CHILD, names[child], begun, 10, f"op10-{line}") for child in children]
        return found


class Bench:
    """One installation, filled and asked."""

    def __init__(self) -> None:
        from gearpark.base.scope import Scope
        from gearpark.contexts.registry.types import RIGHTS
        from gearpark.contexts.shopfloor.public import ensure_demo_lines
        from gearpark.contexts.shopfloor.queries.trace import recall, trace_down, trace_up

        self.trace_up, self.trace_down, self.recall = trace_up, trace_down, recall

        self.scope = Scope(ORG, 1, frozenset((ORG,)), False, frozenset(RIGHTS), "bench")
        ensure_demo_lines(self.scope)
        self.shop, self.rng = Shop(), random.Random(7)
        self.made = self.facts = 0
        self.spent_s = 0.0
        self.ids: list[int] = []
        self.samples: list[tuple[str, datetime, int]] = []  # serial, begun, line: some of them, for questions

    def order(self, number: str, batch: int, quantity: int) -> int:
        """A running order of a line, through the services; not timed."""
        from gearpark.contexts.shopfloor.services.work import register_line_order
        from gearpark.contexts.shopfloor.services.work.orders import change_order

        asset = f"qc-l{Shop.line(batch)}"
        at = Shop.at(batch, 0)
        key = register_line_order(self.scope, asset, number, "H12-M", at)
        change_order(self.scope, key, 1, {"quantity": quantity}, at)
        return key

    def fill(self, until: int) -> None:
        while self.made < until:
            self._batch(self.made // LOT_OF)

    def _batch(self, batch: int) -> None:
        from gearpark.contexts.shopfloor.services.trace import add_facts_of_many
        from gearpark.contexts.shopfloor.services.work import issue_serials
        from gearpark.kit.tenant import acting

        order = self.order(f"WO-{batch:05d}", batch, LOT_OF)
        begin = time.perf_counter()
        with acting(self.scope):
            made = issue_serials(self.scope, order, LOT_OF, Shop.at(batch, 0))
            self.spent_s += time.perf_counter() - begin
            names = [row.serial for row in made]
            facts = {row.pk: self.shop.facts(batch, n, names) for n, row in enumerate(made)}
            begin = time.perf_counter()
            self.facts += add_facts_of_many(self.scope, facts)
        self.spent_s += time.perf_counter() - begin
        self.made += LOT_OF
        pick = self.rng.randrange(LOT_OF)
        self.ids += [row.pk for row in made[pick::400]]
        self.samples.append((names[pick], Shop.at(batch, pick), Shop.line(batch)))

    def single_p95_ms(self, count: int) -> float:
        """Insert one serial with its facts, ``count`` times."""
        from gearpark.contexts.shopfloor.services.trace import add_facts
        from gearpark.contexts.shopfloor.services.work import issue_serials

        batch = self.made // LOT_OF
        order = self.order(f"WO-S-{batch:05d}", batch, count)
        spent = []
        for number in range(count):
            facts = self.shop.facts(batch, number - number % 10, [])
            begin = time.perf_counter()
            row = issue_serials(self.scope, order, 1, Shop.at(batch, number))[0]
            add_facts(self.scope, row.pk, facts)
            spent.append(time.perf_counter() - begin)
        return _p95_ms(spent)

    def up(self) -> list[float]:
        keys = self.rng.choices(self.ids, k=ASKED)
        return [_timed(lambda key=key: self.trace_up(self.scope, key)) for key in keys]

    def causes(self) -> Iterator[Any]:
        """Things of every kind in turn, each taken from a serial at random."""
        from gearpark.contexts.shopfloor.types.trace import Cause, FactKind

        for number in range(ASKED):
            serial, at, line = self.rng.choice(self.samples)
            count = int((at - T0).total_seconds()) // TAKT_S
            quarter = int((at - T0).total_seconds()) // QUARTER_S
            yield (
                Cause(FactKind.MATERIAL, f"HEAT-{line}-{count // 200:05d}"),
                Cause(FactKind.TOOL, f"T20-{line}-1-{count // 600:05d}"),
                Cause(FactKind.GAUGE, f"G50-{line}"),
                Cause(FactKind.MACHINE, f"qc-l{line}-op30-2"),
                Cause(FactKind.PROGRAM, "H12-M-OP40", f"{quarter:02d}"),
                Cause(FactKind.OPERATOR, f"E{number % 30:03d}"),
                Cause(FactKind.CHILD, serial),
            )[number % 7]

    def down(self) -> list[float]:
        return [self._full(self.trace_down, cause) for cause in self.causes()]

    def recalls(self) -> list[float]:
        from gearpark.contexts.shopfloor.types.trace import Cause, FactKind

        spent = []
        for number in range(ASKED):
            _serial, at, line = self.rng.choice(self.samples)
            count = int((at - T0).total_seconds()) // TAKT_S
            quarter = int((at - T0).total_seconds()) // QUARTER_S
            week, shift = at - timedelta(days=7), at - timedelta(hours=8)
            cause = (
                Cause(FactKind.TOOL, f"T20-{line}-1-{count // 600:05d}", since_at=week),
                Cause(FactKind.GAUGE, f"G50-{line}", since_at=week, until_at=at),
                Cause(FactKind.MATERIAL, f"HEAT-{line}-{count // 200:05d}"),
                Cause(FactKind.MACHINE, f"qc-l{line}-op30-1", since_at=shift, until_at=at),
                Cause(FactKind.PROGRAM, "H12-M-OP40", f"{quarter:02d}"),
            )[number % 5]
            spent.append(self._full(self.recall, cause))
        return spent

    def hottest_ms(self) -> tuple[float, int]:
        from gearpark.contexts.shopfloor.types.trace import Cause, FactKind

        cause = Cause(FactKind.GAUGE, "G50-1")
        spent = [_timed(lambda: self.recall(self.scope, cause)) for _ in range(3)]
        return round(statistics.median(spent) * 1000, 1), self.recall(self.scope, cause).total

    def _full(self, question: Callable[..., Any], cause: Any) -> float:
        begin = time.perf_counter()
        answer = question(self.scope, cause)
        spent = time.perf_counter() - begin
        if not answer.total and cause.kind != "child":
            raise RuntimeError(f"nothing found for {cause}")
        return spent


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _p95_ms(seconds: list[float]) -> float:
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000, 2)


def _sizes_mb() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) / 1000000 FROM pg_class WHERE relkind = 'r'"
            " AND relname IN ('shopfloor_fact', 'shopfloor_measured', 'shopfloor_serial', 'shopfloor_thing')"
        )
        return {name.removeprefix("shopfloor_"): int(size) for name, size in cursor.fetchall()}


def _measure(serials: int) -> dict[str, Any]:
    begin = time.perf_counter()
    bench = Bench()
    bench.fill(FIRST_LOOK)
    at_1e4 = bench.single_p95_ms(SINGLE)
    bench.fill(serials)
    built_s = time.perf_counter() - begin
    at_1e6 = bench.single_p95_ms(SINGLE)
    up, down, recalls = bench.up(), bench.down(), bench.recalls()
    hottest, parts = bench.hottest_ms()
    return {
        "serials": bench.made,
        "facts": bench.facts,
        "trace_up_p95_ms": _p95_ms(up),
        "trace_down_p95_ms": _p95_ms(down),
        "recall_p95_ms": _p95_ms(recalls),
        "bulk_serials_per_s": round(bench.made / bench.spent_s),
        "insert_p95_ms_at_1e4": at_1e4,
        "insert_p95_ms_at_1e6": at_1e6,
        "trace_up_p50_ms": round(statistics.median(up) * 1000, 2),
        "trace_down_p50_ms": round(statistics.median(down) * 1000, 2),
        "recall_p50_ms": round(statistics.median(recalls) * 1000, 2),
        "hottest_ms": hottest,
        "hottest_parts": parts,
        "built_s": round(built_s, 1),
        "size_mb": _sizes_mb(),
        "peers": PEERS,
    }


def run(*, quick: bool = False) -> dict[str, Any]:
    """All figures; ``insert_p95_ms_at_1e6`` is at the full size, which is 20,000 when ``quick``."""
    home = Path(tempfile.mkdtemp(prefix="gearpark-bench-", dir=TEMPORARY))
    home.chmod(0o755)
    os.environ.update(GEARPARK_HOME=str(home), GEARPARK_NO_POOL="1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    os.environ.pop("DATABASE_URL", None)
    from gearpark.config import database

    server = database.Server()
    try:
        server.start()
        import django
        from django.conf import settings

        django.setup()
        settings.DATABASES["default"].update(database.dsn("app").django(), CONN_MAX_AGE=None)
        database.migrate()
        return _measure(QUICK_SERIALS if quick else SERIALS)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
