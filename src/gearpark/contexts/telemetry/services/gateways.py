"""Gateways and their tokens. A token is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit
from gearpark.kit.tenant import acting, require

from .. import queries
from ..models import Gateway
from ..types import EDIT

TOKEN_BYTES = 32
ETAG_LENGTH = 64
SEEN_EVERY = timedelta(seconds=30)  # a pull every two seconds must not write a row every two seconds
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def ensure_gateway(scope: Scope, name: str, *, token: str | None = None, shared: bool = True) -> str:
    """Make the gateway if it does not exist, give it ``token`` or a fresh one, and return the token.

    Used by the demo and the command line. An existing gateway gets a new token only when ``token`` differs.
    """
    require(scope, EDIT)
    if not NAME.fullmatch(name):
        raise Problem(
            "telemetry.gateway_name",
            f"{name[:60]!r} is not a gateway name: lower-case letters, digits, hyphens.",
        )
    made = token or secrets.token_urlsafe(TOKEN_BYTES)
    row = Gateway.objects.of(scope).filter(name=name).first()
    if row is None:
        row = Gateway(org=scope.org, name=name, token_hash=token_hash(made), shared=shared)
        row.save()
        audit.record(scope, "telemetry.gateway_added", "telemetry.gateway", name, {}, {"shared": shared})
    elif row.token_hash != token_hash(made):
        row.token_hash = token_hash(made)
        row.save(update_fields=["token_hash"])
        audit.record(scope, "telemetry.gateway_token_rotated", "telemetry.gateway", name, {}, {})
    return made


@transaction.atomic
def rotate_token(scope: Scope, name: str) -> str:
    """A fresh token for a gateway; the old one stops working at once. The gateway goes on reading machines with
    its last good configuration and journals until it is given the new token."""
    require(scope, EDIT)
    row = Gateway.objects.of(scope).select_for_update().filter(name=name).first()
    if row is None:
        raise NotFound("telemetry.gateway_unknown", f"There is no gateway {name[:60]!r} here.")
    made = secrets.token_urlsafe(TOKEN_BYTES)
    row.token_hash = token_hash(made)
    row.save(update_fields=["token_hash"])
    audit.record(scope, "telemetry.gateway_token_rotated", "telemetry.gateway", name, {}, {})
    return made


def serve_config(name: str, token: str, known_etag: str, now: datetime) -> tuple[str, dict[str, Any] | None]:
    """(etag, document or None when the gateway has it already) for a gateway that shows its token, and remember that
    it asked: pages say from that whether a change was picked up. Problem (401) for a wrong name or token."""
    etag, document = queries.config_for(name, token, known_etag)
    with acting(queries.process_scope("gateway")) as wide:
        row = Gateway.objects.of(wide).filter(name=name).first()
        # what it already shows (If-None-Match) is what it runs; a document just sent may still get lost
        current = known_etag == etag
        if row is not None and (
            (current and row.served_etag != etag) or row.seen_at is None or now - row.seen_at >= SEEN_EVERY
        ):
            row.served_etag, row.seen_at = known_etag[:ETAG_LENGTH], now
            row.save(update_fields=["served_etag", "seen_at"])
    return etag, document
