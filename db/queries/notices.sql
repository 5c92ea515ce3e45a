-- name: ask
INSERT INTO notices (id, sku, email, token_hash, state, since, expires_at)
VALUES (:id, :sku, :email, :hash, 'asked', :at, :until)
ON CONFLICT (email, sku) DO UPDATE SET token_hash = :hash, state = 'asked', since = :at, expires_at = :until
WHERE state <> 'waiting'

-- name: hash_of
SELECT token_hash FROM notices WHERE email = :email AND sku = :sku

-- name: by_hash
SELECT n.id, n.state, n.email, n.sku, p.name, v.label, p.slug, s.available
FROM notices n JOIN variants v ON v.sku = n.sku JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = n.sku
WHERE n.token_hash = :hash AND n.expires_at > :at

-- name: confirm
UPDATE notices SET state = 'waiting', since = :at, expires_at = :until WHERE id = :id AND state = 'asked'

-- name: hashes_of
SELECT token_hash FROM notices WHERE email = :email

-- name: forget
DELETE FROM notices WHERE email = :email

-- name: forget_ended
DELETE FROM notices WHERE id IN (
  SELECT id FROM notices WHERE expires_at <= :at ORDER BY expires_at LIMIT :size
)

-- name: due
SELECT sku FROM notices_due WHERE look_at <= :at ORDER BY look_at LIMIT :size

-- name: look_at
INSERT INTO notices_due (sku, look_at) VALUES (:sku, :at)
ON CONFLICT (sku) DO UPDATE SET look_at = :at

-- name: look_no_more
DELETE FROM notices_due WHERE sku = :sku

-- name: back
SELECT v.sku, p.name, v.label, p.slug, s.available,
  CASE WHEN p.published = 1 AND v.archived_at IS NULL THEN 1 ELSE 0 END AS for_sale
FROM variants v JOIN products p ON p.id = v.product_id JOIN stock s ON s.sku = v.sku
WHERE v.sku = :sku

-- name: told_since
SELECT COUNT(*) FROM (
  SELECT 1 FROM notices WHERE sku = :sku AND state = 'told' AND since > :since LIMIT :most
)

-- name: oldest
SELECT id, email FROM notices WHERE sku = :sku AND state = 'waiting' ORDER BY since, id LIMIT :size

-- name: told
UPDATE notices SET state = 'told', token_hash = :hash, since = :at, expires_at = :until
WHERE id = :id AND state = 'waiting'
