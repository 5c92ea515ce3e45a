-- Variants of the same options are told together: a page looks at hundreds of them, of a few sizes and colours.
-- name: alike
SELECT v.options, group_concat(v.product_id) AS products
FROM json_each(:ids) j CROSS JOIN variants v
WHERE v.product_id = j.value AND v.archived_at IS NULL
GROUP BY v.options

-- name: alike_in_stock
SELECT v.options, group_concat(v.product_id) AS products
FROM json_each(:ids) j CROSS JOIN variants v CROSS JOIN stock s
WHERE v.product_id = j.value AND v.archived_at IS NULL AND s.sku = v.sku AND s.available > 0
GROUP BY v.options

-- name: values_of
SELECT o.option, o.value, COUNT(*) AS products
FROM json_each(:ids) j CROSS JOIN product_options o
WHERE o.product_id = j.value GROUP BY o.option, o.value
