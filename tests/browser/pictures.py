"""Pictures of what the tests saw, and the demo park they look at."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from gearpark.base.time import now_utc

FOLDER = os.environ.get("GEARPARK_PICTURES")  # set it to a folder to keep pictures


def demo_park() -> None:
    """The demo park's organisations, people, plots and lines; no machine runs."""
    from gearpark.config.demo.park import load_park

    load_park(now_utc())


def picture(page: Page, name: str, *, full: bool = True) -> None:
    """Keep a picture of the page as it stands, when a folder is given."""
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=full)
