-- name: add_category
INSERT INTO categories (id, slug, name, description, position, parent_id)
VALUES (:id, :slug, :name, :description, :position, :parent_id)

-- name: add_product
INSERT INTO products (id, slug, name, description, category_id, published, created_at)
VALUES (:id, :slug, :name, :description, :category_id, :published, :at)

-- name: add_variant
INSERT INTO variants (sku, product_id, label, options, price, position)
VALUES (:sku, :product_id, :label, :options, :price, :position)

-- name: add_picture
INSERT INTO pictures (id, product_id, sku, position, alt, media_type, width, height, data)
VALUES (:id, :product_id, :sku, :position, :alt, :media_type, :width, :height, :data)

-- name: categories
SELECT id, slug, name, description, parent_id FROM categories ORDER BY position LIMIT 50

-- name: category
SELECT id, slug, name, description, parent_id FROM categories WHERE slug = :slug

-- name: newest_cards
SELECT p.id AS product_id, p.slug, p.name, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  SUM(s.available) AS available
FROM (
  SELECT id, slug, name FROM products WHERE published = 1 ORDER BY id DESC LIMIT :size
) p
JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
JOIN stock s ON s.sku = v.sku
GROUP BY p.id ORDER BY p.id DESC

-- name: product
SELECT p.id, p.slug, p.name, p.description, c.slug AS category_slug, c.name AS category_name,
  c.id AS category_id
FROM products p JOIN categories c ON c.id = p.category_id
WHERE p.slug = :slug AND p.published = 1

-- name: variants
SELECT v.sku, v.label, v.options AS options_json, v.price, s.available,
  (SELECT i.id FROM pictures i WHERE i.product_id = v.product_id AND i.sku = v.sku
   AND i.removed_at IS NULL ORDER BY i.position LIMIT 1) AS picture_id,
  CASE WHEN (SELECT shows_lowest_price FROM shop WHERE id = 1) = 1 THEN v.prior_price END AS prior_price,
  s.held
FROM variants v JOIN stock s ON s.sku = v.sku
WHERE v.product_id = :product_id AND v.archived_at IS NULL
ORDER BY v.position LIMIT 200

-- name: pictures
SELECT id, alt, width, height FROM pictures WHERE product_id = :product_id AND removed_at IS NULL
ORDER BY position LIMIT 50

-- name: moved_to
SELECT p.slug FROM former_slugs f JOIN products p ON p.id = f.product_id
WHERE f.slug = :slug AND p.published = 1

-- name: price_row
SELECT v.product_id, v.sku, p.name, v.label, p.slug, v.price, v.version, p.published,
  v.options AS options_json, v.archived_at, v.prior_price, v.reduced_at, s.on_hand, s.available
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku = :sku AND v.product_id = :product_id

-- name: set_price
UPDATE variants SET price = :price, version = version + 1 WHERE sku = :sku AND version = :seen

-- name: any_product
SELECT id FROM products LIMIT 1

-- name: slug_of
SELECT p.slug FROM variants v CROSS JOIN products p
WHERE v.sku = :sku AND p.id = v.product_id AND p.published = 1

-- name: cards
SELECT p.id AS product_id, p.slug, p.name, MIN(v.price) AS price_from, MAX(v.price) AS price_to,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND i.removed_at IS NULL
   ORDER BY i.position LIMIT 1) AS picture_id,
  SUM(s.available) AS available
FROM json_each(:ids) j CROSS JOIN products p ON p.id = j.value
CROSS JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
CROSS JOIN stock s ON s.sku = v.sku
GROUP BY p.id
