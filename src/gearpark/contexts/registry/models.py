"""Tables of the registry and the constraints that the database itself holds."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length

from gearpark.kit.tenant import ScopedManager, ScopedModel

from .types import LEVELS, FirmState, Kind, PlotStatus

SLUG = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
models.CharField.register_lookup(Length)


class Organisation(ScopedModel):
    """A firm, the park administration, a university...; its row belongs to itself (``org`` is its slug)."""

    slug = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, default=Kind.FIRM.value)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    uscc = models.CharField(max_length=18, null=True, unique=True)
    industry = models.CharField(max_length=5, blank=True)
    group = models.CharField(max_length=30, blank=True)
    cluster = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=20, default=FirmState.SIGNED.value)
    state_since_on = models.DateField(null=True)
    staff = models.PositiveIntegerField(null=True)
    yearly_output_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    high_tech = models.BooleanField(default=False)
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    website = models.CharField(max_length=200, blank=True)
    invented = models.BooleanField(default=False)
    source_note = models.CharField(max_length=400, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_organisation"
        constraints = [
            models.CheckConstraint(condition=Q(org=F("slug")), name="registry_organisation_owns_itself"),
            models.CheckConstraint(condition=Q(slug__regex=SLUG), name="registry_organisation_slug"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="registry_organisation_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in FirmState]),
                name="registry_organisation_state",
            ),
            models.CheckConstraint(
                condition=Q(uscc=None) | Q(uscc__length=18), name="registry_organisation_uscc"
            ),
            models.CheckConstraint(
                condition=Q(yearly_output_cny=None) | Q(yearly_output_cny__gte=0),
                name="registry_organisation_output",
            ),
        ]
        indexes = [models.Index(fields=["kind", "state"], name="registry_org_kind_state")]


class LifecycleStep(ScopedModel):
    """One stretch of a firm's life cycle; stretches of one firm never overlap (exclusion constraint)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=20)
    period = DateRangeField()  # half-open: [from, until)
    note = models.CharField(max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_lifecycle_step"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in FirmState]), name="registry_lifecycle_state"
            ),
            ExclusionConstraint(
                name="registry_lifecycle_no_overlap",
                # the organisation as a one-number range: plain GiST knows && of ranges, "=" would need an extension
                expressions=[
                    (
                        Func(F("organisation_id"), F("organisation_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class People(BaseUserManager["Person"]):
    """Persons are no organisation's rows: one person may act for several."""


class Person(AbstractBaseUser):
    """Somebody who signs in."""

    sign_in = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    failed_count = models.PositiveSmallIntegerField(default=0)
    locked_until_at = models.DateTimeField(null=True)
    invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = People()
    USERNAME_FIELD = "sign_in"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        db_table = "registry_person"
        constraints = [
            models.CheckConstraint(
                condition=Q(sign_in__regex=r"^[a-z0-9][a-z0-9._@-]*$"), name="registry_person_sign_in"
            ),
        ]


class Membership(ScopedModel):
    """A person's role in one organisation."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=30)
    since_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_membership"
        constraints = [models.UniqueConstraint(fields=["org", "person"], name="registry_membership_once")]


class Invitation(ScopedModel):
    """A one-time link with which a person sets the first password. Only the link's hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_invitation"


class ApiToken(ScopedModel):
    """A bearer token of the API: hashed, for one organisation, with some rights, until a day."""

    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list)
    park_wide = models.BooleanField(default=False)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_api_token"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="registry_token_expires_later"
            ),
        ]


class Zone(ScopedModel):
    """The park's land; owned by the administration, read by everybody."""

    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    area_m2 = models.FloatField()
    features = models.JSONField(default=list)
    source_note = models.CharField(max_length=400, blank=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "registry_zone"
        constraints = [models.CheckConstraint(condition=Q(area_m2__gt=0), name="registry_zone_area")]


class ZoneGroup(ScopedModel):
    """One of the zone's three groups (districts)."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    area_m2 = models.FloatField()
    polygon = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "registry_zone_group"


class Plot(ScopedModel):
    """A piece of land: polygon in metres of the zone's local frame, status, and who stands on it."""

    code = models.CharField(max_length=30, unique=True)
    group = models.ForeignKey(ZoneGroup, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=20)
    area_m2 = models.FloatField()
    polygon = models.JSONField()
    occupant = models.CharField(max_length=60, blank=True, db_index=True)
    invented = models.BooleanField(default=False)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "registry_plot"
        constraints = [
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="registry_plot_area"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in PlotStatus]), name="registry_plot_status"
            ),
            models.CheckConstraint(
                condition=(Q(status="occupied") & ~Q(occupant=""))
                | (~Q(status="occupied") & Q(occupant=""))
                | Q(status="reserved"),
                name="registry_plot_occupant",
            ),
        ]


class Cluster(ScopedModel):
    """One of the "4+1" target clusters."""

    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "registry_cluster"


class Asset(ScopedModel):
    """A node of the ISA-95 tree. ``id`` never changes; ``path`` is computed from the parents' codes."""

    id = models.CharField(max_length=60, primary_key=True)
    type = models.CharField(max_length=120)
    level = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=400)
    manufacturer = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=120, blank=True)
    serial_number = models.CharField(max_length=120, blank=True)
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_asset"
        constraints = [
            models.UniqueConstraint(fields=["org", "path"], name="registry_asset_path_once"),
            models.CheckConstraint(condition=Q(id__regex=SLUG), name="registry_asset_id"),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in LEVELS]), name="registry_asset_level"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="registry_asset_not_own_parent"),
        ]
        indexes = [
            models.Index(fields=["org", "type"], name="registry_asset_org_type"),
            models.Index(fields=["parent"], name="registry_asset_parent"),
        ]


class ImportTicket(ScopedModel):
    """A sheet read in a dry run, waiting to be applied: what it would change, as JSON."""

    person_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    content = models.JSONField()
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    ticket = models.CharField(max_length=32, unique=True)

    objects = ScopedManager()

    class Meta:
        db_table = "registry_import_ticket"
