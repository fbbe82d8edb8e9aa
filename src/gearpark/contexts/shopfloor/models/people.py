"""Who can do what, and who stands where: skills, badges, sign-ons. People themselves are the registry's."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from .lines import MAX_CODE, MAX_NAME, Line
from .work import MAX_ACTOR, MAX_NOTE

MAX_LEVEL = 4


class Skill(ScopedModel):
    """Something an operator must have learnt before an operation that asks for it."""

    code = models.CharField(_("skill"), max_length=MAX_CODE)
    name_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    name_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_skill"
        ordering = ["org", "code"]
        constraints = [models.UniqueConstraint(fields=["org", "code"], name="shopfloor_skill_code")]

    def __str__(self) -> str:
        return self.code


class PersonSkill(ScopedModel):
    """A person's level in a skill: 1 learning, 2 does it under eyes, 3 alone, 4 teaches; good through ``valid_until``."""

    person_id = models.BigIntegerField()
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="holders")
    level = models.PositiveSmallIntegerField(_("level"))
    valid_until = models.DateField(_("valid until"), null=True)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    granted_by = models.CharField(_("granted by"), max_length=MAX_ACTOR)
    granted_at = models.DateTimeField(_("granted at"))

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_person_skill"
        ordering = ["person_id", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["org", "person_id", "skill"], name="shopfloor_person_skill_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=MAX_LEVEL), name="shopfloor_person_skill_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.skill_id} {self.level}"


class Badge(ScopedModel):
    """How a person is known at a terminal: badge and PIN, both only as hashes."""

    person_id = models.BigIntegerField()
    code_hash = models.CharField(max_length=64)
    pin_hash = models.CharField(max_length=160, blank=True, default="")
    failed_count = models.PositiveSmallIntegerField(default=0)
    locked_until_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_badge"
        constraints = [
            models.UniqueConstraint(fields=["org", "person_id"], name="shopfloor_badge_person"),
            models.UniqueConstraint(
                fields=["org", "code_hash"], condition=~Q(code_hash=""), name="shopfloor_badge_code"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class SignOn(ScopedModel):
    """A person at a station from ``since_at`` to ``until_at``; stretches of one person at one station never overlap."""

    person_id = models.BigIntegerField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    station = models.CharField(_("station"), max_length=MAX_CODE)
    since_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until"), null=True)
    how = models.CharField(_("how"), max_length=12)
    ended_by = models.CharField(_("ended by"), max_length=MAX_ACTOR, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_sign_on"
        ordering = ["-since_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("since_at")),
                name="shopfloor_sign_on_ends_later",
            ),
            ExclusionConstraint(
                name="shopfloor_sign_on_no_overlap",
                # numbers as one-number ranges and the station by its hash: plain GiST knows && of ranges only
                expressions=[
                    (
                        Func(F("person_id"), F("person_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("line_id"), F("line_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            Func(F("station"), Value(0), function="hashtextextended"),
                            Func(F("station"), Value(0), function="hashtextextended"),
                            Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("since_at"),
                            F("until_at"),
                            RangeBoundary(),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            models.Index(
                fields=["line", "station"], condition=Q(until_at=None), name="shopfloor_sign_on_here"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.station}"
