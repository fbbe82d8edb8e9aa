"""Charts of counts: p, np (nonconforming pieces), c, u (nonconformities), and Laney's p' and u' for large samples.

With samples in the thousands the binomial limits are so narrow that every batch signals; Laney widens them by how much
the batches really differ. For a few failures in many thousand pieces none of these is of use: see ``highyield``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from . import constants as k
from .charts import Chart, basis, judged
from .guards import Floats, counts, data_hash, numbers
from .limits import Limits, checked


def _samples(bad: Any, inspected: Any, pieces: bool) -> tuple[Floats, Floats]:
    found = counts(bad, what="counts")
    if pieces:
        sizes = counts(inspected, what="sample sizes")
    else:
        sizes = numbers(inspected, what="sample sizes")
    sizes = np.broadcast_to(sizes, found.shape) if sizes.size == 1 else sizes
    if sizes.shape != found.shape:
        raise Problem("quality.counts", "Each count needs its sample size.")
    if (sizes <= 0).any():
        raise Problem("quality.counts", "Every sample size must be greater than 0.")
    if pieces and (found > sizes).any():
        raise Problem("quality.counts", "More nonconforming pieces than were inspected.")
    return found, sizes


def _rate(found: Floats, sizes: Floats, mask: Any) -> float:
    return float(found[mask].sum() / sizes[mask].sum())


def _laney(shares: Floats, deviations: Floats, centre: float) -> float:
    """Laney's factor: sigma of the standardised points by their mean moving range."""
    if shares.size < 2:
        raise Problem(
            "quality.too_few", "Laney's factor needs at least 2 points.", least=2, have=int(shares.size)
        )
    z = (shares - centre) / deviations
    return float(np.abs(np.diff(z)).mean()) / k.d2(2)


def _counted(
    plotted: str,
    bad: Any,
    inspected: Any,
    *,
    phase1: int | None,
    left_out: Iterable[int],
    centre: float | None,
    width: float,
    laney: bool,
    labels: Sequence[Hashable] | None,
) -> Chart:
    pieces = plotted in {"p", "np"}
    found, sizes = _samples(bad, inspected, pieces)
    mask, out = basis(found.size, phase1, left_out)
    middle = _rate(found, sizes, mask) if centre is None else float(centre)
    limits = checked(
        Limits(
            plotted=plotted,
            centre=middle,
            sigma=1.0,
            estimator="model" if centre is None else "given",
            size=float(sizes[mask].mean()),
            n=int(sizes[mask].sum()) if pieces else int(mask.sum()),
            points=int(mask.sum()),
            data_hash=data_hash(zip(found[mask], sizes[mask], strict=True)),
            left_out=out,
            width=width,
        )
    )
    points = found / sizes if plotted in {"p", "u"} else found
    if laney:
        factor = _laney(points[mask], limits.deviation(sizes[mask]), middle)
        limits = checked(Limits.read(limits.as_dict() | {"sigma": factor, "estimator": "laney"}))
    return judged(limits, points, sizes, labels)


def p_chart(
    bad: Any,
    inspected: Any,
    *,
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    centre: float | None = None,
    width: float = 3.0,
    laney: bool = False,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Share of nonconforming pieces; sample sizes may vary."""
    return _counted(
        "p",
        bad,
        inspected,
        phase1=phase1,
        left_out=left_out,
        centre=centre,
        width=width,
        laney=laney,
        labels=labels,
    )


def np_chart(
    bad: Any,
    inspected: Any,
    *,
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    centre: float | None = None,
    width: float = 3.0,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Number of nonconforming pieces; ``centre`` is their share."""
    return _counted(
        "np",
        bad,
        inspected,
        phase1=phase1,
        left_out=left_out,
        centre=centre,
        width=width,
        laney=False,
        labels=labels,
    )


def c_chart(
    defects: Any,
    *,
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    centre: float | None = None,
    width: float = 3.0,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Nonconformities in areas of opportunity that are all alike."""
    return _counted(
        "c",
        defects,
        1.0,
        phase1=phase1,
        left_out=left_out,
        centre=centre,
        width=width,
        laney=False,
        labels=labels,
    )


def u_chart(
    defects: Any,
    units: Any,
    *,
    phase1: int | None = None,
    left_out: Iterable[int] = (),
    centre: float | None = None,
    width: float = 3.0,
    laney: bool = False,
    labels: Sequence[Hashable] | None = None,
) -> Chart:
    """Nonconformities a unit; units inspected may vary."""
    return _counted(
        "u",
        defects,
        units,
        phase1=phase1,
        left_out=left_out,
        centre=centre,
        width=width,
        laney=laney,
        labels=labels,
    )
