"""The demo's orders and operators: what the simulated lines will make today and tomorrow, told to the shop floor before."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.engines.lines import template
from gearpark.kit.tenant import acting
from gearpark.plants.line.behaviour import shop, stream
from gearpark.plants.line.parts import OrderBook
from gearpark.plants.lines import DemoLine, housing_lines
from gearpark.plants.options import DEFAULT_SEED

ORG = "qichi"
ORDERS_A_DAY = 3  # told before; a line that is quicker registers its next ones itself
MAX_BLANKS = 5_000
OPERATORS = (  # all invented; without a password: they sign on by badge or PIN at a terminal
    "陈国强 Chen Guoqiang", "杨小军 Yang Xiaojun", "黄丽 Huang Li", "刘洋 Liu Yang", "周涛 Zhou Tao", "徐敏 Xu Min",
    "孙伟 Sun Wei", "马芳 Ma Fang", "朱建 Zhu Jian", "胡勇 Hu Yong", "郭艳 Guo Yan", "何平 He Ping", "高峰 Gao Feng",
    "林霞 Lin Xia", "罗刚 Luo Gang", "郑燕 Zheng Yan", "梁军 Liang Jun", "谢红 Xie Hong", "宋明 Song Ming", "唐磊 Tang Lei",
    "许娟 Xu Juan", "邓超 Deng Chao", "冯波 Feng Bo", "韩雪 Han Xue",
)  # fmt: skip


def load_work(scope: Scope, now: datetime) -> dict[str, Any]:
    """Store what is missing of the demo's operators, products, routings, instructions and orders."""
    with acting(scope):
        known = {person.sign_in for person in registry.people(scope, ORG)}
        crew = {f"qc-op{number:02d}": name for number, name in enumerate(OPERATORS, start=1)}
        for sign_in, name in crew.items():
            if sign_in not in known:
                registry.add_person(scope, sign_in, name, "operator", now, org=ORG, invented=True)
        return shopfloor.ensure_demo_work(scope, ORG, orders_of(now), list(crew), now)


def orders_of(now: datetime) -> list[shopfloor.OrderSeed]:
    """Orders of today and tomorrow as the plants' order books will give them."""
    return [
        seed
        for line in housing_lines()
        for ahead in (0, 1)
        for seed in _of_day(line, now + timedelta(days=ahead))
    ]


def _of_day(line: DemoLine, at: datetime) -> list[shopfloor.OrderSeed]:
    shape = template(line.template)
    low, high = (max(round(shape.plan_per_shift * share), 1) for share in shop().order_shifts)
    book = OrderBook(line.id.upper(), shape.variants, (low, high), partial(stream, DEFAULT_SEED, line.id), 0)
    found: dict[str, shopfloor.OrderSeed] = {}
    for _blank in range(MAX_BLANKS):
        book.blank(to_us(at))
        order = book.order
        if order is None or (order.number not in found and len(found) >= ORDERS_A_DAY):
            break
        due = timezone.localdate(at) + timedelta(days=len(found) // 2)
        found.setdefault(
            order.number, shopfloor.OrderSeed(order.number, line.id, order.variant.code, order.quantity, due)
        )
    return list(found.values())
