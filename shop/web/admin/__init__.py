"""The admin's pages: one blueprint, closed to strangers and shoppers as a whole."""

from quart import Blueprint

from shop.web.admin.activity import admin_activity
from shop.web.admin.alerts import admin_alerts
from shop.web.admin.attention import admin_attention
from shop.web.admin.bulk import admin_bulk
from shop.web.admin.categories import admin_categories
from shop.web.admin.dashboard import dashboard
from shop.web.admin.discounts import admin_discounts
from shop.web.admin.dispatch import admin_dispatch
from shop.web.admin.exports import admin_exports
from shop.web.admin.fresh import admin_fresh
from shop.web.admin.health import admin_health
from shop.web.admin.imports import admin_imports
from shop.web.admin.invoices import admin_invoices
from shop.web.admin.letters import admin_letters
from shop.web.admin.looks import admin_looks
from shop.web.admin.orders import admin_orders
from shop.web.admin.people import admin_people
from shop.web.admin.pictures import admin_pictures
from shop.web.admin.prices import admin_prices
from shop.web.admin.products import admin_products
from shop.web.admin.purchases import admin_purchases
from shop.web.admin.receiving import admin_receiving
from shop.web.admin.refunds import admin_refunds
from shop.web.admin.search import admin_search
from shop.web.admin.settings import admin_settings
from shop.web.admin.shipping import admin_shipping
from shop.web.admin.stock import admin_stock
from shop.web.admin.stocktakes import admin_stocktakes
from shop.web.admin.suppliers import admin_suppliers
from shop.web.admin.taxes import admin_taxes
from shop.web.admin.variants import admin_variants
from shop.web.admin.views import admin_views
from shop.web.admin.withdrawals import admin_withdrawals

admin = Blueprint("admin", __name__, url_prefix="/admin")
for _part in (
    dashboard,
    admin_activity,
    admin_attention,
    admin_orders,
    admin_dispatch,
    admin_purchases,
    admin_refunds,
    admin_health,
    admin_letters,
    admin_imports,
    admin_exports,
    admin_people,
    # Before the products' own pages: a product that is being added has no id yet.
    admin_fresh,
    admin_products,
    admin_search,
    admin_variants,
    admin_prices,
    admin_pictures,
    admin_categories,
    admin_settings,
    admin_withdrawals,
    admin_invoices,
    admin_looks,
    admin_shipping,
    admin_taxes,
    admin_discounts,
    admin_stock,
    admin_views,
    admin_bulk,
    admin_alerts,
    admin_suppliers,
    admin_receiving,
    admin_stocktakes,
):
    admin.register_blueprint(_part)
