-- name: parcel
SELECT order_id, carrier, tracking FROM shipments WHERE id = :id

-- name: newest_order
SELECT id FROM orders WHERE person_id = :person_id ORDER BY id DESC LIMIT 1

-- name: followed_guest
SELECT id FROM orders
WHERE person_id = 'guest' AND id > :id AND (cart_id = :cart_id OR email = :email) LIMIT 1
