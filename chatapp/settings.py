"""Every setting, read from the environment once. Closed by default."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chatapp.environment import Environment
from chatapp.logs import Options

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.required("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")

# Where people reach this installation. Cookies, HSTS, mail links and the socket's Origin check
# all derive from it, so that they cannot disagree.
PUBLIC_URL = env.required("PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
IS_SECURE = _public.scheme == "https"
SOCKET_URL = f"{'wss' if IS_SECURE else 'ws'}://{_public.netloc}"
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS") or [_public.hostname or ""]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

PLATFORM_NAME = env.text("PLATFORM_NAME", default="chatapp")
COOKIE_NAMESPACE = env.text("COOKIE_NAMESPACE", default="ssupp.")
# How many proxies of ours stand in front: that many entries at the end of X-Forwarded-For are
# believed. 0: the header is ignored.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "chatapp",
    "widget",
    "chat",
    "privacy",
    "accounts",
    "daphne",
    "channels",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "anymail",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "chatapp.middleware.request_id",
    "chatapp.middleware.told",
    "chatapp.encryption.refuse_plain",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "chatapp.middleware.permissions_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.ratelimits.answer_too_many",
]

ROOT_URLCONF = "chatapp.urls"
ASGI_APPLICATION = "chatapp.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "accounts.context.member",
                "privacy.notes.member_notes",
                "chatapp.context.platform",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------------

DB_POOL = env.integer("DB_POOL", default=12)
DATABASES = {"default": env.database("DATABASE_URL", pool_max=DB_POOL)}
SOCKET_THREADS = max(2, DB_POOL // 2)

REDIS_URL = env.required("REDIS_URL")
# Database numbers do not separate pub/sub: several installations on one server need prefixes.
REDIS_PREFIX = env.text("REDIS_PREFIX", default="chatapp")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}:cache",
    }
}
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": f"{REDIS_PREFIX}:bus",
            "hosts": [
                {
                    "address": REDIS_URL,
                    # With retries, open sockets outlive a restart of Redis; without, they go deaf.
                    "retry": Retry(ExponentialBackoff(cap=1, base=0.05), 5),
                    "retry_on_error": [RedisConnectionError, RedisTimeoutError],
                    "health_check_interval": 15,
                    "socket_keepalive": True,
                }
            ],
        },
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:celery:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    # What expires cannot pile up while no worker runs: the next round does the same.
    "send-due-mail": {
        "task": "chat.tasks.send_due_mail",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep-unsent-files": {
        "task": "chat.tasks.sweep_unsent_files",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "look-for-restore": {
        "task": "privacy.tasks.look_for_restore",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purge-history": {
        "task": "privacy.tasks.purge_history",
        "schedule": crontab(hour=2, minute=40),
        "options": {"expires": 20 * 3600},
    },
    "finish-erasures": {
        "task": "privacy.tasks.tidy_up",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "send-platform-letters": {
        "task": "privacy.tasks.send_platform_letters",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "send-due-request-letters": {
        "task": "privacy.tasks.send_due_request_letters",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "remind-of-requests": {
        "task": "privacy.tasks.remind_of_requests",
        "schedule": crontab(hour=6, minute=10),
        "options": {"expires": 20 * 3600},
    },
    "apply-defaults": {
        "task": "privacy.tasks.apply_defaults",
        "schedule": crontab(minute=50),
        "options": {"expires": 3600},
    },
    "end-accounts": {
        "task": "privacy.tasks.end_accounts",
        "schedule": crontab(minute=25),
        "options": {"expires": 3600},
    },
    "publish-documents": {
        "task": "privacy.tasks.publish_documents",
        "schedule": crontab(hour=0, minute=5),
        "options": {"expires": 20 * 3600},
    },
    "keep-records": {
        "task": "privacy.tasks.keep_records",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 20 * 3600},
    },
    "seal-chains": {
        "task": "accounts.tasks.seal_chains",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "heartbeat": {"task": "chatapp.health.beat", "schedule": 10.0, "options": {"expires": 10}},
}

# --- Privacy -------------------------------------------------------------------------------------

# Tables whose rows hang together by digests (`accounts.chains`).
CHAINS = [
    "accounts.AuditEntry",
    "privacy.PurgeReceipt",
    "privacy.Acceptance",
    "privacy.ErasureReceipt",
    "privacy.ConsentRecord",
    "privacy.RequestReceipt",
]
# Chains of the installation itself: what finds their faults.
PLATFORM_CHAINS = {"staff": "privacy.trail.verify", "breaches": "privacy.breaches.verify"}
# What accounts from before a default existed get, once (`privacy.defaults`).
DEFAULTS = ["chat.defaults.store_no_addresses", "widget.defaults.show_the_notice"]
# What each app keeps of an account outside its tables (`privacy.closing.Leaver`).
LEAVERS = ["chat.closing.CHAT"]
# Where each app says what it keeps of people (`accounts.declarations`).
PERSONAL_DATA = [
    "accounts.personal_data",
    "privacy.history_data",
    "privacy.rights_data",
    "privacy.consent_data",
    "privacy.personal_data",
    "privacy.platform_data",
    "chat.personal_data",
    "widget.personal_data",
]
# Which of it an account's settings let in, what its forms ask, what it mails (`privacy.uses.Uses`).
USES = ["privacy.consent_uses", "chat.uses"]
# What an account's settings mean for its duties, asked of each app (`privacy.compliance.Checks`).
COMPLIANCE = ["privacy.checks.checks", "chat.checks.checks", "widget.checks.checks"]
# Whom an account could write to (`privacy.breaches.Contacts`).
CONTACTS = "chat.contacts.CONTACTS"
# Within how many hours accounts are told of a breach, and an account tells its authority (Art. 33).
BREACH_NOTICE_HOURS = env.integer("BREACH_NOTICE_HOURS", default=24)
BREACH_AUTHORITY_HOURS = env.integer("BREACH_AUTHORITY_HOURS", default=72)
# What each app keeps of people outside the database (`privacy.subjects.Eraser`).
ERASERS = [
    "chat.erasures.VISITOR",
    "privacy.exports.FILES",
    "privacy.request_letters.ERASER",
    "privacy.restores.ERASED_PEOPLE",
]
# How the chat stops using the data of a visitor (`privacy.restrictions.Restrict`).
RESTRICT = "chat.restricting.restrict"
# How the chat writes what a member puts right (`privacy.corrections.Correct`).
CORRECT = "chat.correcting.correct"
# Whose conversation it is, and what the purge finds in each app, in the order in which it goes.
VISITOR_OF = "chat.purges.visitor_of"
PURGES = [
    "chat.purges.CONVERSATIONS",
    "chat.purges.IDLE_VISITORS",
    "privacy.proofs.CONSENTS",
]

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
# An unknown mailbox gets a mail too: the answer would otherwise come sooner than for a known one.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
# These four are counted by our own buckets, which also answer while Redis is away.
ACCOUNT_RATE_LIMITS = dict.fromkeys(("login", "login_failed", "signup", "reset_password"), False)
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True

SESSION_ENGINE = "chatapp.sessions"
SESSION_COOKIE_NAME = "chatapp_session"
SESSION_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "chatapp_csrf"
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "chatapp_language"
LANGUAGE_COOKIE_SECURE = IS_SECURE
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Words and times ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("cs", _("Czech"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Whom a restore must not bring back: one folder for all workers, in no backup (`privacy.restores`).
ERASURES_DIR = Path(env.text("ERASURES_DIR", default=str(VAR_DIR / "erasures")))
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_UPLOAD_BYTES = env.integer("MAX_UPLOAD_BYTES", default=10 * 1024 * 1024)

# --- Mail ---------------------------------------------------------------------------------------

MAIL_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", default=f"{PLATFORM_NAME} <no-reply@{_public.hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.text("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL", default=""))
else:
    EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"

# How addresses that customers type in are reached: not set from outside, so that no installation
# opens its inner network by mistake.
OUTBOUND_ROUTE = "accounts.outbound.PUBLIC"

# --- Security -----------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF, SOCKET_URL],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")

# Decided by whoever runs the site: a name that is on the browsers' list cannot be taken back soon.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

LOGGING_CONFIG = "chatapp.logs.configure"
LOGGING: Options = {
    "format": env.text("LOG_FORMAT", default="console" if DEBUG else "json"),
    "level": env.text("LOG_LEVEL", default="INFO").upper(),
}
