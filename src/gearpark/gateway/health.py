"""Health: the gateway's retained status document, and how it is put together."""

from __future__ import annotations

import os
import time
from typing import Any

from .forwarder import PipeStats
from .limits import MAX_LISTED
from .link import Link
from .wanted import Wanted

SCHEMA = "gearpark.gateway.health.1"


def connection_health(link: Link) -> dict[str, Any]:
    """One connection's entry. Times are microseconds UTC; None where nothing was heard yet."""
    counters = link.counters
    offset = link.clock_offset_s
    silent = link.unknown()
    return {
        "id": link.wanted.id,
        "org": link.wanted.org,
        "protocol": link.wanted.protocol,
        "url": link.wanted.shown_url,
        "state": link.state,
        "detail": link.detail,
        "since": link.since_us,
        "last_value_at": link.last_value_us or None,
        "points": counters.points,
        "points_per_s": round(link.points_per_s, 1),
        "signals": len(link.tags),
        "silent_signals": len(silent),
        "silent": silent[:MAX_LISTED],
        "reconnects": link.reconnects,
        "last_error": link.last_error,
        "clock_offset_s": None if offset is None else round(offset, 3),
        "future_points": counters.future,
        "historical_points": counters.historical,
        "gaps": counters.gaps,
        "overflows": counters.overflow,
        "throttled_s": round(counters.throttled_s, 1),
        "rejected": dict(counters.rejected),
        "rejected_sample": link.rejected_sample,
        "notes": dict(link.notes),
    }


def refused_health(name: str, sentence: str) -> dict[str, Any]:
    """Entry of a connection that cannot be run at all."""
    return {"id": name, "state": "failed", "detail": sentence, "last_error": sentence, "signals": 0}


def gateway_health(
    name: str, wanted: Wanted, links: list[Link], pipe: PipeStats | None, config_note: str = ""
) -> dict[str, Any]:
    """The whole document."""
    return {
        "schema": SCHEMA,
        "gateway": name,
        "online": True,
        "at": time.time_ns() // 1000,
        "pid": os.getpid(),
        "config_note": config_note,
        "connections": [connection_health(link) for link in links]
        + [refused_health(key, problem.sentence) for key, problem in wanted.rejected],
        "journal": journal_health(pipe),
    }


def journal_health(pipe: PipeStats | None) -> dict[str, Any]:
    """Depth and state of the journal and of each edge session."""
    if pipe is None:
        return {"state": "closed"}
    journal = pipe.journal
    return {
        "state": journal.state,
        "rows": journal.rows,
        "bytes": journal.bytes,
        "oldest_us": journal.oldest_us,
        "budget_bytes": journal.budget_bytes,
        "budget_share": round(journal.budget_share, 4),
        "points_in": journal.points_in,
        "commit_p50_ms": round(journal.commit_p50_ms, 2),
        "rejected": dict(journal.rejected),
        "dropped_points": journal.dropped_points,
        "salvaged": journal.salvaged,
        "last_error": journal.last_error,
        "links": [
            {
                "source": link.source,
                "state": link.state,
                "backlog_rows": link.backlog_rows,
                "acked_rows": link.acked_rows,
                "resent_rows": link.resent_rows,
                "host_online": link.host_online,
                "last_error": link.last_error,
            }
            for link in pipe.links
        ],
    }
