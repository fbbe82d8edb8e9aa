"""The one live stream a page opens."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries
from ..types import VIEW


def asked_tags(request: HttpRequest) -> list[str]:
    """``?tags=a,b&tags=c`` -> the tag texts, in order."""
    return [tag for part in request.GET.getlist("tags") for tag in part.split(",") if tag]


@require_GET
@needs(VIEW)
def live(request: HttpRequest) -> HttpResponseBase:
    """GET ``?tags=asset/signal,...``: ``text/event-stream`` of snapshot, values and heartbeat events."""
    events = queries.live_stream(scope_of(request), asked_tags(request), now_utc())
    response = StreamingHttpResponse(_without_database(events), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _without_database(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    # Django would keep this request's pooled connection until the stream ends, that is for an hour
    await sync_to_async(connections.close_all)()
    async for event in events:
        yield event
