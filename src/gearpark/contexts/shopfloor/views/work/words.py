"""Words of orders and work in the reader's language: statuses, interlocks with what releases them, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gearpark.engines.lines import LineTemplate
from gearpark.kit.problems import words_of

from ...types.instructions import CheckKind
from ...types.orders import FILLER, NORMAL, RUSH
from ...types.people import SignedBy, SkillState
from ...types.work import Block, Decision, ReportKind, RunResult

Words = str | Promise
ORDER_STATUS: dict[str, Words] = {
    "draft": _("Draft"),
    "released": _("Released"),
    "running": _("Running"),
    "held": _("Held"),
    "done": _("Done"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}
ORDER_LOOK = {
    "draft": "idle",
    "released": "waiting",
    "running": "running",
    "held": "blocked",
    "done": "good",
    "closed": "stopped",
    "cancelled": "stopped",
}
PART_STATUS: dict[str, Words] = {
    "open": _("On the way"),
    "held": _("Held"),
    "good": pgettext_lazy("result", "Good"),
    "scrap": _("Scrap"),
    "shipped": _("Shipped"),
}
PART_LOOK = {"open": "waiting", "held": "blocked", "good": "good", "scrap": "bad", "shipped": "stopped"}
REVISION_STATUS: dict[str, Words] = {"draft": _("Draft"), "released": _("Released"), "retired": _("Retired")}
REVISION_LOOK = {"draft": "idle", "released": "good", "retired": "stopped"}
PRIORITY: dict[str, Words] = {str(RUSH): _("Rush"), str(NORMAL): _("Normal"), str(FILLER): _("Filler")}
SOURCE: dict[str, Words] = {"planned": _("Planned"), "line": _("Reported by the line")}
TRACKING: dict[str, Words] = {"serial": _("Every part has a serial"), "lot": _("Pieces are counted")}
RESULT: dict[str, Words] = {
    RunResult.GOOD: pgettext_lazy("result", "Good"),
    RunResult.SCRAP: _("Scrap"),
    RunResult.REWORK: _("Rework"),
    RunResult.ABORTED: _("Taken off"),
}
REPORT: dict[str, Words] = {
    ReportKind.GOOD: pgettext_lazy("result", "Good"),
    ReportKind.SCRAP: _("Scrap"),
    ReportKind.REWORK: _("Rework"),
    ReportKind.ABORT: _("Taken off"),
    ReportKind.HOLD: _("Held"),
    ReportKind.CONSUME: _("Component built in"),
    ReportKind.COUNT: _("Counted"),
}
DECISION: dict[str, Words] = {
    Decision.USE_AS_IS: _("Use as is"),
    Decision.REWORK: _("Rework"),
    Decision.SCRAP: _("Scrap"),
    Decision.RETURN: _("Return"),
}
CHECK: dict[str, Words] = {
    CheckKind.NONE: _("No check"),
    CheckKind.CONFIRM: _("Confirm"),
    CheckKind.NUMBER: _("Number with limits"),
    CheckKind.CHOICE: _("Choice"),
    CheckKind.SCAN: _("Scan"),
    CheckKind.COMPONENT: _("Component built in"),
}
LEVEL: dict[int, Words] = {
    0: _("none"),
    1: _("learning"),
    2: _("under eyes"),
    3: _("alone"),
    4: _("teaches"),
}
SKILL_STATE: dict[str, Words] = {
    SkillState.NONE: _("none"),
    SkillState.GOOD: _("valid"),
    SkillState.EXPIRING: _("expires soon"),
    SkillState.EXPIRED: _("expired"),
}
SIGNED_BY: dict[str, Words] = {
    SignedBy.SELF: _("signed in"),
    SignedBy.BADGE: _("badge"),
    SignedBy.PIN: _("PIN"),
    SignedBy.LEADER: _("by the line leader"),
}

# code -> (what stands against it, what releases it)
BLOCKS: dict[str, tuple[Words, Words]] = {
    "order_held": (
        _("Order %(order)s is held: %(reason)s"),
        _("The line leader releases the order."),
    ),
    "order_not_open": (
        _("Order %(order)s is not released for work."),
        _("The line leader releases the order."),
    ),
    "part_held": (
        _("Part %(serial)s is held."),
        _("Quality decides: use as is, rework, scrap or return."),
    ),
    "part_left": (
        _("Part %(serial)s has left its route."),
        _("Take another part. Quality can take scrap back with a signature."),
    ),
    "sequence": (
        _("Operation %(op)s is not the part's next one; that is %(next)s."),
        _("Do operation %(next)s first."),
    ),
    "not_on_route": (
        _("The part has no operation at this station group on its route."),
        _("Take it to a station of its route."),
    ),
    "station_held": (
        _("Station %(station)s is held (%(source)s): %(reason)s"),
        _("Who held it clears it, or quality."),
    ),
    "tool_worn": (_("Tool %(key)s (%(kind)s) is worn."), _("Change the tool and register it.")),
    "tool_broken": (_("Tool %(key)s (%(kind)s) is broken."), _("Change the tool and register it.")),
    "tool_at_limit": (
        _("Tool %(key)s (%(kind)s) has reached its life."),
        _("Change the tool and register it."),
    ),
    "tool_absent": (_("Tool %(kind)s is not in station %(station)s."), _("Mount the tool and register it.")),
    "gauge_expired": (_("The calibration of gauge %(key)s has expired."), _("Calibrate or swap the gauge.")),
    "gauge_failed": (_("Gauge %(key)s failed its check."), _("Calibrate or swap the gauge.")),
    "gauge_uses": (_("Gauge %(key)s has reached its number of uses."), _("Calibrate or swap the gauge.")),
    "gauge_away": (_("Gauge %(key)s is away."), _("Bring the gauge back, or place another of its class.")),
    "gauge_absent": (_("No gauge %(kind)s is at station %(station)s."), _("Place a calibrated gauge.")),
    "master_check_due": (
        _("The shift's master check of gauge %(key)s is due."),
        _("Measure the master part and enter the result."),
    ),
    "program_not_released": (
        _("Program %(program)s has no released revision."),
        _("An engineer releases the program."),
    ),
    "program_changed": (
        _("Program %(program)s was changed since this routing was released."),
        _("An engineer releases a routing with the new program, or the old program again."),
    ),
    "test_missing": (_("Part %(serial)s has no test result."), _("Do the test before it first.")),
    "test_failed": (_("Part %(serial)s failed its last test."), _("Rework it and test it again.")),
    "not_signed_on": (_("Nobody is signed on for this."), _("Sign on at station %(station)s.")),
    "skill_missing": (
        _("The skill %(skill)s is missing."),
        _("Somebody with the skill signs on, or the line leader enters it."),
    ),
    "skill_expired": (
        _("The skill %(skill)s expired on %(until)s."),
        _("Refresh the training; the line leader enters the new date."),
    ),
    "skill_alone": (
        _("The skill %(skill)s is at the level “under eyes”."),
        _("Somebody who works alone in it signs on at the same station."),
    ),
}
REFUSALS: dict[str, Words] = {
    "no_operation": _("The routing has no operation."),
    "program_not_released": _("Program %(program)s has no released revision."),
    "program_changed": _("Program %(program)s was changed since the routing was released."),
    "skill_unknown": _("There is no skill %(skill)s; add it under Operators."),
    "product_inactive": _("Product %(product)s is not active."),
    "line_type": _("Line %(line)s is of another type than product %(product)s."),
    "no_routing": _("Product %(product)s has no released routing."),
}


def word(words: Mapping[Any, Words], code: Any) -> str:
    """A word, or the code itself where there is none."""
    return str(words.get(code, code))


def language() -> str:
    return get_language() or "en"


def fill(text: Words, facts: Mapping[str, str]) -> str:
    """The sentence with its facts; a fact that is missing stays empty rather than breaking the page."""
    return str(text) % _Facts(facts)


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def block_words(block: Block) -> dict[str, Any]:
    """One interlock as pages and terminals show it."""
    what, release = BLOCKS.get(block.code, (block.code, ""))
    return {
        "code": block.code,
        "what": fill(what, block.facts),
        "release": fill(release, block.facts),
        "signed": block.signed,
    }


def blocks_of_details(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Interlocks as a Problem's details carry them."""
    return [block_words(Block(item["code"], dict(item["facts"]), bool(item["signed"]))) for item in found]


def refusal_words(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Reasons why something cannot be released."""
    return [fill(REFUSALS.get(item["code"], item["code"]), item["facts"]) for item in found]


def sentences(problem: Any) -> list[str]:
    """A refusal as its reasons, one a line, where it carries them."""
    details = getattr(problem, "details", {})
    if details.get("refusals"):
        return refusal_words(details["refusals"])
    if details.get("blocks"):
        return [f"{item['what']} {item['release']}" for item in blocks_of_details(details["blocks"])]
    return [words_of(problem)]


def scrap_reasons(kind: LineTemplate, op: int | None = None) -> list[dict[str, Any]]:
    """Scrap reasons of a line type in the reader's language, those usual at the operation first."""
    reasons = sorted(
        kind.scrap_reasons,
        key=lambda item: (item.op is not None and item.op != op, item.op is None),
    )
    return [
        {"code": item.code, "title": item.title(language()), "rework": item.rework, "here": item.op == op}
        for item in reasons
    ]


def reason_title(kind: LineTemplate, code: str) -> str:
    """The title of a scrap reason; a reason of a person's own words stays as it is."""
    found = next((item for item in kind.scrap_reasons if item.code == code), None)
    extra = {"disposition": _("Disposition"), "returned": _("Returned")}
    return found.title(language()) if found else word(extra, code)
