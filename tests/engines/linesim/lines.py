"""Line models of these tests: text -> line."""

from __future__ import annotations

from collections.abc import Sequence

from gearpark.engines.linesim.model import Line, build_line, read_document


def line_of(text: str, time_s: float, warm_s: float = 0.0) -> Line:
    """A model of the sections in ``text``, run for ``time_s``."""
    head = f"schema: 1\nname: test\nrun: {{time: {time_s:.0f} s, warmup: {warm_s:.0f} s}}\n"
    return build_line(read_document(head + text))


def serial_text(
    cycles: Sequence[str], buffers: Sequence[int], fails: Sequence[str] = (), supply: str = ""
) -> str:
    """Stations s1, s2 ... in a row, ``buffers[k]`` parts of room between s(k+1) and s(k+2)."""
    rows = [f"supply: {supply}" if supply else "", "stations:"]
    for k, cycle in enumerate(cycles):
        fields = [f"cycle: {cycle!r}".replace("'", '"')]
        fields += [f"buffer: {buffers[k - 1]}"] if k else []
        fields += [f"fail: {fails[k]}"] if fails and fails[k] else []
        rows.append(f"  s{k + 1}: {{{', '.join(fields)}}}")
    return "\n".join(rows) + "\n"


# Everything at once: people with skills, crews, two part types, lots, setups, tools, loading, batches, parallel
# machines, scrap, rework under a limit, a gantry, an assembly, failures by work and by the clock, shift calendars.
RICH = """
parts: {long: {share: 60 %}, short: {factor: 0.7}}
supplies: {supply: {lot: 5}, screws: {kind: arrivals, every: exp(20 s), batch: 2, full: wait, capacity: 40}}
limit: 60
calendars: {day: {shifts: [Mon-Sun 06:00-22:00], breaks: [12:00-12:30]}}
people:
  setters: {count: 1, skills: [setup, tools]}
  workers: {count: 2, skills: [work, load, tools]}
  crew: {count: 1, skills: [repair]}
stations:
  mill: {cycle: "gamma(60 s, 30 %)", machines: 2, setup: {time: 3 min, operator: setup}, calendar: day,
         fail: [{mtbf: 2 h, mttr: 10 min, crew: repair}, {name: jam, mtbf: 1 h, mttr: "lognormal(2 min, 1)", clock: time}]}
  oven: {cycle: 200 s, batch: 4, batch_min: 2, buffer: 8, fixed: true}
  drill: {cycle: {long: "triangular(30 s, 40 s, 60 s)", short: 25 s}, buffer: 60, tools: [{every: 20, time: 2 min, operator: tools},
         {every: 50, time: 4 min}], load: {time: 10 s, operator: load}, scrap: 3 %}
  join: {cycle: exp(35 s), assemble: true, operator: work}
  test: {cycle: "weibull(30 s, 2)", buffer: 5, rework: {share: 10 %, to: drill, max: 2}, operator: work, operators: 2}
buffers: {store: {capacity: 6}}
transports: {gantry: {empty: 5 s, fail: {mtbf: 5 h, mttr: 5 min}}}
flow:
  - supply > mill > store by gantry in 10 s
  - store > oven by gantry in 12 s
  - oven > drill > join
  - {from: screws, to: join, take: 2}
  - join > test > exit
"""
