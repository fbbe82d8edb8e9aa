"""Electronic work instructions: revisions of steps with pictures and checks, and what was checked on which part."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from gearpark.kit.pictures import MAX_PICTURE_BYTES
from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.instructions import CheckKind
from ..types.work import RoutingStatus
from .lines import MAX_NAME
from .work import MAX_ACTOR, MAX_NOTE, OperationRun, Product, choices

MAX_STEP_TEXT = 1000
MAX_CHECK_VALUE = 200
models.BinaryField.register_lookup(Length)


class Picture(ScopedModel):
    """A picture of an instruction, kept once per content."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    data = models.BinaryField()
    added_by = models.CharField(max_length=MAX_ACTOR)
    added_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_picture"
        constraints = [
            models.UniqueConstraint(fields=["org", "sha256"], name="shopfloor_picture_once"),
            models.CheckConstraint(
                condition=Q(data__length__lte=MAX_PICTURE_BYTES), name="shopfloor_picture_size"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class Instruction(ScopedModel):
    """One revision of how an operation of a product is done. Released ones never change."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="instructions")
    op = models.PositiveIntegerField(_("operation"))
    revision = models.PositiveIntegerField(_("revision"))
    status = models.CharField(
        _("status"), max_length=12, choices=choices(RoutingStatus), default=RoutingStatus.DRAFT.value
    )
    title_en = models.CharField(_("title (English)"), max_length=MAX_NAME)
    title_zh = models.CharField(_("title (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    released_by = models.CharField(_("released by"), max_length=MAX_ACTOR, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_instruction"
        ordering = ["product", "op", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "op", "revision"], name="shopfloor_instruction_revision"
            ),
            models.UniqueConstraint(
                fields=["product", "op"],
                condition=Q(status="released"),
                name="shopfloor_instruction_one_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} op{self.op} r{self.revision}"


class InstructionStep(ScopedModel):
    """One step: what to do, a picture of it, and what must be checked before the operation may be finished."""

    instruction = models.ForeignKey(Instruction, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("step"))
    text_en = models.CharField(_("text (English)"), max_length=MAX_STEP_TEXT)
    text_zh = models.CharField(_("text (Chinese)"), max_length=MAX_STEP_TEXT, blank=True, default="")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, null=True, related_name="+")
    check_kind = models.CharField(
        _("check"), max_length=12, choices=choices(CheckKind), default=CheckKind.NONE.value
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    lower = models.FloatField(_("lower limit"), null=True)
    upper = models.FloatField(_("upper limit"), null=True)
    options = models.JSONField(_("choices"), default=list, blank=True)
    right_options = models.JSONField(_("right choices"), default=list, blank=True)
    expects = models.CharField(_("expected scan"), max_length=MAX_CHECK_VALUE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_instruction_step"
        ordering = ["instruction", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["instruction", "position"],
                name="shopfloor_instruction_step_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(lower=None) | Q(upper=None) | Q(upper__gte=F("lower")),
                name="shopfloor_instruction_step_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instruction_id} {self.position}"


class StepCheck(ScopedModel):
    """What was checked at one step of one run; of several the newest counts."""

    run = models.ForeignKey(OperationRun, on_delete=models.PROTECT, related_name="checks")
    step = models.ForeignKey(InstructionStep, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(_("value"), max_length=MAX_CHECK_VALUE)
    number = models.FloatField(null=True)
    passed = models.BooleanField(_("passed"))
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_step_check"
        ordering = ["run", "at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "at"], name="shopfloor_step_check_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.step_id} {self.passed}"
