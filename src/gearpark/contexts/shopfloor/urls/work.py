"""Routes of orders, products, instructions, programs, operators, held parts and the terminal."""

from __future__ import annotations

from django.urls import path

from ..views.work import (
    actions,
    held,
    instructions,
    operators,
    orders,
    orders_import,
    products,
    programs,
    terminal,
)

urlpatterns = [
    path("orders/", orders.order_list, name="orders"),
    path("orders/new/", orders.order_new, name="order-new"),
    path("orders/queue/", actions.queue, name="queue"),
    path("orders/queue/move/", actions.queue_move, name="queue-move"),
    path("orders/products/", products.product_list, name="products"),
    path("orders/products/new/", products.product_form, name="product-new"),
    path("orders/products/<int:product_id>/", products.product_page, name="product"),
    path("orders/products/<int:product_id>/edit/", products.product_form, name="product-edit"),
    path("orders/products/<int:product_id>/routing/", products.routing_new, name="routing-new"),
    path("orders/routings/<int:routing_id>/", products.routing_page, name="routing"),
    path("orders/routings/<int:routing_id>/edit/", products.routing_edit, name="routing-edit"),
    path(
        "orders/routings/<int:routing_id>/compare/<int:other_id>/",
        products.routing_compare,
        name="routing-compare",
    ),
    path("orders/routings/<int:routing_id>/<slug:action>/", products.routing_action, name="routing-action"),
    path(
        "orders/products/<int:product_id>/instructions/<int:op>/",
        instructions.instructions,
        name="instructions",
    ),
    path("orders/instructions/<int:instruction_id>/", instructions.instruction_page, name="instruction"),
    path(
        "orders/instructions/<int:instruction_id>/edit/",
        instructions.instruction_edit,
        name="instruction-edit",
    ),
    path(
        "orders/instructions/<int:instruction_id>/<slug:action>/",
        instructions.instruction_action,
        name="instruction-action",
    ),
    path("orders/pictures/<slug:sha>/", instructions.picture, name="picture"),
    path("orders/operators/", operators.operators, name="operators"),
    path("orders/operators/skills/", operators.skill_list, name="skills"),
    path("orders/operators/<int:person_id>/", operators.operator, name="operator"),
    path("orders/held/", held.held, name="held"),
    path("orders/held/find/", held.find, name="held-find"),
    path("orders/held/station/", held.station_hold, name="station-hold"),
    path("orders/held/<int:serial_id>/", held.decide, name="decide"),
    path("orders/programs/", programs.program_list, name="programs"),
    path("orders/programs/new/", programs.program_new, name="program-new"),
    path("orders/programs/<int:program_id>/", programs.program_page, name="program"),
    path("orders/programs/<int:program_id>/<slug:action>/", programs.program_action, name="program-action"),
    path("orders/import/", orders_import.order_import, name="order-import"),
    path("orders/<int:order_id>/", orders.order_page, name="order"),
    path("orders/<int:order_id>/edit/", orders.order_edit, name="order-edit"),
    path("orders/<int:order_id>/<slug:action>/", actions.order_action, name="order-action"),
    path("terminal/", terminal.terminals, name="terminal"),
    path("terminal/sw.js", terminal.worker, name="terminal-worker"),
    path("terminal/reports/", terminal.reports, name="terminal-reports"),
    path("terminal/<slug:asset>/<slug:station>/", terminal.station, name="terminal-station"),
    path("terminal/<slug:asset>/<slug:station>/state/", terminal.state, name="terminal-state"),
    path("terminal/<slug:asset>/<slug:station>/call/", terminal.call, name="terminal-call"),
    path("terminal/<slug:asset>/<slug:station>/sign-on/", terminal.sign_on, name="terminal-sign-on"),
]
