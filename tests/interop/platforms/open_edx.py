"""Open edX's own LTI platform (lti-consumer-xblock), outside Open edX, on loopback."""

from __future__ import annotations

from importlib import import_module

import django
from django.conf import settings
from school_server import serve


def main() -> None:
    """Set Django up, and only then load what is made of it."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "config_models", "lti_consumer"],
        MIDDLEWARE=["edx_django_utils.cache.middleware.RequestCacheMiddleware", "open_edx_site.with_person_of_session"],
        OPENEDX_TELEMETRY=[],
        PLATFORM_NAME="Open edX",
        ROOT_URLCONF="open_edx_site",
        SECRET_KEY="only-for-this-run",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        USAGE_ID_PATTERN=r"(?P<usage_id>[^/]+)",
        USE_TZ=True,
    )
    django.setup()
    serve(import_module("open_edx_platform").OpenEdx)


if __name__ == "__main__":
    main()
