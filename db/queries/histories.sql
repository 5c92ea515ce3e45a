-- What an order's events and its movements say of it. A step is an event with a state before it, or the order's
-- beginning; `:ways` is a list such as '|open>closed|processing>closed|'.

-- name: ways_taken
SELECT DISTINCT before || '>' || after FROM events
WHERE kind LIKE 'order.%' AND (before <> '' OR kind IN ('order.placed', 'order.adopted'))

-- name: first_that_went
SELECT 'order ' || COALESCE(o.number, e.object) || ' went from ' || e.before || ' to ' || e.after
  || ' (event ' || e.seq || ')'
FROM events e LEFT JOIN orders o ON 'order:' || o.id = e.object
WHERE e.before || '>' || e.after = :way AND e.kind LIKE 'order.%' ORDER BY e.seq LIMIT 1

-- name: that_break_off
SELECT 'order ' || COALESCE(o.number, s.object) || ' went to ' || s.after || ' from ' || s.before || ', it was '
  || COALESCE(NULLIF(s.was, ''), 'nothing') || ' (event ' || s.seq || ')'
FROM (
  SELECT seq, object, before, after, LAG(after, 1, '') OVER (PARTITION BY object ORDER BY seq) AS was FROM events
  WHERE kind LIKE 'order.%' AND (before <> '' OR kind IN ('order.placed', 'order.adopted'))
) s
LEFT JOIN orders o ON o.id = SUBSTR(s.object, 7)
WHERE s.before <> s.was OR o.id IS NULL ORDER BY s.seq LIMIT 1

-- name: that_end_elsewhere
SELECT 'order ' || number || ' is ' || state || ', its history ends at ' || COALESCE(ended, 'nothing') FROM (
  SELECT o.number, o.state, (
    SELECT e.after FROM events e
    WHERE e.object = 'order:' || o.id AND e.kind LIKE 'order.%' AND (e.before <> '' OR e.kind IN ('order.placed', 'order.adopted'))
    ORDER BY e.seq DESC LIMIT 1
  ) AS ended
  FROM orders o
) told
WHERE state IS DISTINCT FROM ended LIMIT 1

-- name: steps_without_their_movements
SELECT 'order ' || o.number || ' went from ' || e.before || ' to ' || e.after || ', but its ' || l.sku
  || ' has no ' || :kind || ' (event ' || e.seq || ')'
FROM events e
JOIN order_lines l ON l.order_id = SUBSTR(e.object, 7)
JOIN orders o ON o.id = l.order_id
WHERE e.kind LIKE 'order.%' AND :ways LIKE '%|' || e.before || '>' || e.after || '|%' AND NOT EXISTS (
  -- The kinds by name, so that the index that holds each of them once can be used.
  SELECT 1 FROM movements m WHERE m.order_id = l.order_id AND m.sku = l.sku AND m.kind = :kind
    AND m.kind IN ('hold', 'release', 'commit', 'retake')
)
LIMIT 1

-- name: put_back_otherwise
SELECT 'order ' || o.number || ': ' || h.returned || ' of ' || h.sku || ' put back, its movements say '
  || COALESCE(m.units, 0)
FROM holds h JOIN orders o ON o.id = h.order_id
LEFT JOIN (
  SELECT order_id, sku, SUM(on_hand_change) AS units FROM movements WHERE kind = 'restock' GROUP BY order_id, sku
) m ON m.order_id = h.order_id AND m.sku = h.sku
WHERE h.returned <> COALESCE(m.units, 0) OR (h.state = 'returned' AND h.returned <> h.quantity)
LIMIT 1

-- name: movements_without_their_step
SELECT 'order ' || o.number || ' has a ' || w.kind || ' of ' || w.sku || ', but never took a step with one'
FROM (
  SELECT order_id, kind, MIN(sku) AS sku FROM movements
  WHERE order_id IS NOT NULL AND kind IN ('hold', 'release', 'commit', 'retake') GROUP BY order_id, kind
) w
JOIN orders o ON o.id = w.order_id
WHERE NOT EXISTS (
  SELECT 1 FROM events e WHERE e.object = 'order:' || w.order_id AND e.kind LIKE 'order.%'
    AND CASE w.kind WHEN 'hold' THEN :hold WHEN 'release' THEN :release WHEN 'commit' THEN :commit ELSE :retake END
      LIKE '%|' || e.before || '>' || e.after || '|%'
)
LIMIT 1

-- name: movements_that_do_not_fit_their_line
SELECT 'movement ' || m.seq || ': ' || m.kind || ' ' || m.on_hand_change || '/' || m.held_change || ' of '
  || m.sku || ', the order''s line has ' || COALESCE(l.quantity, 0)
FROM movements m LEFT JOIN order_lines l ON l.order_id = m.order_id AND l.sku = m.sku
WHERE CASE
  WHEN m.kind = 'adjust' AND m.order_id IS NULL AND m.held_change = 0 THEN 1
  WHEN m.kind = 'hold' AND m.on_hand_change = 0 AND m.held_change = l.quantity THEN 1
  WHEN m.kind = 'release' AND m.on_hand_change = 0 AND m.held_change = -l.quantity THEN 1
  WHEN m.kind = 'commit' AND m.on_hand_change = -l.quantity AND m.held_change = -l.quantity THEN 1
  WHEN m.kind = 'retake' AND m.on_hand_change = -l.quantity AND m.held_change = 0 THEN 1
  WHEN m.kind = 'restock' AND m.on_hand_change BETWEEN 1 AND l.quantity AND m.held_change = 0 THEN 1
  ELSE 0 END = 0
ORDER BY m.seq LIMIT 1

-- name: more_put_back_than_taken
SELECT 'order ' || o.number || ': ' || SUM(m.on_hand_change) || ' more of ' || m.sku || ' put back than taken'
FROM movements m JOIN orders o ON o.id = m.order_id
WHERE m.order_id IN (SELECT r.order_id FROM movements r WHERE r.kind = 'restock')
GROUP BY m.order_id, m.sku, o.number HAVING SUM(m.on_hand_change) > 0 LIMIT 1
