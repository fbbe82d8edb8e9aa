"""Looking at an address: a gateway looks, a thread of this process waits for its answer, a row keeps it."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.tenant import acting, require

from .. import queries
from ..models import Discovery
from ..queries.proposals import check_url, protocol_of
from ..types import EDIT, LookState

LOOKS_AT_ONCE = 4
MAX_WAITING_LOOKS = 20
_pool = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="telemetry-look")
_waiting = threading.BoundedSemaphore(MAX_WAITING_LOOKS)
log = logging.getLogger(__name__)


def start_look(scope: Scope, *, gateway: str, protocol: str, url: str, now: datetime) -> int:
    """Ask a gateway what is at an address. Returns the look's id; its answer comes later.

    Problems: the address, the gateway (unknown, or silent), or too many looks at once.
    """
    require(scope, EDIT)
    kind = protocol_of(protocol)
    address = check_url(kind, url)
    serving = {item.name: item for item in queries.gateway_names(scope)}
    if gateway not in serving:
        raise NotFound("telemetry.gateway_unknown", f"There is no gateway {gateway[:60]!r} here.")
    if not _waiting.acquire(blocking=False):
        raise Problem(
            "telemetry.looks_busy",
            f"{MAX_WAITING_LOOKS} looks are under way; wait for one to end.",
            status=429,
        )
    try:
        row = Discovery(
            org=scope.org,
            person_id=scope.person_id,
            gateway=gateway,
            protocol=kind.value,
            url=address,
            state=LookState.LOOKING.value,
            started_at=now,
        )
        row.save()
        transaction.on_commit(lambda: _pool.submit(_look, scope, row.pk, gateway, kind.value, address))
    except BaseException:
        _waiting.release()
        raise
    return int(row.pk)


def _look(scope: Scope, pk: int, gateway: str, protocol: str, url: str) -> None:
    """Runs in the pool: wait for the gateway, keep its answer."""
    try:
        try:
            found, problem = queries.ask_gateway(gateway, "discover", {"protocol": protocol, "url": url}), {}
        except Problem as error:
            found, problem = {}, error.as_dict()
        with acting(scope):
            Discovery.objects.of(scope).filter(pk=pk, state=LookState.LOOKING.value).update(
                state=(LookState.FAILED if problem else LookState.FOUND).value,
                ended_at=now_utc(),
                found=found,
                problem=problem,
            )
    except Exception:
        log.exception("look %s at %s", pk, url)
    finally:
        _waiting.release()
        database.close()


def keep_choices(scope: Scope, pk: int, choices: dict[str, Any]) -> None:
    """Keep what a person chose, so that the dry run can be looked at and gone back from."""
    require(scope, EDIT)
    done = Discovery.objects.of(scope).filter(pk=pk, state=LookState.FOUND.value).update(choices=choices)
    if not done:
        raise NotFound("telemetry.look_unknown", "This look at an address is over or not yours; start again.")


def mark_applied(scope: Scope, pk: int, key: str) -> None:
    """Remember which connection came of a look."""
    Discovery.objects.of(scope).filter(pk=pk).update(state=LookState.APPLIED.value, connection=key)
