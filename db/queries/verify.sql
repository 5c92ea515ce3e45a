-- Each statement selects the rows that break an invariant, worst named first; an empty answer is a proof.

-- name: negative_stock
SELECT sku || ': on hand ' || on_hand || ', held ' || held FROM stock
WHERE on_hand < 0 OR held < 0 OR held > on_hand LIMIT 1

-- name: stock_without_its_movements
SELECT s.sku || ': counters say ' || s.on_hand || '/' || s.held || ', movements sum to '
  || COALESCE(m.on_hand, 0) || '/' || COALESCE(m.held, 0)
FROM stock s LEFT JOIN (
  SELECT sku, SUM(on_hand_change) AS on_hand, SUM(held_change) AS held FROM movements GROUP BY sku
) m ON m.sku = s.sku
WHERE s.on_hand <> COALESCE(m.on_hand, 0) OR s.held <> COALESCE(m.held, 0) LIMIT 1

-- name: low_by_mistake
SELECT s.sku || ': ' || s.available || ' available is ' || CASE s.low WHEN 1 THEN 'low' ELSE 'not low' END
  || ' in the books, its threshold is ' || COALESCE(s.threshold, h.threshold)
FROM stock s CROSS JOIN shop h
WHERE s.low <> (s.available <= COALESCE(s.threshold, h.threshold))
  OR (s.low = 0 AND EXISTS (SELECT 1 FROM alerts a WHERE a.sku = s.sku AND a.closed_at IS NULL))
LIMIT 1

-- name: movements_that_do_not_follow
SELECT 'movement ' || seq || ' of ' || sku FROM (
  SELECT seq, sku, on_hand_after, held_after, on_hand_change, held_change,
    LAG(on_hand_after, 1, 0) OVER of_sku AS on_hand_before,
    LAG(held_after, 1, 0) OVER of_sku AS held_before
  FROM movements WINDOW of_sku AS (PARTITION BY sku ORDER BY seq)
) chained
WHERE on_hand_before + on_hand_change <> on_hand_after OR held_before + held_change <> held_after
ORDER BY seq LIMIT 1

-- name: next_movements
SELECT MAX(seq) FROM (SELECT seq FROM movements WHERE seq > :after ORDER BY seq LIMIT :size) following

-- name: movements_off_the_chain
SELECT 'movement ' || m.seq || ' of ' || m.sku || CASE
  WHEN b.seq IS NULL AND m.seq <> 1 THEN ': movement ' || (m.seq - 1) || ' is missing'
  ELSE ': it, or the movement before it, was changed' END
FROM movements m LEFT JOIN movements b ON b.seq = m.seq - 1
WHERE m.seq > :after AND m.seq <= :until AND m.hash IS DISTINCT FROM chained(COALESCE(b.hash, ''), m.seq, m.sku,
  m.kind, m.on_hand_change, m.held_change, m.on_hand_after, m.held_after, m.reason, m.note, m.actor, m.cause,
  m.order_id, m.at)
ORDER BY m.seq LIMIT 1

-- name: head_against_the_ledger
SELECT 'the head says ' || COALESCE(h.seq, 0) || ' movements, there are ' || n.movements
  || CASE WHEN h.seq = l.seq THEN '' ELSE ', the last is movement ' || COALESCE(l.seq, 0) END
FROM (SELECT COUNT(*) AS movements FROM movements) n
LEFT JOIN ledger_head h ON h.id = 1
LEFT JOIN movements l ON l.seq = (SELECT MAX(seq) FROM movements)
WHERE h.seq IS DISTINCT FROM n.movements OR h.seq IS DISTINCT FROM COALESCE(l.seq, 0)
  OR h.hash IS DISTINCT FROM COALESCE(l.hash, '')

-- name: head
SELECT seq, hash FROM ledger_head WHERE id = 1

-- name: hash_of
SELECT hash FROM movements WHERE seq = :seq

-- name: stock_held_by_nobody
SELECT s.sku || ': ' || s.held || ' held, open orders hold ' || COALESCE(h.held, 0)
FROM stock s LEFT JOIN (
  SELECT sku, SUM(quantity) AS held FROM holds WHERE state = 'held' GROUP BY sku
) h ON h.sku = s.sku
WHERE s.held <> COALESCE(h.held, 0) LIMIT 1

-- name: payments_without_an_owner
SELECT 'order ' || o.number || ': ' || a.captured || ' ' || a.captured_currency
  || ' captured, order is ' || o.state
FROM payment_attempts a JOIN orders o ON o.id = a.order_id
WHERE a.captured > 0 AND o.state NOT IN ('confirmed', 'packed', 'shipped', 'review')
  AND NOT EXISTS (
    SELECT 1 FROM disputes d WHERE d.order_id = a.order_id AND d.attempt_id = a.id
      AND d.status IN ('needs_response', 'under_review', 'lost')
  )
  AND o.unowned = 0 AND a.captured > COALESCE((
    SELECT SUM(r.amount) FROM refunds r
    WHERE r.attempt_id = a.id AND (
      r.state IN ('requested', 'submitted', 'succeeded') OR r.resolved_at IS NULL OR r.settled = 1
    )
  ), 0)
LIMIT 1

-- name: orders_without_their_money
SELECT 'order ' || number || ' is ' || state || ' with ' || captured || ' of ' || total FROM orders
WHERE state IN ('confirmed', 'packed', 'shipped') AND captured < total LIMIT 1

-- name: holds_against_their_order
SELECT 'order ' || o.number || ' is ' || o.state || ', its ' || h.sku || ' is ' || h.state
FROM holds h JOIN orders o ON o.id = h.order_id
WHERE NOT (
  (o.state IN ('open', 'processing', 'review') AND h.state = 'held')
  OR (o.state IN ('confirmed', 'packed', 'shipped') AND h.state IN ('committed'))
  OR (o.state = 'closed' AND h.state IN ('released', 'returned'))
  -- What an admin did not put back on the shelf stays taken.
  OR (o.state = 'closed' AND o.closed_reason IN ('cancelled', 'refunded') AND h.state = 'committed')
) LIMIT 1

-- name: lines_without_their_hold
SELECT 'order ' || o.number || ', line ' || l.sku
FROM order_lines l JOIN orders o ON o.id = l.order_id
LEFT JOIN holds h ON h.order_id = l.order_id AND h.sku = l.sku
WHERE h.quantity IS NULL OR h.quantity <> l.quantity LIMIT 1

-- name: effects_that_happened_twice
SELECT 'order ' || o.number || ': ' || m.kind || ' of ' || m.sku || ' ' || m.times || ' times'
FROM (
  SELECT order_id, sku, kind, COUNT(*) AS times FROM movements
  WHERE order_id IS NOT NULL AND kind IN ('hold', 'release', 'commit', 'retake')
  GROUP BY order_id, sku, kind HAVING COUNT(*) > 1
) m JOIN orders o ON o.id = m.order_id LIMIT 1

-- name: booked_twice
SELECT what || ' ' || id || ' is booked ' || times || ' times' FROM (
  SELECT 'event' AS what, id, COUNT(*) AS times FROM stripe_events GROUP BY id HAVING COUNT(*) > 1
  UNION ALL
  SELECT 'session', session_id, COUNT(*) FROM payment_attempts
  WHERE session_id IS NOT NULL GROUP BY session_id HAVING COUNT(*) > 1
  UNION ALL
  SELECT 'payment', payment_intent, COUNT(*) FROM payment_attempts
  WHERE payment_intent IS NOT NULL GROUP BY payment_intent HAVING COUNT(*) > 1
  UNION ALL
  SELECT 'refund', provider_id, COUNT(*) FROM refunds
  WHERE provider_id IS NOT NULL GROUP BY provider_id HAVING COUNT(*) > 1
) booked LIMIT 1

-- name: orders_whose_sums_differ
SELECT 'order ' || o.number || ': lines sum to ' || COALESCE(SUM(l.quantity * l.unit_price), 0)
  || ', subtotal ' || o.subtotal || ', total ' || o.total
FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id
GROUP BY o.id
HAVING COALESCE(SUM(l.quantity * l.unit_price), 0) <> o.subtotal
  OR o.subtotal + o.shipping + o.tax - o.discount <> o.total LIMIT 1

-- name: orders_whose_payments_differ
SELECT 'order ' || o.number || ': captured ' || o.captured || ', refunded ' || o.refunded FROM orders o
WHERE o.captured <> COALESCE((
    SELECT SUM(a.captured) FROM payment_attempts a
    WHERE a.order_id = o.id AND a.captured_currency = o.currency
  ), 0)
  OR o.refunded <> COALESCE((
    SELECT SUM(r.amount) FROM refunds r
    WHERE r.order_id = o.id AND r.state = 'succeeded' AND r.currency = o.currency
  ), 0)
LIMIT 1

-- name: refunds_beyond_the_payment
SELECT 'order ' || o.number || ': ' || SUM(r.amount) || ' refunded of ' || a.captured
FROM refunds r JOIN payment_attempts a ON a.id = r.attempt_id JOIN orders o ON o.id = r.order_id
WHERE r.state IN ('submitted', 'succeeded')
GROUP BY r.attempt_id, o.number, a.captured HAVING SUM(r.amount) > a.captured LIMIT 1

-- name: paid_in_another_currency
SELECT 'order ' || o.number || ' in ' || o.currency || ', payment in ' || a.currency
FROM payment_attempts a JOIN orders o ON o.id = a.order_id WHERE a.currency <> o.currency LIMIT 1

-- name: count_orders
SELECT COUNT(*) FROM orders

-- name: count_movements
SELECT COUNT(*) FROM movements

-- name: count_reviews
SELECT COUNT(*) FROM orders WHERE state = 'review'

-- name: count_waiting_for_a_person
SELECT (SELECT COUNT(*) FROM stripe_events WHERE result = 'parked')
  + (SELECT COUNT(*) FROM outbox WHERE state = 'dead')
  + (SELECT COUNT(*) FROM refunds WHERE state IN ('failed', 'canceled') AND resolved_at IS NULL)
  + (SELECT COUNT(*) FROM orders WHERE unowned > 0) + (SELECT COUNT(*) FROM findings)

-- name: pages
PRAGMA integrity_check(1)

-- What a payment in review lacked was written off as a discount of no line.
-- name: shares_that_do_not_add_up
SELECT 'order ' || o.number || ': its lines have ' || SUM(l.discount) || ' of the discount ' || o.discount || ' and '
  || SUM(l.tax) || ' of the tax ' || (o.tax + o.tax_included)
FROM orders o JOIN order_lines l ON l.order_id = o.id
GROUP BY o.id, o.number, o.discount, o.tax, o.tax_included, o.shipping_tax
HAVING SUM(l.discount) > o.discount OR (SUM(l.tax) > 0 AND SUM(l.tax) + o.shipping_tax <> o.tax + o.tax_included)
LIMIT 1

-- name: codes_used_otherwise
SELECT 'code ' || d.code || ': ' || d.uses || ' uses are counted, ' || COUNT(u.order_id) || ' are written down'
FROM discounts d LEFT JOIN discount_uses u ON u.discount_id = d.id AND u.released_at IS NULL
GROUP BY d.id, d.code, d.uses HAVING d.uses <> COUNT(u.order_id) LIMIT 1

-- name: series_with_gaps
SELECT s.kind || ' ' || s.year || ': ' || s.last || ' numbers are drawn, ' || COUNT(i.seq) || ' are issued'
FROM invoice_series s LEFT JOIN invoices i ON i.kind = s.kind AND i.year = s.year
GROUP BY s.kind, s.year, s.last HAVING COUNT(i.seq) <> s.last OR MAX(i.number) <> s.last LIMIT 1

-- name: invoices_of_another_amount
SELECT i.kind || ' ' || i.year || '-' || i.number || ' says ' || i.amount FROM invoices i
JOIN orders o ON o.id = i.order_id LEFT JOIN refunds r ON r.id = i.refund_id
WHERE i.amount <> CASE i.kind WHEN 'invoice' THEN o.total ELSE -r.amount END LIMIT 1

-- name: shown_otherwise
SELECT 'product ' || p.slug || ': the shelves say '
  || COALESCE(f.price || iif(f.shown, ', shown', ', hidden') || iif(f.in_stock, ', in stock', ', sold out'), 'nothing')
  || '; the books ' || p.price || iif(p.shown, ', shown', ', hidden') || iif(p.in_stock, ', in stock', ', sold out')
FROM (
  SELECT p.id, p.slug, p.category_id, COALESCE(MIN(v.price), 0) AS price,
    p.published = 1 AND p.archived_at IS NULL AND COUNT(v.sku) > 0 AS shown,
    COALESCE(MAX(s.available > 0), 0) AS in_stock
  FROM products p LEFT JOIN variants v ON v.product_id = p.id AND v.archived_at IS NULL
  LEFT JOIN stock s ON s.sku = v.sku
  GROUP BY p.id
) p LEFT JOIN product_finds f ON f.product_id = p.id
WHERE (f.category_id, f.price, f.shown, f.in_stock) IS NOT (p.category_id, p.price, p.shown, p.in_stock) LIMIT 1

-- name: options_told_otherwise
WITH told AS (
  SELECT DISTINCT f.product_id, o.key AS option, o.value, f.category_id, f.price
  FROM product_finds f CROSS JOIN variants v CROSS JOIN json_each(v.options) o
  WHERE f.shown = 1 AND v.product_id = f.product_id AND v.archived_at IS NULL AND o.type = 'text'
), kept AS (SELECT product_id, option, value, category_id, price FROM product_options)
SELECT 'product ' || p.slug || ': ' || one.option || ' ' || one.value FROM (
  SELECT * FROM (SELECT * FROM told EXCEPT SELECT * FROM kept)
  UNION ALL
  SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM told)
) one LEFT JOIN products p ON p.id = one.product_id LIMIT 1

-- name: options_miscounted
SELECT COALESCE(c.option || ' ' || c.value, o.option || ' ' || o.value) || ': ' || COALESCE(c.products, 0)
  || ' products are counted, ' || COALESCE(o.products, 0) || ' have it'
FROM option_counts c FULL JOIN (
  SELECT category_id, option, value, COUNT(*) AS products FROM product_options GROUP BY category_id, option, value
) o ON (o.category_id, o.option, o.value) = (c.category_id, c.option, c.value)
WHERE c.products IS NOT o.products LIMIT 1
