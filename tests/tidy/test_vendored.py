"""Vendored scripts are listed with version, licence, source and hash, and pages stay within their script budget."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from gearpark import ui

STATIC = Path(ui.__file__).parent / "static" / "ui"
FOLDERS = [
    STATIC / "vendor",
    STATIC.parents[2] / "kit" / "fonts",
    Path(__file__).parent.parent / "browser" / "vendor",
]
MAX_OWN_SCRIPT_BYTES = 200_000  # all our scripts and htmx together; ECharts comes only where a chart is


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_match_their_manifest(folder: Path) -> None:
    listed = {entry["name"]: entry for entry in tomllib.loads((folder / "manifest.toml").read_text())["file"]}
    present = {path.name for path in folder.iterdir() if path.name != "manifest.toml"}
    assert present == set(listed)
    for name, entry in listed.items():
        assert all(entry[key] for key in ("version", "licence", "source"))
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_script_budget() -> None:
    own = sum(path.stat().st_size for path in (STATIC / "js").glob("*.js"))
    htmx = sum(path.stat().st_size for path in (STATIC / "vendor").glob("htmx-*.js"))
    assert own + htmx <= MAX_OWN_SCRIPT_BYTES


def test_no_page_leaves_this_server() -> None:
    """No CDN: templates, styles and our scripts name no other host to load from."""
    package = STATIC.parents[2]
    for path in [
        *package.glob("**/templates/**/*.html"),
        *(STATIC / "css").glob("*.css"),
        *(STATIC / "js").glob("*.js"),
    ]:
        text = path.read_text(encoding="utf-8")
        for start in (
            'src="http',
            'src="//',
            "url(http",
            "@import",
            'from "http',
            'rel="stylesheet" href="http',
        ):
            assert start not in text, f"{path}: {start}"


def test_templates_have_no_inline_script_or_style() -> None:
    """The content security policy allows neither, so a page that had them would be broken."""
    package = STATIC.parents[2]
    for path in package.glob("**/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for banned in (" style=", " onclick=", " hx-on", "<script>", "<style>"):
            assert banned not in text, f"{path}: {banned}"
