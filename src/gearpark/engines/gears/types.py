"""Gears as data. Lengths in millimetres, angles in degrees at the edges; ISO 21771 notation in the docstrings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Hand(StrEnum):
    SPUR = "spur"
    LEFT = "left"
    RIGHT = "right"


class Grade(StrEnum):
    """How much a finding weighs: an error refuses a listing, a warning is shown with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Gear:
    """One cylindrical involute gear.

    module_mm       normal module m_n
    teeth           number of teeth |z|; ``internal`` marks a ring (ISO 21771 signs it negative)
    pressure_deg    normal pressure angle alpha_n
    helix_deg       helix angle beta at the reference circle, >= 0; its sense is ``hand``
    shift           profile shift coefficient x
    addendum        h*_a, dedendum: h*_f, in modules
    tip_shortening  y in modules (0: none)
    width_mm        face width b
    bore_mm         bore diameter, 0 when not stated
    """

    module_mm: float
    teeth: int
    pressure_deg: float = 20.0
    helix_deg: float = 0.0
    hand: Hand = Hand.SPUR
    shift: float = 0.0
    addendum: float = 1.0
    dedendum: float = 1.25
    tip_shortening: float = 0.0
    width_mm: float = 0.0
    bore_mm: float = 0.0
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Geometry:
    """What follows from a gear's parameters; millimetres and degrees."""

    transverse_module_mm: float  # m_t
    transverse_pressure_deg: float  # alpha_t
    base_helix_deg: float  # beta_b
    reference_mm: float  # d
    base_mm: float  # d_b
    tip_mm: float  # d_a
    root_mm: float  # d_f
    tooth_thickness_mm: float  # s_t, transverse at the reference circle
    tip_thickness_mm: float  # s_an, normal at the tip circle
    transverse_base_pitch_mm: float  # p_bt
    normal_base_pitch_mm: float  # p_bn
    undercut_teeth: float  # z_min without shift
    undercut_shift: float  # x_min


@dataclass(frozen=True, slots=True)
class Mesh:
    """What follows from a pair; millimetres and degrees.

    center_distance_mm       a at which the pair runs (given, or zero-backlash)
    zero_backlash_mm         a from the profile shifts
    working_pressure_deg     alpha_wt at ``center_distance_mm``
    ratio                    z2 / z1
    """

    reference_distance_mm: float
    zero_backlash_mm: float
    center_distance_mm: float
    working_pressure_deg: float
    ratio: float
    transverse_contact: float
    overlap: float
    total_contact: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an engineer would object to, with the figures that show it."""

    code: str
    grade: Grade
    text: str
    stated: float | None = None
    computed: float | None = None
    limit: float | None = None
