"""Words of the registry as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..types import industry_name

Words = dict[str, str | Promise]
STATES: Words = {
    "signed": _("Signed"),
    "building": _("Building"),
    "producing": _("Producing"),
    "above-size": _("Above size"),
    "left": _("Left the park"),
}
KINDS: Words = {
    "park": _("Park administration"),
    "firm": _("Firm"),
    "university": _("University"),
    "institute": _("Research institute"),
    "bank": _("Bank"),
    "service": _("Service provider"),
}
PLOT_STATES: Words = {
    "free": _("Free"),
    "reserved": _("Reserved"),
    "occupied": _("Occupied"),
    "public": _("Public use"),
}
LEVELS: Words = {"site": _("Site"), "area": _("Area"), "line": _("Line"), "unit": _("Unit")}
ROLES: Words = {
    "park-admin": _("Park administrator"),
    "park-officer": _("Park officer"),
    "firm-admin": _("Firm administrator"),
    "engineer": _("Engineer"),
    "line-leader": _("Line leader"),
    "quality-engineer": _("Quality engineer"),
    "technician": _("Maintenance technician"),
    "seller": _("Seller"),
    "buyer": _("Buyer"),
    "operator": _("Operator"),
    "viewer": _("Viewer"),
}
TYPES: Words = {
    "machining-centre": _("Machining centre"),
    "gantry": _("Gantry"),
    "robot": _("Robot"),
    "washer": _("Washer"),
    "leak-tester": _("Leak tester"),
    "cmm": _("Measuring machine"),
    "agv": _("AGV"),
    "buffer": _("Buffer"),
    "mtconnect-device": _("MTConnect device"),
    **LEVELS,
}
CHANGES: Words = {
    "new": _("New"),
    "changed": _("Changed"),
    "unchanged": _("Unchanged"),
    "wrong": _("Wrong"),
}


def word(words: Words, code: str) -> str:
    """The word for a code; the code itself when there is none."""
    return str(words.get(code, code))


def chinese() -> bool:
    return (get_language() or "en").startswith("zh")


def name_of(thing: Any) -> str:
    """``name_zh``/``name_en`` of an object or dict in the reader's language, the other one when it is missing."""
    read = thing.get if isinstance(thing, dict) else lambda key, default="": getattr(thing, key, default)
    zh, en = read("name_zh", "") or "", read("name_en", "") or ""
    return (zh or en) if chinese() else (en or zh)


def industry_text(code: str) -> str:
    """``C3453 齿轮及齿轮减、变速箱制造``; the standard has Chinese names only."""
    return f"{code} {industry_name(code)}".strip()
