-- name: offer
UPDATE shop SET offers_withdrawal = :wanted WHERE id = 1

-- name: add
INSERT INTO withdrawals (id, name, email, order_number, note, order_id, at)
VALUES (:id, :name, :email, :order_number, :note, :order_id, :at)

-- name: by_id
SELECT w.id, w.name, w.email, w.order_number, w.note, COALESCE(o.number, '') AS known, w.at, w.done_at, w.done_note
FROM withdrawals w LEFT JOIN orders o ON o.id = w.order_id WHERE w.id = :id

-- name: page
SELECT w.id, w.name, w.email, w.order_number, w.note, COALESCE(o.number, '') AS known, w.at, w.done_at, w.done_note
FROM withdrawals w LEFT JOIN orders o ON o.id = w.order_id
WHERE w.id < :after ORDER BY w.id DESC LIMIT :size

-- name: see_to
UPDATE withdrawals SET done_at = :at, done_note = :note WHERE id = :id AND done_at IS NULL
