-- name: add_attempt
INSERT INTO payment_attempts (
  id, order_id, state, idempotency_key, request, amount, currency, expires_at, created_at
) VALUES (
  :id, :order_id, :state, :idempotency_key, :request, :amount, :currency, :expires_at, :at
)

-- name: attempt
SELECT id, order_id, state, idempotency_key, request, session_id, payment_intent, amount, currency,
  captured, captured_currency, url, expires_at, created_at
FROM payment_attempts WHERE id = :id

-- name: of_session
SELECT id, order_id, state, idempotency_key, request, session_id, payment_intent, amount, currency,
  captured, captured_currency, url, expires_at, created_at
FROM payment_attempts WHERE session_id = :session_id

-- name: latest_of_order
SELECT id, order_id, state, idempotency_key, request, session_id, payment_intent, amount, currency,
  captured, captured_currency, url, expires_at, created_at
FROM payment_attempts WHERE order_id = :order_id ORDER BY id DESC LIMIT 1

-- name: opened
UPDATE payment_attempts SET state = 'open', session_id = :session_id, url = :url
WHERE id = :id AND state = 'creating'

-- name: name_session
UPDATE payment_attempts SET session_id = :session_id WHERE id = :id AND session_id IS NULL

-- name: advance
UPDATE payment_attempts SET state = :new WHERE id = :id AND state = :old

-- name: captured
UPDATE payment_attempts SET state = 'paid', captured = :amount, captured_currency = :currency,
  payment_intent = :payment_intent
WHERE id = :id AND state <> 'paid'

-- name: unfinished
SELECT id FROM payment_attempts
WHERE state IN ('creating', 'open') AND state = 'creating' AND created_at <= :before
ORDER BY created_at LIMIT 50

-- name: unsettled
SELECT session_id FROM payment_attempts
WHERE state IN ('creating', 'open') AND state = 'open' AND session_id IS NOT NULL AND expires_at <= :before
ORDER BY created_at LIMIT 1000

-- name: with_the_bank
SELECT session_id FROM payment_attempts
WHERE state = 'complete_unpaid' AND session_id IS NOT NULL ORDER BY created_at LIMIT 1000

-- name: past_deadline
SELECT id FROM orders WHERE state = 'open' AND hold_until <= :at ORDER BY hold_until LIMIT 50

-- name: add_event
INSERT INTO stripe_events (
  id, type, livemode, api_version, created, object_id, payload, received_at, result, note,
  via
) VALUES (
  :id, :type, :livemode, :api_version, :created, :object_id, :payload, :at, 'processed', '', :via
) ON CONFLICT (id) DO NOTHING

-- name: judge_event
UPDATE stripe_events SET result = :result, note = :note WHERE id = :id

-- name: parked_event
SELECT id, payload FROM stripe_events WHERE id = :id AND result = 'parked'

-- name: parked_of_object
SELECT id FROM stripe_events WHERE object_id = :object_id AND result = 'parked' ORDER BY created, id

-- name: unclaimed
SELECT e.id, e.payload FROM unclaimed_events u JOIN stripe_events e ON e.id = u.event_id
WHERE u.payment_intent = :payment_intent ORDER BY e.created, e.id

-- name: claimed
DELETE FROM unclaimed_events WHERE event_id = :event_id

-- name: wait_for_payment
INSERT INTO unclaimed_events (event_id, payment_intent) VALUES (:event_id, :payment_intent)
ON CONFLICT (event_id) DO NOTHING

-- name: add_reject
INSERT INTO webhook_rejects (id, at, reason, body_sha256) VALUES (:id, :at, :reason, :body_sha256)

-- name: trim_rejects
DELETE FROM webhook_rejects
WHERE id NOT IN (
  SELECT id FROM webhook_rejects ORDER BY id DESC LIMIT 100
)

-- name: parked
SELECT id, type, object_id, note, received_at FROM stripe_events
WHERE result = 'parked' ORDER BY received_at LIMIT 200
