-- name: product
SELECT EXISTS (SELECT 1 FROM products)

-- name: picture
SELECT EXISTS (SELECT 1 FROM pictures)

-- name: webhook
SELECT EXISTS (SELECT 1 FROM stripe_events WHERE via = 'delivery')

-- name: sale
SELECT EXISTS (SELECT 1 FROM orders WHERE sold_at IS NOT NULL)

-- name: admins
SELECT COUNT(*) FROM (SELECT 1 FROM people WHERE role = 'admin' LIMIT 2) few
