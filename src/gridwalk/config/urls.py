"""Every URL: the console, sign-in, health. tests/permissions goes through all of them."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("gridwalk.console.signin_urls")),
    path("", include("gridwalk.console.urls")),
]

handler400 = "gridwalk.console.errors.malformed"
handler403 = "gridwalk.console.errors.not_permitted"
handler404 = "gridwalk.console.errors.not_here"
handler500 = "gridwalk.console.errors.broken"
