"""Django settings. PostgreSQL only; safe by default; every knob is an environment variable named here.

GEARPARK_HOME, DATABASE_URL, GEARPARK_APP_DATABASE_URL, GEARPARK_DEBUG=1, GEARPARK_HOSTS (comma separated),
GEARPARK_TLS=1 (served behind TLS: secure cookies, HSTS), GEARPARK_HSTS_S, GEARPARK_SESSION_IDLE_S,
GEARPARK_SESSION_MAX_S, GEARPARK_GUEST, GEARPARK_TIME_ZONE, GEARPARK_LOG_LEVEL, GEARPARK_CONTEXTS (run only these rooms).
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import database
from .secrets import secret

PACKAGE = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "") in ("1", "true", "yes", "on")


DEBUG = _flag("GEARPARK_DEBUG")
SECRET_KEY = secret("django")
TLS = _flag("GEARPARK_TLS")
ALLOWED_HOSTS = [host for host in os.environ.get("GEARPARK_HOSTS", "").split(",") if host] or [
    "127.0.0.1",
    "localhost",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if TLS else []


def _contexts() -> list[str]:
    """Contexts that are built (they have an ``apps.py``), cut to GEARPARK_CONTEXTS when that is set."""
    rooms = [path.parent.name for path in sorted((PACKAGE / "contexts").glob("*/apps.py"))]
    wanted = [name for name in os.environ.get("GEARPARK_CONTEXTS", "").split(",") if name]
    return [f"gearpark.contexts.{name}" for name in rooms if not wanted or name in wanted]


CONTEXTS = _contexts()
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "csp",
    "ninja",
    "procrastinate.contrib.django",
    "gearpark.kit",
    "gearpark.ui",
    *CONTEXTS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gearpark.kit.http.ProblemMiddleware",
    "gearpark.kit.http.ScopeMiddleware",
]

ROOT_URLCONF = "gearpark.config.urls"
ASGI_APPLICATION = "gearpark.config.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gearpark.ui.context.page",
                "gearpark.config.nav.context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- database: the role that owns nothing (see config.database) -------------------------------------------------
POOL_MIN, POOL_MAX, POOL_WAIT_S = 1, 16, 10
DATABASES = {"default": {**database.dsn("app").django(), "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}}
if not _flag("GEARPARK_NO_POOL"):
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"],
        "pool": {"min_size": POOL_MIN, "max_size": POOL_MAX, "timeout": POOL_WAIT_S},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# --- who asks ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "registry.Person"
AUTHENTICATION_BACKENDS = ["gearpark.contexts.registry.public.PersonBackend"]
GEARPARK_GUEST = os.environ.get("GEARPARK_GUEST", "")  # sign-in name whose viewer role visitors are lent
GEARPARK_SCOPE_RESOLVER = "gearpark.contexts.registry.public.scope_of_request"
GEARPARK_OPEN_PATHS = ("/i18n/", "/theme/", "/static/", "/healthz")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_MIN_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("sign_in", "display_name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "/sign-in/"
SESSION_IDLE_S = int(os.environ.get("GEARPARK_SESSION_IDLE_S", "1800"))
SESSION_MAX_S = int(os.environ.get("GEARPARK_SESSION_MAX_S", str(12 * 3600)))
SESSION_COOKIE_AGE = SESSION_MAX_S
SESSION_COOKIE_NAME = "gearpark_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "gearpark.kit.http.csrf_failed"

# --- headers ----------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = int(os.environ.get("GEARPARK_HSTS_S", "31536000")) if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # chart tooltips carry style attributes; attributes cannot load or run anything
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- languages and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LANGUAGE_COOKIE_NAME = "gearpark_language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [str(path) for path in sorted(PACKAGE.glob("k*/locale"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("GEARPARK_TIME_ZONE", "Asia/Shanghai")  # of display; stored times are UTC

# --- files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step: files are served from the package
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- jobs -------------------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "gearpark.config.wiring.bind_all"

NINJA_PAGINATION_PER_PAGE = 100

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("GEARPARK_LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "procrastinate": {"level": "WARNING"}},
}
