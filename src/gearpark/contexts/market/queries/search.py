"""Search: filters, words in both languages and facets, answered by the index."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import tantivy

from gearpark.engines.products import Bound, Query, attributes, is_choice, is_cjk, pairs, read_query, runs

from ..types import Facet, Hits
from . import index as offers_index

MAX_PAGE = 100
MAX_OFFSET = 5_000  # hits further down are not shown: narrow the search
MAX_FACET = 24
MAX_SPANNED = (
    20_000  # hits up to which the ends of numbers are told; above, people narrow by words and choices
)
MAX_WIDE = 200_000  # hits up to which every choice is counted
LEADING = 6  # choices counted above
MAX_WORDS = 12
FUZZY_FROM = 5  # letters of a Latin word from which one typing error is forgiven
PREFIX_FROM = 4  # characters of a part number
SORTS = ("best", "price", "-price", "new")
FACETS = ("kind", "org", "stock", "currency")
SCHEMA = offers_index.schema()
_DOUBLE = tantivy.FieldType.Float


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. ``choices``: attribute -> wanted codes (any of them); ``bounds``: attribute -> range."""

    text: str = ""
    mall: str = ""
    kinds: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    stock: bool = False
    currency: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    sort: str = "best"
    since: int = 0  # only offers changed after this moment (unix seconds)

    def typed(self) -> Query:
        return read_query(self.text)


def search(wanted: Search, *, offset: int = 0, limit: int = 50, facets: Sequence[str] = FACETS) -> Hits:
    """A page of hits with facets of the whole result. Before the index stands there are none."""
    began = time.perf_counter()
    index = offers_index.opened()
    if index is None:
        return Hits((), 0, {}, 0.0)
    searcher = index.searcher()
    limit, offset = min(limit, MAX_PAGE), min(offset, MAX_OFFSET)
    for forgiving in (False, True):  # an error of typing is forgiven when nothing is found as it was typed
        query = _query(wanted, forgiving)
        found = searcher.search(query, limit, count=True, offset=offset, **_order(wanted))
        if found.count or not wanted.text:
            break
    total = found.count or 0
    ids = tuple(searcher.doc(address).get_first("id") for _score, address in found.hits)
    asked = _worth_counting(facets, total)
    counted, spans = _facets(searcher, query, asked) if asked else ({}, {})
    took = (time.perf_counter() - began) * 1_000.0
    return Hits(ids, total, counted, took, spans)


def _worth_counting(facets: Sequence[str], total: int) -> list[str]:
    """All of them; of a wide result no ends of numbers, of a very wide one the leading choices alone."""
    asked = [name for name in facets if total <= MAX_SPANNED or not _numeric(name)]
    return asked if total <= MAX_WIDE else asked[:LEADING]


def _order(wanted: Search) -> dict[str, Any]:
    if wanted.sort in ("price", "-price"):
        ascending = wanted.sort == "price"
        return {"order_by_field": "price", "order": tantivy.Order.Asc if ascending else tantivy.Order.Desc}
    if wanted.sort == "new" or not wanted.text:
        return {"order_by_field": "at"}
    return {}


def _query(wanted: Search, forgiving: bool) -> Any:
    typed = wanted.typed()
    must: list[Any] = [_words(typed.words, forgiving)] if typed.words else []
    must += [_bound(bound) for bound in typed.bounds]
    for name, values in (
        ("mall", (wanted.mall,)),
        ("kind", wanted.kinds),
        ("org", wanted.orgs),
        ("currency", (wanted.currency,)),
    ):
        if any(values):
            must.append(_any_of(name, [value for value in values if value]))
    if wanted.stock:
        must.append(_any_of("stock", ["yes"]))
    must += [_any_of(key, codes) for key, codes in wanted.choices.items() if codes and is_choice(key)]
    must += [_range(key, low, high) for key, (low, high) in wanted.bounds.items()]
    if wanted.since:
        must.append(
            tantivy.Query.range_query(SCHEMA, "at", tantivy.FieldType.Integer, wanted.since + 1, 2**62)
        )
    if wanted.sort in ("price", "-price"):
        must.append(_range("price", Decimal(0), None))
    if not must:
        return tantivy.Query.all_query()
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in must])


def _bound(bound: Bound) -> Any:
    return _any_of(bound.key, [bound.choice]) if bound.choice else _range(bound.key, bound.low, bound.high)


def _any_of(name: str, values: Sequence[str]) -> Any:
    if len(values) == 1:
        return tantivy.Query.term_query(SCHEMA, name, values[0])
    return tantivy.Query.term_set_query(SCHEMA, name, list(values))


def _range(key: str, low: Decimal | None, high: Decimal | None) -> Any:
    if key != "price" and not attributes()[key].numeric:
        return tantivy.Query.empty_query()
    ends = float(low) if low is not None else -1e300, float(high) if high is not None else 1e300
    return tantivy.Query.range_query(SCHEMA, key, _DOUBLE, *ends)


def _words(words: str, forgiving: bool) -> Any:
    """All words have to be there: a CJK run by its pairs of characters, a Latin word as it is typed or, forgiving, with one error."""
    parts = [_word(run, forgiving) for run in runs(words)[:MAX_WORDS]]
    if not parts:
        return tantivy.Query.all_query()
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _word(run: str, forgiving: bool) -> Any:
    if is_cjk(run):
        if len(run) == 1:
            return tantivy.Query.term_query(SCHEMA, "text", run)
        terms = [tantivy.Query.term_query(SCHEMA, "text", pair) for pair in pairs(run)]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
    if not run.isalpha() and len(run) >= PREFIX_FROM:  # part numbers are often typed up to their variant
        return tantivy.Query.regex_query(SCHEMA, "text", f"{re.escape(run)}.*")
    if forgiving and run.isalpha() and len(run) >= FUZZY_FROM:
        return tantivy.Query.fuzzy_term_query(SCHEMA, "text", run, distance=1, transposition_cost_one=True)
    return tantivy.Query.term_query(SCHEMA, "text", run)


def _numeric(name: str) -> bool:
    return name == "price" or (name in attributes() and attributes()[name].numeric)


def _facets(
    searcher: Any, query: Any, names: Sequence[str]
) -> tuple[dict[str, tuple[Facet, ...]], dict[str, tuple[float, float]]]:
    """Counts of values of choice fields, and (least, most) of numeric ones."""
    wanted: dict[str, Any] = {}
    for name in names:
        wanted[name] = (
            {"stats": {"field": name}} if _numeric(name) else {"terms": {"field": name, "size": MAX_FACET}}
        )
    raw = searcher.aggregate(query, wanted)
    counted: dict[str, tuple[Facet, ...]] = {}
    spans: dict[str, tuple[float, float]] = {}
    for name in names:
        answer = raw[name]
        if "buckets" in answer:
            counted[name] = tuple(Facet(str(one["key"]), int(one["doc_count"])) for one in answer["buckets"])
        elif answer.get("count") and answer.get("min") is not None:
            spans[name] = (float(answer["min"]), float(answer["max"]))
    return counted, spans
