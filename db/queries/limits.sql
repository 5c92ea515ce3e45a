-- name: count_one
INSERT INTO limits (key, started, count) VALUES (:key, :start, 1)
ON CONFLICT (key, started) DO UPDATE SET count = count + 1
RETURNING count

-- name: forget
DELETE FROM limits WHERE started < :before
