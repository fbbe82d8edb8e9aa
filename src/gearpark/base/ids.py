"""Identifiers: asset ids and tags are stable text; paths may change, ids never."""

from __future__ import annotations

import re

from .limits import MAX_ASSET_ID_LENGTH, MAX_TAG_LENGTH
from .problems import Problem

ASSET_ID = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{MAX_ASSET_ID_LENGTH - 2}}}[a-z0-9])?")
SIGNAL = re.compile(r"[A-Za-z0-9_.:@-]{1,90}")


def asset_id(text: str) -> str:
    """Return ``text`` if it is a legal asset id (lower-case letters, digits, inner hyphens), else a Problem."""
    if not ASSET_ID.fullmatch(text):
        raise Problem(
            "base.asset_id",
            f"{text!r} is not an asset id: use 1 to {MAX_ASSET_ID_LENGTH} lower-case letters, digits and inner hyphens.",
        )
    return text


def tag(asset: str, signal: str) -> str:
    """The stable name of one signal of one asset: ``<asset id>/<signal>``."""
    if not SIGNAL.fullmatch(signal):
        raise Problem("base.signal", f"{signal!r} is not a signal name: letters, digits and _ . : @ - only.")
    made = f"{asset_id(asset)}/{signal}"
    if len(made) > MAX_TAG_LENGTH:
        raise Problem("base.tag_too_long", f"Tag {made!r} is longer than {MAX_TAG_LENGTH} characters.")
    return made


def split_tag(text: str) -> tuple[str, str]:
    """``asset/signal`` -> (asset, signal)."""
    asset, _, signal = text.partition("/")
    return asset, signal
