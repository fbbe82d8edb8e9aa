"""API of the shop floor, one module a slice; all hang on one router."""

from __future__ import annotations

from ninja import Router

from . import calls, care, figures, line_types, lines, quality, trace, work

router = Router()
router.add_router("", lines.router)
router.add_router("", figures.router)
router.add_router("", quality.router)
router.add_router("", trace.router)
router.add_router("", line_types.router)
router.add_router("", care.router)
router.add_router("", calls.router)
router.add_router("", work.router)
