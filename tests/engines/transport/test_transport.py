"""Who takes which job, and which way: laws over any facts."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gearpark.engines.transport import (
    Assign,
    GiveUp,
    Job,
    JobState,
    Limits,
    MarkLost,
    Park,
    Point,
    TakeBack,
    Truck,
    cross_aisles,
    decide,
    length_m,
    route,
    slot_of,
)

POINTS = st.builds(Point, st.floats(0, 200), st.floats(0, 100))
SECONDS = st.floats(0, 300)
TRUCKS = st.lists(
    st.builds(
        Truck, st.integers(1, 6), st.one_of(st.none(), POINTS), st.booleans(), st.floats(0, 1), SECONDS, SECONDS,
        st.one_of(st.none(), POINTS), st.booleans(), st.booleans(),
    ),
    max_size=5, unique_by=lambda truck: truck.id,
)  # fmt: skip


@st.composite
def facts(draw: st.DrawFn) -> tuple[list[Job], list[Truck]]:
    trucks = draw(TRUCKS)
    ids = [truck.id for truck in trucks]
    jobs, taken = [], set()
    for number in range(draw(st.integers(0, 6))):
        state = draw(st.sampled_from(list(JobState)))
        free = [one for one in ids if one not in taken]
        truck = draw(st.sampled_from(free)) if state is not JobState.NEW and free else None
        state = state if truck is not None else JobState.NEW
        taken.add(truck)
        jobs.append(
            Job(
                number, state, draw(POINTS), draw(st.floats(-600, 600)), draw(st.integers(0, 99)), truck,
                draw(st.one_of(st.none(), SECONDS)), draw(st.sampled_from(["", "no"])), draw(st.integers(0, 6)),
                draw(st.sampled_from([None, *ids])) if state is JobState.NEW and ids else None,
            )
        )  # fmt: skip
    return jobs, trucks


@given(facts())
def test_decisions_never_contradict_the_facts(found: tuple[list[Job], list[Truck]]) -> None:
    jobs, trucks = found
    rules = Limits()
    made = decide(jobs, trucks, rules)
    by_job, by_truck = {job.id: job for job in jobs}, {truck.id: truck for truck in trucks}
    given_jobs = [one.job for one in made if isinstance(one, Assign | TakeBack | GiveUp)]
    assert len(given_jobs) == len(set(given_jobs)), "one decision a job"
    used = [one.truck for one in made if isinstance(one, Assign | Park)]
    assert len(used) == len(set(used)), "one errand a vehicle"
    for one in made:
        if isinstance(one, Assign):
            job, truck = by_job[one.job], by_truck[one.truck]
            assert job.state is JobState.NEW
            assert job.tries < rules.most_tries
            assert truck.ready
            assert truck.silent_s <= rules.lost_after_s
            assert one.deliver_only == (job.carried_by is not None)
            if job.carried_by is not None:
                assert job.carried_by == one.truck
            else:
                assert truck.battery >= rules.least_battery
            assert one.truck not in {other.truck for other in jobs if other.state is not JobState.NEW}
        elif isinstance(one, TakeBack):
            job = by_job[one.job]
            assert job.truck == one.truck
            assert not (job.state is JobState.PICKED and not job.refused), "a load is never ordered twice"
        elif isinstance(one, MarkLost):
            assert by_truck[one.truck].silent_s > rules.lost_after_s
    assert decide(list(reversed(jobs)), list(reversed(trucks)), rules) == made, (
        "the order of facts does not matter"
    )


def test_the_nearest_vehicle_takes_the_most_urgent_job() -> None:
    near, far = (Truck(1, Point(0, 0), True, 0.8, 1), Truck(2, Point(90, 0), True, 0.8, 1))
    jobs = [
        Job(1, JobState.NEW, Point(80, 0), 600),
        Job(2, JobState.NEW, Point(10, 0), 60),
        Job(3, JobState.NEW, Point(5, 0), 900),
    ]
    assert decide(jobs, [near, far]) == [Assign(2, 1), Assign(1, 2)]
    weak = Truck(1, Point(0, 0), True, 0.1, 1, 60, Point(50, 0))
    assert decide(jobs[:1], [weak]) == [Park(1)]


def test_a_lost_vehicle_keeps_its_load_and_loses_its_order() -> None:
    lost = Truck(1, Point(0, 0), False, 0.8, 61)
    on_way = Job(1, JobState.ACCEPTED, Point(9, 9), 100, truck=1)
    loaded = Job(2, JobState.PICKED, Point(9, 9), 100, truck=1)
    assert decide([on_way], [lost]) == [MarkLost(1), TakeBack(1, 1, "lost")]
    assert decide([loaded], [lost]) == [MarkLost(1)]
    back = Truck(1, Point(0, 0), True, 0.8, 1)
    failed = Job(2, JobState.NEW, Point(9, 9), 100, tries=1, carried_by=1)
    other = Truck(2, Point(9, 9), True, 0.9, 1)
    assert decide([failed], [back, other]) == [Assign(2, 1, deliver_only=True)]


@given(POINTS, POINTS)
def test_ways_go_along_aisles(start: Point, end: Point) -> None:
    way = route(start, end, cross_aisles())
    assert way[0] == start
    assert way[-1] == end or length_m([start, end]) < 0.2
    for a, b in itertools.pairwise(way):
        assert abs(a.x - b.x) < 0.11 or abs(a.y - b.y) < 0.11
    assert length_m(way) >= abs(start.x - end.x) + abs(start.y - end.y) - 0.2


def test_lines_stand_beside_each_other() -> None:
    slots = [slot_of(index) for index in range(7)]
    assert len({(slot.x, slot.y) for slot in slots}) == 7
    assert slots[2].y > slots[0].aisle_y > slots[0].y
    assert slots[0].at(100, 40) == (slots[0].x + 5, slots[0].y + 2)
