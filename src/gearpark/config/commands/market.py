"""``gearpark market``: engineering checks, company codes and formula prices, on files alone."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import io
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem

from . import emit, read_bytes, read_text

MAX_FILE_BYTES = 20_000_000


def add(commands: Any) -> None:
    """Register the area's commands."""
    market: argparse.ArgumentParser = commands.add_parser(
        "market", help="gear checks, company codes, formula prices"
    )
    actions = market.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("gear-check", help="geometry, tolerances and objections to gears and pairs")
    check.add_argument("file", metavar="FILE", help="JSON, CSV of pairs, or a REXS model")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_gear_check)
    uscc = actions.add_parser("uscc", help="check a unified social credit code (GB 32100)")
    uscc.add_argument("code", metavar="CODE")
    uscc.add_argument("--json", action="store_true")
    uscc.set_defaults(run=_uscc)
    price = actions.add_parser("price", help="settle a formula price to the cent")
    price.add_argument("file", metavar="FILE", help="JSON: terms, provisional and final quotes, mass_t")
    price.add_argument("--json", action="store_true")
    price.set_defaults(run=_price)
    match = actions.add_parser("match", help="run the events of an order book and tell its trades")
    match.add_argument(
        "file", metavar="FILE", help="CSV with the columns kind, order, firm, side, price, qty, tif"
    )
    match.add_argument("--low", type=int, default=1, help="lower static band, ticks")
    match.add_argument("--high", type=int, default=100_000, help="upper static band, ticks")
    match.add_argument(
        "--dynamic", type=int, default=0, help="most ticks from the last price; 0: no such band"
    )
    match.add_argument("--plain", action="store_true", help="by the plain book instead of the compiled one")
    match.add_argument("--json", action="store_true")
    match.set_defaults(run=_match)
    auction = actions.add_parser("auction", help="replay the bids of an auction under its rules")
    auction.add_argument("file", metavar="FILE", help="JSON: rules and bids in the order of arrival")
    auction.add_argument("--json", action="store_true")
    auction.set_defaults(run=_auction)


def _refused(why: str) -> Problem:
    return Problem("market.file", why)


def _document(path: str) -> Any:
    try:
        return json.loads(read_bytes(path, MAX_FILE_BYTES, _refused))
    except ValueError as error:
        raise Problem("market.file", f"{path} is not JSON: {error}.") from error


def _gear_check(options: argparse.Namespace) -> int:
    from gearpark.engines import gears

    suffix = Path(options.file).suffix.lower()
    if suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(read_text(options.file, MAX_FILE_BYTES, _refused))))
        names = [row.get("stage_id") or str(number) for number, row in enumerate(rows, start=2)]
        answer: dict[str, Any] = {
            "pairs": [_pair(gears.pair_from_row(row, name)) for row, name in zip(rows, names, strict=True)]
        }
    elif suffix in (".rexs", ".xml"):
        answer = {
            "pairs": [
                _pair(pair)
                for pair in gears.pairs_from_rexs(read_bytes(options.file, MAX_FILE_BYTES, _refused))
            ]
        }
    else:
        answer = _json_gears(_document(options.file))
    found = [
        finding
        for item in (*answer.get("pairs", ()), *answer.get("gears", ()))
        for finding in item["findings"]
    ]
    answer["errors"] = sum(finding["grade"] == "error" for finding in found)
    answer["warnings"] = len(found) - answer["errors"]
    emit(answer, options.json)
    return 0


def _json_gears(raw: Any) -> dict[str, Any]:
    """One gear, one pair (``pinion``, ``wheel``), or lists ``gears`` and ``pairs`` of them."""
    from gearpark.engines import gears

    if isinstance(raw, Mapping) and "pinion" in raw:
        raw = {"pairs": [raw]}
    elif isinstance(raw, Mapping) and "teeth" in raw:
        raw = {"gears": [raw]}
    elif isinstance(raw, list):
        raw = {"pairs": [x for x in raw if "pinion" in x], "gears": [x for x in raw if "pinion" not in x]}
    if not isinstance(raw, Mapping) or not {"gears", "pairs"} & set(raw):
        raise Problem("market.file", "The file holds no gear: give teeth and module_mm, or pinion and wheel.")
    pairs = []
    for number, item in enumerate(raw.get("pairs", ()), start=1):
        pairs.append(
            gears.GearPair(
                str(item.get("name", number)),
                gears.gear_from(item["pinion"]),
                gears.gear_from(item["wheel"]),
                item.get("center_distance_mm"),
                item.get("ratio"),
                (item["pinion"].get("stated", {}), item["wheel"].get("stated", {})),
            )
        )
    answer: dict[str, Any] = {}
    if pairs:
        answer["pairs"] = [_pair(pair) for pair in pairs]
    if raw.get("gears"):
        answer["gears"] = [
            _gear(gears.gear_from(item), item.get("stated", {}), item.get("flank_class"))
            for item in raw["gears"]
        ]
    return answer


def _gear(gear: Any, stated: Mapping[str, float], flank_class: int | None = None) -> dict[str, Any]:
    from gearpark.engines import gears

    teeth = gears.span_teeth(gear)
    made = {
        **dataclasses.asdict(gear),
        "geometry": dataclasses.asdict(gears.geometry(gear)),
        "span": {str(k): gears.span(gear, k) for k in (teeth - 1, teeth, teeth + 1) if k > 0},
        "findings": [dataclasses.asdict(item) for item in gears.gear_findings(gear, stated)],
    }
    if flank_class is not None:
        made["tolerances"] = dataclasses.asdict(gears.tolerances(gear, int(flank_class)))
    return made


def _pair(pair: Any) -> dict[str, Any]:
    from gearpark.engines import gears

    one, two = (_gear(gear, said) for gear, said in zip((pair.pinion, pair.wheel), pair.stated, strict=True))
    found = gears.pair_findings(pair.pinion, pair.wheel, pair.center_distance_mm, pair.ratio)
    own = [dataclasses.asdict(item) for item in found]
    seen = None
    if not any(item.code.startswith("gears.pair_") for item in found):
        seen = dataclasses.asdict(gears.mesh(pair.pinion, pair.wheel, pair.center_distance_mm))
    return {
        "name": pair.name,
        "center_distance_stated_mm": pair.center_distance_mm,
        "mesh": seen,
        "pinion": one,
        "wheel": two,
        "findings": [*own, *one.pop("findings"), *two.pop("findings")],
    }


def _uscc(options: argparse.Namespace) -> int:
    from gearpark.contexts.registry.types.uscc import check_uscc

    code = check_uscc(options.code)
    emit({"code": code, "valid": True}, options.json)
    return 0


def _price(options: argparse.Namespace) -> int:
    from gearpark.engines import pricing
    from gearpark.engines.pricing.formula import decimal

    raw = _document(options.file)
    terms = pricing.terms_from(raw.get("terms", {}))
    mass = decimal(raw.get("mass_t"), "mass_t")

    def part(name: str) -> pricing.Settlement | None:
        if raw.get(name) is None:
            return None
        return pricing.settle(terms, [decimal(quote, name) for quote in raw[name]], mass)

    first, last = part("provisional_quotes"), part("quotes")
    if first is None and last is None:
        raise Problem("pricing.no_quotes", "The window holds no quote, so there is no price yet.")
    answer: dict[str, Any] = {}
    for name, made in (("provisional", first), ("final", last)):
        if made is not None:
            answer[name] = dataclasses.asdict(made)
    if first is not None and last is not None:
        answer["adjustment"] = last.amount - first.amount
    emit(answer, options.json)
    return 0


def _auction(options: argparse.Namespace) -> int:
    """Rules and bids of a file; the outcome, and every refused bid with the code of its refusal."""
    from gearpark.engines import auctions

    raw = _document(options.file)
    try:
        given = dict(raw["rules"])
        rules = auctions.Rules(
            kind=auctions.Kind(given.pop("kind")),
            **{name: _rule(name, value) for name, value in given.items()},
        )
        bids = [
            auctions.Bid(
                str(one["bidder"]),
                Decimal(str(one["price"])),
                datetime.fromisoformat(one["at"]),
                Decimal(str(one["limit"])) if one.get("limit") is not None else None,
            )
            for one in raw["bids"]
        ]
        state, refused = auctions.replay(rules, bids)
        found = auctions.outcome(rules, state, state.ends_at)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Problem("market.file", f"{options.file}: {error!r}.") from error
    emit(
        {
            "outcome": found.value,
            "winner": state.leader if found is auctions.Outcome.SOLD else "",
            "price": str(state.best) if state.best is not None else None,
            "ends_at": state.ends_at.isoformat(),
            "bids": state.bids,
            "bidders": len(state.bidders),
            "refused": [
                {"bidder": one.bidder, "price": str(one.price), "at": one.at.isoformat(), "code": code}
                for one, code in refused
            ],
        },
        options.json,
    )
    return 0


def _match(options: argparse.Namespace) -> int:
    """A log of events through the book: trades, what became of each event, what rests, and the digest of it all."""
    from gearpark.engines import matching

    text = read_text(options.file, MAX_FILE_BYTES, _refused)
    try:
        events = [
            [int(_CODES.get(row[name].strip().lower(), row[name])) for name in matching.COLUMNS]
            for row in csv.DictReader(io.StringIO(text))
        ]
    except (KeyError, ValueError, AttributeError) as error:
        raise Problem("market.file", f"{options.file}: {error!r}.") from error
    run = matching.run_plain if options.plain else matching.run_compiled
    done = run(matching.Rules(options.low, options.high, options.dynamic), matching.rows_of(events))
    emit(
        {
            "events": len(events),
            "trades": [
                dict(zip(("event", "resting", "incoming", "price", "qty"), row, strict=True))
                for row in done.trades.tolist()
            ],
            "results": [matching.Result(code).name.lower() for code in done.results.tolist()],
            "resting": [
                dict(zip(("side", "price", "order", "firm", "qty"), row, strict=True))
                for row in done.resting.tolist()
            ],
            "last": done.last,
            "digest": done.digest,
        },
        options.json,
    )
    return 0


_CODES = {
    "new": 0, "cancel": 1, "amend": 2, "call": 3, "uncross": 4, "halt": 5, "resume": 6, "end": 7,
    "buy": 0, "sell": 1, "gtc": 0, "day": 1, "ioc": 2, "fok": 3, "": 0,
}  # fmt: skip
_MOMENTS = ("opens_at", "ends_at", "hard_stop")
_SPANS = ("window", "extend", "interval")


def _rule(name: str, value: Any) -> Any:
    """A rule's value: moments with an offset, spans in seconds, everything else a number or a flag."""
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    if name in _SPANS:
        return timedelta(seconds=value)
    if name in ("least_bidders", "ties"):
        return value
    return None if value is None else Decimal(str(value))
