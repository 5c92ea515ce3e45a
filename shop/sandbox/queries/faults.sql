-- name: number
SELECT value FROM settings WHERE name = :name

-- name: keep_number
INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value

-- name: kept
SELECT body FROM faults ORDER BY number

-- name: keep
INSERT INTO faults (number, body) VALUES (:number, :body) ON CONFLICT (number) DO UPDATE SET body = :body

-- name: forget
DELETE FROM faults
