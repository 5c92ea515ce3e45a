-- name: products
SELECT v.product_id, p.slug AS handle, p.name, c.slug AS category, v.sku, v.options, v.price, s.on_hand,
  p.published, p.description, v.archived_at IS NOT NULL AS archived
FROM variants v
JOIN products p ON p.id = v.product_id
JOIN categories c ON c.id = p.category_id
JOIN stock s ON s.sku = v.sku
WHERE v.sku > :after ORDER BY v.sku LIMIT :size

-- name: products_of
SELECT v.product_id, p.slug AS handle, p.name, c.slug AS category, v.sku, v.options, v.price, s.on_hand,
  p.published, p.description, v.archived_at IS NOT NULL AS archived
FROM json_each(:ids) j
CROSS JOIN products p ON p.id = j.value
JOIN categories c ON c.id = p.category_id
JOIN variants v ON v.product_id = p.id
JOIN stock s ON s.sku = v.sku
ORDER BY j.key, v.position

-- name: stock
SELECT sku, on_hand, held, available FROM stock WHERE sku > :after ORDER BY sku LIMIT :size

-- name: orders
SELECT id, number, state, closed_reason, currency, subtotal, discount, shipping, tax, total, captured,
  refunded, payment_state, dispute_state, email, provider, placed_at
FROM orders WHERE id > :after ORDER BY id LIMIT :size

-- name: order_lines
SELECT sku, quantity, unit_price FROM order_lines WHERE order_id = :order_id ORDER BY position

-- name: order_sessions
SELECT session_id FROM payment_attempts
WHERE order_id = :order_id AND session_id IS NOT NULL ORDER BY id

-- name: movements
SELECT m.seq, m.sku, m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after, m.reason,
  m.note, m.actor, m.cause, o.number AS order_number, m.at
FROM movements m LEFT JOIN orders o ON o.id = m.order_id
WHERE m.seq > CAST(:after AS INTEGER) ORDER BY m.seq LIMIT :size

-- name: refunds
SELECT r.id, o.number AS order_number, r.amount, r.state, r.source, r.reason, r.provider_id, r.created_at
FROM refunds r JOIN orders o ON o.id = r.order_id
WHERE r.id > :after ORDER BY r.id LIMIT :size
