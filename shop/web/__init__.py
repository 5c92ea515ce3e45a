"""How the shop is asked over HTTP: handlers find, call the domain once, and reply."""

from quart import Blueprint, Quart

from shop.web.account import account_pages, people_pages
from shop.web.admin import admin
from shop.web.after import after_pages
from shop.web.cart import cart_pages
from shop.web.checkout import checkout_pages
from shop.web.errors import explain
from shop.web.finding import finding
from shop.web.found import found_pages
from shop.web.guards import protect
from shop.web.health import health
from shop.web.languages import language_pages, listen
from shop.web.links import link_pages
from shop.web.live import live_pages
from shop.web.looks import look_pages
from shop.web.notices import notice_pages
from shop.web.order_links import order_link_pages
from shop.web.orders import order_pages
from shop.web.product import product_pages
from shop.web.storefront import storefront
from shop.web.withdrawals import withdrawal_pages

BLUEPRINTS: tuple[Blueprint, ...] = (
    storefront,
    finding,
    product_pages,
    found_pages,
    look_pages,
    cart_pages,
    checkout_pages,
    order_pages,
    after_pages,
    withdrawal_pages,
    order_link_pages,
    people_pages,
    link_pages,
    notice_pages,
    account_pages,
    language_pages,
    admin,
    live_pages,
    health,
)


def furnish(app: Quart) -> None:
    """Give an application every route, with its guards and its error pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    explain(app)
    listen(app)
    protect(app)
