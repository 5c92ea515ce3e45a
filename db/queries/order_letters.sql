-- name: parcel
SELECT order_id, carrier, tracking FROM shipments WHERE id = :id

-- name: newest_order
SELECT id FROM orders WHERE person_id = :person_id ORDER BY id DESC LIMIT 1

-- name: followed_guest
SELECT id FROM orders
WHERE person_id = 'guest' AND id > :id AND (cart_id = :cart_id OR email = :email) LIMIT 1

-- What news is about is named by an order's id, a parcel's or a refund's, which tell themselves apart.
-- name: order_of
SELECT id FROM orders WHERE id = :id
UNION ALL SELECT order_id FROM shipments WHERE id = :id
UNION ALL SELECT order_id FROM refunds WHERE id = :id
