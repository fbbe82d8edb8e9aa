"""What is done to an order: release, hold, go on, close, cancel, split, components. Each names what it will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ...queries.work import orders as asked
from ...services import work
from ...types.lines import EDIT, VIEW
from .orders import refused
from .tabs import frame
from .words import ORDER_STATUS, word

MAX_NUMBER = 9  # digits of a number in a form


def number(text: str, default: int = 0) -> int:
    """A whole number of a form field, or the default."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER else default


def _release(scope: Scope, key: int, post: Any) -> Any:
    work.release_order(scope, key, number(post.get("version", "")), now_utc())
    return _("The order is released; it stands at the end of the queue.")


def _hold(scope: Scope, key: int, post: Any) -> Any:
    work.hold_order(scope, key, number(post.get("version", "")), post.get("reason", ""))
    return _("The order is held. Parts on stations can be finished, none is started.")


def _unhold(scope: Scope, key: int, post: Any) -> Any:
    work.unhold_order(scope, key, number(post.get("version", "")), now_utc())
    return _("The order goes on.")


def _close(scope: Scope, key: int, post: Any) -> Any:
    work.close_order(scope, key, number(post.get("version", "")), post.get("reason", ""), now_utc())
    return _("The order is closed with what was made.")


def _cancel(scope: Scope, key: int, post: Any) -> Any:
    work.cancel_order(scope, key, number(post.get("version", "")), post.get("reason", ""), now_utc())
    return _("The order is cancelled.")


def _split(scope: Scope, key: int, post: Any) -> Any:
    made = work.split_order(scope, key, number(post.get("version", "")), number(post.get("quantity", "")))
    return gettext("Order %(name)s is made of the rest.") % {"name": asked.order(scope, made).number}


def _components(scope: Scope, key: int, post: Any) -> Any:
    texts = [text for text in post.get("serials", "").replace(",", "\n").split() if text]
    done = work.issue_components(scope, key, texts, now_utc())
    return gettext("%(n)s components are issued to the order.") % {"n": done}


def _return(scope: Scope, key: int, post: Any) -> Any:
    work.return_component(scope, key, post.get("serial", ""), now_utc())
    return _("The component is given back.")


ACTIONS: dict[str, Callable[[Scope, int, Any], Any]] = {
    "release": _release,
    "hold": _hold,
    "unhold": _unhold,
    "close": _close,
    "cancel": _cancel,
    "split": _split,
    "components": _components,
    "return": _return,
}
ASKED = ("close", "cancel", "split", "hold")  # actions that say first what they will do


@needs(VIEW)
def order_action(request: HttpRequest, order_id: int, action: str) -> HttpResponse:
    """``/orders/<id>/<action>/``: GET says what would happen, POST does it."""
    scope = scope_of(request)
    info = asked.order(scope, order_id)
    if action not in ACTIONS:
        raise Http404
    if request.method == "POST":
        try:
            done = ACTIONS[action](scope, order_id, request.POST)
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            refused(request, problem)
        else:
            messages.success(request, done)
        return redirect("shopfloor:order", order_id=order_id)
    if action not in ASKED:
        return redirect("shopfloor:order", order_id=order_id)
    titles = {
        "close": gettext("Close order %(name)s"),
        "cancel": gettext("Cancel order %(name)s"),
        "split": gettext("Split order %(name)s"),
        "hold": gettext("Hold order %(name)s"),
    }
    context = frame(scope, "orders", titles[action] % {"name": info.number}, info=info, action=action)
    context |= {
        "status_word": word(ORDER_STATUS, info.status),
        "found": asked.consequences(scope, order_id) if action in ("close", "cancel") else None,
    }
    return render(request, "shopfloor/work/order_action.html", context)


@needs(VIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """``/orders/queue/``: what each line makes next, to be put in order."""
    from .queue import context_of

    return render(request, "shopfloor/work/queue.html", context_of(scope_of(request)))


@require_POST
@needs(EDIT)
def queue_move(request: HttpRequest) -> HttpResponse:
    """``/orders/queue/move/``: put an order at a place; the page's own script sends the same form."""
    scope = scope_of(request)
    place = number(request.POST.get("place", ""), -1)
    if place < 0:
        raise Problem("work.place", "Say at which place the order shall stand.")
    work.move_order(scope, number(request.POST.get("order", "")), place)
    if request.headers.get("HX-Request") == "true":
        from .queue import context_of

        return render(request, "shopfloor/work/parts/queue_lines.html", context_of(scope))
    return redirect("shopfloor:queue")
