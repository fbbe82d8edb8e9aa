"""Keeping the search index: takes in what changed, builds it anew when there is none."""

from __future__ import annotations

from datetime import datetime

import tantivy
from django.db import connection

from gearpark.base.scope import Scope
from gearpark.contexts.registry.public import organisations
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ..models import Offer, Unindexed
from ..queries import index as reads
from ..queries.offers import info_of
from ..types import OfferState

BATCH = 5_000
HEAP_BYTES = 128_000_000
EVERY_S = 1.0
ACTOR = "market-index"
LOCK = 0x6D61726B  # advisory lock: one writer at a time in an installation


def catch_up(scope: Scope) -> int:
    """Take in every change that waits; returns how many offers were read. Safe to repeat and to be killed in.

    Changes are taken off the queue only in the transaction that ends after the index has them on the disk.
    """
    done = 0
    if not (reads.folder() / "meta.json").exists():
        done += _rebuild(scope)
    while True:
        with acting(scope):
            _alone()
            rows = list(
                Unindexed.objects.of(scope).order_by("pk").select_for_update(skip_locked=True)[:BATCH]
            )
            if not rows:
                return done
            _write(scope, [row.offer_id for row in rows])
            Unindexed.objects.of(scope).filter(pk__in=[row.pk for row in rows]).delete()
            done += len(rows)


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _rebuild(scope: Scope) -> int:
    """Every listed offer into a new index."""
    path = reads.folder()
    path.mkdir(parents=True, exist_ok=True)
    with acting(scope):
        _alone()
        index = tantivy.Index(reads.schema(), path=str(path))
        writer = index.writer(HEAP_BYTES, 1)
        names = _firm_names(scope)
        rows = Offer.objects.of(scope).filter(state=OfferState.LISTED.value).order_by("pk")
        done = 0
        for row in rows.iterator(chunk_size=BATCH):
            writer.add_document(reads.document(info_of(row), names.get(row.org, "")))
            done += 1
        writer.commit()
        writer.wait_merging_threads()
    reads.forget()
    return done


def _write(scope: Scope, keys: list[int]) -> None:
    index = tantivy.Index(reads.schema(), path=str(reads.folder()))
    writer = index.writer(HEAP_BYTES, 1)
    names = _firm_names(scope)
    for key in keys:
        writer.delete_documents_by_term("id", key)
    for row in Offer.objects.of(scope).filter(pk__in=keys, state=OfferState.LISTED.value):
        writer.add_document(reads.document(info_of(row), names.get(row.org, "")))
    writer.commit()
    writer.wait_merging_threads()
    reads.forget()


def _firm_names(scope: Scope) -> dict[str, str]:
    return {firm.slug: f"{firm.name_zh} {firm.name_en}" for firm in organisations(scope)}


def follow(now: datetime) -> None:
    """One round of the floor's loop."""
    catch_up(process_scope(ACTOR))


LOOPS = (Loop("market.index", EVERY_S, follow),)
