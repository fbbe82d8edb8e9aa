"""The demo's malls: offers of the park's firms, their gears computed from standard series, prices invented."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from gearpark.base.scope import Scope
from gearpark.contexts.market import public as market
from gearpark.contexts.registry import public as registry
from gearpark.engines.gears import Gear, Hand, geometry
from gearpark.kit.tenant import acting

SEED = 1951
GEARS_EACH = 9
MODULES = (1.5, 2, 2.5, 3, 4, 5, 6)
HELICES = (0, 0, 8, 12, 15, 20)
STEELS = ("20CrMnTi", "20CrMnTi", "20MnCr5", "18CrNiMo7-6", "42CrMo4", "40Cr")
FINISH = ("ground", "honed", "shaved", "hobbed")
CLASSES = {"ground": (4, 5, 6), "honed": (5, 6), "shaved": (6, 7), "hobbed": (7, 8)}
MAX_FIRMS = 18  # gear firms that offer something
Draft = market.OfferDraft


YANGTZE = (
    19600,
    19470,
    19410,
    19670,
    19480,
    19440,
    19440,
    19580,
    19440,
    19440,
)  # ten published quotes, days invented
INDEX = "长江A00（演示）"


def load_market(scope: Scope, now: datetime) -> int:
    """Offers where a firm has none yet; returns how many were added."""
    days = [
        now.date() - timedelta(days=back)
        for back in range(30)
        if (now.date() - timedelta(days=back)).weekday() < 5
    ]
    quotes = [
        market.QuoteIn(INDEX, on, Decimal(price)) for on, price in zip(days, reversed(YANGTZE), strict=False)
    ]
    market.keep_quotes(scope, quotes, "shadu365, ten quotes; days invented for the demo")
    with acting(scope):
        firms = {firm.slug: firm for firm in registry.organisations(scope)}
    added = 0
    for org, draft in _drafts(firms):
        acts = Scope(org=org, orgs=frozenset((org,)), rights=scope.rights, actor=scope.actor)
        with acting(acts):
            if market.has_part(acts, draft.part_no):
                continue
            made = market.save_offer(acts, draft)
            market.list_offer(acts, made.id, now)
            added += 1
    market.catch_up(scope)
    return added


def _drafts(firms: dict[str, registry.FirmInfo]) -> Iterator[tuple[str, Draft]]:
    rng = random.Random(SEED)  # noqa: S311 - a demo's figures
    gear_firms = [slug for slug in sorted(firms) if slug.endswith("-gear")][:MAX_FIRMS]
    for slug in gear_firms:
        for number in range(GEARS_EACH):
            yield slug, _gear(rng, slug, number)
        yield slug, _shaft(rng, slug)
    known = {slug: drafts for slug, drafts in (("qichi", _qichi()), ("jingjiang", _axles(rng)), ("qineng", _primary()), ("qite-materials", _recycled())) if slug in firms}  # fmt: skip
    for slug, drafts in known.items():
        for draft in drafts:
            yield slug, draft
    for slug in [name for name in sorted(firms) if name.endswith("-aluminium")]:
        for draft in _aluminium(rng, slug):
            yield slug, draft


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _gear(rng: random.Random, slug: str, number: int) -> Draft:
    module, teeth, helix = rng.choice(MODULES), rng.randint(17, 96), rng.choice(HELICES)
    shift = rng.choice((0.0, 0.0, 0.1, 0.2, 0.3)) if teeth < 40 else 0.0
    finish = rng.choice(FINISH)
    width = round(module * rng.randint(7, 12))
    hand = rng.choice((Hand.LEFT, Hand.RIGHT)) if helix else Hand.SPUR
    seen = geometry(
        Gear(module, teeth, helix_deg=float(helix), hand=hand, shift=shift, width_mm=float(width))
    )
    bore = round(min(seen.root_mm * 0.45, seen.root_mm - 4 * module))
    mass = 7.85e-6 * 3.1416 / 4 * (seen.reference_mm**2 - bore**2) * width
    steel = rng.choice(STEELS)
    cost = 18 + 38 * mass + teeth * 0.35 * (1.7 if finish == "ground" else 1.0)
    kind = ("斜齿轮", "Helical gear") if helix else ("直齿轮", "Spur gear")
    values = {
        "module_mm": f"{module:g}", "teeth": str(teeth), "pressure_deg": "20", "helix_deg": str(helix), "hand": hand.value,
        "shift": f"{shift:g}", "width_mm": str(width), "bore_mm": str(bore), "material": steel, "finishing": finish,
        "heat": "case" if steel not in ("42CrMo4", "40Cr") else "induction", "hardness_hrc": str(rng.choice((56, 58, 60))),
        "flank_class": str(rng.choice(CLASSES[finish])), "flank_standard": rng.choice(("gb-2022", "iso-2013")),
        "tip_mm": f"{seen.tip_mm:.3f}", "mass_kg": f"{mass:.3f}",
    }  # fmt: skip
    price = _money(cost)
    return Draft(
        part_no=f"{slug.split('-', maxsplit=1)[0][:4].upper()}-M{module:g}Z{teeth}-{number + 1}", kind="gear",
        title_zh=f"{kind[0]} m{module:g} z{teeth} {steel}", title_en=f"{kind[1]} m{module:g} z{teeth} {steel}", values=values,
        malls=("gears", "world-gears") if number % 3 == 0 else ("gears",), price=price,
        tiers=(market.Tier(Decimal(100), _money(cost * 0.94)), market.Tier(Decimal(1000), _money(cost * 0.88))),
        on_hand=Decimal(rng.choice((0, 0, 20, 60, 150, 400))), lead_days=rng.choice((7, 10, 15, 20, 30)),
    )  # fmt: skip


def _shaft(rng: random.Random, slug: str) -> Draft:
    length, diameter = rng.randint(180, 620), rng.choice((28, 32, 38, 45, 52))
    values = {"length_mm": str(length), "diameter_mm": str(diameter), "spline": f"EXT {diameter - 6}z x 1m x 30R x 5h", "material": "20CrMnTi", "heat": "case", "hardness_hrc": "58", "runout_mm": "0.02"}  # fmt: skip
    return Draft(
        f"{slug[:4].upper()}-S{diameter}-{length}", "shaft", title_zh=f"齿轮轴 φ{diameter}×{length}",
        title_en=f"Gear shaft {diameter} x {length}", values=values, malls=("gears",), price=_money(60 + length * 0.3),
        on_hand=Decimal(0), lead_days=21,
    )  # fmt: skip


def _qichi() -> Iterator[Draft]:
    yield Draft(
        "QC-HS-S6", "housing", title_zh="S6 变速箱壳体", title_en="S6 transmission housing", malls=("gears", "nev"),
        values={"alloy": "ADC12", "process": "die-cast", "wall_mm": "4.5", "leak_ml_min": "8", "length_mm": "420", "breadth_mm": "330", "mass_kg": "8.6"},
        price=Decimal("486.00"), on_hand=Decimal(120), lead_days=10, line="qc-l1", shows=True,
        tiers=(market.Tier(Decimal(500), Decimal("462.00")),),
    )  # fmt: skip
    yield Draft(
        "QC-S6-90", "gearbox", title_zh="S6-90 六档变速箱", title_en="S6-90 six-speed gear unit", malls=("gears", "world-gears"),
        values={"ratio": "6.1", "torque_nm": "900", "input_rpm": "2600", "stages": "6", "efficiency_pct": "96", "noise_db": "78", "mass_kg": "148"},
        price=Decimal("7860.00"), on_hand=Decimal(14), lead_days=25,
    )  # fmt: skip
    yield Draft(
        "QC-ED-160", "e-drive", title_zh="160 kW 电驱减速器", title_en="E-drive reducer 160 kW", malls=("nev",),
        values={"ratio": "9.2", "torque_nm": "3200", "input_rpm": "16000", "power_kw": "160", "efficiency_pct": "97.5", "noise_db": "72", "protection": "IP67", "mass_kg": "26"},
        price=Decimal("2380.00"), lead_days=30,
    )  # fmt: skip


def _axles(rng: random.Random) -> Iterator[Draft]:
    for length, diameter in ((780, 38), (860, 42), (915, 45), (990, 48)):
        yield Draft(
            f"JJ-{diameter}-{length}", "axle", title_zh=f"后桥半轴 φ{diameter}×{length}", title_en=f"Rear axle shaft {diameter} x {length}",
            values={"length_mm": str(length), "diameter_mm": str(diameter), "material": "42CrMo4", "heat": "induction", "hardness_hrc": "54", "torque_nm": str(diameter**3 // 20), "runout_mm": "0.8"},
            malls=("gears", "world-gears"), price=_money(90 + length * 0.18), on_hand=Decimal(rng.choice((0, 200, 600))), lead_days=12,
        )  # fmt: skip


def _primary() -> Iterator[Draft]:
    yield Draft(
        "QN-A00", "al-ingot", title_zh="重熔用铝锭 Al99.70（A00）", title_en="Primary ingot Al99.70", malls=("aluminium",), unit="t",
        values={"alloy": "Al99.70", "fe_pct": "0.14", "si_pct": "0.06", "cu_pct": "0.005", "ga_pct": "0.02", "ingot_kg": "20"},
        price=Decimal("20360"), on_hand=Decimal(850), min_qty=Decimal(25), step_qty=Decimal(25), lead_days=3,
    )  # fmt: skip
    yield Draft(
        "QN-9985", "al-ingot", title_zh="精选铝锭 Al99.85", title_en="Select ingot Al99.85", malls=("aluminium",), unit="t",
        values={"alloy": "Al99.85", "fe_pct": "0.10", "si_pct": "0.05", "ingot_kg": "20"},
        price=Decimal("20680"), on_hand=Decimal(200), min_qty=Decimal(25), step_qty=Decimal(25), lead_days=5,
    )  # fmt: skip
    yield Draft(
        "QN-HOT", "al-liquid", title_zh="铝液直供 Al99.70", title_en="Molten metal Al99.70, delivered hot", malls=("aluminium",), unit="t",
        values={"alloy": "Al99.70", "temperature_c": "880", "ladle_t": "8", "fe_pct": "0.15", "si_pct": "0.06"},
        formula=market.Formula(INDEX, market.Window.SHIPMENT_MONTH, 5, premium=Decimal("-180")), min_qty=Decimal(8), step_qty=Decimal(8), lead_days=1,
    )  # fmt: skip
    yield Draft(
        "QN-SLAB-5182", "al-slab", title_zh="5182 扁锭 520×1650", title_en="Rolling slab 5182, 520 x 1650", malls=("aluminium",), unit="t",
        values={"alloy": "5182", "thickness_mm": "520", "breadth_mm": "1650", "length_mm": "6200", "scalped": "no", "homogenised": "yes"},
        price=Decimal("22150"), min_qty=Decimal(24), lead_days=14,
    )  # fmt: skip


def _recycled() -> Iterator[Draft]:
    yield Draft(
        "QT-ADC12", "al-alloy-ingot", title_zh="再生 ADC12 合金锭", title_en="Recycled casting alloy ADC12", malls=("aluminium",), unit="t",
        values={"alloy": "ADC12", "si_pct": "10.6", "cu_pct": "2.1", "fe_pct": "0.85", "mg_pct": "0.2", "mn_pct": "0.25", "zn_pct": "0.8", "recycled_pct": "92", "ingot_kg": "7"},
        price=Decimal("20100"), on_hand=Decimal(60), min_qty=Decimal(5), step_qty=Decimal(5), lead_days=4,
    )  # fmt: skip
    yield Draft(
        "QT-ADC12-HOT", "al-liquid", title_zh="再生 ADC12 铝液", title_en="Molten ADC12, delivered hot", malls=("aluminium",), unit="t",
        values={"alloy": "ADC12", "temperature_c": "760", "ladle_t": "5", "si_pct": "10.5", "cu_pct": "2.0", "fe_pct": "0.9"},
        min_qty=Decimal(5), step_qty=Decimal(5), lead_days=1,
    )  # fmt: skip


def _aluminium(rng: random.Random, slug: str) -> Iterator[Draft]:
    mark = slug.split("-", maxsplit=1)[0][:4].upper()
    alloy, diameter = rng.choice(("6061", "6063", "6082")), rng.choice((127, 152, 178, 203, 254))
    yield Draft(
        f"{mark}-B{diameter}", "al-billet", title_zh=f"{alloy} 铝棒 φ{diameter}", title_en=f"Billet {alloy}, {diameter} mm", malls=("aluminium",), unit="t",
        values={"alloy": alloy, "diameter_mm": str(diameter), "length_mm": "5800", "homogenised": "yes", "fe_pct": "0.20", "si_pct": "0.60"},
        formula=market.Formula(INDEX, premium=Decimal(30), processing=Decimal(rng.randrange(420, 560, 10))), on_hand=Decimal(rng.choice((0, 30, 80))), min_qty=Decimal(5), lead_days=9,
    )  # fmt: skip
    yield Draft(
        f"{mark}-P{rng.randint(100, 999)}", "al-profile", title_zh=f"{alloy}-T6 交通型材", title_en=f"Extrusion {alloy}-T6 for transport", malls=("aluminium",), unit="t",
        values={"alloy": alloy, "temper": "T6", "kg_per_m": f"{rng.uniform(1.2, 9):.2f}", "length_mm": "6000", "wall_mm": "3", "tensile_mpa": "270", "elongation_pct": "10"},
        price=_money(25200 + rng.randint(0, 1500)), min_qty=Decimal(1), lead_days=18,
    )  # fmt: skip
    yield Draft(
        f"{mark}-BT{rng.randint(10, 99)}", "battery-tray", title_zh=f"{alloy} 电池托盘", title_en=f"Battery tray, {alloy}", malls=("nev", "aluminium"),
        values={"alloy": alloy, "temper": "T6", "process": "extruded", "length_mm": str(rng.randint(1500, 2100)), "breadth_mm": str(rng.randint(1100, 1450)), "wall_mm": "2.5", "leak_ml_min": "12", "protection": "IP67", "mass_kg": str(rng.randint(38, 62))},
        price=_money(2600 + rng.randint(0, 900)), lead_days=35,
    )  # fmt: skip
