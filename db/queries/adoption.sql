-- name: variant
SELECT v.sku, p.slug, p.name, v.label, s.available
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku = :sku
