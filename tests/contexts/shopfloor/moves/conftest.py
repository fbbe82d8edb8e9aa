"""A shop with logistics set up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.contexts.shopfloor.moves.shop import Shop, build


@pytest.fixture
def shop(db: None) -> Shop:
    return build()


@pytest.fixture
def make_shop(db: None) -> Callable[..., Shop]:
    return build
