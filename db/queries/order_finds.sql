-- name: newest
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o WHERE :value = '' AND o.id < :after ORDER BY o.id DESC LIMIT :size

-- name: in_state
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o WHERE o.state = :value AND o.id < :after ORDER BY o.id DESC LIMIT :size

-- name: oldest_in_state
SELECT id FROM orders WHERE state = :state ORDER BY id LIMIT :size

-- name: with_rare_payment
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o
WHERE o.payment_state = :value AND o.payment_state NOT IN ('unpaid', 'paid') AND o.id < :after
ORDER BY o.id DESC LIMIT :size

-- name: with_dispute
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o
WHERE o.dispute_state = :value AND o.dispute_state <> 'none' AND o.id < :after
ORDER BY o.id DESC LIMIT :size

-- name: of_person
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o WHERE o.person_id = :value AND o.id < :after ORDER BY o.id DESC LIMIT :size

-- name: of_sku
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE l.sku = :value AND l.order_id < :after ORDER BY l.order_id DESC LIMIT :size

-- name: placed_between
SELECT o.placed_at || ' ' || o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at,
  o.sold_at, o.captured
FROM orders o
WHERE o.placed_at >= :since AND (o.placed_at, o.id) < (:at, :after)
ORDER BY o.placed_at DESC, o.id DESC LIMIT :size

-- name: sold_between
SELECT o.sold_at || ' ' || o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at,
  o.sold_at, o.captured
FROM orders o
WHERE o.sold_at IS NOT NULL AND o.sold_at >= :since AND (o.sold_at, o.id) < (:at, :after)
ORDER BY o.sold_at DESC, o.id DESC LIMIT :size

-- name: by_words
SELECT CAST(w.rowid AS TEXT) AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at,
  o.sold_at, o.captured
FROM order_words w JOIN order_finds f ON f.id = w.rowid JOIN orders o ON o.id = f.order_id
WHERE order_words MATCH :pattern AND w.rowid < :after ORDER BY w.rowid DESC LIMIT :size

-- name: by_number
SELECT o.number AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o WHERE o.number > :after AND o.number < :upto ORDER BY o.number LIMIT :size

-- name: candidate
SELECT o.id AS key, o.id, o.person_id, o.state, o.payment_state, o.dispute_state, o.placed_at, o.sold_at, o.captured
FROM orders o WHERE o.id = :id

-- name: found
SELECT o.id, o.number, o.person_id, o.state, o.closed_reason, o.payment_state, o.dispute_state, o.ship_block,
  o.cancel_requested_at, o.total, o.captured, o.refunded, o.currency, o.placed_at, o.sold_at,
  (SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS units, o.email, p.name
FROM orders o JOIN people p ON p.id = o.person_id WHERE o.id = :id

-- name: is_bought
SELECT 1 FROM order_lines WHERE sku = :sku LIMIT 1

-- name: has_line
SELECT 1 FROM order_lines WHERE order_id = :order_id AND sku = :sku

-- name: named_at_stripe
SELECT order_id FROM payment_attempts WHERE session_id = :name
UNION SELECT order_id FROM payment_attempts WHERE payment_intent = :name
UNION SELECT order_id FROM refunds WHERE provider_id = :name
UNION SELECT order_id FROM disputes WHERE provider_id = :name
UNION SELECT order_id FROM fraud_warnings WHERE provider_id = :name

-- name: events_named
SELECT id, payload FROM (SELECT id, payload FROM stripe_events WHERE id = :name LIMIT 1)
UNION ALL
SELECT id, payload FROM (SELECT id, payload FROM stripe_events WHERE object_id = :name LIMIT 10)
UNION ALL
SELECT id, payload FROM (
  SELECT id, payload FROM stripe_events
  WHERE (CASE WHEN json_valid(payload) THEN payload ->> '$.data.object.charge' END) = :name
    AND (type LIKE 'refund.%' OR type LIKE 'charge.dispute.%')
  LIMIT 10
)

-- name: variants_like
SELECT v.sku, p.name, v.label
FROM variant_words w
JOIN variant_finds f ON f.id = w.rowid
JOIN variants v ON v.sku = f.sku
JOIN products p ON p.id = v.product_id
WHERE variant_words MATCH :pattern ORDER BY w.rowid DESC LIMIT :size

-- name: product_named
SELECT id, slug, name FROM products WHERE id = :which OR slug = :which

-- name: skus_of_product
SELECT sku FROM variants WHERE product_id = :product_id ORDER BY position LIMIT 200
