"""Routes of the twin."""

from __future__ import annotations

from django.urls import path

from .views import edit, forecast, models, runs

app_name = "twin"
urlpatterns = [
    path("twin/", models.model_list, name="models"),
    path("twin/new/", models.model_new, name="new"),
    path("twin/runs/", runs.run_list, name="runs"),
    path("twin/runs/<int:key>/", runs.run, name="run"),
    path("twin/runs/<int:key>/spells.json", runs.run_spells, name="spells"),
    path("twin/runs/<int:key>/result.json", runs.run_result, name="result"),
    path("twin/runs/<int:key>/cancel/", runs.run_cancel, name="cancel"),
    path("twin/runs/<int:key>/keep/", runs.run_keep, name="keep"),
    path("twin/lines/<str:asset>/", forecast.line_forecast, name="line"),
    path("twin/lines/<str:asset>/tile/", forecast.tile, name="tile"),
    path("twin/<int:key>/", models.model, name="model"),
    path("twin/<int:key>/file/", models.model_file, name="file"),
    path("twin/<int:key>/model.yaml", models.model_download, name="download"),
    path("twin/<int:key>/change/", models.model_change, name="change"),
    path("twin/<int:key>/ask/", runs.run_ask, name="ask"),
    path("twin/<int:key>/edit/", edit.edit, name="edit"),
    path("twin/<int:key>/part/", edit.part, name="part"),
    path("twin/<int:key>/section/", edit.section, name="section"),
    path("twin/<int:key>/add/", edit.add, name="add"),
    path("twin/<int:key>/remove/", edit.remove, name="remove"),
    path("twin/<int:key>/undo/", edit.undo, name="undo"),
    path("twin/<int:key>/places/", edit.places, name="places"),
]
