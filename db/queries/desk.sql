-- name: payments_of
SELECT id, state, session_id, payment_intent, amount, currency, captured, captured_currency, created_at
FROM payment_attempts WHERE order_id = :order_id ORDER BY id

-- name: warnings_of
SELECT kind, at, cleared_at FROM fraud_warnings WHERE order_id = :order_id ORDER BY at, provider_id

-- name: events_with_names
SELECT e.seq, e.at, COALESCE(p.name, e.actor) AS actor, e.kind, e.before, e.after, e.why
FROM events e LEFT JOIN people p ON e.actor LIKE 'person:%' AND p.id = SUBSTR(e.actor, 8)
WHERE e.object = :object ORDER BY e.seq
