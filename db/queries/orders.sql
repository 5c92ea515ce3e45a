-- name: add
INSERT INTO orders (
  id, number, person_id, email, cart_id, state, provider, currency, subtotal, discount, shipping, tax,
  total, placed_at, hold_until, language, tax_included, country, shipping_name, discount_code, shipping_tax,
  shipping_tax_rate
) VALUES (
  :id, :number, :person_id, :email, :cart_id, 'open', :provider, :currency, :subtotal, :discount, :shipping, :tax,
  :total, :at, :hold_until, :language, :tax_included, :country, :shipping_name, :discount_code, :shipping_tax,
  :shipping_tax_rate
)

-- name: add_line
INSERT INTO order_lines (
  order_id, sku, slug, name, label, quantity, unit_price, position, discount, tax, tax_rate
) VALUES (
  :order_id, :sku, :slug, :name, :label, :quantity, :unit_price, :position, :discount, :tax, :tax_rate
)

-- name: by_id
SELECT o.id, o.number, o.person_id, o.state, o.closed_reason, o.payment_state, o.dispute_state,
  o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total, o.captured, o.refunded, o.email,
  o.provider, o.placed_at, o.hold_until, o.cancel_requested_at, o.cart_id, o.version, o.ship_block, o.language,
  o.tax_included, o.country, o.shipping_name, o.discount_code, o.shipping_tax, o.shipping_tax_rate, o.ship_to,
  (SELECT a.url FROM payment_attempts a WHERE a.order_id = o.id AND a.state = 'open') AS pay_url
FROM orders o WHERE o.id = :id

-- name: by_number
SELECT o.id, o.number, o.person_id, o.state, o.closed_reason, o.payment_state, o.dispute_state,
  o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total, o.captured, o.refunded, o.email,
  o.provider, o.placed_at, o.hold_until, o.cancel_requested_at, o.cart_id, o.version, o.ship_block, o.language,
  o.tax_included, o.country, o.shipping_name, o.discount_code, o.shipping_tax, o.shipping_tax_rate, o.ship_to,
  (SELECT a.url FROM payment_attempts a WHERE a.order_id = o.id AND a.state = 'open') AS pay_url
FROM orders o WHERE o.number = :number

-- name: open_of_cart
SELECT o.id, o.number, o.person_id, o.state, o.closed_reason, o.payment_state, o.dispute_state,
  o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total, o.captured, o.refunded, o.email,
  o.provider, o.placed_at, o.hold_until, o.cancel_requested_at, o.cart_id, o.version, o.ship_block, o.language,
  o.tax_included, o.country, o.shipping_name, o.discount_code, o.shipping_tax, o.shipping_tax_rate, o.ship_to,
  (SELECT a.url FROM payment_attempts a WHERE a.order_id = o.id AND a.state = 'open') AS pay_url
FROM orders o WHERE o.cart_id = :cart_id AND o.state = 'open'

-- name: lines
SELECT l.sku, l.slug, l.name, l.label, l.quantity, l.unit_price, l.discount, l.tax, l.tax_rate,
  CASE WHEN o.tax_included > 0 THEN 0 ELSE l.tax END AS added
FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE l.order_id = :order_id ORDER BY l.position

-- name: of_person
SELECT o.id, o.number, o.state, o.closed_reason, o.payment_state, o.total, o.currency, o.placed_at,
  (SELECT SUM(l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS count, o.email, p.name
FROM orders o JOIN people p ON p.id = o.person_id
WHERE o.person_id = :person_id AND o.id < :after
ORDER BY o.id DESC LIMIT :size

-- name: move
UPDATE orders SET state = :new, closed_reason = :reason, hold_until = NULL, version = version + 1
WHERE id = :id AND state = :old

-- name: unowned
SELECT unowned FROM orders WHERE id = :id

-- name: oversold
UPDATE orders SET closed_reason = 'oversold', version = version + 1 WHERE id = :id AND state = 'closed'

-- name: ask_to_cancel
UPDATE orders SET cancel_requested_at = :at, version = version + 1
WHERE id = :id AND cancel_requested_at IS NULL AND state IN ('open', 'processing')

-- name: paid_attempts
SELECT a.id FROM payment_attempts a WHERE a.order_id = :order_id AND a.captured > 0 AND NOT EXISTS (
  SELECT 1 FROM disputes d WHERE d.order_id = a.order_id AND d.attempt_id = a.id
    AND d.status IN ('needs_response', 'under_review', 'lost')
)
ORDER BY a.id

-- name: live_attempts
SELECT id FROM payment_attempts WHERE order_id = :order_id AND state IN ('creating', 'open') ORDER BY id

-- name: up_to_a_hundred
SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = :state LIMIT 100)

-- name: sold_out_up_to_a_hundred
SELECT COUNT(*) FROM (SELECT 1 FROM stock WHERE available <= 0 LIMIT 100)

-- name: know_where_to
UPDATE orders SET ship_to = :ship_to WHERE id = :id AND ship_to = ''
