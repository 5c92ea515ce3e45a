-- name: all
SELECT id, slug, name, description, parent_id FROM categories ORDER BY position, id LIMIT :most

-- name: by_name
SELECT id FROM categories WHERE name = :name COLLATE NOCASE LIMIT 1

-- name: by_slug
SELECT id FROM categories WHERE slug = :slug

-- name: meant
SELECT id FROM categories WHERE slug = :typed OR id = :typed LIMIT 1

-- name: one
SELECT id, slug, name, description, parent_id FROM categories WHERE id = :id

-- name: last_position
SELECT COALESCE(MAX(position), -1) FROM categories

-- name: describe
UPDATE categories SET name = :name, description = :description WHERE id = :id AND name = :seen

-- name: place
UPDATE categories SET position = :position WHERE id = :id AND position <> :position

-- name: put_inside
UPDATE categories SET parent_id = :parent_id WHERE id = :id
