"""The web process: ``uvicorn gearpark.config.asgi:application``."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")

application = get_asgi_application()

from gearpark.contexts.telemetry.public import start_live  # noqa: E402 - needs the apps that were just loaded

start_live()
