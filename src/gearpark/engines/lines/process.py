"""What is done on a line and with what: operations, characteristics, tools, gauges, skills, reasons, materials.

Every figure carries a ``basis``: where it comes from. Times are seconds, lives are parts, shares 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Where a figure comes from."""

    ILLUSTRATIVE = "illustrative"  # invented, plausible; replace it by your own
    SOURCE_CASE = "source-case"  # told by the source case of the demo park
    STANDARD = "standard"  # taken from a standard
    MEASURED = "measured"  # measured on the firm's own line


class Phase(StrEnum):
    """How far a line of the type is."""

    PRODUCTION = "production"
    COMMISSIONING = "commissioning"


class Kind(StrEnum):
    """Variable: a number with limits. Attribute: good or not good."""

    VARIABLE = "variable"
    ATTRIBUTE = "attribute"


class Special(StrEnum):
    """Special characteristics as IATF 16949 asks to mark them."""

    NONE = ""
    CRITICAL = "CC"  # safety or law
    SIGNIFICANT = "SC"  # fit or function


class Use(StrEnum):
    """What a container is for."""

    INBOUND = "in"
    WIP = "wip"
    OUTBOUND = "out"


@dataclass(frozen=True, slots=True)
class Titled:
    """Something with a code and a title in both languages."""

    code: str
    title_en: str
    title_zh: str

    def title(self, language: str) -> str:
        return self.title_zh if language.startswith("zh") else self.title_en


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the default routing, done by any station of ``group``.

    cycle_s       one station's cycle from clamping to unclamping; with ``batch`` above 1, of the whole charge
    setup_s       change-over to another variant
    program       pattern of the program's name; ``{variant}`` stands for the variant's code
    tool_shares   share of the cycle each tool class cuts, in the order of ``tool_classes``; sums to 1
    is_test       the operation gives a verdict on the part
    needs_test    the part's newest verdict must be good before this operation may start
    rework_to     operation a part goes back to when it can be reworked
    batch         parts worked on at once
    """

    op: int
    group: str
    title_en: str
    title_zh: str
    cycle_s: float
    setup_s: float = 0.0
    skill: str = ""
    program: str = ""
    program_revision: str = ""
    tool_classes: tuple[str, ...] = ()
    tool_shares: tuple[float, ...] = ()
    gauge_classes: tuple[str, ...] = ()
    is_test: bool = False
    needs_test: bool = False
    rework_to: int | None = None
    batch: int = 1

    def title(self, language: str) -> str:
        return self.title_zh if language.startswith("zh") else self.title_en

    def program_of(self, variant: str) -> str:
        """The program for one variant with its revision, as controls show it."""
        name = self.program.replace("{variant}", variant)
        return f"{name} {self.program_revision}".strip()


@dataclass(frozen=True, slots=True)
class Characteristic(Titled):
    """A characteristic of the part.

    op            operation that makes it
    measured_at   station group that measures it
    signal        signal of the measuring station that carries its value
    gauge         gauge class it is measured with
    target_cpk    capability asked of a variable; target_ppm: share of failures allowed to an attribute
    """

    kind: Kind
    op: int
    measured_at: str
    signal: str
    unit: str = ""
    nominal: float | None = None
    lsl: float | None = None
    usl: float | None = None
    gauge: str = ""
    target_cpk: float | None = None
    target_ppm: float | None = None
    special: Special = Special.NONE
    decimals: int = 3
    basis: Basis = Basis.ILLUSTRATIVE

    @property
    def tolerance(self) -> float | None:
        """Width between the limits; None with one limit or none."""
        return None if self.lsl is None or self.usl is None else self.usl - self.lsl

    def good(self, value: float | str) -> bool:
        """Is a value inside the limits (a verdict: is it OK)?"""
        if self.kind is Kind.ATTRIBUTE or isinstance(value, str):
            return value == "OK"
        return (self.lsl is None or value >= self.lsl) and (self.usl is None or value <= self.usl)


@dataclass(frozen=True, slots=True)
class ToolClass(Titled):
    """A class of tools (or dies, electrodes, fixtures that wear). ``kind`` groups what behaves alike."""

    kind: str
    life_parts: int
    change_s: float
    basis: Basis = Basis.ILLUSTRATIVE


@dataclass(frozen=True, slots=True)
class GaugeClass(Titled):
    """A class of gauges; ``resolution`` in ``unit``, calibration every so many days."""

    calibration_days: int
    unit: str = ""
    resolution: float | None = None
    basis: Basis = Basis.ILLUSTRATIVE


@dataclass(frozen=True, slots=True)
class Skill(Titled):
    """What an operator must have learnt."""


@dataclass(frozen=True, slots=True)
class StopReason(Titled):
    """A node of the stop-reason tree.

    parent   code of the node above; "" at the top
    loss     loss of the OEE mapping the stop belongs to
    alarms   beginnings of alarm codes that suggest this reason
    """

    loss: str
    parent: str = ""
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScrapReason(Titled):
    """Why a part is not good; ``op`` where it is usually found, ``rework`` whether it can be mended.

    characteristics  codes of those whose limits it stands for
    """

    op: int | None = None
    rework: bool = False
    characteristics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material(Titled):
    """What an operation consumes: ``per_part`` of ``unit``, in lots that last for ``lot_parts`` parts."""

    unit: str
    per_part: float
    op: int
    lot_parts: int
    basis: Basis = Basis.ILLUSTRATIVE


@dataclass(frozen=True, slots=True)
class Container(Titled):
    """A tray, basket, pallet or rack with room for ``parts``."""

    use: Use
    parts: int
    basis: Basis = Basis.ILLUSTRATIVE


@dataclass(frozen=True, slots=True)
class SpecialState(Titled):
    """A state special to the line type: value ``code`` of ``signal`` at devices of ``type``; counts as ``state``."""

    type: str
    signal: str
    state: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Mean busy time between failures and mean repair time of one asset type, and the same of minor stops."""

    type: str
    mtbf_h: float
    mttr_min: float
    minor_mtbf_h: float
    minor_s: float
    basis: Basis = Basis.ILLUSTRATIVE


@dataclass(frozen=True, slots=True)
class Commissioning:
    """How a line of the type runs while it is commissioned, against its targets in production."""

    cycle_factor: float = 1.0
    mtbf_factor: float = 1.0
    scrap_factor: float = 1.0
