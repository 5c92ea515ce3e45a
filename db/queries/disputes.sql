-- name: attempt_of_intent
SELECT id, order_id FROM payment_attempts
WHERE payment_intent = :payment_intent AND captured_currency IS NOT NULL

-- name: by_id
SELECT provider_id, order_id, amount, currency, status, reason, due_by, provider_seen_at, opened_at
FROM disputes WHERE provider_id = :id

-- name: of_order
SELECT provider_id, order_id, amount, currency, status, reason, due_by, provider_seen_at, opened_at
FROM disputes WHERE order_id = :order_id ORDER BY opened_at, provider_id

-- name: unsettled
SELECT provider_id FROM disputes
WHERE status NOT IN ('won', 'lost', 'warning_closed', 'prevented') ORDER BY opened_at LIMIT 1000

-- name: add
INSERT INTO disputes (
  provider_id, order_id, attempt_id, amount, currency, status, reason, due_by, provider_seen_at, opened_at
) VALUES (
  :id, :order_id, :attempt_id, :amount, :currency, :status, :reason, :due_by, :seen_at, :at
)

-- name: update
UPDATE disputes SET status = :status, amount = :amount, due_by = :due_by, provider_seen_at = :seen_at
WHERE provider_id = :id

-- name: add_warning
INSERT INTO fraud_warnings (provider_id, order_id, kind, at) VALUES (:id, :order_id, :kind, :at)
ON CONFLICT (provider_id) DO NOTHING

-- name: clear_warnings
UPDATE fraud_warnings SET cleared_at = :at WHERE order_id = :order_id AND cleared_at IS NULL

-- name: set_dispute_state
UPDATE orders SET version = version + 1, dispute_state = COALESCE((
  SELECT CASE
    WHEN d.status IN ('needs_response', 'under_review') THEN 'open'
    WHEN d.status IN ('warning_needs_response', 'warning_under_review') THEN 'inquiry'
    WHEN d.status IN ('lost', 'won') THEN d.status
    ELSE 'none' END
  FROM disputes d WHERE d.order_id = :order_id
  ORDER BY CASE d.status
    WHEN 'needs_response' THEN 1 WHEN 'under_review' THEN 1
    WHEN 'lost' THEN 2
    WHEN 'warning_needs_response' THEN 3 WHEN 'warning_under_review' THEN 3
    WHEN 'won' THEN 4 ELSE 5 END
  LIMIT 1
), 'none')
WHERE id = :order_id

-- name: set_ship_block
UPDATE orders SET ship_block = CASE
  WHEN dispute_state IN ('open', 'inquiry') THEN dispute_state
  WHEN EXISTS (
    SELECT 1 FROM fraud_warnings w WHERE w.order_id = :order_id AND w.cleared_at IS NULL
  ) THEN 'fraud_warning'
  ELSE '' END
WHERE id = :order_id
