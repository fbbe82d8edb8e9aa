"""Rules that raise transport tasks, the tasks, and the parts whose news raise them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.moves import ACTIVE, Means, PieceWhat, RuleKind, TaskKind, TaskState, Watch
from ..lines import MAX_CODE, MAX_NAME, Line
from ..work import MAX_ACTOR, MAX_NOTE, Serial
from .places import Carrier, Place

MAX_KEY = 120


class Rule(ScopedModel):
    """When a task is raised. ``counted`` parts wait for the next one; ``raised`` numbers the triggers."""

    name = models.CharField(_("rule"), max_length=MAX_NAME)
    kind = models.CharField(_("kind"), max_length=8, choices=[(k.value, k.value) for k in RuleKind])
    watch = models.CharField(_("looks at"), max_length=8, choices=[(w.value, w.value) for w in Watch])
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="rules", verbose_name=_("place"))
    store = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", verbose_name=_("store"))
    threshold = models.PositiveIntegerField(_("threshold"))
    material = models.CharField(_("material"), max_length=MAX_CODE, blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    means = models.CharField(
        _("carried by"), max_length=8, choices=[(m.value, m.value) for m in Means], default=Means.AGV.value
    )
    due_s = models.PositiveIntegerField(_("done within"))
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    exchange = models.BooleanField(_("brings and fetches empty carriers too"), default=True)
    active = models.BooleanField(_("active"), default=True)
    since_at = models.DateTimeField(_("looks at parts since"))
    counted = models.PositiveIntegerField(default=0)
    raised = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_move_rule"
        ordering = ["org", "place", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["place", "kind", "watch"], name="shopfloor_move_rule_once"),
            models.CheckConstraint(
                condition=~Q(place=models.F("store")), name="shopfloor_move_rule_two_places"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Piece(ScopedModel):
    """News of a part for the rules: it left its line good, or its line began it. Worked off in order, once."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=3, choices=[(w.value, w.value) for w in PieceWhat])
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_piece"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["serial", "what"], name="shopfloor_piece_once")]
        indexes = [models.Index(fields=["id"], condition=Q(handled_at=None), name="shopfloor_piece_waiting")]

    def __str__(self) -> str:
        return f"{self.serial_id} {self.what}"


class Task(ScopedModel):
    """Bring a load from one place to another. ``trigger`` is unique: one cause, one task.

    vehicle     whose order it is
    carried_by  the vehicle that has the load although its order is void
    trouble     why the last try went wrong, or what is missing
    """

    number = models.CharField(_("task"), max_length=MAX_CODE)
    kind = models.CharField(_("kind"), max_length=8, choices=[(k.value, k.value) for k in TaskKind])
    trigger = models.CharField(max_length=MAX_KEY)
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, related_name="tasks", null=True, blank=True)
    source = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    carrier = models.ForeignKey(
        Carrier, on_delete=models.PROTECT, related_name="tasks", null=True, blank=True
    )
    material = models.CharField(_("material"), max_length=MAX_CODE, blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    means = models.CharField(_("carried by"), max_length=8, choices=[(m.value, m.value) for m in Means])
    state = models.CharField(
        _("state"), max_length=9, choices=[(s.value, s.value) for s in TaskState], default=TaskState.NEW.value
    )
    vehicle = models.ForeignKey(
        "shopfloor.Vehicle", on_delete=models.PROTECT, related_name="tasks", null=True, blank=True
    )
    carried_by = models.ForeignKey(
        "shopfloor.Vehicle", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    person = models.CharField(_("person"), max_length=MAX_ACTOR, blank=True, default="")
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    made_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("due at"))
    picked_at = models.DateTimeField(_("picked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    trouble = models.CharField(_("trouble"), max_length=MAX_NOTE, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_task"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "number"], name="shopfloor_task_number"),
            models.UniqueConstraint(fields=["org", "trigger"], name="shopfloor_task_one_a_trigger"),
            models.UniqueConstraint(
                fields=["carrier"],
                condition=Q(state__in=[state.value for state in ACTIVE]),
                name="shopfloor_task_one_a_carrier",
            ),
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(state__in=[state.value for state in ACTIVE]),
                name="shopfloor_task_one_a_vehicle",
            ),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="shopfloor_task_two_places"),
        ]
        indexes = [
            models.Index(fields=["org", "state", "due_at"], name="shopfloor_task_open"),
            models.Index(fields=["rule", "state"], name="shopfloor_task_rule"),
        ]

    def __str__(self) -> str:
        return self.number


class TaskStep(ScopedModel):
    """What happened to a task, in order; also the outbox that an external warehouse system reads by id."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    step = models.CharField(max_length=12)
    actor = models.CharField(max_length=MAX_ACTOR)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_task_step"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.step}"
