"""Test-before-save and diagnostics of an SHDR connection: both listen to the adapter for a few seconds."""

from __future__ import annotations

import time
from typing import Any

from gearpark.base.problems import Problem

from ...limits import MAX_LISTED
from ...wanted import ConnectionWanted
from .listening import listen


async def try_out(wanted: ConnectionWanted) -> dict[str, Any]:
    """One row a wanted signal; a key that kept silent is no fault of the address. Raises ``shdr.unreachable``."""
    began_s = time.monotonic()
    heard = await listen(wanted.url)
    bare = {key.rpartition(":")[2]: found for key, found in heard.items.items()}
    rows: list[dict[str, Any]] = []
    for name, signal in wanted.tags().items():
        found = heard.items.get(signal.address) or bare.get(signal.address)
        rows.append(
            {
                "tag": name,
                "value": found[0].value[:200] if found else None,
                "status": None,
                "at_us": found[1] if found else None,
                "error": "" if found else "silent while listening",
            }
        )
    spoke = sum(not row["error"] for row in rows)
    return {
        "ok": bool(heard.lines) and (spoke > 0 or not rows),
        "sentence": f"{spoke} of {len(rows)} signals spoke while listening.",
        "signals": rows,
        "server": {"commands": "; ".join(heard.commands[:MAX_LISTED])},
        "took_s": round(time.monotonic() - began_s, 3),
    }


async def diagnose(wanted: ConnectionWanted) -> dict[str, Any]:
    """What was heard; an unreachable adapter is part of the answer."""
    bundle: dict[str, Any] = {"protocol": "shdr", "url": wanted.shown_url}
    try:
        heard = await listen(wanted.url)
    except Problem as problem:
        bundle["error"] = problem.as_dict()
        return bundle
    bundle.update(
        lines=heard.lines,
        unreadable=heard.unreadable,
        commands=heard.commands[:MAX_LISTED],
        keys=len(heard.items),
        first_keys=sorted(heard.items)[:MAX_LISTED],
    )
    return bundle
