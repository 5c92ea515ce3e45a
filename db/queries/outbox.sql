-- name: add
INSERT INTO outbox (id, kind, dedupe_key, payload, state, not_before, created_at)
VALUES (:id, :kind, :key, :payload, 'waiting', :not_before, :at)
ON CONFLICT (dedupe_key) DO NOTHING

-- name: add_again
INSERT INTO outbox (id, kind, dedupe_key, payload, state, not_before, created_at)
VALUES (:id, :kind, :key, :payload, 'waiting', :not_before, :at)
ON CONFLICT (dedupe_key) DO UPDATE SET state = 'waiting', attempts = 0, not_before = :not_before,
  leased_until = NULL, last_error = ''

-- name: due
SELECT id, kind, payload, attempts FROM outbox
WHERE state = 'waiting' AND kind <> 'letter' AND not_before <= :at AND (leased_until IS NULL OR leased_until <= :at)
ORDER BY not_before LIMIT 50

-- name: due_letters
SELECT id, kind, payload, attempts FROM outbox
WHERE state = 'waiting' AND kind = 'letter' AND not_before <= :at AND (leased_until IS NULL OR leased_until <= :at)
ORDER BY not_before LIMIT 50

-- name: waiting
SELECT id, kind, payload, attempts FROM outbox
WHERE state = 'waiting' AND kind <> 'letter' AND (leased_until IS NULL OR leased_until <= :at)
ORDER BY not_before LIMIT 1000

-- name: claim
UPDATE outbox SET leased_until = :until, attempts = attempts + 1
WHERE id = :id AND state = 'waiting' AND attempts = :attempts

-- name: done
UPDATE outbox SET state = 'done', leased_until = NULL, last_error = '' WHERE id = :id

-- name: again
UPDATE outbox SET not_before = :not_before, leased_until = NULL, last_error = :error,
  state = CASE WHEN attempts >= :most THEN 'dead' ELSE 'waiting' END
WHERE id = :id AND state = 'waiting'

-- name: give_up
UPDATE outbox SET state = 'dead', leased_until = NULL, last_error = :error WHERE id = :id AND state = 'waiting'

-- name: dead
SELECT id, kind, payload, attempts, last_error, created_at FROM outbox
WHERE state = 'dead' ORDER BY created_at LIMIT 200

-- name: revive
UPDATE outbox SET state = 'waiting', attempts = 0, not_before = :at, leased_until = NULL
WHERE id = :id AND state = 'dead'
