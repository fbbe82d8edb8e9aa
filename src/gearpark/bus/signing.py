"""Signed commands: only the core may tell a gateway to write to a machine, whoever else is on the bus.

The gateway holds its token, the core the token's SHA-256. Both make the same key from it, and HMAC-SHA256 over the
document's canonical JSON does the rest: nobody who only reads or writes the bus can make or change a command.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

FIELD = "signature"


def key_of(token: str) -> str:
    """A gateway's token -> the key of its commands, which is what the core keeps of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signature(key: str, document: Mapping[str, Any]) -> str:
    """Hex HMAC of every member but the signature itself."""
    bare = {name: value for name, value in document.items() if name != FIELD}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(key: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its signature."""
    return {**document, FIELD: signature(key, document)}


def is_signed(key: str, document: Mapping[str, Any]) -> bool:
    """Was this document signed with ``key``, and is it unchanged?"""
    given = document.get(FIELD)
    try:
        return isinstance(given, str) and hmac.compare_digest(given, signature(key, document))
    except (TypeError, ValueError):  # NaN, or not ASCII: no document of ours
        return False
