"""Roles and the rights they carry. A right is a dotted word that views and services ask for."""

from __future__ import annotations

from dataclasses import dataclass

RIGHTS = (
    "registry.view",
    "registry.edit",
    "registry.import",
    "people.view",
    "people.manage",
    "telemetry.view",
    "telemetry.edit",
    "telemetry.command",
    "shopfloor.view",
    "shopfloor.edit",
    "shopfloor.work",
    "shopfloor.release",
    "shopfloor.quality",
    "shopfloor.care",
    "twin.view",
    "twin.edit",
    "potline.view",
    "potline.control",
    "potline.work",
    "market.view",
    "market.sell",
    "market.buy",
    "market.run",
    "market.custody",
    "audit.view",
    "jobs.view",
    "jobs.run",
    "tokens.manage",
)
_VIEW = frozenset(
    {"registry.view", "telemetry.view", "shopfloor.view", "twin.view", "potline.view", "market.view"}
)
_MARKET_RUN = "market.run"  # of the park administration alone: it admits members and settles disputes
_CUSTODY = "market.custody"  # for the custodian's token, which the park issues


@dataclass(frozen=True, slots=True)
class Role:
    """A role: code, English title (translated at the page), rights, and the kinds of organisation that may give it."""

    code: str
    title: str
    rights: frozenset[str]
    kinds: frozenset[str] = frozenset()  # empty = any kind


ROLES = {
    role.code: role
    for role in (
        Role("park-admin", "Park administrator", frozenset(RIGHTS), frozenset({"park"})),
        Role(
            "park-officer",
            "Park officer",
            _VIEW
            | {
                "registry.edit",
                "registry.import",
                "people.view",
                "audit.view",
                "jobs.view",
                "telemetry.edit",
                _MARKET_RUN,
            },
            frozenset({"park"}),
        ),
        Role("firm-admin", "Firm administrator", frozenset(RIGHTS) - {_MARKET_RUN, _CUSTODY}),
        Role("seller", "Seller", _VIEW | {"market.sell"}),
        Role("buyer", "Buyer", _VIEW | {"market.buy"}),
        Role(
            "engineer",
            "Engineer",
            _VIEW
            | {
                "registry.edit",
                "registry.import",
                "telemetry.edit",
                "telemetry.command",
                "shopfloor.edit",
                "shopfloor.work",
                "shopfloor.release",
                "twin.edit",
                "potline.control",
                "potline.work",
            },
        ),
        Role(
            "line-leader",
            "Line leader",
            _VIEW
            | {
                "shopfloor.edit",
                "shopfloor.work",
                "shopfloor.release",
                "twin.edit",
                "potline.control",
                "potline.work",
            },
        ),
        Role("quality-engineer", "Quality engineer", _VIEW | {"shopfloor.work", "shopfloor.quality"}),
        Role(
            "technician",
            "Maintenance technician",
            _VIEW | {"shopfloor.work", "shopfloor.care", "potline.work"},
        ),
        Role("operator", "Operator", _VIEW | {"shopfloor.work", "potline.work"}),
        Role("viewer", "Viewer", _VIEW),
    )
}


def rights_of(role: str) -> frozenset[str]:
    """The rights of a role code; an unknown role carries none."""
    found = ROLES.get(role)
    return found.rights if found else frozenset()
