-- name: up_to_a_hundred
SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = :state LIMIT 100)
