-- name: slugs
SELECT id, slug FROM products WHERE published = 1 AND id > :after ORDER BY id LIMIT :size

-- name: newest
SELECT p.id, p.slug, p.name, p.description, p.created_at,
  (SELECT MIN(v.price) FROM variants v WHERE v.product_id = p.id AND v.archived_at IS NULL) AS price_from
FROM products p WHERE p.published = 1 ORDER BY p.id DESC LIMIT :size
