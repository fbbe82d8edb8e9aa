"""The program register: a program is known by the hash of its content; one revision of a name is released."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_NAME, Program
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...types.lines import EDIT
from ...types.work import RELEASE, RoutingStatus

MAX_PROGRAM_BYTES = 10_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


def add_program(
    scope: Scope,
    name: str,
    revision: str,
    *,
    content: bytes = b"",
    sha256: str = "",
    line_type: str = "",
    note: str = "",
    illustrative: bool = False,
    org: str = "",
    at: datetime | None = None,
) -> int:
    """Register one revision of a program by its content or its SHA-256. The content itself is not kept.

    Problems ``work.program_name``, ``work.program_hash``, ``work.program_twice``.
    """
    require(scope, EDIT)
    title, word = name.strip(), revision.strip()
    if not title or len(title) > MAX_NAME or not word or len(word) > 20:
        raise Problem("work.program_name", "A program has a name and a revision of at most 20 characters.")
    if len(content) > MAX_PROGRAM_BYTES:
        raise Problem(
            "work.program_size", f"Programs of up to {MAX_PROGRAM_BYTES:,} bytes are hashed.", status=413
        )
    digest = hashlib.sha256(content).hexdigest() if content else sha256.strip().lower()
    if not _HASH.fullmatch(digest):
        raise Problem(
            "work.program_hash", "Give the program's file, or its SHA-256 of 64 hexadecimal digits."
        )
    with acting(scope):
        owner = org or scope.org
        if Program.objects.of(scope).filter(org=owner, name=title, revision=word).exists():
            raise Problem("work.program_twice", f"{title} {word} is registered already.", status=409)
        made = Program(
            org=owner,
            name=title,
            revision=word,
            sha256=digest,
            line_type=line_type,
            note=note.strip()[:MAX_NOTE],
            added_by=scope.actor[:MAX_ACTOR],
            added_at=at or now_utc(),
            illustrative=illustrative,
        )
        made.save(force_insert=True)
        record(scope, "work.program_added", "program", f"{title} {word}", None, {"sha256": digest}, org=owner)
        return int(made.pk)


def release_program(scope: Scope, program_id: int, at: datetime | None = None) -> None:
    """Release one revision; the one released until now is retired. Routings that froze another hash are blocked."""
    require(scope, RELEASE)
    with acting(scope):
        row = _locked(scope, program_id)
        if row.status != RoutingStatus.DRAFT:
            raise Problem(
                "work.program_fixed", f"{row.name} {row.revision} is {row.status} already.", status=409
            )
        old = Program.objects.of(scope).filter(
            org=row.org, name=row.name, status=RoutingStatus.RELEASED.value
        )
        before = old.values_list("revision", flat=True).first()
        old.update(status=RoutingStatus.RETIRED.value)
        row.status = RoutingStatus.RELEASED.value
        row.released_by, row.released_at = scope.actor[:MAX_ACTOR], at or now_utc()
        row.save()
        key = f"{row.name} {row.revision}"
        after = {"revision": row.revision, "sha256": row.sha256}
        record(scope, "work.program_released", "program", key, {"revision": before}, after, org=row.org)


def retire_program(scope: Scope, program_id: int) -> None:
    """Take a revision out of use: no operation that names it may start."""
    require(scope, RELEASE)
    with acting(scope):
        row = _locked(scope, program_id)
        before, row.status = row.status, RoutingStatus.RETIRED.value
        row.save(update_fields=["status"])
        key = f"{row.name} {row.revision}"
        record(
            scope,
            "work.program_retired",
            "program",
            key,
            {"status": before},
            {"status": row.status},
            org=row.org,
        )


def _locked(scope: Scope, program_id: int) -> Program:
    row = Program.objects.of(scope).filter(pk=program_id).select_for_update().first()
    if row is None:
        raise NotFound("work.program_unknown", "There is no such program that you may see.")
    return row
