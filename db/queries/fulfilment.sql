-- name: write_off
UPDATE orders SET discount = discount + :amount, total = total - :amount, version = version + 1
WHERE id = :id AND state = 'review'

-- name: paid_in_another_currency
SELECT a.id FROM payment_attempts a JOIN orders o ON o.id = a.order_id
WHERE a.order_id = :order_id AND a.captured > 0 AND a.captured_currency <> o.currency
