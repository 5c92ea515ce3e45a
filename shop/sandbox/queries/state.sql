-- name: add
INSERT INTO objects (id, kind, created, label, parent, body)
VALUES (:id, :kind, :created, :label, :parent, :body)

-- name: change
UPDATE objects SET label = :label, parent = :parent, body = :body WHERE id = :id

-- name: remove
DELETE FROM objects WHERE id = :id

-- name: get
SELECT body FROM objects WHERE id = :id AND kind = :kind

-- name: whatever
SELECT body FROM objects WHERE id = :id

-- name: of_parent
SELECT body FROM objects WHERE kind = :kind AND parent = :parent ORDER BY seq DESC LIMIT 100

-- name: seq
SELECT seq FROM objects WHERE id = :id AND kind = :kind

-- name: newest
SELECT body FROM objects
WHERE kind = :kind AND seq < :below AND created BETWEEN :since AND :until
  AND (:labels = '[]' OR label IN (SELECT value FROM json_each(:labels)))
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:filters) AS f WHERE json_extract(body, f.key) IS NOT f.value)
ORDER BY seq DESC LIMIT :size

-- name: newest_of_parent
SELECT body FROM objects
WHERE kind = :kind AND seq < :below AND created BETWEEN :since AND :until
  AND parent = :parent
  AND (:labels = '[]' OR label IN (SELECT value FROM json_each(:labels)))
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:filters) AS f WHERE json_extract(body, f.key) IS NOT f.value)
ORDER BY seq DESC LIMIT :size

-- name: newer_than
SELECT body FROM objects
WHERE kind = :kind AND seq > :above AND created BETWEEN :since AND :until
  AND (CAST(:parent AS TEXT) IS NULL OR parent = :parent)
  AND (:labels = '[]' OR label IN (SELECT value FROM json_each(:labels)))
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:filters) AS f WHERE json_extract(body, f.key) IS NOT f.value)
ORDER BY seq LIMIT :size

-- name: open_sessions
SELECT body FROM objects WHERE kind = 'checkout.session' AND label = 'open' ORDER BY created LIMIT 1000

-- name: add_items
INSERT INTO line_items (session_id, body, kept) VALUES (:session_id, :body, :kept)

-- name: change_items
UPDATE line_items SET body = :body, kept = :kept WHERE session_id = :session_id

-- name: items
SELECT body FROM line_items WHERE session_id = :session_id

-- name: kept
SELECT kept FROM line_items WHERE session_id = :session_id
