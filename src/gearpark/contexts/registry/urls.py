"""Routes of the registry."""

from django.urls import path

from .views import assets, audit, firms, imports, land, people
from .views import sign_in as door

urlpatterns = [
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("act-for/", door.act_for, name="act-for"),
    path("welcome/<str:token>/", people.welcome, name="welcome"),
    path("firms/", firms.firm_list, name="firms"),
    path("firms/add/", firms.firm_edit, name="firm-add"),
    path("firms/<slug:slug>/", firms.firm_page, name="firm"),
    path("firms/<slug:slug>/edit/", firms.firm_edit, name="firm-edit"),
    path("firms/<slug:slug>/state/", firms.firm_state, name="firm-state"),
    path("people/", people.people_list, name="people"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/tokens/", people.token_page, name="tokens"),
    path("people/<int:person_id>/", people.person_page, name="person"),
    path("people/<int:person_id>/change/", people.person_change, name="person-change"),
    path("zone/", land.zone_page, name="zone"),
    path("plots/", land.plot_list, name="plots"),
    path("clusters/", land.cluster_page, name="clusters"),
    path("assets/", assets.asset_list, name="assets"),
    path("assets/tree/", assets.asset_tree, name="asset-tree"),
    path("assets/<slug:asset_id>/", assets.asset_page, name="asset"),
    path("assets/<slug:asset_id>/move/", assets.asset_move, name="asset-move"),
    path("assets/<slug:asset_id>/retire/", assets.asset_retire, name="asset-retire"),
    path("import/", imports.upload, name="import"),
    path("import/<slug:ticket>/", imports.dry_run, name="import-dry-run"),
    path("import/<slug:ticket>/apply/", imports.apply, name="import-apply"),
    path("audit/", audit.audit_list, name="audit"),
]
