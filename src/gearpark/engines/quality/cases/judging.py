"""Expected against computed, value by value, within the case's own tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gearpark.base.problems import Problem

REMARKS = frozenset({"note", "notes", "formula", "trap", "comment", "remark", "source", "provenance"})
GROUPS = {  # tolerance ``abs_limits`` and the like: which expected keys belong to a group
    "limits": r"center|centre|cl|ucl|lcl|sigma|.*_ucl|.*_lcl|x?bar.*|[rs]_bar|mr_bar",
    "indices": r"c[pm]k?|c[pm]k?_.*|cp[lmu]|cp[lmu]_.*|pp[klu]?|pp[klu]?_.*",
    "pa": r"pa|pa_.*",
}
SAME = {"absolute": "abs", "atol": "abs", "tol": "abs", "relative": "rel", "rtol": "rel"}
SLACK = 1e-9  # of the tolerance itself: differences of decimals are not exact in binary
_MISSING = object()


class Figures:
    """Computed figures by key. Some keys carry parameters (``revised_without_15_23``): a pattern computes them.

    A known value may be a function of the expected one, where the expected object also holds inputs.
    """

    def __init__(
        self,
        known: Mapping[str, Any],
        patterns: Sequence[tuple[str, Callable[[re.Match[str], Any], Any]]] = (),
    ) -> None:
        self.known, self.patterns = known, patterns

    def of(self, key: str, expected: Any) -> Any:
        if key in self.known:
            found = self.known[key]
            return found(expected) if callable(found) else found
        for pattern, compute in self.patterns:
            match = re.fullmatch(pattern, key)
            if match:
                return compute(match, expected)
        return _MISSING


@dataclass(slots=True)
class Findings:
    """What a comparison saw: values compared, differences, keys nobody computes, remarks."""

    compared: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    remarks: int = 0
    on_print: list[str] = field(
        default_factory=list
    )  # nearer than the printed digits, not than the tolerance


class Tolerance:
    """A case's tolerance: ``abs`` ``rel`` ``exact`` ``digits`` ``decimals``, groups (``abs_limits``, ``pa_abs``), per key
    (``{"ucl": {"abs": 0.1}}``), a bare number, or a rule in words that names log relative errors."""

    def __init__(self, document: Any) -> None:
        self.parts: dict[str, Any]
        if document is None:
            self.parts = {}
        elif isinstance(document, Mapping):
            self.parts = {SAME.get(str(key), str(key)): value for key, value in document.items()}
        elif isinstance(document, bool) or not isinstance(document, (int, float, str)):
            raise Problem("quality.case", "The tolerance cannot be read.")
        elif isinstance(document, str) and not _number(document):
            self.parts = {"rule": document}
        else:
            self.parts = {"abs": float(document)}
        self.digits = self._digits()
        self.groups = self._groups()
        usable = {"abs", "rel", "exact", "note", "decimals"} & set(self.parts)
        if self.parts and not (usable - {"note"} or self.digits or self.groups or self._per_key()):
            raise Problem(
                "quality.case", f"The tolerance names nothing to judge by: {', '.join(self.parts)}."
            )

    @property
    def rounds(self) -> bool:
        """May a value be as far off as its print was rounded? Not where exactness or digits are asked for."""
        return not self.parts.get("exact") and self.digits is None

    def _digits(self) -> float | None:
        for key in ("digits", "lre", "significant_digits"):
            if key in self.parts:
                return float(self.parts[key])
        # a rule may give several figures for harder data; the strictest is asked of all
        stated = [
            float(found) for found in re.findall(r">=\s*(\d+(?:\.\d+)?)", str(self.parts.get("rule", "")))
        ]
        return max(stated, default=None)

    def _groups(self) -> list[tuple[str, str, float]]:
        found = []
        for key, value in self.parts.items():
            match = re.fullmatch(r"(abs|rel)_(\w+)|(\w+)_(abs|rel)", key)
            if match and _number(value):
                group = match[2] or match[3]
                found.append((GROUPS.get(group, rf"{group}|{group}_.*"), match[1] or match[4], float(value)))
        return found

    def _per_key(self) -> bool:
        return any(isinstance(value, Mapping) for value in self.parts.values())

    def allowed(self, key: str, expected: float, printed: str) -> float:
        """Greatest difference allowed for this value. ``key``: its name; printed: as the case prints it."""
        own = self.parts.get(key)
        if isinstance(own, Mapping):
            return Tolerance(own).allowed("", expected, printed)
        for pattern, kind, size in self.groups:
            if re.fullmatch(pattern, key, re.IGNORECASE):
                return size if kind == "abs" else size * abs(expected)
        sizes = []
        for kind, unit in (("abs", 1.0), ("rel", abs(expected))):
            said = self.parts.get(kind)
            said = said.get(key) if isinstance(said, Mapping) else said  # {"abs": {"ucl": 0.1}}
            if said is not None and _number(said):
                sizes.append(float(said) * unit)
        if "decimals" in self.parts:
            sizes.append(0.5 * 10.0 ** -float(self.parts["decimals"]))
        if self.digits is not None:
            sizes.append(10.0**-self.digits * (abs(expected) or 1.0))
        if sizes:
            return max(sizes)
        if self.parts.get("exact"):
            return 1e-12 * abs(expected)
        if self.groups:
            return min(size if kind == "abs" else size * abs(expected) for _, kind, size in self.groups)
        return half_a_unit(printed)


def on_print(expected: float, printed: str) -> float:
    """How far off a rounded print may be whatever the tolerance: 1.03 stands for 1.025 to 1.035.

    0 for whole numbers (16.0 is how JSON writes 16) and for prints of fewer than 3 significant digits: they say too
    little for this to be a check.
    """
    digits = re.sub(r"[eE].*|[-+.]", "", printed).lstrip("0")
    return 0.0 if expected == int(expected) or len(digits) < 3 else half_a_unit(printed)


def half_a_unit(printed: str) -> float:
    """Half a unit of the last printed digit: what a printed number promises when nothing else is said."""
    match = re.fullmatch(r"[-+]?\d*(?:\.(\d*))?(?:[eE]([-+]?\d+))?", printed.strip())
    if not match or match[1] is None:
        return 0.0
    return 0.5 * 10.0 ** (int(match[2] or 0) - len(match[1]))


def _number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def judge(expected: Any, computed: Any, tolerance: Tolerance) -> Findings:
    """Every expected value, recursively."""
    findings = Findings()
    _walk(expected, computed, tolerance, "", "", findings)
    return findings


def _walk(expected: Any, computed: Any, tolerance: Tolerance, path: str, key: str, out: Findings) -> None:
    if isinstance(expected, Mapping):
        if isinstance(computed, Mapping):
            computed = Figures(computed)
        if not isinstance(computed, Figures):
            out.unsupported.append(path or "(all)")
            return
        for name, value in expected.items():
            place = f"{path}.{name}" if path else str(name)
            if name in REMARKS and isinstance(value, str) and name not in computed.known:
                out.remarks += 1
                continue
            found = computed.of(str(name), value)
            if found is _MISSING:
                out.unsupported.append(place)
            else:
                _walk(value, found, tolerance, place, str(name), out)
        return
    if isinstance(expected, list):
        if not isinstance(computed, (list, tuple)) or len(computed) != len(expected):
            _differ(out, path, expected, computed)
            return
        if not expected:
            out.compared += 1
        for index, (value, found) in enumerate(zip(expected, computed, strict=True)):
            _walk(value, found, tolerance, f"{path}[{index}]", key, out)
        return
    out.compared += 1
    same = _same(expected, computed, tolerance, key, listed=path.endswith("]"))
    if same is None:
        out.on_print.append(path)
    elif not same:
        _differ(out, path, expected, computed)


def _differ(out: Findings, path: str, expected: Any, computed: Any) -> None:
    if isinstance(computed, (Figures, Mapping)):
        computed = "(an object)"
    out.differences.append({"key": path, "expected": expected, "computed": _plain(computed)})


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.item() if hasattr(value, "item") else value


def _same(expected: Any, computed: Any, tolerance: Tolerance, key: str, *, listed: bool) -> bool | None:
    """None: the same only as far as the expected value was printed."""
    computed = _plain(computed)
    if expected is None or computed is None or isinstance(expected, bool) or isinstance(computed, bool):
        return type(expected) is type(computed) and expected == computed
    if isinstance(computed, str) or not _number(expected):
        return isinstance(computed, str) and str(expected) == computed
    if not _number(computed):
        return False
    wanted, found = float(expected), float(computed)
    if listed and isinstance(expected, int) and isinstance(computed, int):
        return expected == computed  # places and letters of a list are not "about" right
    gap = abs(wanted - found)
    if gap <= tolerance.allowed(key, wanted, str(expected)) * (1.0 + SLACK):
        return True
    return None if tolerance.rounds and gap <= on_print(wanted, str(expected)) * (1.0 + SLACK) else False
