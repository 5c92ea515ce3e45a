-- name: name_of
SELECT name FROM people WHERE id = :id

-- name: units_of
SELECT COALESCE(SUM(quantity), 0) FROM order_lines WHERE order_id = :order_id
