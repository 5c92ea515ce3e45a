-- name: add
INSERT INTO carts (id, updated_at) VALUES (:id, :at) ON CONFLICT (id) DO UPDATE SET updated_at = :at

-- name: of_person
SELECT id FROM carts WHERE person_id = :person_id

-- name: give_to
UPDATE carts SET person_id = :person_id WHERE id = :id AND person_id IS NULL

-- name: add_for
INSERT INTO carts (id, person_id, updated_at) VALUES (:id, :person_id, :at)

-- name: owner
SELECT person_id FROM carts WHERE id = :id

-- name: lines
SELECT l.sku, p.slug, p.name, v.label, l.quantity, v.price AS unit_price,
  CASE WHEN p.published = 1 AND v.archived_at IS NULL THEN s.available + COALESCE((
    SELECT h.quantity FROM orders o JOIN holds h ON h.order_id = o.id AND h.sku = l.sku
    WHERE o.cart_id = l.cart_id AND o.state = 'open' AND h.state = 'held'
  ), 0) ELSE 0 END AS available,
  (SELECT i.id FROM pictures i WHERE i.product_id = p.id AND (i.sku = v.sku OR i.sku IS NULL)
   AND i.removed_at IS NULL ORDER BY i.sku IS NULL, i.position LIMIT 1) AS picture_id,
  p.category_id, p.published = 1 AND v.archived_at IS NULL AS for_sale, l.seen_price
FROM cart_lines l
JOIN variants v ON v.sku = l.sku
JOIN products p ON p.id = v.product_id
JOIN stock s ON s.sku = l.sku
WHERE l.cart_id = :cart_id
ORDER BY l.added_at, l.sku

-- name: held_by_own_order
SELECT h.quantity FROM orders o JOIN holds h ON h.order_id = o.id AND h.sku = :sku
WHERE o.cart_id = :cart_id AND o.state = 'open' AND h.state = 'held'

-- name: for_sale
SELECT v.sku FROM variants v JOIN products p ON p.id = v.product_id
WHERE v.sku = :sku AND v.archived_at IS NULL AND p.published = 1

-- name: count
SELECT COALESCE(SUM(quantity), 0) FROM cart_lines WHERE cart_id = :cart_id

-- name: quantity
SELECT quantity FROM cart_lines WHERE cart_id = :cart_id AND sku = :sku

-- name: set
INSERT INTO cart_lines (cart_id, sku, quantity, added_at, seen_price)
SELECT :cart_id, v.sku, :quantity, :at, v.price FROM variants v WHERE v.sku = :sku
ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity, seen_price = excluded.seen_price

-- name: seen_at
UPDATE cart_lines SET seen_price = :price WHERE cart_id = :cart_id AND sku = :sku

-- name: remove
DELETE FROM cart_lines WHERE cart_id = :cart_id AND sku = :sku

-- name: take_bought
UPDATE cart_lines SET quantity = quantity - :quantity
WHERE cart_id = :cart_id AND sku = :sku AND quantity > :quantity

-- name: drop_bought
DELETE FROM cart_lines WHERE cart_id = :cart_id AND sku = :sku AND quantity <= :quantity

-- name: carry_order
UPDATE orders SET cart_id = :own WHERE cart_id = :guest AND state = 'open'
  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = :own AND o.state = 'open')

-- What a guest has chosen last is what counts: where it goes, how, and at which discount.
-- name: carry_choices
UPDATE carts SET
  country = COALESCE((SELECT g.country FROM carts g WHERE g.id = :guest AND g.country <> ''), country),
  shipping_rate_id = COALESCE(
    (SELECT g.shipping_rate_id FROM carts g WHERE g.id = :guest AND g.country <> ''), shipping_rate_id
  ),
  discount_code = COALESCE(
    (SELECT g.discount_code FROM carts g WHERE g.id = :guest AND g.discount_code <> ''), discount_code
  )
WHERE id = :own

-- name: empty
DELETE FROM cart_lines WHERE cart_id = :cart_id

-- name: drop
DELETE FROM carts WHERE id = :cart_id AND person_id IS NULL

-- name: forget_code
UPDATE carts SET discount_code = '' WHERE id = :id
