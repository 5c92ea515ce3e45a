-- Each walks one index, newest first, from one place down to another; what else is asked for is looked at row by
-- row, a bounded number of them at a time.

-- name: all_events
SELECT seq, at, actor, kind, object, before, after, why FROM events
WHERE seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: of_the_house
SELECT seq, at, actor, kind, object, before, after, why FROM events
WHERE kind NOT GLOB 'order.*' AND kind NOT GLOB 'payment.*' AND kind NOT GLOB 'refund.*'
  AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: by_person
SELECT seq, at, actor, kind, object, before, after, why FROM events
WHERE actor = :actor AND actor GLOB 'person:*' AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: of_object
SELECT seq, at, actor, kind, object, before, after, why FROM events
WHERE object = :object AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: moved
SELECT seq, at, actor, sku, on_hand_change, on_hand_after, reason, note FROM movements
WHERE kind = 'adjust' AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: moved_by
SELECT seq, at, actor, sku, on_hand_change, on_hand_after, reason, note FROM movements
WHERE kind = 'adjust' AND actor = :actor AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: moved_of
SELECT seq, at, actor, sku, on_hand_change, on_hand_after, reason, note FROM movements
WHERE kind = 'adjust' AND sku = :sku AND seq < :before_seq AND seq > :floor
ORDER BY seq DESC LIMIT :size

-- name: newest_event
SELECT seq FROM events WHERE seq > 0 ORDER BY seq DESC LIMIT 1

-- name: newest_movement
SELECT seq FROM movements WHERE seq > 0 ORDER BY seq DESC LIMIT 1

-- name: event_at
SELECT at FROM events WHERE seq >= :seq ORDER BY seq LIMIT 1

-- name: movement_at
SELECT at FROM movements WHERE seq >= :seq ORDER BY seq LIMIT 1

-- name: person_name
SELECT name FROM people WHERE id = :id

-- name: person_of_email
SELECT id FROM people WHERE email = :email

-- name: order_number
SELECT number FROM orders WHERE id = :id

-- name: order_of_number
SELECT id FROM orders WHERE number = :number

-- name: product_name
SELECT name FROM products WHERE id = :id

-- name: product_of_sku
SELECT product_id FROM variants WHERE sku = :sku
