-- name: add_body
INSERT INTO bodies (event_id, body) VALUES (:event_id, :body)

-- name: add
INSERT INTO deliveries (event_id, endpoint_id, state, since, next_at)
VALUES (:event_id, :endpoint_id, 'waiting', :at, :at)

-- name: due
SELECT d.seq, d.event_id, o.label AS type, d.endpoint_id, d.attempts, d.since, d.postponed, d.batch, d.rank,
  b.body, COALESCE(e.url, '') AS url, COALESCE(e.secret, '') AS secret, COALESCE(e.replaced, '') AS replaced,
  COALESCE(e.replaced_until, 0) AS replaced_until, COALESCE(w.label, 'removed') AS endpoint_status
FROM deliveries d
JOIN objects o ON o.id = d.event_id
JOIN bodies b ON b.event_id = d.event_id
LEFT JOIN endpoints e ON e.id = d.endpoint_id
LEFT JOIN objects w ON w.id = d.endpoint_id
WHERE d.state = 'waiting' AND d.next_at <= :at
ORDER BY d.next_at, d.rank, d.seq LIMIT :size

-- name: postpone
UPDATE deliveries SET state = :state, next_at = :next_at, postponed = 1, batch = :batch WHERE seq = :seq

-- name: batch
SELECT seq FROM deliveries WHERE batch = :batch AND state = 'waiting' AND rank IS NULL ORDER BY seq

-- name: line_up
UPDATE deliveries SET next_at = :at, rank = :rank, batch = NULL WHERE seq = :seq

-- name: held
SELECT seq FROM deliveries WHERE state = 'held' ORDER BY seq

-- name: let_go
UPDATE deliveries SET state = 'waiting', next_at = :at, rank = :rank WHERE seq = :seq

-- name: attempted
UPDATE deliveries
SET state = :state, attempts = attempts + 1, next_at = :next_at, rank = NULL,
  succeeded = max(succeeded, :succeeded)
WHERE seq = :seq

-- name: add_attempt
INSERT INTO attempts (delivery, at, status, milliseconds, answer, fault)
VALUES (:delivery, :at, :status, :milliseconds, :answer, :fault)

-- name: pending
SELECT COUNT(*) FROM deliveries WHERE event_id = :event_id AND succeeded = 0

-- name: mark
UPDATE objects SET body = :body, parent = :parent WHERE id = :id

-- name: again
UPDATE deliveries SET state = 'waiting', next_at = :at, since = :at, attempts = 0, postponed = 1 WHERE seq = :seq

-- name: of_attempt
SELECT delivery FROM attempts WHERE seq = :seq

-- name: draw_near
UPDATE deliveries SET next_at = next_at - :by, since = since - :by WHERE state = 'waiting'

-- name: counts
SELECT state, COUNT(*) AS many FROM deliveries GROUP BY state

-- name: attempts_after
SELECT a.seq, a.delivery, a.at, a.status, a.milliseconds, a.answer, a.fault,
  d.event_id, o.label AS type, d.endpoint_id, COALESCE(e.url, '') AS url, d.state
FROM attempts a
JOIN deliveries d ON d.seq = a.delivery
JOIN objects o ON o.id = d.event_id
LEFT JOIN endpoints e ON e.id = d.endpoint_id
WHERE a.seq > :after ORDER BY a.seq LIMIT :size

-- name: latest
SELECT d.seq, d.event_id, o.label AS type, COALESCE(e.url, '') AS url, d.state, d.next_at
FROM deliveries d JOIN objects o ON o.id = d.event_id LEFT JOIN endpoints e ON e.id = d.endpoint_id
WHERE d.seq < :before ORDER BY d.seq DESC LIMIT :size

-- name: attempts_of
SELECT seq, delivery, at, status, milliseconds, answer, fault FROM attempts
WHERE delivery = :delivery ORDER BY seq DESC LIMIT 20
