-- name: any_zone
SELECT id FROM shipping_zones LIMIT 1

-- name: countries
SELECT country FROM shipping_countries ORDER BY country

-- A country's own zone goes before that of everywhere else.
-- name: zone_of
SELECT zone_id FROM shipping_countries WHERE country IN (:country, '*') ORDER BY country DESC LIMIT 1

-- name: zone_named
SELECT zone_id FROM shipping_countries WHERE country = :country

-- name: rates_of
SELECT id, zone_id, name, days, price, from_value, free_from, version FROM shipping_rates
WHERE zone_id = :zone_id ORDER BY position, id

-- name: zones
SELECT id, name FROM shipping_zones ORDER BY position, id

-- name: zone
SELECT id, name FROM shipping_zones WHERE id = :id

-- name: countries_of
SELECT country FROM shipping_countries WHERE zone_id = :zone_id ORDER BY country

-- name: add_zone
INSERT INTO shipping_zones (id, name, position)
SELECT :id, :name, COALESCE(MAX(position), 0) + 1 FROM shipping_zones

-- name: name_zone
UPDATE shipping_zones SET name = :name WHERE id = :id

-- name: drop_zone
DELETE FROM shipping_zones WHERE id = :id

-- name: add_country
INSERT INTO shipping_countries (country, zone_id) VALUES (:country, :zone_id)

-- name: drop_countries
DELETE FROM shipping_countries WHERE zone_id = :zone_id

-- name: add_rate
INSERT INTO shipping_rates (id, zone_id, name, days, price, from_value, free_from, position)
SELECT :id, :zone_id, :name, :days, :price, :from_value, :free_from, COALESCE(MAX(position), 0) + 1
FROM shipping_rates WHERE zone_id = :zone_id

-- name: change_rate
UPDATE shipping_rates SET name = :name, days = :days, price = :price, from_value = :from_value,
  free_from = :free_from, version = version + 1
WHERE id = :id AND version = :seen

-- name: drop_rate
DELETE FROM shipping_rates WHERE id = :id

-- name: drop_rates
DELETE FROM shipping_rates WHERE zone_id = :zone_id
