"""From a finished part to a container in the store: rules, carriers, vehicles, people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.contexts.shopfloor.moves.shop import LINE, T0, Shop

from gearpark.base.problems import Problem
from gearpark.contexts.shopfloor.models.moves import Carrier, CarrierItem, Message, Piece, Task, VehicleOrder
from gearpark.contexts.shopfloor.queries import moves as queries
from gearpark.contexts.shopfloor.queries.moves.scopes import loop_scope
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services.moves import pieces
from gearpark.contexts.shopfloor.types.moves import Means, PlaceKind, RuleKind, RuleWanted, Watch
from gearpark.kit.tenant import acting


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


def test_places_follow_the_lines(shop: Shop) -> None:
    with acting(shop.scope):
        of_line = queries.line_places(shop.scope, LINE)
        kinds = [place.kind for place in of_line]
        assert kinds.count(PlaceKind.STATION) == 15
        assert kinds.count(PlaceKind.BUFFER) == 4
        assert {place.code for place in of_line if place.kind is PlaceKind.HANDOVER} == {
            f"{LINE}-in",
            f"{LINE}-out",
        }
        assert {place.flow.value for place in of_line if place.device in ("b10", "b100", "b40")} == {
            "in",
            "out",
            "inner",
        }
        assert len(queries.places(shop.scope)) == 7 * 21 + 4
        moved = shop.places[f"{LINE}-in"]
        from gearpark.contexts.shopfloor.types.moves import PlaceWanted

        moves.save_place(shop.scope, PlaceWanted(moved.code, moved.kind, "", x_m=5, y_m=6), moved.id)
        moves.sync_places(shop.scope, LINE)
        assert (queries.place(shop.scope, moved.id).x_m, queries.place(shop.scope, moved.id).y_m) == (5, 6)


def test_a_full_carrier_is_fetched_and_an_empty_one_brought(shop: Shop) -> None:
    shop.run(3)
    names = shop.finish(7)
    shop.follow()
    assert [task for task in shop.tasks() if task.kind == "output"] == []
    names += shop.finish(1)
    shop.follow()
    [task] = [task for task in shop.tasks() if task.kind == "output"]
    assert (task.source, task.target, task.carrier) == (f"{LINE}-out", "finished-store", "OUT-0001")
    shop.run(400, 5)
    found = {one.kind.value: one for one in shop.tasks("done") if one.kind in ("output", "empty")}
    assert set(found) == {"output", "empty"}
    with acting(shop.scope):
        full = Carrier.objects.of(shop.scope).select_related("place").get(code="OUT-0001")
        assert full.place is not None
        assert full.place.code == "finished-store"
        inside = CarrierItem.objects.of(shop.scope).filter(carrier=full).select_related("serial")
        assert sorted(item.serial.serial for item in inside) == sorted(names)
        empty = Carrier.objects.of(shop.scope).select_related("place").get(code=found["empty"].carrier)
        assert empty.place is not None
        assert empty.place.code == f"{LINE}-out"
        steps = [step.step for step in queries.steps(shop.scope, found["output"].id)]
    assert [step for step in steps if step != "dropped"] == ["new", "assigned", "accepted", "picked", "done"]


def test_news_of_a_part_count_once(shop: Shop) -> None:
    shop.finish(3)
    with acting(shop.scope):
        rows = list(Piece.objects.of(shop.scope).order_by("pk"))
        assert sorted(row.what for row in rows) == ["in"] * 3 + ["out"] * 3
        for row in rows:  # told again, by whoever
            pieces._note(shop.scope, row.line_id, row.serial_id, pieces.PieceWhat(row.what), row.at)
    assert pieces.work_off(loop_scope(), shop.now) == 6
    assert pieces.work_off(loop_scope(), shop.now) == 0
    with acting(shop.scope):
        assert CarrierItem.objects.of(shop.scope).count() == 3


def test_parts_finished_before_the_rule_are_not_moved(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(rules=False)
    shop.finish(9)
    with acting(shop.scope):
        later = shop.now + timedelta(minutes=1)
        stores = (shop.places["blank-store"].id, shop.places["finished-store"].id)
        assert moves.propose_rules(shop.scope, LINE, *stores, later) == 2
        assert moves.propose_rules(shop.scope, LINE, *stores, later) == 0
    shop.follow()
    assert [task.kind for task in shop.tasks()] == ["supply"]


def test_blanks_are_brought_when_few_are_left(shop: Shop) -> None:
    shop.run(300, 6)
    [task] = [task for task in shop.tasks("done") if task.kind == "supply"]
    assert (task.source, task.target, task.material, task.quantity) == (
        "blank-store",
        f"{LINE}-in",
        "CAST",
        6,
    )
    with acting(shop.scope):
        assert queries.stock(shop.scope, shop.places["blank-store"].id) == [("CAST", "", 500 - 6)]
        carrier = Carrier.objects.of(shop.scope).get(code=task.carrier)
        assert (carrier.material, carrier.quantity) == ("CAST", 6)


def test_one_task_of_a_level_rule_at_a_time(shop: Shop) -> None:
    for _ in range(5):
        shop.follow()
    assert len([task for task in shop.tasks() if task.kind == "supply"]) == 1
    with acting(shop.scope):
        triggers = list(Task.objects.of(shop.scope).values_list("trigger", flat=True))
    assert len(triggers) == len(set(triggers))


def test_a_task_without_a_carrier_waits_and_says_so(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(carriers=1)
    with acting(shop.scope):
        blank = Carrier.objects.of(shop.scope).get(code="BL-0001")
        moves.move_carrier(shop.scope, blank.pk, shop.places["dock"].id, T0)
    shop.run(20)
    [task] = [task for task in shop.tasks() if task.kind == "supply"]
    assert (task.state, task.carrier, task.trouble) == ("new", "", "no_carrier:blank-store")
    with acting(shop.scope):
        moves.move_carrier(shop.scope, blank.pk, shop.places["blank-store"].id, shop.now)
    shop.run(5)
    assert shop.tasks()[0].carrier == "BL-0001"


def test_people_carry_with_scans(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(vehicles=0)
    scope = shop.scope
    with acting(scope):
        made = moves.make_task(
            scope,
            source=shop.places["finished-store"].id,
            target=shop.places["dock"].id,
            now=T0,
            carrier="FG-0001",
            means=Means.PERSON,
            key="k1",
        )
        again = moves.make_task(
            scope,
            source=shop.places["finished-store"].id,
            target=shop.places["dock"].id,
            now=T0,
            carrier="FG-0001",
            means=Means.PERSON,
            key="k1",
        )
        assert again.number == made.number

        def step(name: str, **scanned: str) -> str:
            return moves.report_step(scope, made.number, name, shop.now, **scanned).state

        assert step("accept") == "accepted"
        assert step("accept") == "accepted"
        assert code_of(lambda: step("pick", carrier="FG-0002")) == "moves.wrong_carrier"
        assert step("pick", carrier="FG-0001") == "picked"
        assert code_of(lambda: step("drop", place="parking")) == "moves.wrong_place"
        assert code_of(lambda: step("release")) == "moves.loaded"
        assert step("drop", place="dock") == "done"
        assert step("drop", place="dock") == "done"
        assert code_of(lambda: step("pick")) == "moves.task_ended"
        where = Carrier.objects.of(scope).select_related("place").get(code="FG-0001").place
    assert where is not None
    assert where.code == "dock"


def test_cancel_before_and_after_the_pick(shop: Shop) -> None:
    shop.run(3)
    shop.finish(8)
    shop.run(4)
    [task] = [task for task in shop.tasks() if task.kind == "output"]
    assert task.state in ("assigned", "accepted")
    with acting(shop.scope):
        moves.cancel_task(shop.scope, task.number, "not needed", shop.now)
    shop.run(15)
    vehicle = next(one for one in shop.vehicles if one.order is not None and task.number in one.order.id)
    assert vehicle.left == []
    with acting(shop.scope):
        [order] = VehicleOrder.objects.of(shop.scope).filter(task__number=task.number)
        assert (order.state, order.settled) == ("void", True)
        assert Message.objects.of(shop.scope).filter(order=order, settled_at=None).count() == 0
        again = moves.retry_task(shop.scope, task.number, shop.now)
        assert moves.retry_task(shop.scope, task.number, shop.now).number == again.number
    for _ in range(100):
        shop.run(2)
        if next(one for one in shop.tasks() if one.number == again.number).state == "picked":
            break
    with acting(shop.scope):
        assert code_of(lambda: moves.cancel_task(shop.scope, again.number, "x", shop.now)) == "moves.loaded"
        assert (
            code_of(lambda: moves.reassign_task(shop.scope, again.number, Means.PERSON, shop.now))
            == "moves.loaded"
        )
        taken = moves.take_over(shop.scope, again.number, shop.now)
        assert (taken.state, taken.means) == ("picked", "person")
        moves.report_step(shop.scope, again.number, "drop", shop.now, place="finished-store")
    shop.run(20)
    with acting(shop.scope):
        where = Carrier.objects.of(shop.scope).select_related("place").get(code="OUT-0001").place
    assert where is not None
    assert where.code == "finished-store"


def test_rules_are_checked(shop: Shop) -> None:
    ids = {code: place.id for code, place in shop.places.items()}

    def rule(**changes: object) -> str:
        wanted = {
            "name": "r", "kind": RuleKind.OUTPUT, "watch": Watch.LEVEL, "place": ids[f"{LINE}-b100"],
            "store": ids["finished-store"], "threshold": 8, **changes,
        }  # fmt: skip
        return code_of(lambda: moves.save_rule(shop.scope, RuleWanted(**wanted), T0))  # type: ignore[arg-type]

    with acting(shop.scope):
        assert rule(store=ids[f"{LINE}-b100"]) == "moves.rule_place"
        assert rule(place=ids["dock"]) == "moves.rule_place"
        assert rule(watch=Watch.PIECES, place=ids["dock"]) == "moves.rule_place"
        assert rule(threshold=-1) == "moves.rule_range"
        assert rule(due_s=5) == "moves.rule_range"
        assert rule(kind=RuleKind.SUPPLY) == "moves.rule_range"
        assert rule(kind=RuleKind.OUTPUT, watch=Watch.PIECES, place=ids[f"{LINE}-out"]) == "moves.rule_twice"
