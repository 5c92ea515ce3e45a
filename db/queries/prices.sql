-- name: add
INSERT INTO prices (sku, price, applied, actor, why, at) VALUES (:sku, :price, :applied, :actor, :why, :at)

-- name: of_sku
SELECT r.seq, r.price, r.applied, COALESCE(p.name, r.actor) AS actor, r.why, r.at
FROM prices r LEFT JOIN people p ON p.id = substr(r.actor, 8)
WHERE r.sku = :sku AND r.seq < :before
ORDER BY r.seq DESC LIMIT :size

-- name: mark_reduction
UPDATE variants SET prior_price = :prior_price, reduced_at = :reduced_at
WHERE sku = :sku AND (prior_price IS NOT :prior_price OR reduced_at IS NOT :reduced_at)
