-- name: choices
SELECT country, shipping_rate_id, discount_code FROM carts WHERE id = :id

-- name: send_to
UPDATE carts SET country = :country, shipping_rate_id = :rate_id WHERE id = :id

-- name: use_code
UPDATE carts SET discount_code = :code WHERE id = :id
