"""The graph around a part or a thing, opened node by node: what went in to the left, where it went to the right."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models import Serial
from ...types.trace import FactKind, PartRow, ThingUse
from .down import MAX_DEPTH, NOT_WRONG
from .rows import ask, known_part, parts_by_id, within
from .things import thing_ids
from .up import made_of, things_of, went_into

FEW = 5  # things of one kind, or parts, shown one by one; more become one node that opens
MANY = 40  # shown of an opened group
ID_LENGTH = 10  # of a node in addresses
MAX_OPEN = 30  # nodes opened at once
PART = "part"


@dataclass(slots=True)
class Node:
    """One node. ``id`` names it in addresses; ``side`` -1 what went in, 1 where it went, 0 the root.

    kind    ``part`` or a ``FactKind``; ``many`` > 0: stands for so many that are not shown one by one
    """

    id: str
    kind: str
    key: str
    side: int
    depth: int = 0
    part: PartRow | None = None
    version: str = ""
    many: int = 0
    opens: bool = False
    open: bool = False
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Around:
    """The graph: the root with its two trees."""

    root: Node
    before: tuple[Node, ...]
    after: tuple[Node, ...]


def around(
    scope: Scope,
    *,
    serial_id: int = 0,
    kind: FactKind | None = None,
    key: str = "",
    opened: Collection[str] = (),
) -> Around:
    """The graph around a part (``serial_id``) or a thing. NotFound ``trace.serial_unknown``, ``trace.thing_unknown``."""
    wanted = set(list(opened)[:MAX_OPEN])
    with acting(scope):
        if serial_id:
            row = known_part(scope, serial_id)
            root = Node(f"p{row.id}", PART, row.serial, 0, part=row)
        else:
            if kind is None or not thing_ids(scope, kind, key):
                raise NotFound("trace.thing_unknown", "Nothing of this name is known to have touched a part.")
            root = Node(f"{kind.value}:{key}", kind.value, key, 0)
        before = _grown(scope, root, root, -1, wanted)
        after = _grown(scope, root, root, 1, wanted)
        return Around(root, tuple(before), tuple(after))


def _grown(scope: Scope, node: Node, parent: Node, side: int, wanted: set[str]) -> list[Node]:
    """What lies beyond a node; nodes in ``wanted`` are opened in turn. A "more" node speaks for its parent."""
    found = _before(scope, node, parent) if side < 0 else _after(scope, node, parent)
    for one in found:
        one.side, one.depth = side, node.depth + 1
        words = (
            f"{node.id}/{side}/{one.kind}/{one.key}/{one.version}/{one.part.id if one.part else one.many > 0}"
        )
        one.id = hashlib.sha256(words.encode()).hexdigest()[:ID_LENGTH]
        if one.opens and one.id in wanted and one.depth < MAX_DEPTH:
            one.open = True
            one.nodes = _grown(scope, one, node, side, wanted)
    return found


def _before(scope: Scope, node: Node, parent: Node) -> list[Node]:
    """What went into a part, or what a lot was made of."""
    if node.many and node.kind == PART:
        return _parts(scope, _sources(scope, parent)[FEW : FEW + MANY])
    if node.many and parent.part is not None:
        uses = [use for use in things_of(scope, [parent.part.id]) if use.kind.value == node.kind]
        return [_thing(use) for use in uses[:MANY]]
    found = _few(scope, _sources(scope, node))
    if node.part is not None:
        uses = [use for use in things_of(scope, [node.part.id]) if use.kind is not FactKind.CHILD]
        for kind in dict.fromkeys(use.kind for use in uses):
            items = [use for use in uses if use.kind is kind]
            if len(items) > FEW:
                found.append(Node("", kind.value, "", -1, many=len(items), opens=True))
            else:
                found += [_thing(use) for use in items]
    return found


def _sources(scope: Scope, node: Node) -> list[int]:
    """Parts that went into a part, or that this house made under a lot's name."""
    if node.part is not None:
        return list(dict.fromkeys(below for _, below in made_of(scope, [node.part.id])))
    if node.kind != FactKind.MATERIAL:
        return []
    rows = Serial.objects.of(scope).filter(lot=node.key).order_by("pk")
    return list(rows.values_list("pk", flat=True)[: FEW + MANY])


def _after(scope: Scope, node: Node, parent: Node) -> list[Node]:
    """What a part went into, or the parts a thing touched, the last ones first."""
    source = parent if node.many else node
    if source.part is not None:
        ids = list(dict.fromkeys(above for _, above in went_into(scope, [source.part.id])))
        total = len(ids)
    else:
        things = thing_ids(scope, FactKind(source.kind), source.key)
        ids, total = _touched(scope, things), _count(scope, things)
    return _parts(scope, ids[FEW : FEW + MANY]) if node.many else _few(scope, ids, total)


def _few(scope: Scope, ids: list[int], total: int | None = None) -> list[Node]:
    """The first few one by one, the others as one node that opens."""
    count = len(ids) if total is None else total
    found = _parts(scope, ids if count <= FEW + 1 else ids[:FEW])
    if count > len(found):
        found.append(Node("", PART, "", 0, many=count - len(found), opens=len(ids) > len(found)))
    return found


def _parts(scope: Scope, ids: list[int]) -> list[Node]:
    rows = parts_by_id(scope, ids)
    return [Node("", PART, rows[key].serial, 0, part=rows[key], opens=True) for key in ids if key in rows]


def _thing(use: ThingUse) -> Node:
    return Node("", use.kind.value, use.key, -1, version=use.version[:8], opens=use.kind is FactKind.MATERIAL)


def _touched(scope: Scope, ids: list[int]) -> list[int]:
    """The parts a thing touched last."""
    inside, orgs = within(scope, "f.org")
    rows = ask(
        "SELECT f.serial_id FROM shopfloor_fact f"  # noqa: S608
        f" WHERE f.thing_id = ANY (%s) AND {inside}{NOT_WRONG} ORDER BY f.at DESC LIMIT %s",
        [ids, *orgs, (FEW + MANY) * 3],
    )
    return list(dict.fromkeys(row[0] for row in rows))


def _count(scope: Scope, ids: list[int]) -> int:
    inside, orgs = within(scope, "f.org")
    rows = ask(
        "SELECT count(DISTINCT f.serial_id) FROM shopfloor_fact f"  # noqa: S608
        f" WHERE f.thing_id = ANY (%s) AND {inside}{NOT_WRONG}",
        [ids, *orgs],
    )
    return int(rows[0][0])


def thing_span(scope: Scope, kind: FactKind, key: str) -> tuple[int, datetime | None, datetime | None]:
    """(parts a thing touched, first time, last time)."""
    with acting(scope):
        ids = thing_ids(scope, kind, key)
        inside, orgs = within(scope, "f.org")
        rows = ask(
            "SELECT count(DISTINCT f.serial_id), min(f.at), max(f.at) FROM shopfloor_fact f"  # noqa: S608
            f" WHERE f.thing_id = ANY (%s) AND {inside}{NOT_WRONG}",
            [ids, *orgs],
        )
        parts, first, last = rows[0]
        return int(parts), first, last
