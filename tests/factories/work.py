"""Rows of every table of orders and work, with words of their own."""

from __future__ import annotations

import struct
import zlib
from uuid import uuid4

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.queries import lines
from gearpark.contexts.shopfloor.services import reports, work
from gearpark.contexts.shopfloor.types.instructions import CheckKind, StepWanted
from gearpark.contexts.shopfloor.types.orders import OperationWanted, OrderWanted, ProductWanted
from gearpark.contexts.shopfloor.types.people import SignedBy
from gearpark.contexts.shopfloor.types.reports import ReportWanted
from gearpark.contexts.shopfloor.types.work import ReportKind
from gearpark.kit.tenant import acting


def png(width: int = 2, height: int = 2) -> bytes:
    """A small grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x80" * width for _row in range(height))
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def work_rows(scope: Scope, word: str, person_id: int) -> dict[str, str]:
    """One row of each kind for the scope's organisation, named by ``word``; returns their keys by name in addresses."""
    now = now_utc()
    with acting(scope):
        line = lines(scope, [scope.org])[0]
    station = line.template.stations[0]
    work.save_skill(scope, "skill-b", word, word)
    work.grant_skill(scope, person_id, "skill-b", 3, None, now)
    work.set_badge(scope, person_id, f"{word}-badge", "2468")
    work.sign_on(scope, line.asset, station.code, person_id, SignedBy.LEADER, now)
    program = work.add_program(scope, word, "r1", content=word.encode())
    work.release_program(scope, program)
    product = work.save_product(scope, ProductWanted(word, word, line.template.code))
    routing = work.draft_routing(scope, product)
    work.save_operations(
        scope,
        routing,
        [OperationWanted(station.op, station.group, word, 10.0, skill="skill-b", program=word)],
    )
    work.release_routing(scope, routing)
    other = work.draft_routing(scope, product)
    picture = work.add_picture(scope, png())
    shown = work.draft_instruction(scope, product, station.op)
    steps = [StepWanted(word, word, picture, CheckKind.CONFIRM)]
    work.save_instruction(scope, shown, word, word, steps)
    work.release_instruction(scope, shown)
    order = work.create_order(scope, OrderWanted(word, line.asset, 5, number=word, note=word))
    work.release_order(scope, order, 1, now)
    draft = work.create_order(scope, OrderWanted(word, line.asset, 5, number=f"{word}-draft"))
    wanted = ReportWanted(uuid4(), ReportKind.START, line.asset, station.code, now, person_id, order=word)
    reports.report(scope, wanted, now)
    part = work.issue_serials(scope, order, 1, now)[0]
    work.hold_serial(scope, part.pk, word, at=now)
    work.hold_station(scope, line.asset, station.code, word)
    return {
        "order_id": str(draft),
        "product_id": str(product),
        "routing_id": str(routing),
        "other_id": str(other),
        "instruction_id": str(shown),
        "program_id": str(program),
        "serial_id": str(part.pk),
        "op": str(station.op),
        "sha": picture,
        "station": station.code,
        "action": "release",
        "step": "release",
    }
