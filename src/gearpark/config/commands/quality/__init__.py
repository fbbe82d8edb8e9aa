"""``gearpark quality``: charts, capability, gauge studies, sampling, pass rates on files; reference cases checked."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

CHARTS = ("i-mr", "xbar-r", "xbar-s", "p", "np", "c", "u", "laney-p", "laney-u", "ewma", "cusum", "t2", "ccc")
STUDIES = ("crossed", "type1", "bias", "linearity", "attribute", "nested", "one-way", "pooled")


def add(commands: Any) -> None:
    """Register the area's commands."""
    quality: argparse.ArgumentParser = commands.add_parser(
        "quality", help="charts, capability, gauge studies, sampling, pass rates, on files alone"
    )
    actions = quality.add_subparsers(dest="action", required=True, metavar="ACTION")
    _chart(actions)
    _capability(actions)
    _grr(actions)
    _sampling(actions)
    _passrate(actions)
    check = actions.add_parser("check", help="compute a file of reference cases anew and compare")
    check.add_argument(
        "file", metavar="EXPECTED.json", help="cases with id, kind, file, params, expected, tolerance"
    )
    check.add_argument("--all", action="store_true", help="list the cases that passed, too")
    _ends(check, "checks", "check")


def _ends(parser: argparse.ArgumentParser, module: str, function: str) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(options: argparse.Namespace) -> int:
        # the numbers' libraries load with the command that needs them
        made: int = getattr(importlib.import_module(f"{__name__}.{module}"), function)(options)
        return made

    parser.set_defaults(run=run)


def _data(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?" if optional else None, help="CSV with a header line, or JSON"
    )
    parser.add_argument("--column", help="column of values; found by itself when there is one")


def _groups(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subgroup-by", metavar="COLUMN", help="column that names the subgroup")
    parser.add_argument("--subgroup", type=int, metavar="N", help="take values N at a time")
    parser.add_argument(
        "--estimator", help="of sigma: r_bar/d2 s_bar/c4 pooled/c4 pooled mr_bar/d2 mr_median/d4 sd sd/c4"
    )


def _chart(actions: Any) -> None:
    chart = actions.add_parser("chart", help="a control chart: limits, points beyond, signals of run rules")
    _data(chart)
    _groups(chart)
    chart.add_argument("--kind", choices=CHARTS, help="default: xbar-r with subgroups, else i-mr")
    chart.add_argument("--columns", help="t2: the characteristics, separated by commas")
    chart.add_argument("--size", metavar="COLUMN|N", help="p, np, u: sample sizes")
    chart.add_argument("--phase1", type=int, metavar="N", help="limits from the first N points")
    chart.add_argument("--leave-out", metavar="I,J", help="points of phase 1 that do not count")
    chart.add_argument(
        "--rules", default="western-electric", help="western-electric nelson limits none, or codes: we2,run7"
    )
    chart.add_argument("--sigma", type=float, help="known standard deviation")
    chart.add_argument("--target", type=float, help="known centre; target of cusum and ewma")
    chart.add_argument("--width", type=float, default=3.0, help="limits in standard deviations")
    chart.add_argument(
        "--printed-constants", action="store_true", help="d2 and D4 rounded as in printed tables"
    )
    chart.add_argument(
        "--limits", metavar="FILE", help="frozen limits: the `limits` object of an earlier answer"
    )
    chart.add_argument(
        "--lambda", dest="lam", type=float, default=0.2, help="ewma: weight of the newest point"
    )
    chart.add_argument("--asymptotic", action="store_true", help="ewma: constant limits")
    chart.add_argument("--k", type=float, default=0.5, help="cusum: allowance in standard deviations")
    chart.add_argument("--h", type=float, default=5.0, help="cusum: decision interval in standard deviations")
    chart.add_argument("--k-units", type=float, help="cusum: allowance in the data's units")
    chart.add_argument("--h-units", type=float, help="cusum: decision interval in the data's units")
    chart.add_argument("--p0", type=float, help="ccc: share of failures the process is held to")
    chart.add_argument("--r", type=int, default=1, help="ccc: failures a point")
    chart.add_argument("--alpha", type=float, default=0.0027, help="t2, ccc: risk of a false alarm")
    _ends(chart, "charting", "chart")


def _capability(actions: Any) -> None:
    capability = actions.add_parser(
        "capability", help="Cp Cpk Pp Ppk with intervals, refused where they mean nothing"
    )
    _data(capability, optional=True)
    _groups(capability)
    capability.add_argument("--lsl", type=float, help="lower specification limit")
    capability.add_argument("--usl", type=float, help="upper specification limit")
    capability.add_argument("--target", type=float, help="target of Cpm; default: the middle")
    capability.add_argument(
        "--method", default="auto", help="auto normal johnson box-cox weibull lognormal ..."
    )
    capability.add_argument("--machine", action="store_true", help="short study of one machine: Cm, Cmk")
    capability.add_argument("--rules", default="limits", help="rules by which the process is in control")
    capability.add_argument("--alpha", type=float, default=0.05, help="of the test of normality")
    capability.add_argument("--confidence", type=float, default=0.95)
    capability.add_argument(
        "--anyway", action="store_true", help="give refused indices, too; the refusal stays in the answer"
    )
    capability.add_argument("--mean", type=float, help="without a file: mean,")
    capability.add_argument("--sigma", type=float, help="standard deviation")
    capability.add_argument("--n", type=int, help="and number of values behind them")
    _ends(capability, "studies", "capability")


def _grr(actions: Any) -> None:
    grr = actions.add_parser("grr", help="studies of gauges and of variance")
    _data(grr)
    grr.add_argument("--study", choices=STUDIES, default="crossed")
    grr.add_argument("--part", help="column of parts")
    grr.add_argument("--appraiser", help="column of appraisers")
    grr.add_argument("--reference", help="reference value (type1, bias) or its column (linearity, attribute)")
    grr.add_argument("--tolerance", type=float, help="width of the tolerance")
    grr.add_argument(
        "--pooling-alpha", type=float, default=0.25, help="pool the interaction when its p-value exceeds this"
    )
    grr.add_argument("--resolution", type=float, help="type1: smallest step of the gauge")
    grr.add_argument("--share", type=float, default=0.2, help="type1: share of the tolerance")
    grr.add_argument("--sigmas", type=float, default=6.0, help="type1: spread in standard deviations")
    grr.add_argument("--bad", help="attribute: the category that means nonconforming")
    grr.add_argument("--factors", help="nested: columns from the outermost in; one-way: the group")
    grr.add_argument("--size", type=int, help="pooled: values behind each standard deviation")
    _ends(grr, "studies", "grr")


def _sampling(actions: Any) -> None:
    sampling = actions.add_parser("sampling", help="plans of ISO 2859-1 = GB/T 2828.1, OC curves, switching")
    sampling.add_argument(
        "file", metavar="FILE", nargs="?", help="lots in order: result (A, R) or nonconforming, and lot size"
    )
    sampling.add_argument("--lot", type=int, help="lot size")
    sampling.add_argument("--level", default="II", help="inspection level: S-1 S-2 S-3 S-4 I II III")
    sampling.add_argument("--aql", help="AQL in per cent, of the standard's series")
    sampling.add_argument("--severity", default="normal", help="normal tightened reduced")
    sampling.add_argument("--table", metavar="FILE", help="plans from a table of your own (JSON)")
    sampling.add_argument("--n", type=int, help="a plan of your own: sample size")
    sampling.add_argument("--c", type=int, help="and acceptance number")
    sampling.add_argument("--at", help="shares nonconforming for the OC curve, separated by commas")
    sampling.add_argument(
        "--design", metavar="AQL,ALPHA,LTPD,BETA", help="smallest plan for two points, as shares"
    )
    sampling.add_argument("--lots", help="results in order, A accepted and R not: AARAAR")
    sampling.add_argument("--ac", type=int, default=0, help="with --lots: acceptance number of their plan")
    sampling.add_argument("--authorised", action="store_true", help="reduced inspection is allowed")
    _ends(sampling, "lots", "sampling")


def _passrate(actions: Any) -> None:
    passrate = actions.add_parser("passrate", help="what so many good and bad pieces prove about a target")
    passrate.add_argument(
        "file", metavar="FILE", nargs="?", help="columns good and bad, or result (pass, fail), summed up"
    )
    passrate.add_argument("--good", help="good pieces")
    passrate.add_argument("--bad", help="bad pieces")
    passrate.add_argument("--target", help="pass rate promised, for example 0.9999")
    passrate.add_argument("--confidence", type=float, default=0.95, help="one-sided, default 0.95")
    _ends(passrate, "lots", "passrate")
