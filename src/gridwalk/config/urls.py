"""Every URL: the console, the phone, sign-in, health. tests/permissions goes through all of them."""

from __future__ import annotations

from django.urls import include, path

from gridwalk.console.views import health
from gridwalk.phone.api import api

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("gridwalk.signin.urls")),
    path("phone/api/", api.urls),
    path("phone/", include("gridwalk.phone.urls")),
    path("", include("gridwalk.console.urls")),
]

handler400 = "gridwalk.console.errors.malformed"
handler403 = "gridwalk.console.errors.not_permitted"
handler404 = "gridwalk.console.errors.not_here"
handler500 = "gridwalk.console.errors.broken"
handler429 = "gridwalk.console.errors.too_fast"
