"""Routes of logistics."""

from __future__ import annotations

from django.urls import path

from ..views.moves import fleet, shipping, shop, tasks, things

urlpatterns = [
    path("logistics/", shop.shop, name="logistics"),
    path("logistics/live/", shop.shop_live, name="logistics-live"),
    path("logistics/set-up/", shop.set_up, name="logistics-set-up"),
    path("logistics/site/", shop.site, name="logistics-site"),
    path("logistics/wip/", shop.wip, name="wip"),
    path("logistics/floor/", tasks.floor, name="floor"),
    path("logistics/floor/<slug:number>/", tasks.floor_step, name="floor-step"),
    path("logistics/tasks/", tasks.task_list, name="tasks"),
    path("logistics/tasks/new/", tasks.task_new, name="task-new"),
    path("logistics/tasks/<slug:number>/", tasks.task_page, name="task"),
    path("logistics/tasks/<slug:number>/<slug:what>/", tasks.task_act, name="task-act"),
    path("logistics/vehicles/", fleet.vehicle_list, name="vehicles"),
    path("logistics/vehicles/look/", fleet.look, name="vehicles-look"),
    path("logistics/vehicles/take/", fleet.take, name="vehicle-take"),
    path("logistics/vehicles/<int:key>/", fleet.vehicle_page, name="vehicle"),
    path("logistics/carriers/", things.carrier_list, name="carriers"),
    path("logistics/carriers/new/", things.carriers_new, name="carriers-new"),
    path("logistics/carriers/<int:key>/", things.carrier_page, name="carrier"),
    path("logistics/carriers/<int:key>/<slug:what>/", things.carrier_act, name="carrier-act"),
    path("logistics/places/", things.place_list, name="places"),
    path("logistics/places/new/", things.place_edit, name="place-new"),
    path("logistics/places/<int:key>/", things.place_page, name="place"),
    path("logistics/places/<int:key>/edit/", things.place_edit, name="place-edit"),
    path("logistics/rules/", things.rule_list, name="move-rules"),
    path("logistics/rules/new/", things.rule_edit, name="move-rule-new"),
    path("logistics/rules/propose/", things.rules_propose, name="move-rules-propose"),
    path("logistics/rules/<int:key>/", things.rule_edit, name="move-rule"),
    path("logistics/rules/<int:key>/<slug:what>/", things.rule_act, name="move-rule-act"),
    path("logistics/units/", shipping.unit_list, name="units"),
    path("logistics/units/new/", shipping.unit_new, name="unit-new"),
    path("logistics/units/<slug:sscc>/", shipping.unit_page, name="unit-page"),
    path("logistics/units/<slug:sscc>/label/", shipping.unit_label, name="unit-label"),
    path("logistics/units/<slug:sscc>/<slug:what>/", shipping.unit_act, name="unit-act"),
    path("logistics/packing/", shipping.packing, name="packing"),
    path("logistics/shipments/", shipping.shipment_list, name="shipments"),
    path("logistics/shipments/new/", shipping.shipment_new, name="shipment-new"),
    path("logistics/shipments/<slug:number>/", shipping.shipment_page, name="shipment"),
    path("logistics/shipments/<slug:number>/advice.<slug:form>", shipping.advice, name="advice"),
    path("logistics/shipments/<slug:number>/<slug:what>/", shipping.shipment_act, name="shipment-act"),
]
