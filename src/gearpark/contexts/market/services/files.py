"""Files of offers: what may be added, by content rather than by name."""

from __future__ import annotations

import hashlib
import re
from datetime import date

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import Offer, OfferFile
from ..queries.offers import own_rows
from ..types import SELL, FileKind

MAX_BYTES = 5_000_000
MAX_FILES = 30  # of an offer
MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
    (b"ISO-10303-21", "model/step"),
    (b"PK\x03\x04", "application/zip"),
)
OTHER = "application/octet-stream"
NAME = re.compile(r"[^\w.\- ()\u3400-\u9fff]+")


def add_file(
    scope: Scope,
    offer_key: int,
    kind: FileKind,
    name: str,
    content: bytes,
    *,
    standard: str = "",
    number: str = "",
    expires_on: date | None = None,
) -> int:
    """Keep a file with an offer; the same content again is refused. Returns its id.

    Problems: ``market.file_wrong`` (empty, too large, too many, a picture that is none), ``market.file_twice``.
    """
    require(scope, SELL)
    with acting(scope):
        offer = _own(scope, offer_key)
        media = next((media for magic, media in MAGIC if content.startswith(magic)), OTHER)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            media = "image/webp"
        _allowed(scope, offer, kind, media, content)
        digest = hashlib.sha256(content).hexdigest()
        rows = OfferFile.objects.of(scope)
        if rows.filter(offer=offer, sha256=digest).exists():
            raise Problem("market.file_twice", "The offer holds this very file already.", status=409)
        if (
            kind is FileKind.CERTIFICATE
            and rows.filter(org=scope.org, sha256=digest).exclude(number=number).exists()
        ):
            raise Problem(
                "market.file_wrong",
                "The same certificate is kept under another number with another offer.",
                why="number",
            )
        made = OfferFile(
            org=offer.org, offer=offer, kind=kind.value, name=NAME.sub("_", name)[-120:] or "file", media=media,
            size=len(content), sha256=digest, content=content, standard=standard, number=number, expires_on=expires_on,
            added_by=scope.actor,
        )  # fmt: skip
        made.save(force_insert=True)
        record(
            scope,
            "market.file_added",
            "market.offer",
            offer.part_no,
            None,
            {"name": made.name, "sha256": digest, "kind": kind.value},
        )
        return int(made.pk)


def _allowed(scope: Scope, offer: Offer, kind: FileKind, media: str, content: bytes) -> None:
    if not content or len(content) > MAX_BYTES:
        raise Problem("market.file_wrong", f"A file has 1 to {MAX_BYTES:,} bytes.", why="size")
    if kind is FileKind.PICTURE and not media.startswith("image/"):
        raise Problem("market.file_wrong", "A picture is a PNG, JPEG or WebP file.", why="picture")
    if OfferFile.objects.of(scope).filter(offer=offer).count() >= MAX_FILES:
        raise Problem("market.file_wrong", f"An offer keeps at most {MAX_FILES} files.", why="count")


def remove_file(scope: Scope, offer_key: int, key: int) -> None:
    """Take a file off an offer."""
    require(scope, SELL)
    with acting(scope):
        offer = _own(scope, offer_key)
        found = OfferFile.objects.of(scope).filter(offer=offer, pk=key).first()
        if found is None:
            raise NotFound("market.file_unknown", "There is no such file.")
        record(
            scope,
            "market.file_removed",
            "market.offer",
            offer.part_no,
            {"name": found.name, "sha256": found.sha256},
        )
        found.delete()


def _own(scope: Scope, key: int) -> Offer:
    row = own_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("market.offer_unknown", "Your firm has no such offer.")
    found: Offer = row
    return found
