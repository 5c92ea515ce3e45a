-- name: history
SELECT m.seq, m.sku, m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after, m.reason,
  m.note, COALESCE(p.name, m.actor) AS actor, m.cause, o.number AS order_number, m.at,
  t.seq AS taken_back_by
FROM movements m
LEFT JOIN people p ON p.id = SUBSTR(m.actor, 8)
LEFT JOIN orders o ON o.id = m.order_id
LEFT JOIN movements t ON t.cause = 'undo:' || m.seq AND t.cause GLOB 'undo:*'
WHERE m.sku = :sku AND m.seq < :before
ORDER BY m.seq DESC LIMIT :size

-- name: movement
SELECT m.seq, m.sku, m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after, m.reason,
  m.note, COALESCE(p.name, m.actor) AS actor, m.cause, o.number AS order_number, m.at,
  t.seq AS taken_back_by
FROM movements m
LEFT JOIN people p ON p.id = SUBSTR(m.actor, 8)
LEFT JOIN orders o ON o.id = m.order_id
LEFT JOIN movements t ON t.cause = 'undo:' || m.seq AND t.cause GLOB 'undo:*'
WHERE m.seq = :seq AND m.sku = :sku

-- name: as_of
SELECT seq, on_hand, held, at FROM (
  SELECT seq, on_hand_after AS on_hand, held_after AS held, at FROM movements
  WHERE sku = :sku AND at <= :at ORDER BY at DESC LIMIT 50
) latest ORDER BY seq DESC LIMIT 1
