-- name: lines
SELECT l.sku, l.name, l.label, COALESCE(c.name, '') AS category, COALESCE(c.position, 1000000) AS shelf, l.quantity,
  l.unit_price AS price,  COALESCE(h.returned, 0) AS back
FROM order_lines l
LEFT JOIN holds h ON h.order_id = l.order_id AND h.sku = l.sku
LEFT JOIN variants v ON v.sku = l.sku
LEFT JOIN products p ON p.id = v.product_id
LEFT JOIN categories c ON c.id = p.category_id
WHERE l.order_id = :order_id ORDER BY l.position

-- name: name_of
SELECT name FROM people WHERE id = :id
