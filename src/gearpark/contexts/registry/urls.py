"""Routes of the registry."""

from django.urls import path

from .views import sign_in as door

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("act-for/", door.act_for, name="act-for"),
]
