"""More about one offer: what follows from a gear's parameters, its mates, offers like it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines import gears
from gearpark.engines.products import from_kept, product_class, span_of

from ..queries import offers as queries
from ..queries.checks import ISO_2013, gear_of
from ..queries.search import Search, search
from ..types import OfferInfo

SIMILAR = 4
OPPOSITE = {"left": "right", "right": "left", "spur": "spur"}
CLOSE = ("module_mm", "ratio", "alloy", "diameter_mm", "range_km")  # what makes two things of a class alike


def gear_facts(offer: OfferInfo) -> dict[str, Any] | None:
    """Computed diameters and, with a class of a 2013 edition, its flank tolerances; None for what is no gear."""
    if offer.kind != "gear":
        return None
    values = from_kept(product_class(offer.kind), offer.values)
    gear = gear_of(values)
    if gear is None:
        return None
    try:
        seen = gears.geometry(gear)
    except Problem:
        return None
    teeth = gears.span_teeth(gear) if not gear.internal else 0
    rows = [
        (gettext("Reference diameter"), "d", seen.reference_mm, "mm"),
        (gettext("Tip diameter"), "da", seen.tip_mm, "mm"),
        (gettext("Root diameter"), "df", seen.root_mm, "mm"),
        (gettext("Base diameter"), "db", seen.base_mm, "mm"),
        (gettext("Transverse pressure angle"), "αt", seen.transverse_pressure_deg, "°"),
        (gettext("Tooth thickness at the tip"), "san", seen.tip_thickness_mm, "mm"),
    ]
    if teeth:
        rows.append(
            (gettext("Span over %(n)s teeth") % {"n": teeth}, f"W{teeth}", gears.span(gear, teeth), "mm")
        )
    made = [
        {"title": title, "symbol": symbol, "value": f"{value:.3f}", "unit": unit}
        for title, symbol, value, unit in rows
    ]
    return {"rows": made, "tolerances": _tolerances(gear, values)}


def _tolerances(gear: gears.Gear, values: Any) -> dict[str, Any] | None:
    if values.get("flank_standard") not in ISO_2013 or "flank_class" not in values:
        return None
    try:
        row = gears.tolerances(gear, int(values["flank_class"]))
    except Problem:
        return None
    names = (
        ("fpT", row.f_pt_um), ("FpT", row.f_p_total_um), ("fHαT", row.f_h_alpha_um), ("ffαT", row.f_f_alpha_um),
        ("FαT", row.f_alpha_um), ("fHβT", row.f_h_beta_um), ("ffβT", row.f_f_beta_um), ("FβT", row.f_beta_um), ("FrT", row.f_r_um),
    )  # fmt: skip
    return {
        "standard": row.standard,
        "grade": row.flank_class,
        "rows": [{"symbol": n, "value": f"{v:g}"} for n, v in names],
    }


def mates_url(offer: OfferInfo) -> str:
    """A search for gears that run with this one; empty for what is no gear."""
    if offer.kind != "gear" or not offer.malls:
        return ""
    kept = offer.values
    helix, hand = str(kept.get("helix_deg", "0")), str(kept.get("hand", "spur"))
    asked = [("kind", "gear"), ("hand", hand if kept.get("internal") else OPPOSITE.get(hand, "spur"))]
    for name, value in (
        ("module_mm", kept.get("module_mm")),
        ("pressure_deg", kept.get("pressure_deg")),
        ("helix_deg", helix),
    ):
        if value is not None:
            asked += [(f"{name}_min", str(value)), (f"{name}_max", str(value))]
    return f"/market/m/{offer.malls[0]}/?{urlencode(asked)}"


def similar(scope: Scope, offer: OfferInfo) -> list[OfferInfo]:
    """Offers of the class with the same or nearly the same leading values."""
    kind = product_class(offer.kind)
    values = from_kept(kind, offer.values)
    choices: dict[str, tuple[str, ...]] = {}
    bounds: dict[str, Any] = {}
    for name in CLOSE:
        attribute = kind.attribute(name)
        if attribute is None or name not in values:
            continue
        value = values[name]
        if attribute.numeric:
            bounds[name] = span_of(attribute, value)  # type: ignore[arg-type]
        else:
            choices[name] = (str(value),)
    hits = search(Search(kinds=(offer.kind,), choices=choices, bounds=bounds), limit=SIMILAR + 1, facets=())
    return [one for one in queries.offers_by_id(scope, hits.ids) if one.id != offer.id][:SIMILAR]
