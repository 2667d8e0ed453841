"""Django settings. Everything that differs between installations comes from the environment or the data directory.

GRIDWALK_HOME   data directory (keys, files, embedded database); default ./.gridwalk
DATABASE_URL    a PostgreSQL server of the unit's own; without it the embedded server is used
GRIDWALK_HOSTS  host names the pages are served under, separated by commas
GRIDWALK_HTTPS  1 when a proxy or --cert serves the pages over HTTPS: cookies are then marked secure
GRIDWALK_TRUSTED_PROXIES  how many proxies stand before the server; default 0
GRIDWALK_ENVELOPE_ALG  A256GCM (default) or SM4GCM
GRIDWALK_AUDIT_HASH  SHA256 (default) or SM3
GRIDWALK_SEALS  folder the audit is sealed to every hour; default seals in the data directory
GRIDWALK_AUDIT_COPIES  folder on another machine the audit's lines are copied to every hour; without it none are
GRIDWALK_PASSWORDS  ASVS (default: long, unusual, no expiry) or MLPS3 (等保三级: three kinds of characters, 90 days)
GRIDWALK_LEAKED_PASSWORDS  file of leaked passwords (SHA-1:count, sorted) that nobody may choose; default none
GRIDWALK_BACKUPS  folder (another disk or machine) for nightly backups; without it none are made
GRIDWALK_RETENTION  kinds of data erased every night when over their time, separated by commas, or all; default none
GRIDWALK_CONNECTIONS  how many connections to the database one web process opens at most; default 20
GRIDWALK_METRICS_TOKEN  what a monitoring system shows to read /metrics; without it there is no such page
GRIDWALK_TIMING  1: every page tells what it cost (checks and benchmarks)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from csp.constants import NONE, SELF

from gridwalk.config import databases, keys

DATA_DIR = Path(os.environ.get("GRIDWALK_HOME", ".gridwalk")).absolute()
_keys = keys.load(DATA_DIR)

SECRET_KEY = _keys.django_secret
ENVELOPE_KEYS = keys.Ring(DATA_DIR)
ENVELOPE_ACTIVE = ""
"""Empty: the key file's, which may change while this program runs."""
ENVELOPE_ALG = os.environ.get("GRIDWALK_ENVELOPE_ALG", "A256GCM")
AUDIT_HASH = os.environ.get("GRIDWALK_AUDIT_HASH", "SHA256")
SEALS_DIR = Path(os.environ.get("GRIDWALK_SEALS") or DATA_DIR / "seals")
BLIND_INDEX_KEY = _keys.blind_index

DEBUG = False
HTTPS = os.environ.get("GRIDWALK_HTTPS") == "1"
TRUSTED_PROXIES = int(os.environ.get("GRIDWALK_TRUSTED_PROXIES") or 0)
"""How many proxies stand before the server: so many addresses of X-Forwarded-For are theirs, and X-Forwarded-Proto."""
_hosts = os.environ.get("GRIDWALK_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "gridwalk.accounts.sessions.apps.SessionsConfig",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "gridwalk.core",
    "gridwalk.accounts",
    "gridwalk.notices",
    "gridwalk.lists",
    "gridwalk.territory",
    "gridwalk.operations",
    "gridwalk.registry",
    "gridwalk.campaigns",
    "gridwalk.differences",
    "gridwalk.visits",
    "gridwalk.followup",
    "gridwalk.inspection",
    "gridwalk.bench",
    "gridwalk.indicators",
    "gridwalk.reconcile",
    "gridwalk.events",
    "gridwalk.reports",
    "gridwalk.sync",
    "gridwalk.upkeep",
    "gridwalk.retention",
    "gridwalk.timeline",
    "gridwalk.simulate",
    "gridwalk.phone",
    "gridwalk.console",
]

MIDDLEWARE = [
    "gridwalk.config.logs.AccessMiddleware",
    "gridwalk.config.proxies.ForwardedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gridwalk.console.parameters.ParametersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gridwalk.signin.sessions.SessionLimitsMiddleware",
    "gridwalk.console.middleware.ViewerMiddleware",
    "gridwalk.console.limits.RateMiddleware",
    "axes.middleware.AxesMiddleware",
]

if os.environ.get("GRIDWALK_TIMING") == "1":
    MIDDLEWARE.insert(0, "gridwalk.config.timing.TimingMiddleware")

ROOT_URLCONF = "gridwalk.config.urls"
WSGI_APPLICATION = "gridwalk.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "console" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["gridwalk.console.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gridwalk.console.context.page",
            ],
        },
    }
]

DATABASES = {"default": databases.from_environment(DATA_DIR)}
CONNECTIONS = int(os.environ.get("GRIDWALK_CONNECTIONS") or 20)
POSTGRES_PROGRAMS = databases.programs()
"""Folders with pg_dump and pg_restore, the first that fits the server is used."""
METRICS_TOKEN = os.environ.get("GRIDWALK_METRICS_TOKEN", "")
BACKUP_DIR = os.environ.get("GRIDWALK_BACKUPS", "")
RETENTION = os.environ.get("GRIDWALK_RETENTION", "")
AUDIT_COPIES = os.environ.get("GRIDWALK_AUDIT_COPIES", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "gridwalk.accounts.passwords.OwnWordsValidator"},
    {"NAME": "gridwalk.accounts.passwords.LongestValidator"},
    {"NAME": "gridwalk.accounts.passwords.LeakedValidator"},
]
LEAKED_PASSWORDS = os.environ.get("GRIDWALK_LEAKED_PASSWORDS", "")
PASSWORD_DAYS = 0
"""After how many days a password has to be changed; 0: never (ASVS 5.0, 6.2.10)."""
if os.environ.get("GRIDWALK_PASSWORDS") == "MLPS3":
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "gridwalk.accounts.passwords.KindsValidator"})
    PASSWORD_DAYS = 90
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console:home"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "login_failed": "",
    "code_here": "8/300s/key",
    "code_everywhere": "100/h/key",
    "code_crowded": "1/300s/key",
}
"""Wrong codes of one account, which need its password first. Passwords are axes' matter, and nothing is counted by the
address alone: an office behind one proxy would be shut out from one desk.
"""
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "gridwalk.signin.adapters.Adapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {"change_password": "gridwalk.signin.forms.OwnPasswordForm"}
MFA_FORMS = {
    "activate_totp": "gridwalk.signin.forms.SetUpCodesForm",
    "authenticate": "gridwalk.signin.guessing.CodeForm",
    "reauthenticate": "gridwalk.signin.guessing.CodeAgainForm",
}
MFA_ADAPTER = "gridwalk.signin.adapters.CodesAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "网格走访"

AXES_HANDLER = "gridwalk.accounts.locking.Handler"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_USERNAME_CALLABLE = "gridwalk.signin.guessing.counted_name"
AXES_CLIENT_IP_CALLABLE = "gridwalk.accounts.sessions.addresses.address_of"
AXES_WHITELIST_CALLABLE = "gridwalk.signin.guessing.brings_code"
AXES_LOCKOUT_CALLABLE = "gridwalk.signin.guessing.locked"
AXES_RESET_ON_SUCCESS = False
"""It would forgive what was tried at every address; ``accounts.actions.note_sign_in`` forgives one."""
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # never locked by the address alone: a whole office shares one
    "security.W008",  # with a certificate no other protocol is spoken; without, the proxy redirects
    "security.W021",  # the lists of browsers' makers are no place for the name of an office
]

SESSION_ENGINE = "gridwalk.accounts.sessions.store"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # __Host-: the browser refuses such a cookie from another host of the domain
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "gridwalk.console.messages.Storage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "gridwalk.console.errors.forged"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CACHES = {"default": {"BACKEND": "gridwalk.config.cache.PlainCache"}}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
"""Uploads stay in memory until they are encrypted: no plaintext touches a temporary file."""
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful", "listen_notify": True}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "gridwalk.config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("GRIDWALK_LOG_LEVEL", "WARNING")},
}
