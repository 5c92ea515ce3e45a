-- name: add
INSERT INTO endpoints (id, url, secret, configured) VALUES (:id, :url, :secret, :configured)

-- name: move
UPDATE endpoints SET url = :url WHERE id = :id

-- name: replace
UPDATE endpoints SET secret = :secret, replaced = :replaced, replaced_until = :until WHERE id = :id

-- name: secret
SELECT secret FROM endpoints WHERE id = :id

-- name: configure
UPDATE endpoints SET secret = :secret, configured = :secret, replaced = '', replaced_until = 0 WHERE id = :id

-- name: configured
SELECT id, configured FROM endpoints WHERE configured IS NOT NULL

-- name: remove
DELETE FROM endpoints WHERE id = :id

-- name: remove_object
DELETE FROM objects WHERE id = :id AND kind = 'webhook_endpoint'

-- name: adopt
UPDATE deliveries SET endpoint_id = :id WHERE endpoint_id = :url

-- name: enabled
SELECT body FROM objects WHERE kind = 'webhook_endpoint' AND label = 'enabled' ORDER BY seq

-- name: how_many
SELECT COUNT(*) FROM endpoints
