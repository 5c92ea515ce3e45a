-- name: newest_event
SELECT id, type, api_version, created, received_at, result FROM stripe_events
WHERE via = 'delivery' ORDER BY received_at DESC LIMIT 1

-- name: newest_reject
SELECT at, reason FROM webhook_rejects ORDER BY id DESC LIMIT 1

-- name: longest_due
SELECT kind, not_before, attempts, last_error, created_at FROM outbox
WHERE state = 'waiting' ORDER BY not_before LIMIT 1

-- name: jobs
SELECT name, due_at, leased_until FROM jobs ORDER BY name LIMIT 50

-- name: parked
SELECT COUNT(*) FROM (SELECT 1 FROM stripe_events WHERE result = 'parked' LIMIT :most) few

-- name: dead
SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'dead' LIMIT :most) few
