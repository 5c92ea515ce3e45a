-- name: add
INSERT INTO deliveries (event_id, url, state, next_at) VALUES (:event_id, :url, 'waiting', :at)

-- name: due
SELECT d.seq, d.event_id, d.url, d.attempts, o.body
FROM deliveries d JOIN objects o ON o.id = d.event_id
WHERE d.state = 'waiting' AND d.next_at <= :at ORDER BY d.next_at, d.seq LIMIT 32

-- name: attempted
UPDATE deliveries SET state = :state, attempts = attempts + 1, next_at = :next_at, last_status = :status
WHERE seq = :seq

-- name: again
UPDATE deliveries SET state = 'waiting', next_at = :at WHERE seq = :seq

-- name: latest
SELECT d.seq, d.event_id, o.label AS type, d.url, d.state, d.attempts, d.last_status
FROM deliveries d JOIN objects o ON o.id = d.event_id ORDER BY d.seq DESC LIMIT 50
