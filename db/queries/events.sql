-- name: add
INSERT INTO events (at, actor, kind, object, before, after, why)
VALUES (:at, :actor, :kind, :object, :before, :after, :why)

-- name: of_object
SELECT e.seq, e.at, COALESCE(p.name, e.actor) AS actor, e.kind, e.before, e.after, e.why
FROM events e
LEFT JOIN people p ON p.id = CASE WHEN e.actor GLOB 'person:*' THEN substr(e.actor, 8) END
WHERE e.object = :object
ORDER BY e.seq
LIMIT 500
