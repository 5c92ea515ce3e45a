-- name: of_product
SELECT id, alt, sku, width, height FROM pictures WHERE product_id = :product_id AND removed_at IS NULL
ORDER BY position, id LIMIT :most

-- name: one
SELECT id, alt, sku, width, height FROM pictures
WHERE id = :id AND product_id = :product_id AND removed_at IS NULL

-- name: last_position
SELECT COALESCE(MAX(position), -1) FROM pictures WHERE product_id = :product_id

-- name: add
INSERT INTO pictures (id, product_id, sku, position, alt, media_type, width, height, data)
VALUES (:id, :product_id, NULL, :position, :alt, :media_type, :width, :height, :data)

-- name: add_width
INSERT INTO picture_widths (picture_id, width, data) VALUES (:id, :width, :data)

-- name: describe
UPDATE pictures SET alt = :alt, sku = :sku WHERE id = :id

-- name: place
UPDATE pictures SET position = :position WHERE id = :id AND position <> :position

-- name: remove
UPDATE pictures SET removed_at = :at WHERE id = :id AND product_id = :product_id AND removed_at IS NULL

-- name: bring_back
UPDATE pictures SET removed_at = NULL WHERE id = :id AND product_id = :product_id AND removed_at IS NOT NULL

-- name: variant_of
SELECT sku FROM variants WHERE sku = :sku AND product_id = :product_id

-- name: picture
SELECT media_type, data FROM pictures WHERE id = :id AND removed_at IS NULL

-- name: width
SELECT 'image/webp' AS media_type, w.data FROM picture_widths w JOIN pictures p ON p.id = w.picture_id
WHERE w.picture_id = :id AND w.width >= :width AND p.removed_at IS NULL ORDER BY w.width LIMIT 1
