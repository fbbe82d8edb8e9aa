"""The rules both sides keep: what is news, how far an order is, which order a vehicle may take up."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from .documents import NO_STOP, PENDING, ActionState, Header, Order, State

CLOCK_STEP = timedelta(seconds=5)
REFUSALS = frozenset({"orderError", "orderUpdateError", "validationError", "noRouteError"})


class Mark(NamedTuple):
    """The newest message of a topic that was taken."""

    at: datetime
    header_id: int


def is_news(last: Mark | None, header: Header) -> bool:
    """Is this message newer than the last one taken? Repeated and overtaken ones are not.

    Header ids begin anew when a vehicle starts anew, so a later time is news whatever the id. A clock that is set back
    a little must not make a vehicle dumb: within CLOCK_STEP the id decides.
    """
    if last is None or header.at > last.at:
        return True
    return header.id > last.header_id and header.at >= last.at - CLOCK_STEP


class Reached(IntEnum):
    """How far an order is; it only ever grows."""

    NOTHING = 0
    ACCEPTED = 1
    PICKED = 2
    DROPPED = 3
    DONE = 4


class Progress(NamedTuple):
    """``failed`` says why the order will never be done, "" while it may."""

    reached: Reached
    failed: str = ""


def progress(order_id: str, pick: str, drop: str, state: State) -> Progress | None:
    """What a vehicle's state says of one order; None when it says nothing of it.

    pick, drop  ids of the actions; "" for an order that has no such action
    """
    if state.order_id != order_id:
        refused = [one for one in state.errors if one.type in REFUSALS and one.refers_to("orderId", order_id)]
        if refused:
            return Progress(Reached.NOTHING, refused[0].description or refused[0].type)
        return None
    status = {one.id: one for one in state.actions}
    reached = Reached.ACCEPTED
    if pick and _finished(status, pick):
        reached = Reached.PICKED
    if drop and _finished(status, drop):
        reached = Reached.DROPPED
    ours = [status[one] for one in (pick, drop) if one in status]
    failed = next((one for one in ours if one.status == "FAILED"), None)
    over = not state.nodes_left and not any(one.status in PENDING for one in state.actions)
    if over and failed is None and (not drop or reached is Reached.DROPPED):
        return Progress(Reached.DONE)
    if failed is not None:
        return Progress(reached, failed.result or f"{failed.type or 'action'} failed")
    return Progress(reached)


def _finished(status: dict[str, ActionState], action: str) -> bool:
    return action in status and status[action].status == "FINISHED"


def is_free(state: State) -> bool:
    """The vehicle has nothing left to do of any order."""
    return (
        not state.nodes_left
        and not state.edges_left
        and not any(one.status in PENDING for one in state.actions)
    )


def is_ready(state: State) -> bool:
    """The vehicle may be given an order: free, automatic, no fault that stops it, no emergency stop, located."""
    return (
        is_free(state)
        and state.mode == "AUTOMATIC"
        and not state.paused
        and state.e_stop == NO_STOP
        and not any(one.level == "FATAL" for one in state.errors)
        and state.position is not None
        and state.position.initialized
    )


class Answer(StrEnum):
    """What a vehicle does with an order that arrives."""

    TAKE = "take"
    UPDATE = "update"
    SAME = "same"  # it has this order already
    REFUSE = "refuse"


def acceptance(state: State, order: Order) -> Answer:
    """The vehicle's side: take a new order only when free, an update only when newer, the same order never twice."""
    if order.id != state.order_id:
        return Answer.TAKE if is_free(state) else Answer.REFUSE
    if order.update == state.order_update:
        return Answer.SAME
    return Answer.UPDATE if order.update > state.order_update else Answer.REFUSE
