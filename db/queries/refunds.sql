-- name: add
INSERT INTO refunds (
  id, order_id, attempt_id, amount, currency, state, ever_succeeded, source, reason, provider_id,
  created_at, updated_at
)
SELECT :id, :order_id, a.id, :amount, COALESCE(a.captured_currency, a.currency), :state,
  CASE WHEN :state = 'succeeded' THEN 1 ELSE 0 END, :source, :reason, :provider_id, :at, :at
FROM payment_attempts a WHERE a.id = :attempt_id

-- name: intend
UPDATE refunds SET intention = :intention WHERE id = :id

-- name: known_intention
SELECT EXISTS (SELECT 1 FROM refunds WHERE intention = :intention)

-- name: refundable
SELECT a.captured - COALESCE((
  SELECT SUM(r.amount) FROM refunds r
  WHERE r.attempt_id = a.id
    AND (r.state IN ('requested', 'submitted', 'succeeded') OR r.settled = 1)
), 0)
FROM payment_attempts a WHERE a.id = :attempt_id

-- name: left_of
SELECT a.captured - COALESCE((
  SELECT SUM(r.amount) FROM refunds r
  WHERE r.attempt_id = a.id AND r.state IN ('submitted', 'succeeded') AND r.id <> :but
), 0)
FROM payment_attempts a WHERE a.id = :attempt_id

-- name: of_order
SELECT id, amount, currency, state, source, reason, created_at, resolved_at
FROM refunds WHERE order_id = :order_id ORDER BY id

-- name: unsettled
SELECT provider_id FROM refunds
WHERE state IN ('requested', 'submitted') AND state = 'submitted' AND provider_id IS NOT NULL
ORDER BY updated_at LIMIT 1000

-- name: claimable
SELECT r.id, r.order_id, o.number, r.attempt_id, r.amount, r.currency, r.state, r.provider_id,
  a.payment_intent
FROM refunds r
JOIN payment_attempts a ON a.id = r.attempt_id
JOIN orders o ON o.id = r.order_id
WHERE r.id = :id

-- name: by_provider
SELECT r.id, r.order_id, o.number, r.attempt_id, r.amount, r.currency, r.state, r.provider_id,
  a.payment_intent
FROM refunds r
JOIN payment_attempts a ON a.id = r.attempt_id
JOIN orders o ON o.id = r.order_id
WHERE r.provider_id = :provider_id

-- name: attempt_of_intent
SELECT a.id, a.order_id, a.captured_currency AS currency
FROM payment_attempts a WHERE a.payment_intent = :payment_intent

-- name: advance
UPDATE refunds SET state = :state, provider_id = :provider_id, updated_at = :at
WHERE id = :id AND state = :old

-- name: has_succeeded
UPDATE refunds SET ever_succeeded = 1 WHERE id = :id AND ever_succeeded = 0

-- name: resolve
UPDATE refunds SET resolved_at = :at, settled = :settled
WHERE id = :id AND state IN ('failed', 'canceled') AND resolved_at IS NULL

-- name: resolve_refused
UPDATE refunds SET resolved_at = :at
WHERE attempt_id = :attempt_id AND state = 'failed' AND provider_id IS NULL AND resolved_at IS NULL
  AND amount > :left

-- name: all_given_back
SELECT EXISTS (SELECT 1 FROM payment_attempts WHERE order_id = :order_id AND captured > 0)
  AND NOT EXISTS (
    SELECT 1 FROM payment_attempts a
    WHERE a.order_id = :order_id AND a.captured > COALESCE((
      SELECT SUM(r.amount) FROM refunds r
      WHERE r.attempt_id = a.id
        AND (r.state = 'succeeded' OR (r.ever_succeeded = 1 AND r.amount = a.captured))
    ), 0)
  )

-- name: chosen_by_admin
SELECT COALESCE(SUM(amount), 0) >= (SELECT SUM(captured) FROM payment_attempts WHERE order_id = :order_id)
FROM refunds WHERE order_id = :order_id AND source = 'shop' AND ever_succeeded = 1

-- name: recount
UPDATE orders SET
  captured = (
    SELECT COALESCE(SUM(a.captured), 0) FROM payment_attempts a
    WHERE a.order_id = :order_id AND a.captured_currency = orders.currency
  ),
  refunded = (
    SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
    WHERE r.order_id = :order_id AND r.state = 'succeeded' AND r.currency = orders.currency
  ),
  version = version + 1
WHERE id = :order_id

-- name: set_payment_state
UPDATE orders SET payment_state = CASE
  WHEN dispute_state = 'lost' THEN 'charged_back'
  WHEN captured = 0 AND total = 0 AND state IN ('confirmed', 'packed', 'shipped') THEN 'paid'
  WHEN captured = 0 AND state = 'processing' THEN 'pending'
  WHEN captured = 0 THEN 'unpaid'
  WHEN refunded = 0 OR (captured > total AND captured - refunded >= total) THEN 'paid'
  WHEN refunded < captured THEN 'partly_refunded'
  ELSE 'refunded' END,
  unowned = CASE WHEN state = 'closed' THEN (
    SELECT COALESCE(SUM(CASE WHEN held.amount > 0 THEN held.amount ELSE 0 END), 0) FROM (
      SELECT a.captured - COALESCE((
        SELECT SUM(r.amount) FROM refunds r
        WHERE r.attempt_id = a.id AND (
          r.state IN ('requested', 'submitted', 'succeeded')
          OR r.resolved_at IS NULL OR r.settled = 1
        )
      ), 0) AS amount
      FROM payment_attempts a WHERE a.order_id = :order_id AND a.captured > 0 AND NOT EXISTS (
        SELECT 1 FROM disputes d WHERE d.order_id = a.order_id AND d.attempt_id = a.id
          AND d.status IN ('needs_response', 'under_review', 'lost')
      )
    ) held
  ) ELSE 0 END
WHERE id = :order_id
