-- name: variant
SELECT v.sku, p.slug, p.name, v.label, s.available
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku = :sku

-- name: sold_out
UPDATE orders SET state = 'closed', closed_reason = 'expired', hold_until = NULL, version = version + 1
WHERE id = :id AND state = 'open'
