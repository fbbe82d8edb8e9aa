"""Writes of care: one transaction each, audited."""

from .checks import calibration_check, master_check
from .usage import measure_wear, report_usage

__all__ = ["calibration_check", "master_check", "measure_wear", "report_usage"]
