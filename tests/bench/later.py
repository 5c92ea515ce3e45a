"""What the tables of the merchant's day hold in a large shop, beyond what their migrations fill in."""

from db import engine
from shop.clock import epoch, from_epoch

DAY = 86_400
NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
ADA = "(SELECT 'person:' || id FROM people WHERE email = 'ada@tillroom.example')"
ROWS = (
    # Half of the categories are inside the others.
    """UPDATE categories SET parent_id = (SELECT c.id FROM categories c
    WHERE c.position = categories.position - 12) WHERE position >= 12""",
    # Whom goods are bought from, at what cost, and how few of them are low.
    """{numbers_suppliers} INSERT INTO suppliers (id, name, email, lead_days)
    SELECT printf('sup_%026d', i), 'Supplier ' || i, 'post' || i || '@makers.example', 3 + i % 30 FROM n""",
    """UPDATE variants SET cost = price / 2, supplier_code = 'C' || rowid,
    supplier_id = printf('sup_%026d', 1 + rowid % {suppliers}) WHERE rowid % 5 <> 0""",
    "UPDATE stock SET threshold = 12, threshold_at = :now WHERE rowid % 10 = 0",
    """INSERT INTO alerts (sku, available, threshold, opened_at, closed_at)
    SELECT sku, 3, 5, at, at FROM movements WHERE kind = 'adjust' AND reason = 'received' AND seq % 3 = 0""",
    """INSERT INTO alerts (sku, available, threshold, opened_at)
    SELECT sku, available, 5, :now FROM stock WHERE low = 1
    AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.sku = stock.sku AND a.closed_at IS NULL)""",
    # What was ordered from them, and what came in.
    """{numbers_purchases} INSERT INTO purchase_orders
    (id, number, supplier_id, state, expected_on, note, actor, at)
    SELECT printf('pur_%026d', i), i, printf('sup_%026d', 1 + i % {suppliers}),
    CASE i % 20 WHEN 0 THEN 'open' WHEN 1 THEN 'partly_received' WHEN 2 THEN 'closed' ELSE 'received' END,
    :today, '', {ada}, :now FROM n""",
    """INSERT INTO purchase_lines (order_id, sku, quantity, received, outstanding, cost)
    SELECT printf('pur_%026d', 1 + rowid % {purchases}), sku, 12,
    CASE (1 + rowid % {purchases}) % 20 WHEN 0 THEN 0 WHEN 1 THEN 6 ELSE 12 END,
    CASE (1 + rowid % {purchases}) % 20 WHEN 0 THEN 12 WHEN 1 THEN 6 ELSE 0 END, 500
    FROM variants WHERE rowid <= 10 * {purchases}""",
    """INSERT INTO receipts (id, order_id, units, actor, at)
    SELECT printf('rec_%026d', number), id, 120, actor, at FROM purchase_orders WHERE state <> 'open'""",
    """INSERT INTO receipt_lines (receipt_id, sku, quantity, cost)
    SELECT r.id, l.sku, l.received, 500 FROM purchase_lines l JOIN receipts r ON r.order_id = l.order_id""",
    # One count of everything, with a difference here and there, and many small ones long ago.
    """{numbers_counts} INSERT INTO stocktakes (id, name, scope, scope_id, state, counted, actor, at)
    SELECT printf('cnt_%026d', i), 'Count ' || i, 'everything', '',
    CASE WHEN i = {counts} THEN 'counting' ELSE 'posted' END, 0, {ada}, :now FROM n""",
    """INSERT INTO stocktake_lines (stocktake_id, sku, counted, expected, actor, at)
    SELECT printf('cnt_%026d', {counts}), sku, on_hand + (rowid % 50 = 0), on_hand, {ada}, :now FROM stock""",
    # Changes of many rows, files that were brought in, notes, letters, filters with names.
    """{numbers_batches} INSERT INTO batches (id, kind, summary, rows, actor, at)
    SELECT printf('bat_%026d', i), 'price', 'Price: change by 5 %', 100, {ada}, :now FROM n""",
    """INSERT INTO batch_rows (batch_id, sku, what, was, now)
    SELECT printf('bat_%026d', 1 + rowid % {batches}), sku, 'price', price, price + 5 FROM variants""",
    """{numbers_batches} INSERT INTO imports (id, name, state, actor, at, bytes, format, stock, rows)
    SELECT printf('imp_%026d', i), 'things-' || i || '.csv', 'done', {ada}, :now, 1000, 'own', 'set', 10
    FROM n""",
    """INSERT INTO order_notes (id, order_id, text, actor, at)
    SELECT 'not_' || substr(id, 5), id, 'Wants it wrapped.', {ada}, placed_at
    FROM orders WHERE rowid % 7 = 0""",
    """INSERT INTO letters (id, key, kind, recipient, subject, text, state, written_at, sent_at)
    SELECT 'let_' || substr(id, 5), 'reset:' || id, 'reset', email, 'Your password', 'A link.', 'sent', :now,
    :now FROM people""",
    """{numbers_views} INSERT INTO saved_views (id, path, query, name, actor, at)
    SELECT printf('view_%026d', i), '/admin/orders', 'state=confirmed', 'View ' || i, {ada}, :now FROM n""",
    """INSERT INTO sessions (token_hash, person_id, started_at, expires_at)
    SELECT 'hash of ' || id, id, :now, :soon FROM people WHERE rowid % 10 = 0""",
    """INSERT INTO sellers (sku, units, amount) SELECT sku, SUM(units), SUM(amount) FROM sales_of_variants
    WHERE day >= :month GROUP BY sku""",
)


def fill(connection: engine.Connection) -> None:
    """Fill the tables in proportion to the variants that are there."""
    (variants,) = connection.execute("SELECT COUNT(*) FROM variants").fetchone()
    counts = {
        "suppliers": max(5, variants // 500),
        "purchases": max(100, variants // 50),
        "counts": max(20, variants // 1000),
        "batches": max(60, variants // 100),
        "views": 12,
    }
    named = {f"numbers_{name}": NUMBERS.format(many=many) for name, many in counts.items()}
    now = epoch()
    told = {"now": now, "today": now, "soon": now + 30 * DAY, "month": now - 30 * DAY}
    values = {name: from_epoch(second) for name, second in told.items()}
    values |= {name: values[name][:10] for name in ("today", "month")}
    for text in ROWS:
        used = {name: value for name, value in values.items() if f":{name}" in text}
        connection.execute(text.format(ada=ADA, **counts, **named), used)
