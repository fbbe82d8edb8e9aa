"""Organisations: reading words, saving, life cycle with a history that cannot overlap, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from tests.factories.registry import organisation, scope_of

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.contexts.registry import public
from gearpark.contexts.registry.models import LifecycleStep, Organisation
from gearpark.contexts.registry.queries import lifecycle
from gearpark.contexts.registry.services import WrongFields
from gearpark.contexts.registry.types import FirmState
from gearpark.kit import events
from gearpark.kit.models import AuditEntry
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
PARK = scope_of("qijiang-park", park=True)
USCC = "91350100M000100Y43"


def _words(**more: str) -> dict[str, str]:
    return {"slug": "firm-a", "name_zh": "甲厂", **more}


def test_words_become_an_organisation() -> None:
    info = public.firm_from_words(
        _words(
            uscc=USCC.lower(),
            industry="C3453",
            staff="1,200",
            yearly_output_cny="25000000.5",
            high_tech="是",
            state="building",
        )
    )
    assert (info.uscc, info.staff, str(info.yearly_output_cny)) == (USCC, 1200, "25000000.50")
    assert (info.high_tech, info.state) == (True, FirmState.BUILDING)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("slug", "Bad Slug"),
        ("slug", "-a"),
        ("uscc", "91350100M000100Y44"),
        ("industry", "Z9999"),
        ("staff", "-1"),
        ("staff", "1e9"),
        ("staff", "٣"),
        ("yearly_output_cny", "NaN"),
        ("yearly_output_cny", "Infinity"),
        ("yearly_output_cny", "-5"),
        ("yearly_output_cny", "1e30"),
        ("high_tech", "maybe"),
        ("state", "sleeping"),
        ("state_since_on", "22/04/2020"),
        ("state_since_on", "2020-02-30"),
        ("name_en", "x" * 161),
    ],
)
def test_wrong_words_are_named(field: str, text: str) -> None:
    with pytest.raises(WrongFields) as caught:
        public.firm_from_words(_words(**{field: text}))
    assert list(caught.value.errors) == [field]


def test_saving_tells_what_changed_and_audits_it() -> None:
    now = now_utc()
    info = public.firm_from_words(_words())
    with acting(PARK):
        assert public.save_organisation(PARK, info, now)
        assert not public.save_organisation(PARK, info, now)
        assert public.save_organisation(PARK, replace(info, staff=7), now)
        entry = AuditEntry.objects.of(PARK).filter(action="organisation.change").get()
    assert (entry.before, entry.after, entry.org) == ({"staff": None}, {"staff": 7}, "firm-a")


def test_two_firms_cannot_share_a_credit_code_even_unseen() -> None:
    organisation("firm-b", uscc=USCC)
    organisation("firm-a")
    mine = scope_of("firm-a")
    with acting(PARK):
        info = public.organisation(PARK, "firm-a")
        with pytest.raises(WrongFields, match="uscc"):
            public.save_organisation(PARK, replace(info, uscc=USCC), now_utc())
        with pytest.raises(Problem, match="park_decides"):
            public.save_organisation(mine, replace(info, uscc=USCC), now_utc())


def test_life_cycle_is_a_chain_without_overlap() -> None:
    told: list[public.FirmStateChanged] = []
    events.bind(public.FirmStateChanged, told.append)
    with acting(PARK):
        public.save_organisation(PARK, public.firm_from_words(_words(state_since_on="2019-01-01")), now_utc())
        public.change_state(PARK, "firm-a", FirmState.BUILDING, date(2019, 6, 1), "start of works")
        public.change_state(PARK, "firm-a", FirmState.PRODUCING, date(2020, 3, 1))
        assert [(state, start, end) for state, start, end, _note in lifecycle(PARK, "firm-a")] == [
            (FirmState.SIGNED, date(2019, 1, 1), date(2019, 6, 1)),
            (FirmState.BUILDING, date(2019, 6, 1), date(2020, 3, 1)),
            (FirmState.PRODUCING, date(2020, 3, 1), None),
        ]
        for state, on, code in (
            (FirmState.PRODUCING, date(2021, 1, 1), "registry.same_state"),
            (FirmState.LEFT, date(2020, 1, 1), "registry.state_order"),
        ):
            with pytest.raises(Problem) as caught, transaction.atomic():
                public.change_state(PARK, "firm-a", state, on)
            assert caught.value.code == code
        row = Organisation.objects.of(PARK).get(slug="firm-a")
        with pytest.raises(IntegrityError, match="registry_lifecycle_no_overlap"), transaction.atomic():
            LifecycleStep(
                org="firm-a",
                organisation=row,
                state="signed",
                period=DateRange(date(2019, 2, 1), date(2019, 3, 1)),
            ).save()
    assert told[-1] == public.FirmStateChanged(
        "firm-a", FirmState.BUILDING, FirmState.PRODUCING, date(2020, 3, 1)
    )


def test_a_firm_does_not_change_its_own_life_cycle() -> None:
    organisation("firm-a", state="signed")
    with pytest.raises(Problem, match="park_decides"):
        public.change_state(scope_of("firm-a"), "firm-a", FirmState.ABOVE_SIZE, date(2020, 1, 1))


def test_counts_are_parts_of_the_signed() -> None:
    for number, state in enumerate(["signed", "building", "producing", "above-size", "above-size", "left"]):
        organisation(f"firm-{number}", state=state, high_tech=state in ("above-size", "left"))
    with acting(PARK):
        counts = public.firm_counts(PARK)
    assert (
        counts.signed,
        counts.producing,
        counts.above_size,
        counts.building,
        counts.high_tech,
        counts.left,
    ) == (5, 3, 2, 1, 2, 1)
    assert sum(counts.by_state.values()) - counts.left == counts.signed
