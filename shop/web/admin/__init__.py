"""The admin's pages: one blueprint, closed to strangers and shoppers as a whole."""

from quart import Blueprint

from shop.web.admin.activity import admin_activity
from shop.web.admin.attention import admin_attention
from shop.web.admin.dashboard import dashboard
from shop.web.admin.health import admin_health
from shop.web.admin.letters import admin_letters
from shop.web.admin.orders import admin_orders
from shop.web.admin.people import admin_people
from shop.web.admin.products import admin_products
from shop.web.admin.refunds import admin_refunds
from shop.web.admin.search import admin_search
from shop.web.admin.stock import admin_stock
from shop.web.admin.views import admin_views

admin = Blueprint("admin", __name__, url_prefix="/admin")
for _part in (
    dashboard,
    admin_activity,
    admin_attention,
    admin_orders,
    admin_refunds,
    admin_health,
    admin_letters,
    admin_people,
    admin_products,
    admin_search,
    admin_stock,
    admin_views,
):
    admin.register_blueprint(_part)
