-- name: add
INSERT INTO refunds (
  id, order_id, attempt_id, amount, state, source, reason, provider_id, created_at, updated_at
) VALUES (
  :id, :order_id, :attempt_id, :amount, :state, :source, :reason, :provider_id, :at, :at
)

-- name: refundable
SELECT a.captured - COALESCE((
  SELECT SUM(r.amount) FROM refunds r
  WHERE r.attempt_id = a.id AND r.state IN ('requested', 'submitted', 'succeeded')
), 0)
FROM payment_attempts a WHERE a.id = :attempt_id

-- name: of_order
SELECT id, amount, state, source, created_at FROM refunds WHERE order_id = :order_id ORDER BY id

-- name: claimable
SELECT r.id, r.order_id, o.number, r.attempt_id, r.amount, r.state, r.provider_id, a.payment_intent
FROM refunds r
JOIN payment_attempts a ON a.id = r.attempt_id
JOIN orders o ON o.id = r.order_id
WHERE r.id = :id

-- name: by_provider
SELECT r.id, r.order_id, o.number, r.attempt_id, r.amount, r.state, r.provider_id, a.payment_intent
FROM refunds r
JOIN payment_attempts a ON a.id = r.attempt_id
JOIN orders o ON o.id = r.order_id
WHERE r.provider_id = :provider_id

-- name: attempt_of_intent
SELECT a.id, a.order_id, a.currency FROM payment_attempts a WHERE a.payment_intent = :payment_intent

-- name: advance
UPDATE refunds SET state = :state, provider_id = :provider_id, updated_at = :at
WHERE id = :id AND state = :old

-- name: recount
UPDATE orders SET
  captured = (SELECT COALESCE(SUM(a.captured), 0) FROM payment_attempts a WHERE a.order_id = :order_id),
  refunded = (
    SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
    WHERE r.order_id = :order_id AND r.state = 'succeeded'
  ),
  version = version + 1
WHERE id = :order_id

-- name: set_payment_state
UPDATE orders SET payment_state = CASE
  WHEN captured = 0 AND total = 0 AND state IN ('confirmed', 'packed', 'shipped') THEN 'paid'
  WHEN captured = 0 AND state = 'processing' THEN 'pending'
  WHEN captured = 0 THEN 'unpaid'
  WHEN refunded = 0 THEN 'paid'
  WHEN refunded < captured THEN 'partly_refunded'
  ELSE 'refunded' END
WHERE id = :order_id
