-- name: lines
SELECT l.sku, l.slug, l.name, l.label, l.quantity, l.unit_price, COALESCE(h.returned, 0) AS back
FROM order_lines l LEFT JOIN holds h ON h.order_id = l.order_id AND h.sku = l.sku
WHERE l.order_id = :order_id ORDER BY l.position

-- name: sold
SELECT COALESCE(SUM(units), 0) AS units, COALESCE(SUM(amount), 0) AS amount FROM sales_of_variants WHERE sku = :sku
