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

-- name: off_its_history
SELECT v.sku || ': costs ' || v.price || ', its history ends with ' || COALESCE(r.price, 'nothing')
  || CASE r.applied WHEN 1 THEN ', for sale' ELSE ', not for sale' END
FROM variants v
JOIN products p ON p.id = v.product_id
LEFT JOIN prices r ON r.seq = (SELECT MAX(n.seq) FROM prices n WHERE n.sku = v.sku)
WHERE r.price IS NOT v.price OR r.applied IS NOT (p.published = 1 AND v.archived_at IS NULL) LIMIT 1
