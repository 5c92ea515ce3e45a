-- name: lines
SELECT l.sku, l.slug, l.name, l.label, l.quantity, l.unit_price, l.discount, l.tax, l.tax_rate,
  CASE WHEN o.tax_included > 0 THEN 0 ELSE l.tax END AS added, COALESCE(h.returned, 0) AS back
FROM order_lines l JOIN orders o ON o.id = l.order_id
LEFT JOIN holds h ON h.order_id = l.order_id AND h.sku = l.sku
WHERE l.order_id = :order_id ORDER BY l.position

-- name: sold
SELECT COALESCE(SUM(units), 0) AS units, COALESCE(SUM(amount), 0) AS amount FROM sales_of_variants WHERE sku = :sku
