"""Line types as models: a model file of a packaged line type, to begin with.

What the type says becomes a figure of the model: groups are stations, gantries and robots carry, tools go by their
life, failures and minor stops by the type of device; a type that is being commissioned runs as it does now. A vehicle
brings a whole container; the model spreads its way over the parts of the container. People, lots and the length of the
run are the model's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gearpark.engines.lines import STORE, Commissioning, LineTemplate, Phase, Role, Station, Transport, Use

RUN_H, WARM_UP_H, REPLICATIONS = 200, 20, 20
SETTERS, FITTERS = 2, 2


def model_text(template: LineTemplate, *, name: str = "", language: str = "en") -> str:
    """A model file (YAML) of a line type; ``name`` of the line, by default the type's title in ``language``."""
    plan = template.plan_per_shift
    told = f"; it plans {plan} good parts a shift of 8 h" if plan else ""
    told += (
        "; slower and less reliable while it is commissioned" if template.phase is Phase.COMMISSIONING else ""
    )
    lines = [
        "schema: 1",
        f"name: {_quoted(name or template.title(language))}",
        f"note: {_quoted(f'Made from the line type {template.code}{told}.')}",
        f"source: {_quoted(f'line type {template.code}: {template.basis.value}; people and lots illustrative')}",
        f"run: {{time: {RUN_H} h, warmup: {WARM_UP_H} h, replications: {REPLICATIONS}}}",
        "",
        "parts:",
        *_parts(template),
        f"supply: {{lot: {max(1, plan)}}}",
        "",
        "people:",
        f"  setters: {{count: {SETTERS}, skills: [{', '.join(map(_quoted, _skills(template)))}]}}",
        f"  fitters: {{count: {FITTERS}, skills: [repair]}}",
        "",
        "stations:",
    ]
    for group, members in template.groups.items():
        lines += _station(template, group, members, language)
    lines += ["", "buffers:"]
    lines += [f"  {b.code}: {{capacity: {b.capacity}}}" for b in template.buffers]
    lines += ["", "transports:"]
    for transport in template.transports:
        title = _quoted(transport.title(language))
        fail = _fail(template, transport.type)
        lines.append(f"  {transport.code}: {{title: {title}{f', fail: {fail}' if fail else ''}}}")
    lines += ["", "flow:", *_flow(template)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON text is a YAML one


def _skills(template: LineTemplate) -> list[str]:
    return sorted({o.skill or "setting" for o in template.operations} | {"setting"})


def _parts(template: LineTemplate) -> Iterator[str]:
    for variant in template.variants:
        yield f"  {_quoted(variant.code)}: {{factor: {variant.cycle_factor:g}}}"
    if not template.variants:
        yield "  part: {factor: 1}"


def _station(template: LineTemplate, group: str, members: tuple[Station, ...], language: str) -> list[str]:
    """One station of the model: the parallel devices of a group."""
    first, operation = members[0], template.operation_of(group)
    title = operation.title(language) if operation else first.title(language)
    lines = [f"  {group}:", f"    title: {_quoted(title)}"]
    now = _now(template)
    lines.append(f"    cycle: {min(m.ideal_cycle_s for m in members) * now.cycle_factor:g} s")
    if len(members) > 1:
        lines.append(f"    machines: {len(members)}")
    if first.batch > 1:
        lines += [f"    batch: {first.batch}", f"    buffer: {first.batch}"]
    if operation:
        skill = _quoted(operation.skill or "setting")
        if operation.setup_s:
            lines.append(f"    setup: {{time: {operation.setup_s:g} s, operator: {skill}}}")
        tools = [
            f"{{name: {_quoted(t.code)}, every: {max(1, t.life_parts // first.batch)}, time: {t.change_s:g} s,"
            f" operator: {skill}}}"
            for t in template.tool_classes
            if t.code in operation.tool_classes
        ]
        if tools:
            lines += ["    tools:", *(f"      - {tool}" for tool in tools)]
    fail = _fail(template, first.type)
    if fail:
        lines.append(f"    fail: {fail}")
    allowed = sum(c.target_ppm or 0.0 for c in template.measured_by(group)) * now.scrap_factor
    if allowed:
        lines.append(f"    scrap: {allowed / 1e4:g} %")
    return lines


def _now(template: LineTemplate) -> Commissioning:
    """Factors on what the type reaches in production."""
    return template.commissioning if template.phase is Phase.COMMISSIONING else Commissioning()


def _fail(template: LineTemplate, kind: str) -> str:
    """Failures (repaired by the crew) and minor stops of a type of device; empty where nothing is known."""
    known = template.reliability.get(kind)
    if known is None:
        return ""
    factor = _now(template).mtbf_factor
    failure = (
        f"{{name: breakdown, mtbf: {known.mtbf_h * factor:g} h, mttr: {known.mttr_min:g} min, crew: repair}}"
    )
    minor = f"{{name: minor, mtbf: {known.minor_mtbf_h * factor:g} h, mttr: {known.minor_s:g} s}}"
    return f"[{failure}, {minor}]"


def _flow(template: LineTemplate) -> Iterator[str]:
    """The flows in order; parts come from the supply and leave by the exit."""
    carriers = {t.code: t for t in template.transports}
    for flow in template.flows:
        source = "supply" if flow.source == STORE else flow.source
        target = "exit" if flow.target == STORE else flow.target
        use = Use.INBOUND if flow.source == STORE else Use.OUTBOUND
        hop = f"  - {source} > {target}"
        if flow.by:
            move_s = max(_move_s(template, carriers[code], use) for code in flow.by)
            hop += f" by {', '.join(flow.by)} in {move_s:g} s"
        yield hop


def _move_s(template: LineTemplate, transport: Transport, use: Use) -> float:
    """Time of a move a part; a vehicle's way is spread over the container it brings."""
    if template.types[transport.type].role is not Role.VEHICLE:
        return transport.move_s
    load = next((c.parts for c in template.containers if c.use is use), 1)
    return transport.move_s / load
