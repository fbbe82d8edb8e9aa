"""The kernel to run: compiled by numba when it is there, plain Python otherwise or with ``GEARPARK_NO_JIT=1``.

Compiled code is kept on disk beside the source it was made from, in a folder named by a hash over all of it: numba
itself would look only at one file and miss a change in another.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

from .fuse import fused

JIT = os.environ.get("GEARPARK_NO_JIT", "") in {"", "0"} and importlib.util.find_spec("numba") is not None
KEPT_CACHES = 4
HERE = Path(__file__).parent
# Files of each compiled part; a later file's function stands for an earlier one's of the same name.
PARTS = {
    "events": (
        "layout", "words", "tree", "dists", "supply", "places", "crew", "special", "knots", "machine", "happenings", "loop",
    ),
    "recursion": ("layout", "words", "dists", "serial"),
    "screen": ("layout", "words", "dists", "serial", "screen"),
}  # fmt: skip
# No reference counts inside (``_nrt``): arrays are only read and written there, never made.
HEAD = '''"""The kernel of gearpark.engines.linesim in one file; made by its fuse.py, not to be edited."""
import math
import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from gearpark.engines.linesim.kernel.random import GOLDEN, HALF_STEP, MIX_1, MIX_2
cold = numba.njit(nogil=True, no_rewrites=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
entry = numba.njit(nogil=True, no_rewrites=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True, cache=True)

@intrinsic
def pointer(_context, array):
    def first(context, builder, signature, values):
        return context.make_array(signature.args[0])(context, builder, values[0]).data
    return types.CPointer(array.dtype)(array), first

'''


def cache_root() -> Path:
    """Folder of all compiled kernels: ``GEARPARK_JIT_CACHE``, else below the user's cache folder."""
    named = os.environ.get("GEARPARK_JIT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gearpark" / "twin"


def _sources() -> list[Path]:
    return [*sorted((HERE / "kernel").glob("*.py")), HERE / "fuse.py", Path(__file__)]


def _digest() -> str:
    digest = hashlib.blake2b(f"{platform.python_version()} {platform.machine()}".encode(), digest_size=8)
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _written(part: str, digest: str) -> Path:
    """One fused file of the kernel, written when it is not there yet."""
    path = cache_root() / digest / f"{part}_{digest}.py"
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home to write to: for this process only
        path = Path(tempfile.mkdtemp(prefix="gearpark-twin-")) / path.name
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(fused(HERE / "kernel", PARTS[part], HEAD), "utf-8")
    draft.replace(path)
    return path


def prune_caches() -> int:
    """Remove the oldest kernels of other sources; how many went."""
    folders = sorted(cache_root().glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    old = [path for path in folders[KEPT_CACHES:] if path.is_dir() and path.name != _digest()]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


@cache
def _part(name: str) -> ModuleType:
    if not JIT:
        return importlib.import_module(f"{__package__}.kernel.{PARTS[name][-1]}")
    path = _written(name, _digest())
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def events() -> ModuleType:
    """The event kernel: ``run``."""
    return _part("events")


def recursion() -> ModuleType:
    """The recursion for serial lines: ``serial``."""
    return _part("recursion")


def screen() -> ModuleType:
    """Many designs of a serial line at once: ``draw``, ``flow``."""
    return _part("screen")
