"""A search as an address says it: read, told in chips, and written back with one thing changed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from gearpark.engines.products import Attribute, attributes, classes, is_choice
from gearpark.engines.products.types import Kind

from ..queries.search import SORTS, Search
from ..types import CURRENCIES
from .words import language

MAX_TEXT = 200
MAX_VALUES = 20
UNCOUNTED = ("reference_mm", "tip_mm", "span_mm", "span_teeth")  # they only check a gear
LEAST, MOST = "_min", "_max"


def asked(given: QueryDict, mall: str) -> Search:
    """The search of an address; what is no part of a search is passed over."""
    choices: dict[str, tuple[str, ...]] = {}
    bounds: dict[str, tuple[Decimal | None, Decimal | None]] = {}
    for key, attribute in attributes().items():
        if is_choice(key) and given.getlist(key):
            choices[key] = _known(attribute, given.getlist(key))
        elif attribute.numeric:
            ends = _number(given.get(key + LEAST)), _number(given.get(key + MOST))
            if ends != (None, None):
                bounds[key] = ends
    price = _number(given.get("price" + LEAST)), _number(given.get("price" + MOST))
    if price != (None, None):
        bounds["price"] = price
    return Search(
        text=given.get("q", "").strip()[:MAX_TEXT],
        mall=mall,
        kinds=tuple(code for code in given.getlist("kind") if code in classes())[:MAX_VALUES],
        orgs=tuple(given.getlist("org"))[:MAX_VALUES],
        stock=given.get("stock") == "yes",
        currency=given.get("currency", "") if given.get("currency") in CURRENCIES else "",
        choices=choices,
        bounds=bounds,
        sort=given.get("sort", "") if given.get("sort") in SORTS else "best",
    )


def _known(attribute: Attribute, codes: list[str]) -> tuple[str, ...]:
    good = {"yes", "no"} if attribute.kind is Kind.FLAG else {choice.code for choice in attribute.choices}
    return tuple(code for code in codes if code in good)[:MAX_VALUES]


def _number(text: str | None) -> Decimal | None:
    try:
        made = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return made if made.is_finite() else None


def without(given: QueryDict, *pairs: tuple[str, str | None]) -> str:
    """The address without some values (None: all of a name), from its first page."""
    made = given.copy()
    made.pop("page", None)
    for name, value in pairs:
        rest = [] if value is None else [one for one in made.getlist(name) if one != value]
        made.pop(name, None)
        if rest:
            made.setlist(name, rest)
    return "?" + made.urlencode()


def with_value(given: QueryDict, name: str, value: str, *, only: bool = False) -> str:
    """The address with one value more, or only this one."""
    made = given.copy()
    made.pop("page", None)
    if only:
        made.pop(name, None)
    if value and value not in made.getlist(name):
        made.appendlist(name, value)
    return "?" + made.urlencode()


def chips(given: QueryDict, search: Search, firm_names: dict[str, str]) -> list[dict[str, Any]]:
    """Everything that narrows the result, each with the address without it."""
    made = [_typed_chip(bound) for bound in search.typed().bounds]
    tongue = language()
    made += [
        {"text": classes()[code].title(tongue), "url": without(given, ("kind", code))}
        for code in search.kinds
    ]
    made += [
        {"text": firm_names.get(slug, slug), "url": without(given, ("org", slug))} for slug in search.orgs
    ]
    if search.stock:
        made.append({"text": gettext("from stock"), "url": without(given, ("stock", None))})
    if search.currency:
        made.append({"text": search.currency, "url": without(given, ("currency", None))})
    for key, codes in search.choices.items():
        attribute = attributes()[key]
        for code in codes:
            word = _choice_word(attribute, code)
            made.append({"text": f"{attribute.title(tongue)}: {word}", "url": without(given, (key, code))})
    for key, (low, high) in search.bounds.items():
        url = without(given, (key + LEAST, None), (key + MOST, None))
        made.append({"text": f"{_title(key)} {_range(key, low, high)}", "url": url})
    return made


def _typed_chip(bound: Any) -> dict[str, Any]:
    """A filter understood from the words; it goes when the words change."""
    if bound.choice:
        attribute = attributes()[bound.key]
        return {"text": f"{attribute.title(language())}: {_choice_word(attribute, bound.choice)}", "url": ""}
    return {"text": f"{_title(bound.key)} {_range(bound.key, bound.low, bound.high)}", "url": ""}


def _title(key: str) -> str:
    return gettext("Price") if key == "price" else attributes()[key].title(language())


def _choice_word(attribute: Attribute, code: str) -> str:
    return attribute.shown(code == "yes" if attribute.kind is Kind.FLAG else code, language())


def _range(key: str, low: Decimal | None, high: Decimal | None) -> str:
    unit = "" if key == "price" else attributes()[key].unit
    tail = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"{_plain(low)}{tail}" if low == high else f"{_plain(low)} – {_plain(high)}{tail}"
    return f"≥ {_plain(low)}{tail}" if low is not None else f"≤ {_plain(high)}{tail}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def facet_groups(
    given: QueryDict, search: Search, hits: Any, firm_names: dict[str, str]
) -> list[dict[str, Any]]:
    """Facets as the page shows them: values with counts, and ranges with their ends."""
    tongue, made = language(), []
    for name, values in hits.facets.items():
        rows = []
        for facet in values:
            word = _facet_word(name, facet.value, firm_names, tongue)
            chosen = facet.value in given.getlist(name)
            url = without(given, (name, facet.value)) if chosen else with_value(given, name, facet.value)
            rows.append({"word": word, "count": facet.count, "url": url, "on": chosen})
        if len(rows) > 1 or any(row["on"] for row in rows):
            made.append({"title": _facet_title(name), "rows": rows, "name": name})
    for name, (low, high) in hits.spans.items():
        if low < high or name in search.bounds:
            unit = "" if name == "price" else attributes()[name].unit
            made.append({
                "title": _facet_title(name), "name": name, "unit": unit, "low": f"{low:.6g}", "high": f"{high:.6g}",
                "least": given.get(name + LEAST, ""), "most": given.get(name + MOST, ""),
            })  # fmt: skip
    return made


def _facet_title(name: str) -> str:
    own = {"kind": gettext("Product class"), "org": gettext("Seller"), "stock": gettext("Stock"),
           "currency": gettext("Currency"), "price": gettext("Price")}  # fmt: skip
    return own.get(name) or attributes()[name].title(language())


def _facet_word(name: str, value: str, firm_names: dict[str, str], tongue: str) -> str:
    if name == "kind":
        return classes()[value].title(tongue) if value in classes() else value
    if name == "org":
        return firm_names.get(value, value)
    if name == "stock":
        return gettext("in stock") if value == "yes" else gettext("made to order")
    if name == "currency":
        return value
    return _choice_word(attributes()[name], value)


def facet_names(search: Search) -> list[str]:
    """What is counted: of every search the class, seller and stock; of one class its attributes too."""
    made = ["kind", "org", "stock", "price"]
    kinds = search.kinds or search.typed().classes
    if len(kinds) == 1:
        made += [
            attribute.key
            for attribute in classes()[kinds[0]].attributes
            if attribute.kind is not Kind.TEXT and attribute.key not in UNCOUNTED
        ]
    return made
