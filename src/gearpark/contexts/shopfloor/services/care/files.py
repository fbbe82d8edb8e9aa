"""Certificates and photos: known by their first bytes, at most 2 MB, photos without what their maker did not mean to show."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.metadata import without_metadata
from gearpark.kit.pictures import read_picture

from ...models.care import MAX_FILE_BYTES, CareFile
from ...models.lines import MAX_NAME

PDF = "application/pdf"
_PDF_BEGIN, _PDF_END, _PDF_TAIL = b"%PDF-", b"%%EOF", 2048
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\"<>:|?*]+")


def keep_photo(scope: Scope, org: str, data: bytes, name: str, at: datetime) -> int:
    """Keep a photo (JPEG, PNG, WebP) of a call or an order; returns its id. Inside the caller's transaction.

    Problems ``picture.too_big``, ``picture.kind``, ``picture.side``.
    """
    media_type = read_picture(data, MAX_FILE_BYTES).media_type
    return _keep(scope, org, without_metadata(data, media_type), media_type, name, at)


def keep_certificate(scope: Scope, org: str, data: bytes, name: str, at: datetime) -> int:
    """Keep a certificate (PDF); returns its id. Inside the caller's transaction.

    Problems ``care.certificate_too_big``, ``care.certificate_kind``.
    """
    if len(data) > MAX_FILE_BYTES:
        raise Problem(
            "care.certificate_too_big", f"A certificate has at most {MAX_FILE_BYTES:,} bytes.", status=413
        )
    if not data.startswith(_PDF_BEGIN) or _PDF_END not in data[-_PDF_TAIL:]:
        raise Problem("care.certificate_kind", "A certificate is a PDF file; nothing was saved.", status=415)
    return _keep(scope, org, data, PDF, name, at)


def _keep(scope: Scope, org: str, data: bytes, media_type: str, name: str, at: datetime) -> int:
    digest = hashlib.sha256(data).hexdigest()
    clean = _UNSAFE.sub("_", name).strip(" .")[-MAX_NAME:] or "file"
    facts = {
        "media_type": media_type, "name": clean, "size": len(data), "content": data, "added_at": at,
        "added_by": scope.actor,
    }  # fmt: skip
    row, _new = CareFile.objects.of(scope).get_or_create(org=org, sha256=digest, defaults=facts)
    return int(row.pk)
