-- name: payments
SELECT id, state, session_id, payment_intent, captured, captured_currency, created_at
FROM payment_attempts WHERE order_id = :order_id ORDER BY id

-- name: refunds
SELECT id, state, amount, currency, source, reason, provider_id, created_at
FROM refunds WHERE order_id = :order_id ORDER BY id

-- name: disputes
SELECT provider_id FROM disputes WHERE order_id = :order_id ORDER BY opened_at, provider_id

-- name: warnings
SELECT provider_id FROM fraud_warnings WHERE order_id = :order_id ORDER BY at, provider_id

-- name: told
SELECT id, type, created, received_at, result, note FROM stripe_events
WHERE object_id = :object_id ORDER BY created, received_at LIMIT :size
