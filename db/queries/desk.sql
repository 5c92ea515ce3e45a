-- name: payments_of
SELECT id, state, session_id, payment_intent, amount, currency, captured, captured_currency, created_at
FROM payment_attempts WHERE order_id = :order_id ORDER BY id

-- name: warnings_of
SELECT kind, at, cleared_at FROM fraud_warnings WHERE order_id = :order_id ORDER BY at, provider_id
