"""Settings, from the environment. A value that can't be read stops the start, by its name.

`DEBUG=1` is development: loopback hosts, a secret key kept in .cache/, static files from the
sources. Anything else is production, which is refused without SECRET_KEY and ALLOWED_HOSTS, and
assumes https in front. Neither answers for `*`; DEBUG doesn't go together with a public host.
README.md lists the variables.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env
from marshmallow.validate import OneOf, Range

from loops_project import environment
from loops_project.channel_layers import channel_layers
from loops_project.limits import read_limits

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.bool("DEBUG", False)
PRODUCTION = not DEBUG

# Who may ask

SECRET_KEY = environment.require_secret_key(
    env.str("SECRET_KEY", "")
    or (environment.development_secret_key(BASE_DIR / ".cache" / "secret-key") if DEBUG else "")
)
# Former keys, until what they signed has expired.
SECRET_KEY_FALLBACKS = environment.stripped(env.list("SECRET_KEY_FALLBACKS", []))
ALLOWED_HOSTS = environment.require_hosts(env.list("ALLOWED_HOSTS", []), debug=DEBUG)
ALLOWED_ORIGINS = environment.require_origins(
    env.list("ALLOWED_ORIGINS", []), ALLOWED_HOSTS, debug=DEBUG
)
CSRF_TRUSTED_ORIGINS = environment.require_trusted_origins(env.list("CSRF_TRUSTED_ORIGINS", []))
TRUSTED_PROXIES = environment.require_networks(env.list("TRUSTED_PROXIES", ["127.0.0.1", "::1"]))
JAM_LIMITS = read_limits(env, debug=DEBUG)

# State

REDIS_CLUSTER = env.bool("REDIS_CLUSTER", False)
REDIS_URL = environment.require_redis_url(env.str("REDIS_URL", ""), cluster=REDIS_CLUSTER)
# Where the worker processes tell each other what happens; nothing is kept there.
RELAY_REDIS_URLS = [
    environment.require_redis_url(url, name="RELAY_REDIS_URLS")
    for url in environment.stripped(env.list("RELAY_REDIS_URLS", []))
] or [REDIS_URL] * bool(REDIS_URL)
CHANNEL_LAYERS = channel_layers(RELAY_REDIS_URLS)
DATABASES = {
    "default": environment.require_database(
        env.str("DATABASE_URL", "") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The application

INSTALLED_APPS = [
    "daphne",  # first: its runserver replaces Django's
    "loops_project.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "jams",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "loops_project.headers.permissions_policy",
    # Inside the header middleware, so that static files carry them too. Development serves from the
    # sources.
    *(["loops_project.static_files.StaticFilesOfAllBuilds"] if PRODUCTION else []),
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The visitors' pages come by a way of their own, without sessions: see loops_project/pages.py.
PAGE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "loops_project.pages.ConstantPolicy",
    "loops_project.headers.permissions_policy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "loops_project.urls"
ASGI_APPLICATION = "loops_project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "loops_project.storage.HashedModulesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        ),
    },
}
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_MINIFY = True  # in what is sent compressed; the sources stay readable as they are

# Headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [
            SELF
        ],  # the page's own host by ws and wss too (CSP 3: Chromium, Firefox, Safari 15.4)
        "media-src": [SELF],
        "font-src": [NONE],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = (
    env.int("HSTS_SECONDS", 365 * 24 * 3600, validate=Range(min=0)) if PRODUCTION else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION and env.bool("HSTS_INCLUDE_SUBDOMAINS", True)
# Being put on the browsers' preload list can hardly be undone: for the owner of the domain to
# decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Logging

LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "jams": {"level": LOG_LEVEL},
        "loops_project": {"level": LOG_LEVEL},
        # Django's own handlers would print twice, or only in DEBUG, or send mail.
        "django": {
            "handlers": [],
            "level": LOG_LEVEL if LOG_LEVEL != "DEBUG" else "INFO",
            "propagate": True,
        },
        # Not a line for each address that leads nowhere, or each host that isn't ours: anybody can
        # make thousands of them.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
