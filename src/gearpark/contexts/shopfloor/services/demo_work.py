"""Demo of orders and work: skills, programs, products with routings and instructions, people, orders. All illustrative.

Everything goes through the services, as people would do it; what is there already is left as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry
from gearpark.engines.lines import LineTemplate
from gearpark.kit.tenant import acting

from ..models import (
    Badge,
    Instruction,
    Line,
    PersonSkill,
    Product,
    Program,
    Routing,
    SignOn,
    Skill,
    WorkOrder,
)
from ..queries.line_types import shape_of
from ..types.instructions import CheckKind, Option, StepWanted
from ..types.orders import NORMAL, OrderWanted, ProductWanted
from ..types.people import SignedBy
from ..types.work import WORK, RoutingStatus
from . import demo_pictures, work

DEMO_PIN = "2468"  # every demo operator's; said in the guide
TEMPLATE = "housing-machining"
GTIN_BASE = "20000798000"  # GS1 prefix 20: free for use inside a firm


@dataclass(frozen=True, slots=True)
class OrderSeed:
    """An order that a simulated line will make."""

    number: str
    line: str
    variant: str
    quantity: int
    due_on: date | None = None
    priority: int = NORMAL


def ensure_demo_work(
    scope: Scope, org: str, orders: Sequence[OrderSeed], crew: Sequence[str], now: datetime
) -> dict[str, int]:
    """Make what is missing for the housing lines of a firm; returns counts of what stands.

    crew  sign-in names of those who stand at the stations
    """
    with acting(scope):
        lines = list(Line.objects.of(scope).filter(org=org, template=TEMPLATE).order_by("asset"))
        if not lines:
            return {}
        kind = shape_of(lines[0])
        _skills(scope, org, kind)
        _programs(scope, org, kind, now)
        products = _products(scope, org, kind)
        people = _people(scope, org, kind, lines, crew, now)
        made = sum(_order(scope, org, seed, products, now) for seed in orders)
    return {"products": len(products), "operators": people, "orders": made}


def _skills(scope: Scope, org: str, kind: LineTemplate) -> None:
    known = set(Skill.objects.of(scope).filter(org=org).values_list("code", flat=True))
    for item in kind.skills:
        if item.code not in known:
            work.save_skill(scope, item.code, item.title_en, item.title_zh, org=org)


def _programs(scope: Scope, org: str, kind: LineTemplate, now: datetime) -> None:
    known = set(Program.objects.of(scope).filter(org=org).values_list("name", flat=True))
    for variant in kind.variants:
        for item in kind.operations:
            name = item.program.replace("{variant}", variant.code)
            if name and name not in known:
                digest = hashlib.sha256(f"{name} {item.program_revision} illustrative".encode()).hexdigest()
                revision = item.program_revision or "r1"
                key = work.add_program(
                    scope,
                    name,
                    revision,
                    sha256=digest,
                    line_type=kind.code,
                    illustrative=True,
                    org=org,
                    at=now,
                )
                work.release_program(scope, key, now)


def _products(scope: Scope, org: str, kind: LineTemplate) -> dict[str, str]:
    """Variant -> product code; each with a released routing and instructions."""
    found: dict[str, str] = {}
    for number, variant in enumerate(kind.variants, start=1):
        row = Product.objects.of(scope).filter(org=org, line_type=kind.code, variant=variant.code).first()
        if row is None:
            wanted = ProductWanted(
                code=variant.code,
                name_en=variant.title_en,
                name_zh=variant.title_zh,
                line_type=kind.code,
                variant=variant.code,
                gtin=_gtin(number),
                drawing=f"QC-{variant.code}",
                drawing_revision="B",
                safety_part=True,
                illustrative=True,
            )
            key = work.save_product(scope, wanted, org=org)
        else:
            key = row.pk
        found[variant.code] = row.code if row is not None else variant.code
        if not Routing.objects.of(scope).filter(product_id=key).exists():
            work.release_routing(scope, work.draft_routing(scope, key))
        _instructions(scope, org, key)
    return found


def _gtin(number: int) -> str:
    digits = f"{GTIN_BASE}{number:02d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{(10 - total % 10) % 10}"


def _instructions(scope: Scope, org: str, product_id: int) -> None:
    known = set(Instruction.objects.of(scope).filter(product_id=product_id).values_list("op", flat=True))
    for op, (title_en, title_zh, steps) in _texts(scope, org, wanted={10, 80, 90} - known).items():
        key = work.draft_instruction(scope, product_id, op)
        work.save_instruction(scope, key, title_en, title_zh, steps, illustrative=True)
        work.release_instruction(scope, key)


def _texts(scope: Scope, org: str, wanted: set[int]) -> dict[int, tuple[str, str, list[StepWanted]]]:
    if not wanted:
        return {}
    shown = {
        name: work.add_picture(scope, draw(), org=org)
        for name, draw in {
            "fixture": demo_pictures.fixture,
            "bores": demo_pictures.bores,
            "plugs": demo_pictures.plugs,
            "probe": demo_pictures.probe,
        }.items()
    }
    texts = {
        10: ("Load the casting", "装夹铸件毛坯", _loading(shown)),
        80: ("Leak test", "气密检测", _leak(shown)),
        90: ("Measure", "三坐标测量", _measuring(shown)),
    }
    return {op: text for op, text in texts.items() if op in wanted}


def _loading(shown: dict[str, str]) -> list[StepWanted]:
    return [
        StepWanted(
            "Blow the three datum pads clean. Put the casting on pads 1, 2 and 3; it must not rock.",
            "吹净三个定位面。将毛坯放在定位面 1、2、3 上，不得晃动。",
            shown["fixture"],
            CheckKind.CONFIRM,
        ),
        StepWanted(
            "Look at the casting: flash, cold shuts, cracks?",
            "目视检查毛坯：飞边、冷隔、裂纹？",
            check=CheckKind.CHOICE,
            options=(
                Option("clean", "Nothing to see", "无缺陷"),
                Option("defect", "A defect: scrap it", "有缺陷：报废"),
            ),
            right_options=("clean",),
        ),
        StepWanted(
            "Close the clamps. Read the clamping pressure.",
            "夹紧。读取夹紧压力。",
            check=CheckKind.NUMBER,
            unit="bar",
            lower=55.0,
            upper=65.0,
        ),
    ]


def _leak(shown: dict[str, str]) -> list[StepWanted]:
    return [
        StepWanted(
            "Put the plugs into all four bores; the hose sits on bore 1.",
            "四个孔全部装堵头，软管接 1 号孔。",
            shown["plugs"],
            CheckKind.CONFIRM,
        ),
        StepWanted(
            "Enter the leak rate that the tester shows.",
            "输入检漏仪显示的泄漏率。",
            check=CheckKind.NUMBER,
            unit="cm³/min",
            lower=0.0,
            upper=1.0,
        ),
    ]


def _measuring(shown: dict[str, str]) -> list[StepWanted]:
    return [
        StepWanted(
            "Let the part cool to 20 ± 2 °C; enter its temperature.",
            "工件恒温至 20 ± 2 °C，输入工件温度。",
            check=CheckKind.NUMBER,
            unit="°C",
            lower=18.0,
            upper=22.0,
        ),
        StepWanted(
            "Start the program. The probe takes eight points in every bore.",
            "启动程序。测头在每个孔内取八点。",
            shown["probe"],
            CheckKind.CONFIRM,
        ),
        StepWanted(
            "Bores are numbered as shown; compare the report's order.",
            "孔号如图所示，核对报告顺序。",
            shown["bores"],
        ),
    ]


def _people(
    scope: Scope, org: str, kind: LineTemplate, lines: list[Line], crew: Sequence[str], now: datetime
) -> int:
    """Skills, badges and PINs of people who may work, some signed on; by place in the list, so always the same."""
    people = sorted(
        (item for item in registry.people(scope, org) if item.may(WORK)), key=lambda item: item.sign_in
    )
    skilled = set(PersonSkill.objects.of(scope).filter(org=org).values_list("person_id", flat=True))
    badged = set(Badge.objects.of(scope).filter(org=org).values_list("person_id", flat=True))
    stood = set(SignOn.objects.of(scope).filter(org=org).values_list("person_id", flat=True))
    today = now.date()
    for place, person in enumerate(people):
        if person.id not in badged:
            work.set_badge(scope, person.id, f"QC-{1000 + place}", DEMO_PIN, org=org)
        if person.id in skilled:
            continue
        for index, skill in enumerate(kind.skills):
            level = (place * 3 + index * 2) % 5 if index else 3
            if level:
                until = today + timedelta(days=((place * 37 + index * 53) % 400) - 15)
                work.grant_skill(scope, person.id, skill.code, level, until, now, org=org)
    operators = [item for item in people if item.sign_in in crew and item.id not in stood]
    stations = [station.code for station in kind.stations if station.op in (10, 80, 90)]
    for place, person in enumerate(operators[: 2 * len(lines)]):
        line, station = lines[place % len(lines)], stations[place % len(stations)]
        work.sign_on(scope, line.asset, station, person.id, SignedBy.LEADER, now)
    return len(people)


def _order(scope: Scope, org: str, seed: OrderSeed, products: dict[str, str], now: datetime) -> int:
    if (
        WorkOrder.objects.of(scope).filter(org=org, number=seed.number).exists()
        or seed.variant not in products
    ):
        return 0
    if not Line.objects.of(scope).filter(org=org, asset=seed.line).exists():
        return 0
    wanted = OrderWanted(
        product=products[seed.variant],
        line=seed.line,
        quantity=seed.quantity,
        number=seed.number,
        due_on=seed.due_on,
        priority=seed.priority,
        note="illustrative",
    )
    key = work.create_order(scope, wanted, org=org, at=now)
    row = Routing.objects.of(scope).filter(product__code=wanted.product, product__org=org)
    if row.filter(status=RoutingStatus.RELEASED.value).exists():
        work.release_order(scope, key, 1, now)
    return 1
