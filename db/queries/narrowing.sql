-- name: variants
SELECT v.product_id, v.options, s.available
FROM json_each(:ids) j CROSS JOIN variants v CROSS JOIN stock s
WHERE v.product_id = j.value AND v.archived_at IS NULL AND s.sku = v.sku
