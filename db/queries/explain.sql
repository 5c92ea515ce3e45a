-- name: figures
SELECT sku, on_hand, held, available FROM stock WHERE sku = :sku

-- name: shares
SELECT kind, COUNT(*) AS count, SUM(on_hand_change) AS on_hand, SUM(held_change) AS held, MIN(seq) AS first
FROM (
  SELECT seq, kind, on_hand_change, held_change FROM movements WHERE sku = :sku ORDER BY seq DESC LIMIT :size
)
GROUP BY kind ORDER BY kind

-- name: balance_before
SELECT seq, on_hand_after AS on_hand, held_after AS held, at FROM movements
WHERE sku = :sku AND seq < :seq ORDER BY seq DESC LIMIT 1

-- name: holds
SELECT o.id AS order_id, o.number, o.state, h.quantity, o.placed_at, o.hold_until
FROM holds h JOIN orders o ON o.id = h.order_id
WHERE h.sku = :sku AND h.state = 'held' AND h.order_id < :after
ORDER BY h.order_id DESC LIMIT :size

-- name: on_hand
SELECT m.seq, m.kind, m.on_hand_change AS change, m.on_hand_after AS balance, m.reason, m.note,
  COALESCE(p.name, m.actor) AS actor, m.cause, o.number AS order_number, m.at
FROM movements m
LEFT JOIN people p ON p.id = SUBSTR(m.actor, 8)
LEFT JOIN orders o ON o.id = m.order_id
WHERE m.sku = :sku AND m.seq < :before AND m.on_hand_change <> 0
ORDER BY m.seq DESC LIMIT :size

-- name: held
SELECT m.seq, m.kind, m.held_change AS change, m.held_after AS balance, m.reason, m.note,
  COALESCE(p.name, m.actor) AS actor, m.cause, o.number AS order_number, m.at
FROM movements m
LEFT JOIN people p ON p.id = SUBSTR(m.actor, 8)
LEFT JOIN orders o ON o.id = m.order_id
WHERE m.sku = :sku AND m.seq < :before AND m.held_change <> 0
ORDER BY m.seq DESC LIMIT :size

-- name: available
SELECT m.seq, m.kind, m.on_hand_change - m.held_change AS change, m.on_hand_after - m.held_after AS balance,
  m.reason, m.note, COALESCE(p.name, m.actor) AS actor, m.cause, o.number AS order_number, m.at
FROM movements m
LEFT JOIN people p ON p.id = SUBSTR(m.actor, 8)
LEFT JOIN orders o ON o.id = m.order_id
WHERE m.sku = :sku AND m.seq < :before AND m.on_hand_change <> m.held_change
ORDER BY m.seq DESC LIMIT :size
