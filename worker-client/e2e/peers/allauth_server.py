"""django-allauth's OpenID provider. The browser that comes is signed in as `demo`; its own form asks for consent."""

import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.wsgi import get_wsgi_application

KEY = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
DATABASE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": "file:allauth?mode=memory&cache=shared",
    "OPTIONS": {"uri": True},
}
APPS = ["django.contrib." + name for name in ("auth", "contenttypes", "sessions", "messages")]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "peer.signed_in",
]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
}
RATE_LIMITS = {} if "RATE_LIMIT" in os.environ else {"client_registration": "100000/m/ip"}

sys.modules["peer"] = sys.modules[__name__]
settings.configure(
    SECRET_KEY="test-only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="peer",
    USE_TZ=True,
    DATABASES={"default": DATABASE},
    INSTALLED_APPS=[*APPS, "allauth", "allauth.account", "allauth.idp.oidc"],
    MIDDLEWARE=MIDDLEWARE,
    TEMPLATES=[TEMPLATES],
    AUTHENTICATION_BACKENDS=[BACKEND],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    USE_X_FORWARDED_HOST=True,
    IDP_OIDC_ADAPTER="peer.Adapter",
    IDP_OIDC_PRIVATE_KEY=KEY.decode(),
    IDP_OIDC_DCR_ENABLED=True,
    IDP_OIDC_DCR_REQUIRES_INITIAL_ACCESS_TOKEN=False,
    IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN=int(os.environ["ACCESS_TOKEN_SECONDS"]),
    **({"IDP_OIDC_RATE_LIMITS": RATE_LIMITS} if RATE_LIMITS else {}),
)
django.setup()

from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: E402
from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402


class Adapter(DefaultOIDCAdapter):
    def validate_client_registration(self, *, client, **_):
        client.skip_consent = os.environ["CONSENT"] == "auto"


def signed_in(get_response):
    """Signs the browser in before it is asked for consent."""

    def middleware(request):
        if request.path == "/identity/o/authorize" and not request.user.is_authenticated:
            login(request, get_user_model().objects.get(username="demo"), backend=BACKEND)
        return get_response(request)

    return middleware


def root(_):
    return HttpResponse("<!doctype html><title>allauth Peer</title>")


urlpatterns = [
    path("", root),
    path("accounts/", include("allauth.urls")),
    path("", include("allauth.idp.urls")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


connection.ensure_connection()
call_command("migrate", verbosity=0)
get_user_model().objects.create_user("demo", "demo@demo.example", "demo")
server = make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application(), handler_class=Quiet)
server.serve_forever()
