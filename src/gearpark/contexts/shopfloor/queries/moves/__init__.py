"""Reads of logistics."""

from .fleet import fleet, vehicle, vehicle_choices, vehicle_rows
from .places import (
    carrier,
    carrier_rows,
    line_places,
    place,
    place_detail,
    place_rows,
    places,
    rule,
    rules,
    site_of,
    stock,
)
from .shop import Shop, shop, shop_orgs
from .tasks import active_tasks, feed, steps, task, task_rows, tasks_of_vehicle
from .wip import wip

__all__ = [
    "Shop",
    "active_tasks",
    "carrier",
    "carrier_rows",
    "feed",
    "fleet",
    "line_places",
    "place",
    "place_detail",
    "place_rows",
    "places",
    "rule",
    "rules",
    "shop",
    "shop_orgs",
    "site_of",
    "steps",
    "stock",
    "task",
    "task_rows",
    "tasks_of_vehicle",
    "vehicle",
    "vehicle_choices",
    "vehicle_rows",
    "wip",
]
