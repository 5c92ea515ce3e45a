-- name: asked
SELECT 1 FROM alert_letters WHERE person_id = :person_id

-- name: ask
INSERT INTO alert_letters (person_id, told, day)
SELECT :person_id, COALESCE(MAX(id), 0), '' FROM alerts WHERE true
ON CONFLICT (person_id) DO NOTHING

-- name: ask_no_more
DELETE FROM alert_letters WHERE person_id = :person_id

-- name: readers
SELECT l.person_id, p.email, l.told, l.day FROM alert_letters l CROSS JOIN people p ON p.id = l.person_id
WHERE l.day < :day AND p.role = 'admin' AND p.suspended_at IS NULL

-- name: crossed_since
SELECT a.id, a.sku, a.closed_at IS NULL AS is_open FROM alerts a WHERE a.id > :told ORDER BY a.id LIMIT :size

-- name: told
UPDATE alert_letters SET told = :told, day = :day WHERE person_id = :person_id
