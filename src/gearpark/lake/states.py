"""Machine states out of the lake: the observations a mapping needs, and the answer the command line prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from gearpark.base.ids import tag
from gearpark.base.problems import NotFound, Problem
from gearpark.base.time import from_us, to_us

# lake and engines are neighbours: the caller hands the engine in (see ``Engine``)
from . import devices
from .reader import Reader
