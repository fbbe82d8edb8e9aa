"""Figures as people write them: ``42 s``, ``1.5 h``, ``2 %``, ``exp(8 h)``, ``18 kW``, ``120 CNY``. Units are a must."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from .. import laws
from ..laws import Law

SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_NUMBER = re.compile(r"^\s*([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*$")
_CALL = re.compile(r"^\s*([a-z]+)\s*\((.*)\)\s*$", re.DOTALL)
MAX_TIME_S = 1e10
MAX_STAGES = 1000


class BadFigure(ValueError):
    """A figure that cannot be taken; ``code`` is the Problem's, the text completes a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def _split(value: Any) -> tuple[float, str]:
    match = _NUMBER.match(value) if isinstance(value, str) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found, unit = float(value), ""
    elif match is None:
        raise BadFigure("twin.value", f"{value!r} is no figure")
    else:
        found, unit = float(match.group(1).replace(",", "")), match.group(2) or ""
    if not math.isfinite(found):
        raise BadFigure("twin.value", f"{value!r} is no figure")
    return found, unit


def time_s(value: Any) -> float:
    """Seconds of a duration such as ``42 s``."""
    number, unit = _split(value)
    if unit not in SECONDS:
        told = f"{unit!r} is no unit of time" if unit else f"{value!r} has no unit"
        raise BadFigure(
            "twin.unit", f"{told}; write for example 42 s, 1.5 min, 8 h (units: {', '.join(SECONDS)})"
        )
    if number < 0:
        raise BadFigure("twin.time_negative", f"{value} is negative; a duration is zero or more")
    if number * SECONDS[unit] > MAX_TIME_S:
        raise BadFigure("twin.value", f"{value} is longer than 300 years")
    return number * SECONDS[unit]


def share(value: Any) -> float:
    """Share 0..1 of ``2 %`` or ``0.02``."""
    number, unit = _split(value)
    if unit not in {"", "%"}:
        raise BadFigure("twin.unit", f"{value!r} is no share; write 2 % or 0.02")
    number = number / 100 if unit else number
    if not 0 <= number <= 1:
        raise BadFigure("twin.value", f"{value} is not between 0 % and 100 %")
    return number


def number(value: Any) -> float:
    """A bare number."""
    found, unit = _split(value)
    if unit:
        raise BadFigure("twin.unit", f"{value!r} takes no unit")
    return found


def count(value: Any, least: int = 1) -> int:
    """A whole number, at least ``least``."""
    found = number(value)
    if found != int(found):
        raise BadFigure("twin.value", f"{value} is not a whole number")
    if found < least:
        code = "twin.capacity_zero" if least == 1 else "twin.value"
        raise BadFigure(code, f"{value} is too small; it must be {least} or more")
    return int(found)


def power_kw(value: Any) -> float:
    found, unit = _split(value)
    if unit not in {"W", "kW", "MW"}:
        raise BadFigure("twin.unit", f"{value!r} is no power; write for example 18 kW")
    if found < 0:
        raise BadFigure("twin.value", f"{value} is negative")
    return found * {"W": 0.001, "kW": 1.0, "MW": 1000.0}[unit]


def per_h(value: Any) -> float:
    """Parts an hour of ``9.5 /h``."""
    found, unit = _split(value)
    per = unit.removeprefix("/").strip()
    if not unit.startswith("/") or per not in SECONDS:
        raise BadFigure("twin.unit", f"{value!r} is no output; write for example 9.5 /h")
    if found <= 0:
        raise BadFigure("twin.value", f"{value} must be above zero")
    return found * SECONDS["h"] / SECONDS[per]


def money(value: Any) -> float:
    """Amount in CNY."""
    found, unit = _split(value)
    if unit != "CNY":
        raise BadFigure("twin.unit", f"{value!r} is no amount; write for example 120 CNY")
    return found


def _ratio(text: str, what: str) -> float:
    found, unit = _split(text)
    if unit not in {"", "%"}:
        raise BadFigure("twin.unit", f"{what} is a number or a share of the mean, such as 20 %")
    found = found / 100 if unit else found
    if found < 0:
        raise BadFigure("twin.value", f"{what} must not be negative")
    return found


def _positive(text: str, what: str) -> float:
    found = number(text)
    if found <= 0:
        raise BadFigure("twin.value", f"{what} must be above zero")
    return found


def _triangular(low: str, mode: str, high: str) -> Law:
    a, b, c = time_s(low), time_s(mode), time_s(high)
    if not a <= b <= c:
        raise BadFigure("twin.value", "triangular(low, mode, high) needs low <= mode <= high")
    return laws.triangular(a, b, c)


def _uniform(low: str, high: str) -> Law:
    a, b = time_s(low), time_s(high)
    if a > b:
        raise BadFigure("twin.value", "uniform(low, high) needs low <= high")
    return laws.uniform(a, b)


def _erlang(mean: str, stages: str) -> Law:
    k = count(stages)
    if k > MAX_STAGES:
        raise BadFigure("twin.value", f"at most {MAX_STAGES} stages")
    return laws.erlang(time_s(mean), k)


def _empirical(*values: str) -> Law:
    if len(values) < 2:
        raise BadFigure("twin.value", "empirical(...) needs two values or more")
    return laws.empirical([time_s(v) for v in values])


_MAKERS: dict[str, Callable[..., Law]] = {
    "const": lambda a: laws.const(time_s(a)),
    "exp": lambda a: laws.exponential(time_s(a)),
    "uniform": _uniform,
    "triangular": _triangular,
    "normal": lambda mean, sd: laws.normal(time_s(mean), time_s(sd)),
    "lognormal": lambda mean, cv: laws.lognormal(time_s(mean), _ratio(cv, "cv")),
    "gamma": lambda mean, cv: laws.gamma(time_s(mean), _ratio(cv, "cv")),
    "erlang": _erlang,
    "weibull": lambda scale, shape: laws.weibull(time_s(scale), _positive(shape, "shape")),
    "geometric": lambda unit, p: laws.geometric(time_s(unit), share(p)),
    "empirical": _empirical,
}


def law(value: Any, *, plain: str = "const") -> Law:
    """Law of ``42 s`` (constant, or exponential with ``plain="exp"``) or of ``name(...)``."""
    match = _CALL.match(value) if isinstance(value, str) else None
    if match is None:
        found = time_s(value)
        made = laws.exponential(found) if plain == "exp" and found > 0 else laws.const(found)
    else:
        name, inside = match.groups()
        if name not in _MAKERS:
            raise BadFigure("twin.value", f"there is no law {name!r}; laws are {', '.join(_MAKERS)}")
        try:
            made = _MAKERS[name](*[part for part in inside.split(",") if part.strip()])
            if not math.isfinite(made.mean + made.cv):
                raise OverflowError
        except TypeError:
            raise BadFigure("twin.value", f"{value!r} has a wrong number of figures") from None
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            if isinstance(error, BadFigure):
                raise
            raise BadFigure("twin.value", f"{value!r} makes no law") from None
    return made


def spread(value: Any) -> Law:
    """Law of a time to failure or repair: a plain duration is the mean of an exponential law."""
    made = law(value, plain="exp")
    if made.mean <= 0:
        raise BadFigure("twin.time_negative", f"{value} must be above zero")
    return made


def work(value: Any) -> Law:
    """Law of a working or moving time: above zero."""
    made = law(value)
    if made.mean <= 0:
        raise BadFigure("twin.time_negative", f"{value} must be above zero")
    return made
