"""Routes of the market."""

from __future__ import annotations

from django.urls import path

from .views import searches, sell, store

app_name = "market"
urlpatterns = [
    path("market/", store.malls, name="malls"),
    path("market/m/<str:code>/", store.store, name="store"),
    path("market/offers/<int:key>/", store.offer, name="offer"),
    path("market/offers/<int:key>/files/<int:file>/", store.offer_file, name="file"),
    path("market/compare/", store.compare, name="compare"),
    path("market/searches/", searches.kept, name="searches"),
    path("market/searches/keep/", searches.keep, name="search-keep"),
    path("market/searches/<int:key>/", searches.change, name="search-change"),
    path("market/sell/", sell.own, name="own"),
    path("market/sell/new/", sell.new, name="new"),
    path("market/sell/import/", sell.sheet, name="sheet"),
    path("market/sell/check/<str:code>/", sell.checked, name="check"),
    path("market/sell/<int:key>/", sell.edit, name="edit"),
    path("market/sell/<int:key>/do/", sell.change, name="change"),
    path("market/sell/<int:key>/files/", sell.files, name="files"),
]
