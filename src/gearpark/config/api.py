"""The one API under /api/v1: every built context's ``api.router`` at ``/<context>``, docs offline at /api/v1/docs."""

from __future__ import annotations

import importlib
import importlib.util

from django.conf import settings
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from gearpark import __version__
from gearpark.kit.api import Bearer, SessionCookie, install_problem_handlers
from gearpark.kit.http import open_to_all

api = NinjaAPI(
    title="Gearpark",
    version=__version__,
    description="Operating platform of an industrial park. Failures are RFC 9457 problems; lists page by cursor.",
    urls_namespace="api",
    auth=[Bearer(), SessionCookie()],
    docs=Swagger(settings={"persistAuthorization": False, "tryItOutEnabled": True, "validatorUrl": None}),
    docs_decorator=open_to_all,
)
install_problem_handlers(api)
for _name in settings.CONTEXTS:
    if importlib.util.find_spec(f"{_name}.api"):
        _module = importlib.import_module(f"{_name}.api")
        _room = _name.rsplit(".", 1)[-1]
        api.add_router(f"/{_room}", _module.router, tags=[_room])
