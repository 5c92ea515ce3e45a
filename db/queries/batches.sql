-- name: add
INSERT INTO batches (id, kind, summary, rows, actor, at) VALUES (:id, :kind, :summary, :rows, :actor, :at)

-- name: add_row
INSERT INTO batch_rows (batch_id, sku, what, was, now, movement)
VALUES (:batch_id, :sku, :what, :was, :now, :movement)

-- name: batch
SELECT b.id, b.kind, b.summary, b.rows, COALESCE(p.name, b.actor) AS actor, b.at, b.undone_at
FROM batches b LEFT JOIN people p ON p.id = SUBSTR(b.actor, 8)
WHERE b.id = :id

-- name: newest
SELECT b.id, b.kind, b.summary, b.rows, COALESCE(p.name, b.actor) AS actor, b.at, b.undone_at
FROM batches b LEFT JOIN people p ON p.id = SUBSTR(b.actor, 8)
WHERE b.id < :after
ORDER BY b.id DESC LIMIT :size

-- name: rows
SELECT r.sku, v.product_id, p.name, v.label, r.what, r.was, r.now, r.movement, t.seq AS taken_back_by
FROM batch_rows r
JOIN variants v ON v.sku = r.sku
JOIN products p ON p.id = v.product_id
LEFT JOIN movements t ON t.cause = 'undo:' || r.movement AND t.cause GLOB 'undo:*'
WHERE r.batch_id = :batch_id AND r.sku > :after
ORDER BY r.sku LIMIT :size

-- name: mark_undone
UPDATE batches SET undone_at = :at WHERE id = :id AND undone_at IS NULL
