-- name: is_taken
SELECT 1 FROM jobs
WHERE name = :name AND (due_at > :at OR (leased_until IS NOT NULL AND leased_until > :at))

-- name: add
INSERT INTO jobs (name, due_at) VALUES (:name, :at) ON CONFLICT (name) DO NOTHING

-- name: claim
UPDATE jobs SET leased_until = :until
WHERE name = :name AND due_at <= :at AND (leased_until IS NULL OR leased_until <= :at)

-- name: done
UPDATE jobs SET due_at = :due_at, leased_until = NULL WHERE name = :name AND leased_until = :until

-- name: make_due
UPDATE jobs SET due_at = :at, leased_until = NULL WHERE name = :name

-- name: cursor
SELECT cursor FROM jobs WHERE name = :name

-- name: set_cursor
UPDATE jobs SET cursor = :cursor WHERE name = :name AND cursor < :cursor
