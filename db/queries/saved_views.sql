-- name: add
INSERT INTO saved_views (id, path, query, name, actor, at) VALUES (:id, :path, :query, :name, :actor, :at)
ON CONFLICT (path, name) DO NOTHING

-- name: of_path
SELECT id, path, query, name FROM saved_views WHERE path = :path ORDER BY name LIMIT :most

-- name: every
SELECT id, path, query, name FROM saved_views ORDER BY path, name LIMIT :most

-- name: by_id
SELECT id, path, query, name FROM saved_views WHERE id = :id

-- name: named
SELECT id, path, query, name FROM saved_views WHERE path = :path AND name = :name

-- name: forget
DELETE FROM saved_views WHERE id = :id
