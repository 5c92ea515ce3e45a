-- Finding one thing among all: by words (newest first, over the trigram indexes), by how its name begins where too
-- little is typed for that, or by its exact name here or at Stripe. `:size` is one more than is shown.

-- name: orders
SELECT 'order' AS kind, o.number AS key, 'Order ' || o.number AS title, o.email || ', ' || COALESCE(o.closed_reason, o.state) AS detail,
  o.total AS amount, o.currency
FROM order_words w JOIN order_finds f ON f.id = w.rowid JOIN orders o ON o.id = f.order_id
WHERE order_words MATCH :pattern ORDER BY w.rowid DESC LIMIT :size

-- name: orders_from
SELECT 'order' AS kind, number AS key, 'Order ' || number AS title, email || ', ' || COALESCE(closed_reason, state) AS detail,
  total AS amount, currency
FROM orders WHERE number >= :start AND number < :upto ORDER BY number LIMIT :size

-- name: variants
SELECT 'variant' AS kind, v.sku AS key, p.name || CASE v.label WHEN '' THEN '' ELSE ', ' || v.label END AS title,
  v.sku || CASE WHEN v.archived_at IS NULL AND p.archived_at IS NULL THEN ', ' || s.available || ' available' ELSE ', archived' END AS detail,
  v.price AS amount, v.product_id AS product
FROM variant_words w JOIN variant_finds f ON f.id = w.rowid JOIN variants v ON v.sku = f.sku
JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE variant_words MATCH :pattern ORDER BY w.rowid DESC LIMIT :size

-- name: variants_from
SELECT 'variant' AS kind, v.sku AS key, p.name || CASE v.label WHEN '' THEN '' ELSE ', ' || v.label END AS title,
  v.sku || CASE WHEN v.archived_at IS NULL AND p.archived_at IS NULL THEN ', ' || s.available || ' available' ELSE ', archived' END AS detail,
  v.price AS amount, v.product_id AS product
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku >= :start AND v.sku < :upto ORDER BY v.sku LIMIT :size

-- name: people
SELECT 'person' AS kind, p.id AS key, p.name AS title, p.email || CASE p.role WHEN 'admin' THEN ', admin' ELSE '' END AS detail
FROM person_words w JOIN person_finds f ON f.id = w.rowid JOIN people p ON p.id = f.person_id
WHERE person_words MATCH :pattern AND p.id <> 'guest' ORDER BY w.rowid DESC LIMIT :size

-- name: people_from
SELECT 'person' AS kind, id AS key, name AS title, email || CASE role WHEN 'admin' THEN ', admin' ELSE '' END AS detail
FROM people WHERE email >= :start AND email < :upto AND id <> 'guest' ORDER BY email LIMIT :size

-- name: named_here
SELECT 'order' AS kind, number AS key, 'Order ' || number AS title, email || ', ' || COALESCE(closed_reason, state) AS detail,
  total AS amount, currency, '' AS product
FROM orders WHERE number = :capitals
UNION ALL
SELECT 'variant', v.sku, p.name || CASE v.label WHEN '' THEN '' ELSE ', ' || v.label END, v.sku || CASE WHEN v.archived_at IS NULL AND p.archived_at IS NULL THEN ', ' || s.available || ' available' ELSE ', archived' END,
  v.price, '', v.product_id
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku IN (:text, :capitals)
UNION ALL
SELECT 'person', id, name, email, NULL, '', '' FROM people WHERE email = :small AND id <> 'guest'

-- name: named_at_stripe
SELECT 'order' AS kind, o.number AS key, 'Payment of order ' || o.number AS title, :id || ', ' || a.state AS detail,
  a.amount, a.currency
FROM payment_attempts a JOIN orders o ON o.id = a.order_id WHERE a.session_id = :id
UNION ALL
SELECT 'order', o.number, 'Payment of order ' || o.number, :id || ', ' || a.state, a.amount, a.currency
FROM payment_attempts a JOIN orders o ON o.id = a.order_id WHERE a.payment_intent = :id
UNION ALL
SELECT 'order', o.number, 'Refund of order ' || o.number, :id || ', ' || r.state, r.amount, r.currency
FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.provider_id = :id
UNION ALL
SELECT 'order', o.number, 'Dispute of order ' || o.number, :id || ', ' || d.status, d.amount, d.currency
FROM disputes d JOIN orders o ON o.id = d.order_id WHERE d.provider_id = :id
UNION ALL
SELECT 'order', o.number, 'Fraud warning of order ' || o.number, :id || ', ' || w.kind, NULL, ''
FROM fraud_warnings w JOIN orders o ON o.id = w.order_id WHERE w.provider_id = :id

-- name: event
SELECT id, type, result FROM stripe_events WHERE id = :id

-- name: events_of
SELECT id, type, result FROM stripe_events WHERE object_id = :id LIMIT :size

-- name: order_by_id
SELECT 'order' AS kind, number AS key, 'Order ' || number AS title, email || ', ' || COALESCE(closed_reason, state) AS detail,
  total AS amount, currency
FROM orders WHERE id = :id
