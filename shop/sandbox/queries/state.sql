-- name: add
INSERT INTO objects (id, kind, created, label, parent, body)
VALUES (:id, :kind, :created, :label, :parent, :body)

-- name: change
UPDATE objects SET label = :label, parent = :parent, body = :body WHERE id = :id

-- name: get
SELECT body FROM objects WHERE id = :id AND kind = :kind

-- name: seq
SELECT seq FROM objects WHERE id = :id AND kind = :kind

-- name: newest
SELECT body FROM objects
WHERE kind = :kind AND seq < :below AND created >= :since
  AND (CAST(:parent AS TEXT) IS NULL OR parent = :parent)
  AND (CAST(:label AS TEXT) IS NULL OR label = :label)
ORDER BY seq DESC LIMIT :size

-- name: newer_than
SELECT body FROM objects
WHERE kind = :kind AND seq > :above AND created >= :since
  AND (CAST(:parent AS TEXT) IS NULL OR parent = :parent)
  AND (CAST(:label AS TEXT) IS NULL OR label = :label)
ORDER BY seq LIMIT :size

-- name: open_sessions
SELECT body FROM objects WHERE kind = 'checkout.session' AND label = 'open' ORDER BY created LIMIT 1000

-- name: add_items
INSERT INTO line_items (session_id, body, intent_metadata)
VALUES (:session_id, :body, :intent_metadata)

-- name: intent_metadata
SELECT intent_metadata FROM line_items WHERE session_id = :session_id

-- name: items
SELECT body FROM line_items WHERE session_id = :session_id
