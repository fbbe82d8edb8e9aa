"""The malls' data set: offers drawn from standard gear series and a journal, made once and kept."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gearpark.engines.products import kept, product_class, read_values

FIRMS = 200
BATCH = 10_000
SEED = 1951
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
MODULES = ("1", "1.25", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")
STEELS = ("20CrMnTi", "20MnCr5", "18CrNiMo7-6", "42CrMo4", "40Cr", "C45")
FINISH = ("ground", "honed", "shaved", "hobbed")
ALLOYS = ("6061", "6063", "6082", "ADC12", "Al99.70")


def offers(count: int) -> Iterator[Any]:
    """Listed offers of gears, shafts, gear units and aluminium; not saved."""
    from gearpark.contexts.market.models import Offer

    rng = random.Random(SEED)
    for number in range(count):
        kind, values, en, zh = _thing(rng)
        made, wrong = read_values(product_class(kind), values)
        if wrong:
            raise RuntimeError(f"{kind}: {wrong}")
        yield Offer(
            org=f"firm-{number % FIRMS}", part_no=f"P{number:07d}", kind=kind, title_en=en, title_zh=zh, values=kept(made),
            malls=["aluminium"] if kind.startswith("al-") else ["gears"], unit="t" if kind.startswith("al-") else "piece", currency="CNY",
            price=Decimal(rng.randint(1_000, 900_000)) / 100, vat_rate=Decimal("0.13"), on_hand=Decimal(rng.choice((0, 10, 100))),
            lead_days=rng.randint(3, 40), state="listed", listed_at=NOW,
        )  # fmt: skip


def _thing(rng: random.Random) -> tuple[str, dict[str, str], str, str]:
    draw = rng.random()
    if draw < 0.6:
        module, teeth, steel = rng.choice(MODULES), rng.randint(12, 120), rng.choice(STEELS)
        helix = rng.choice((0, 8, 12, 15, 20))
        values = {
            "module_mm": module, "teeth": str(teeth), "pressure_deg": "20", "helix_deg": str(helix), "hand": rng.choice(("left", "right")) if helix else "spur",
            "width_mm": str(rng.randint(8, 80)), "material": steel, "finishing": rng.choice(FINISH), "flank_class": str(rng.randint(4, 9)), "flank_standard": "iso-2013",
        }  # fmt: skip
        return (
            "gear",
            values,
            f"Gear m{module} z{teeth} {steel}",
            f"{'斜' if helix else '直'}齿轮 m{module} z{teeth} {steel}",
        )
    if draw < 0.75:
        values = {
            "length_mm": str(rng.randint(80, 900)),
            "diameter_mm": str(rng.randint(12, 90)),
            "material": rng.choice(STEELS),
        }
        return "shaft", values, f"Gear shaft {values['diameter_mm']}", f"齿轮轴 {values['diameter_mm']}"
    if draw < 0.85:
        values = {
            "ratio": f"{rng.uniform(1.5, 120):.2f}",
            "torque_nm": str(rng.randint(20, 20_000)),
            "protection": rng.choice(("IP54", "IP65", "IP67")),
        }
        return "gearbox", values, f"Gear unit i {values['ratio']}", f"减速机 i {values['ratio']}"
    alloy = rng.choice(ALLOYS)
    values = {"alloy": alloy, "diameter_mm": str(rng.choice((90, 127, 152, 178, 203, 254)))}
    return "al-billet", values, f"Billet {alloy}", f"铝棒 {alloy}"


def fill(count: int) -> float:
    """Store the offers and build their index; returns seconds."""
    from gearpark.contexts.market.models import Offer
    from gearpark.contexts.market.services.index import catch_up
    from gearpark.contexts.telemetry.public import process_scope
    from gearpark.kit.tenant import acting

    began = time.perf_counter()
    batch: list[Any] = []
    scope = process_scope("bench")
    source = offers(count)
    while True:
        batch = [offer for _n, offer in zip(range(BATCH), source, strict=False)]
        if not batch:
            break
        with acting(scope):
            Offer.objects.of(scope).bulk_create(batch)
    catch_up(scope)
    return time.perf_counter() - began


def fill_journal(postings: int) -> None:
    """Entries of two postings between a thousand accounts, balances kept with them."""
    from django.db import connection

    from gearpark.contexts.telemetry.public import process_scope
    from gearpark.kit.tenant import acting

    with acting(process_scope("bench")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO market_account (org, kind, currency, balance)"
            " SELECT 'firm-' || n, k, 'CNY', 0 FROM generate_series(0, 499) n, unnest(ARRAY['outside', 'held']) k"
        )
        cursor.execute(
            "INSERT INTO market_entry (org, counter, key, what, currency, at, actor)"
            " SELECT 'firm-' || n %% 500, '', 'bench-' || n, 'hold', 'CNY', %s, 'bench' FROM generate_series(1, %s) n",
            [NOW, postings // 2],
        )
        cursor.execute(
            "INSERT INTO market_posting (org, entry_id, account_id, amount)"
            " SELECT e.org, e.id, a.id, CASE a.kind WHEN 'held' THEN 1 ELSE -1 END * ((e.id %% 9973) + 0.37)"
            " FROM market_entry e JOIN market_account a ON a.org = e.org AND a.currency = 'CNY'",
            [],
        )
        cursor.execute(
            "UPDATE market_account a SET balance = (SELECT sum(amount) FROM market_posting p WHERE p.account_id = a.id)"
        )
