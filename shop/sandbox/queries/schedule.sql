-- name: add
INSERT INTO schedule (kind, subject, planned_at) VALUES (:kind, :subject, :at)

-- name: due
SELECT seq, kind, subject FROM schedule WHERE planned_at <= :planned_before ORDER BY seq LIMIT 100

-- name: done
DELETE FROM schedule WHERE seq = :seq

-- name: of
SELECT kind, planned_at FROM schedule WHERE subject = :subject ORDER BY seq

-- name: drop
DELETE FROM schedule WHERE kind = :kind AND subject = :subject
