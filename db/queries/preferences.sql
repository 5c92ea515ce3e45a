-- name: show
SELECT shows_lowest_price FROM shop WHERE id = 1

-- name: change
UPDATE shop SET shows_lowest_price = :shows_lowest_price WHERE id = 1
