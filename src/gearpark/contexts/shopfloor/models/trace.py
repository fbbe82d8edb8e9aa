"""What became what: materials, tools, gauges, programs, people and process values behind every serial.

Facts are narrow rows that point into a dictionary of things, so that "all that went into this part" and "all parts this
thing touched" are each one range of one index. What was measured at one moment is one row. Both are append-only.
References to serials and things are resolved by the statement that inserts and guarded by triggers against deletion;
checking foreign keys row by row would cost a third of the rate (docs/decisions, "Genealogy as narrow facts").
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from ..types.trace import FactKind
from .lines import MAX_CODE, Line
from .work import MAX_ACTOR, MAX_NOTE, Serial, choices

MAX_KEY = 120
MAX_UNIT = 20


class Thing(ScopedModel):
    """One thing that facts speak of: a lot, tool, gauge, program, machine, person, characteristic, ...

    spec  what tells two things of one name apart: a program's hash, the limits a characteristic was judged by
    """

    kind = models.CharField(max_length=12, choices=choices(FactKind))
    key = models.CharField(max_length=MAX_KEY)
    unit = models.CharField(max_length=MAX_UNIT, blank=True, default="")
    spec = models.JSONField(default=dict, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_thing"
        constraints = [
            models.UniqueConstraint(
                fields=["org", "kind", "key", "unit", "spec"], name="shopfloor_thing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Fact(ScopedModel):
    """A thing had to do with a serial at a moment. Natural key (serial, at, thing)."""

    pk = models.CompositePrimaryKey("serial_id", "at", "thing_id")
    serial = models.ForeignKey(
        Serial, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="facts"
    )
    at = models.DateTimeField()
    thing = models.ForeignKey(
        Thing, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="facts"
    )
    value = models.FloatField(null=True)
    op = models.PositiveIntegerField(null=True)
    org = models.CharField(max_length=ORG_LENGTH)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    data = models.JSONField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_fact"
        indexes = [
            models.Index(fields=["thing", "at"], include=["serial", "org"], name="shopfloor_fact_thing")
        ]

    def __str__(self) -> str:
        return f"{self.serial_id} {self.thing_id}"


class Measured(ScopedModel):
    """All values measured on a serial at one moment: ``keys`` are things of kind ``value``, beside them the numbers.

    part  0, then 1, 2, ... for values of the same moment that came in later
    data  what else is known of single values, by characteristic
    """

    pk = models.CompositePrimaryKey("serial_id", "at", "part")
    serial = models.ForeignKey(
        Serial, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="measured"
    )
    at = models.DateTimeField()
    part = models.PositiveSmallIntegerField()
    op = models.PositiveIntegerField(null=True)
    org = models.CharField(max_length=ORG_LENGTH)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    keys = ArrayField(models.BigIntegerField())
    values = ArrayField(models.FloatField())
    data = models.JSONField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_measured"

    def __str__(self) -> str:
        return f"{self.serial_id} {self.at}"


class FactError(ScopedModel):
    """A fact was declared wrong (EPCIS: error declaration). The fact stays; readers leave it out or strike it through."""

    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="fact_errors")
    at = models.DateTimeField()
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=MAX_NOTE)
    declared_by = models.CharField(max_length=MAX_ACTOR)
    declared_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_fact_error"
        constraints = [
            models.UniqueConstraint(fields=["serial", "at", "thing"], name="shopfloor_fact_error_once")
        ]

    def __str__(self) -> str:
        return f"{self.serial_id} {self.thing_id}"


class FollowMark(ScopedModel):
    """How far a line's signals were taken, written in the transaction of what was taken.

    lake_version  version of the lake's points of which every row was considered, or waits behind ``pending_us``
    pending_us    what lies between here and ``until_us`` is still to be read (a long back-fill goes in steps)
    until_us      newest source time considered
    """

    line = models.OneToOneField(Line, on_delete=models.CASCADE, related_name="follow_mark")
    lake_version = models.BigIntegerField(default=-1)
    pending_us = models.BigIntegerField(null=True)
    until_us = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_follow_mark"

    def __str__(self) -> str:
        return f"{self.line_id} {self.lake_version}"
