"""The search index: one Tantivy document per listed offer, beside the installation's data; rebuilt when its make changes.

PostgreSQL holds the truth; the index can be thrown away at any time. Readers see what the last commit of the writer
(``services.index``) holds, at most REFRESH_S old.
"""

from __future__ import annotations

import hashlib
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import tantivy

from gearpark.base.home import home
from gearpark.engines.products import attributes, classes, from_kept, is_choice, tokens

from ..types import OfferInfo

MAKE = 2  # raise it when documents are made otherwise from the same offers
REFRESH_S = 0.5
_lock = threading.Lock()
_held: dict[str, tuple[Any, float]] = {}


def schema() -> Any:
    """Fields: ids and choices as raw words, numbers as fast columns, one text of tokens."""
    made = tantivy.SchemaBuilder()
    made.add_integer_field("id", stored=True, indexed=True, fast=True)
    made.add_integer_field("at", indexed=True, fast=True)
    for name in ("org", "kind", "mall", "currency", "stock"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    made.add_float_field("price", indexed=True, fast=True)
    for key, attribute in attributes().items():
        if is_choice(key):
            made.add_text_field(key, tokenizer_name="raw", index_option="basic", fast=True)
        elif attribute.numeric:
            made.add_float_field(key, indexed=True, fast=True)
    made.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    return made.build()


def folder() -> Path:
    """Where this installation's index of this make is."""
    names = [f"{key}:{one.kind}" for key, one in attributes().items()]
    mark = hashlib.sha256("|".join([str(MAKE), *names]).encode()).hexdigest()[:12]
    return home() / "search" / f"offers-{mark}"


def opened() -> Any | None:
    """The index, fresh to REFRESH_S; None while there is none yet."""
    path = folder()
    with _lock:
        held = _held.get(str(path))
        now = time.monotonic()
        if held is None:
            if not (path / "meta.json").exists():
                return None
            index = tantivy.Index(schema(), path=str(path))
            _held[str(path)] = (index, now)
            return index
        index, at = held
        if now - at > REFRESH_S:
            index.reload()
            _held[str(path)] = (index, now)
        return index


def forget() -> None:
    """Let go of the opened index (another home, or a rebuild)."""
    with _lock:
        _held.clear()


def document(offer: OfferInfo, firm_names: str = "") -> Any:
    """What the index holds of a listed offer."""
    kind = classes().get(offer.kind)
    fields: dict[str, Any] = {
        "id": offer.id,
        "at": int(offer.changed_at.timestamp()),
        "org": offer.org,
        "kind": offer.kind,
        "mall": list(offer.malls),
        "currency": offer.currency,
        "stock": "yes" if offer.free >= offer.min_qty else "no",
    }
    if offer.price is not None:
        fields["price"] = float(offer.price)
    texts = [offer.part_no, offer.title_en, offer.title_zh, offer.text_en, offer.text_zh, firm_names]
    if kind is not None:
        values = from_kept(kind, offer.values)
        for key, value in values.items():
            if isinstance(value, bool):
                fields[key] = "yes" if value else "no"
            elif isinstance(value, Decimal):
                fields[key] = float(value)
            elif is_choice(key):
                fields[key] = value
                texts.append(value)
            else:
                texts.append(value)
        texts += [kind.en, kind.zh, *kind.also]
    fields["text"] = " ".join(tokens(texts))
    return tantivy.Document(**fields)
