-- name: last_delivery
SELECT MAX(received_at) FROM stripe_events WHERE via = 'delivery'

-- name: rejects_since
SELECT COUNT(*) FROM webhook_rejects WHERE at > :since AND reason LIKE :reason

-- name: first_end_since
SELECT MIN(expires_at) FROM payment_attempts WHERE created_at > :since AND session_id IS NOT NULL

-- name: newest_api_version
SELECT api_version FROM stripe_events ORDER BY created DESC LIMIT 1

-- name: oldest_waiting
SELECT MIN(not_before) FROM outbox WHERE state = 'waiting'

-- name: count_dead
SELECT COUNT(*) FROM outbox WHERE state = 'dead'

-- name: count_parked
SELECT COUNT(*) FROM stripe_events WHERE result = 'parked'
