-- Everything that waits for a person; each part reads an index that holds only what waits.

-- name: entries
SELECT 'review' AS kind, o.number AS subject, o.number AS "order", o.placed_at AS since,
  CASE WHEN o.captured = 0 THEN 'A payment does not fit this order, in its amount, currency or kind.'
    ELSE 'The money that arrived does not fit this order.' END AS text, NULL AS due_by
FROM orders o WHERE o.state = 'review'
UNION ALL
SELECT 'money', o.number, o.number, o.placed_at,
  'This order is closed, and money of it has neither a refund nor a dispute.', NULL
FROM orders o WHERE o.unowned > 0
UNION ALL
SELECT 'refund', r.id, o.number, r.updated_at,
  'A refund did not go through: the shopper has not got the money.', NULL
FROM refunds r JOIN orders o ON o.id = r.order_id
WHERE r.state IN ('failed', 'canceled') AND r.resolved_at IS NULL
UNION ALL
SELECT 'dispute', o.number, o.number, d.opened_at,
  'A bank asks about this payment (' || d.reason || ', ' || d.status || '): answer at Stripe in time.', d.due_by
FROM disputes d JOIN orders o ON o.id = d.order_id
WHERE d.status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
  AND d.status IN ('needs_response', 'warning_needs_response')
UNION ALL
SELECT 'fraud', o.number, o.number, w.at,
  'The card''s network warns of fraud (' || w.kind || '): refund it, or clear the warning.', NULL
FROM fraud_warnings w CROSS JOIN orders o
WHERE o.id = w.order_id AND w.cleared_at IS NULL AND o.state IN ('confirmed', 'packed')
UNION ALL
SELECT 'event', e.id, '', e.received_at, e.type || ' ' || e.id || ': ' || e.note, NULL
FROM stripe_events e WHERE e.result = 'parked'
UNION ALL
SELECT 'outbox', b.id, '', b.created_at, b.kind || ' was given up: ' || b.last_error, NULL
FROM outbox b WHERE b.state = 'dead'
UNION ALL
SELECT 'ledger', f.key, COALESCE(o.number, ''), f.found_at, f.text, NULL
FROM findings f LEFT JOIN orders o ON o.id = f.order_id
UNION ALL
SELECT 'withdrawal', w.id, COALESCE(o.number, ''), w.at, w.name || ' withdraws from the contract about order ' || w.order_number
  || '.', NULL
FROM withdrawals w LEFT JOIN orders o ON o.id = w.order_id WHERE w.done_at IS NULL
ORDER BY 4 LIMIT :size

-- name: unowned_payment
SELECT SUBSTR(f.key, 9) FROM findings f
WHERE f.key = :key AND f.order_id IS NULL AND f.key LIKE 'payment:%'
