-- name: by_code
SELECT id, code, kind, value, least, starts_at, ends_at, most_uses, most_a_person, uses, created_at, ended_at,
  version
FROM discounts WHERE code = :code

-- name: by_id
SELECT id, code, kind, value, least, starts_at, ends_at, most_uses, most_a_person, uses, created_at, ended_at,
  version
FROM discounts WHERE id = :id

-- name: id_of
SELECT id FROM discounts WHERE code = :code

-- name: page
SELECT id, code, kind, value, least, starts_at, ends_at, most_uses, most_a_person, uses, created_at, ended_at,
  version
FROM discounts WHERE id < :after ORDER BY id DESC LIMIT :size

-- name: own_use
SELECT 1 FROM orders o JOIN discount_uses u ON u.order_id = o.id
WHERE o.cart_id = :cart_id AND o.state = 'open' AND u.discount_id = :discount_id AND u.released_at IS NULL

-- name: used_by
SELECT COUNT(*) FROM discount_uses WHERE discount_id = :discount_id AND email = :email AND released_at IS NULL

-- name: take
UPDATE discounts SET uses = uses + 1
WHERE id = :id AND ended_at IS NULL AND (most_uses IS NULL OR uses < most_uses)

-- name: use
INSERT INTO discount_uses (order_id, discount_id, email, amount, at)
VALUES (:order_id, :discount_id, :email, :amount, :at)

-- name: release
UPDATE discount_uses SET released_at = :at WHERE order_id = :order_id AND released_at IS NULL

-- name: give_back
UPDATE discounts SET uses = uses - 1
WHERE id = (SELECT discount_id FROM discount_uses WHERE order_id = :order_id)

-- name: take_again
UPDATE discount_uses SET released_at = NULL WHERE order_id = :order_id AND released_at IS NOT NULL

-- name: count_again
UPDATE discounts SET uses = uses + 1
WHERE id = (SELECT discount_id FROM discount_uses WHERE order_id = :order_id)

-- name: add
INSERT INTO discounts (
  id, code, kind, value, least, starts_at, ends_at, most_uses, most_a_person, created_at
) VALUES (
  :id, :code, :kind, :value, :least, :starts_at, :ends_at, :most_uses, :most_a_person, :at
)

-- name: change
UPDATE discounts SET code = :code, kind = :kind, value = :value, least = :least, starts_at = :starts_at,
  ends_at = :ends_at, most_uses = :most_uses, most_a_person = :most_a_person, version = version + 1
WHERE id = :id AND version = :seen

-- name: end
UPDATE discounts SET ended_at = :at, version = version + 1 WHERE id = :id AND ended_at IS NULL

-- name: begin_again
UPDATE discounts SET ended_at = NULL, version = version + 1 WHERE id = :id AND ended_at IS NOT NULL

-- name: uses_of
SELECT u.order_id, o.number, u.email, u.amount, u.at, u.released_at
FROM discount_uses u JOIN orders o ON o.id = u.order_id
WHERE u.discount_id = :discount_id AND u.order_id < :after ORDER BY u.order_id DESC LIMIT :size
