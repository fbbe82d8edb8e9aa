"""Routes of the overview and the wall screen."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("overview/live/", views.overview_live, name="overview-live"),
    path("wall/", views.wall, name="wall"),
    path("wall/live/", views.wall_live, name="wall-live"),
]
