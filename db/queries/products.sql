-- name: facts
SELECT p.id, p.slug, p.name, p.description, p.category_id, c.slug AS category_slug,
  c.name AS category_name, p.state, p.version, p.created_at
FROM products p JOIN categories c ON c.id = p.category_id
WHERE p.id = :id

-- name: variants
SELECT v.product_id, v.sku, p.name, v.label, p.slug, v.price, v.version, p.published,
  v.options AS options_json, v.archived_at, v.prior_price, v.reduced_at, s.on_hand, s.available
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.product_id = :product_id
ORDER BY v.position LIMIT :most

-- name: slug_owner
SELECT id FROM products WHERE slug = :slug

-- name: sku_taken
SELECT sku FROM variants WHERE sku = :sku

-- name: category_exists
SELECT id FROM categories WHERE id = :id

-- name: describe
UPDATE products SET name = :name, description = :description, category_id = :category_id, slug = :slug,
  version = version + 1
WHERE id = :id AND version = :seen

-- name: remember_slug
INSERT INTO former_slugs (slug, product_id) VALUES (:slug, :product_id)
ON CONFLICT (slug) DO UPDATE SET product_id = :product_id

-- name: forget_slug
DELETE FROM former_slugs WHERE slug = :slug AND product_id = :product_id

-- name: move
UPDATE products SET published = :published, archived_at = :archived_at WHERE id = :id

-- name: describe_variant
UPDATE variants SET label = :label, options = :options, version = version + 1
WHERE sku = :sku AND version = :seen

-- name: archive_variant
UPDATE variants SET archived_at = :at, version = version + 1 WHERE sku = :sku

-- name: place_variant
UPDATE variants SET position = :position WHERE sku = :sku AND position <> :position
