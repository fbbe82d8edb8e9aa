"""Packing and shipping: every part in one unit only, whoever packs at the same time; advice; what may not leave."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from tests.contexts.shopfloor.moves.shop import LINE, ORG, T0, Shop, build

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.models import Serial
from gearpark.contexts.shopfloor.models.moves import CarrierItem, UnitItem
from gearpark.contexts.shopfloor.public import ShipmentSent
from gearpark.contexts.shopfloor.queries import shipping as queries
from gearpark.contexts.shopfloor.queries.trace import trace_down
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services import shipping as ship
from gearpark.contexts.shopfloor.types.shipping import PackRuleInfo, UnitKind, UnitState
from gearpark.contexts.shopfloor.types.trace import Cause, FactKind
from gearpark.contexts.shopfloor.types.work import SerialStatus
from gearpark.engines.traceability import gs1
from gearpark.kit import events
from gearpark.kit.tenant import acting


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


def ready(shop: Shop, **rule: object) -> None:
    """GS1 prefix (952: for examples) and a pack rule of four a box."""
    moves.save_site(shop.scope, gs1_prefix="9521234", extension=0, ship_from="Qichi", lost_after_s=60)
    values = {"product": "H12-M", "kind": UnitKind.BOX, "quantity": 4, **rule}
    ship.save_pack_rule(shop.scope, PackRuleInfo(**values))  # type: ignore[arg-type]


def parts(shop: Shop, count: int) -> list[str]:
    names = shop.finish(count)
    assert product_of(shop.scope, names[0]) == "H12-M"
    return names


def product_of(scope: Scope, name: str) -> str:
    with acting(scope):
        return str(Serial.objects.of(scope).get(serial=name).product.code)


def test_a_unit_from_opening_to_undoing(shop: Shop) -> None:
    names, scope = parts(shop, 6), shop.scope
    assert code_of(lambda: ship.open_unit(scope, T0)) == "shipping.no_prefix"
    ready(shop)
    unit = ship.open_unit(scope, T0, product="H12-M")
    assert (unit.kind, unit.capacity, len(unit.sscc)) == (UnitKind.BOX, 4, 18)
    assert gs1.is_key(unit.sscc, (18,))
    assert unit.sscc.startswith("09521234")
    assert ship.open_unit(scope, T0).sscc != unit.sscc
    assert code_of(lambda: ship.close_unit(scope, unit.sscc, T0)) == "shipping.unit_empty"
    for name in names[:3]:
        ship.pack(scope, unit.sscc, name, T0)
    assert ship.pack(scope, unit.sscc, names[0], T0).quantity == 3
    assert code_of(lambda: ship.close_unit(scope, unit.sscc, T0, partial=True)) == "shipping.not_full"
    assert ship.pack(scope, unit.sscc, names[3], T0).quantity == 4
    assert code_of(lambda: ship.pack(scope, unit.sscc, names[4], T0)) == "shipping.unit_full"
    assert code_of(lambda: ship.pack(scope, unit.sscc, "ghost", T0)) == "work.serial_unknown"
    assert ship.close_unit(scope, unit.sscc, T0, gross_kg=91.5).state is UnitState.CLOSED
    assert code_of(lambda: ship.pack(scope, unit.sscc, names[4], T0)) == "shipping.unit_not_open"
    other = ship.open_unit(scope, T0, product="H12-M")
    assert code_of(lambda: ship.pack(scope, other.sscc, names[0], T0)) == "shipping.packed_already"
    ship.reopen_unit(scope, unit.sscc, T0)
    assert ship.unpack(scope, unit.sscc, names[0], T0).quantity == 3
    assert ship.pack(scope, other.sscc, names[0], T0).quantity == 1
    assert ship.undo_unit(scope, unit.sscc, T0).state is UnitState.UNDONE
    with acting(scope):
        assert [item.serial.serial for item in UnitItem.objects.of(scope).select_related("serial")] == [
            names[0]
        ]


def test_only_good_parts_and_only_what_fits_together(shop: Shop) -> None:
    names, scope = parts(shop, 4), shop.scope
    ready(shop, mixed_lots=False, partial=True)
    with acting(scope):
        Serial.objects.of(scope).filter(serial=names[0]).update(status=SerialStatus.HELD.value)
        Serial.objects.of(scope).filter(serial=names[2]).update(lot="L2")
    unit = ship.open_unit(scope, T0, product="H12-M")
    assert code_of(lambda: ship.pack(scope, unit.sscc, names[0], T0)) == "shipping.part_not_good"
    ship.pack(scope, unit.sscc, names[1], T0)
    assert code_of(lambda: ship.pack(scope, unit.sscc, names[2], T0)) == "shipping.mixed"
    with acting(scope):
        Serial.objects.of(scope).filter(serial=names[1]).update(status=SerialStatus.HELD.value)
    assert code_of(lambda: ship.close_unit(scope, unit.sscc, T0, partial=True)) == "shipping.part_not_good"
    with acting(scope):
        Serial.objects.of(scope).filter(serial=names[1]).update(status=SerialStatus.GOOD.value)
    assert ship.close_unit(scope, unit.sscc, T0, partial=True).partial is True


def test_a_shipment_with_a_pallet(shop: Shop) -> None:
    names, scope = parts(shop, 8), shop.scope
    ready(shop)
    told: list[ShipmentSent] = []
    events.bind(ShipmentSent, told.append)
    pallet = ship.open_unit(scope, T0, kind=UnitKind.PALLET)
    boxes = []
    for start in (0, 4):
        box = ship.open_unit(scope, T0, product="H12-M")
        for name in names[start : start + 4]:
            ship.pack(scope, box.sscc, name, T0)
        assert (
            code_of(lambda box=box: ship.put_on_pallet(scope, box.sscc, pallet.sscc, T0))
            == "shipping.unit_not_closed"
        )
        ship.close_unit(scope, box.sscc, T0)
        ship.put_on_pallet(scope, box.sscc, pallet.sscc, T0)
        boxes.append(box.sscc)
    ship.close_unit(scope, pallet.sscc, T0)
    assert code_of(lambda: ship.make_shipment(scope, ship_to=" ", now=T0)) == "shipping.ship_to"
    made = ship.make_shipment(scope, ship_to="Truck works", now=T0, reference="PO-7")
    assert code_of(lambda: ship.send_shipment(scope, made.number, T0)) == "shipping.shipment_empty"
    assert code_of(lambda: ship.add_unit(scope, made.number, boxes[0], T0)) == "shipping.pallet"
    ship.add_unit(scope, made.number, pallet.sscc, T0)
    assert code_of(lambda: ship.undo_unit(scope, pallet.sscc, T0)) == "shipping.unit_in_shipment"
    with acting(scope):
        Serial.objects.of(scope).filter(serial=names[7]).update(status=SerialStatus.HELD.value)
    assert code_of(lambda: ship.send_shipment(scope, made.number, T0)) == "shipping.part_not_good"
    with acting(scope):
        assert Serial.objects.of(scope).filter(status=SerialStatus.SHIPPED.value).count() == 0
        Serial.objects.of(scope).filter(serial=names[7]).update(status=SerialStatus.GOOD.value)
    sent = ship.send_shipment(scope, made.number, T0)
    assert (sent.state, sent.units, sent.parts) == ("sent", 3, 8)
    assert code_of(lambda: ship.send_shipment(scope, made.number, T0)) == "shipping.shipment_left"
    with acting(scope):
        assert Serial.objects.of(scope).filter(status=SerialStatus.SHIPPED.value).count() == 8
        document = queries.advice(scope, made.number)
        rows = list(queries.advice_lines(document))
        assert queries.unit(scope, boxes[0]).unit.state is UnitState.SHIPPED
    assert document["totals"] == {"units": 3, "parts": 8}
    assert sorted(row[7] for row in rows) == sorted(names)
    assert {row[6] for row in rows} == {pallet.sscc}
    assert [(one.shipment, sorted(one.serials)) for one in told] == [(made.number, sorted(names))]
    events._listeners[ShipmentSent].remove(told.append)
    cause = Cause(
        FactKind.CARRIER, boxes[0], since_at=T0 - timedelta(hours=1), until_at=T0 + timedelta(hours=1)
    )
    with acting(scope):
        assert {row.serial for row in trace_down(scope, cause).parts} == set(names[:4])


def test_a_whole_container_is_packed_or_nothing(shop: Shop) -> None:
    names, scope = parts(shop, 5), shop.scope
    shop.follow()
    ready(shop)
    box = ship.open_unit(scope, T0, product="H12-M")
    assert code_of(lambda: ship.pack_carrier(scope, box.sscc, "OUT-0001", T0)) == "shipping.unit_full"
    assert code_of(lambda: ship.pack_carrier(scope, box.sscc, "FG-0001", T0)) == "shipping.carrier_empty"
    with acting(scope):
        assert CarrierItem.objects.of(scope).count() == len(names)
        assert UnitItem.objects.of(scope).count() == 0
    ship.save_pack_rule(scope, PackRuleInfo("H12-M", UnitKind.PALLET, 5))
    pallet = ship.open_unit(scope, T0, product="H12-M")
    assert (pallet.kind, ship.pack_carrier(scope, pallet.sscc, "OUT-0001", T0).quantity) == (
        UnitKind.PALLET,
        5,
    )
    with acting(scope):
        assert CarrierItem.objects.of(scope).count() == 0


@pytest.mark.django_db(transaction=True)
def test_twelve_packers_at_once_never_pack_a_part_twice() -> None:
    shop = build(vehicles=0)
    scope = shop.scope
    names = parts(shop, 16)
    ready(shop, quantity=8)
    units = [ship.open_unit(scope, T0, product="H12-M").sscc for _ in range(3)]
    outcomes: Counter[str] = Counter()
    lock, start = threading.Lock(), threading.Barrier(12)

    def packer(number: int) -> None:
        start.wait()
        for place in range(len(names)):
            name = names[(place + number) % len(names)]
            try:
                ship.pack(scope, units[(number + place) % 3], name, T0)
                word = "packed"
            except Problem as problem:
                word = problem.code
            with lock:
                outcomes[word] += 1
        connection.close()

    threads = [threading.Thread(target=packer, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert set(outcomes) <= {"packed", "shipping.packed_already", "shipping.unit_full"}, outcomes
    with acting(scope):
        items = list(UnitItem.objects.of(scope).values_list("serial_id", "unit__sscc"))
    assert len({serial for serial, _unit in items}) == len(items) == 16
    assert max(Counter(unit for _serial, unit in items).values()) <= 8
    assert LINE.startswith("qc")
    assert scope.org == ORG
