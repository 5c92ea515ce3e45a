-- name: add
INSERT INTO order_links (token_hash, order_id, made_at) VALUES (:hash, :order_id, :at)

-- name: number_of
SELECT o.number FROM order_links l JOIN orders o ON o.id = l.order_id WHERE l.token_hash = :hash

-- name: claim
UPDATE orders SET person_id = :person_id, version = version + 1 WHERE id = :id AND person_id = 'guest'

-- The search of the desk knows an order by the name of whose it is.
-- name: find_by_name
UPDATE order_finds SET text = (
  SELECT o.number || ' ' || o.email || ' ' || p.name FROM orders o JOIN people p ON p.id = o.person_id
  WHERE o.id = :id
) WHERE order_id = :id
