-- name: payments
SELECT a.order_id, o.number, a.payment_intent, a.captured, a.captured_currency AS currency,
  a.created_at
FROM payment_attempts a JOIN orders o ON o.id = a.order_id
WHERE a.captured > 0 AND a.payment_intent IS NOT NULL AND a.created_at >= :since

-- name: refunds
SELECT r.order_id, o.number, r.provider_id, a.payment_intent, r.amount, r.state, r.updated_at
FROM refunds r JOIN payment_attempts a ON a.id = r.attempt_id JOIN orders o ON o.id = r.order_id
WHERE r.provider_id IS NOT NULL AND r.created_at >= :since

-- name: disputes
SELECT provider_id, status FROM disputes

-- name: keys
SELECT key FROM findings

-- name: keep
INSERT INTO findings (key, order_id, text, found_at) VALUES (:key, :order_id, :text, :at)
ON CONFLICT (key) DO UPDATE SET text = excluded.text, order_id = excluded.order_id

-- name: forget
DELETE FROM findings WHERE key = :key
