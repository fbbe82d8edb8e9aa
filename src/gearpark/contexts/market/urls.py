"""Routes of the market."""

from __future__ import annotations

from django.urls import path

from .views import auctions, deals, documents, indices, money, orders, searches, sell, store, trust

app_name = "market"
urlpatterns = [
    path("market/", store.malls, name="malls"),
    path("market/m/<str:code>/", store.store, name="store"),
    path("market/offers/<int:offer_id>/", store.offer, name="offer"),
    path("market/offers/<int:offer_id>/files/<int:file_id>/", store.offer_file, name="file"),
    path("market/offers/<int:offer_id>/proof/", store.offer_proof, name="proof"),
    path("market/offers/<int:offer_id>/order/", orders.place, name="place"),
    path("market/ask/", deals.ask, name="ask"),
    path("market/rfqs/", deals.rfqs, name="rfqs"),
    path("market/rfqs/<int:rfq_id>/", deals.rfq, name="rfq"),
    path("market/rfqs/<int:rfq_id>/do/", deals.rfq_do, name="rfq-do"),
    path("market/orders/", orders.order_list, name="orders"),
    path("market/orders/<int:order_id>/", orders.order, name="order"),
    path("market/orders/<int:order_id>/contract.pdf", documents.contract, name="contract"),
    path("market/orders/<int:order_id>/order.xml", documents.order_ubl, name="order-ubl"),
    path("market/orders/<int:order_id>/invoice.xml", documents.invoice_ubl, name="invoice-ubl"),
    path("market/orders/<int:order_id>/do/", orders.order_do, name="order-do"),
    path("market/auctions/", auctions.auction_list, name="auctions"),
    path("market/auctions/new/", auctions.announce, name="announce"),
    path("market/auctions/<int:auction_id>/", auctions.auction, name="auction"),
    path("market/auctions/<int:auction_id>/live/", auctions.auction_live, name="auction-live"),
    path("market/auctions/<int:auction_id>/do/", auctions.auction_do, name="auction-do"),
    path("market/money/", money.money, name="money"),
    path("market/money/statement/", money.statement, name="statement"),
    path("market/indices/", indices.indices, name="indices"),
    path("market/firms/<str:slug>/", trust.firm, name="firm"),
    path("market/firms/<str:slug>/verify/", trust.verify, name="verify"),
    path("market/trust/", trust.trust_list, name="trust"),
    path("market/compare/", store.compare, name="compare"),
    path("market/searches/", searches.kept, name="searches"),
    path("market/searches/keep/", searches.keep, name="search-keep"),
    path("market/searches/<int:search_id>/", searches.change, name="search-change"),
    path("market/sell/", sell.own, name="own"),
    path("market/sell/new/", sell.new, name="new"),
    path("market/sell/import/", sell.sheet, name="sheet"),
    path("market/sell/check/<str:code>/", sell.checked, name="check"),
    path("market/sell/<int:offer_id>/", sell.edit, name="edit"),
    path("market/sell/<int:offer_id>/do/", sell.change, name="change"),
    path("market/sell/<int:offer_id>/files/", sell.files, name="files"),
]
