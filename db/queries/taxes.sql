-- name: terms
SELECT prices_include_tax, home_country FROM shop WHERE id = 1

-- name: agree
UPDATE shop SET prices_include_tax = :included, home_country = :home_country WHERE id = 1

-- A category's own rate goes before the standard one.
-- name: rate
SELECT rate FROM tax_rates WHERE country = :country AND category_id IN (:category_id, '')
ORDER BY category_id DESC LIMIT 1

-- name: rates
SELECT t.country, t.category_id, c.name AS category, t.rate, t.version
FROM tax_rates t LEFT JOIN categories c ON c.id = t.category_id ORDER BY t.country, t.category_id

-- name: one
SELECT t.country, t.category_id, c.name AS category, t.rate, t.version
FROM tax_rates t LEFT JOIN categories c ON c.id = t.category_id
WHERE t.country = :country AND t.category_id = :category_id

-- name: category
SELECT id FROM categories WHERE id = :id

-- name: save
INSERT INTO tax_rates (country, category_id, rate) VALUES (:country, :category_id, :rate)
ON CONFLICT (country, category_id) DO UPDATE SET rate = excluded.rate, version = version + 1

-- name: drop
DELETE FROM tax_rates WHERE country = :country AND category_id = :category_id
