-- name: known_variants
SELECT v.sku, v.product_id, v.price, v.options AS options_json, v.version, v.archived_at, s.on_hand,
  t.object IS NOT NULL AS taken_back
FROM json_each(:skus) j
CROSS JOIN variants v ON v.sku = j.value COLLATE NOCASE
JOIN stock s ON s.sku = v.sku
LEFT JOIN archived_by_undo t ON t.object = 'variant:' || v.sku AND t.archived_at = v.archived_at

-- name: known_slugs
SELECT p.slug, p.id AS product_id FROM json_each(:handles) j CROSS JOIN products p ON p.slug = j.value
UNION ALL
SELECT f.slug, f.product_id FROM json_each(:handles) j CROSS JOIN former_slugs f ON f.slug = j.value

-- name: known_ids
SELECT p.id FROM json_each(:ids) j CROSS JOIN products p ON p.id = j.value

-- name: known_products
SELECT p.id, p.slug AS handle, p.name, p.description, c.slug AS category, c.name AS category_name,
  p.published = 1 AND p.archived_at IS NULL AS published, p.archived_at IS NOT NULL AS archived,
  t.object IS NOT NULL AS taken_back, p.version
FROM json_each(:ids) j
CROSS JOIN products p ON p.id = j.value
JOIN categories c ON c.id = p.category_id
LEFT JOIN archived_by_undo t ON t.object = 'product:' || p.id AND t.archived_at = p.archived_at

-- name: known_siblings
SELECT v.sku, v.product_id, v.label, v.options AS options_json, v.archived_at
FROM json_each(:ids) j CROSS JOIN variants v ON v.product_id = j.value

-- name: known_categories
SELECT slug, name FROM categories ORDER BY position LIMIT 1000

-- name: begin
INSERT INTO imports (id, name, state, actor, at, bytes, leased_until)
VALUES (:id, :name, 'reading', :actor, :at, :bytes, :until)

-- name: keep_part
INSERT INTO import_parts (import_id, part, data) VALUES (:id, :part, :data)

-- name: parts
SELECT data FROM import_parts WHERE import_id = :id ORDER BY part

-- name: drop_file
DELETE FROM import_parts WHERE import_id = :id

-- name: release
UPDATE imports SET leased_until = NULL WHERE id = :id

-- name: one
SELECT id, name, state, actor, at, bytes, format, header, notes, why, stock, rows, refused, products_new,
  products_changed, products_unchanged, variants_new, variants_changed, variants_unchanged, stock_differs,
  stock_told, items, done, left_over, by_whom, finished_at
FROM imports WHERE id = :id

-- name: newest
SELECT i.id, i.name, i.state, COALESCE(p.name, i.actor) AS actor, i.at, i.bytes, i.format, i.header, i.notes, i.why,
  i.stock, i.rows, i.refused, i.products_new, i.products_changed, i.products_unchanged, i.variants_new,
  i.variants_changed, i.variants_unchanged, i.stock_differs, i.stock_told, i.items, i.done, i.left_over, i.by_whom,
  i.finished_at
FROM imports i LEFT JOIN people p ON p.id = substr(i.actor, 8)
WHERE i.id < :after ORDER BY i.id DESC LIMIT :size

-- name: at_work
SELECT id FROM imports
WHERE state IN ('reading', 'importing', 'undoing', 'reverting') AND (leased_until IS NULL OR leased_until < :at)
ORDER BY id LIMIT 20

-- name: claim
UPDATE imports SET leased_until = :until
WHERE id = :id AND state IN ('reading', 'importing', 'undoing', 'reverting')
  AND (leased_until IS NULL OR leased_until < :at)

-- name: renew
UPDATE imports SET leased_until = :until
WHERE id = :id AND state IN ('reading', 'importing', 'undoing', 'reverting')

-- name: clear_items
DELETE FROM import_items WHERE import_id = :id AND seq IN (
  SELECT seq FROM import_items WHERE import_id = :id ORDER BY seq LIMIT :size
)

-- name: clear_refusals
DELETE FROM import_refusals WHERE import_id = :id AND seq IN (
  SELECT seq FROM import_refusals WHERE import_id = :id ORDER BY seq LIMIT :size
)

-- name: stage_items
INSERT INTO import_items (
  import_id, seq, grp, kind, key, row, state, product_id, seen, name, was, becomes, on_hand, stock_was
)
SELECT :id, j.value ->> 'seq', j.value ->> 'grp', j.value ->> 'kind', j.value ->> 'key', j.value ->> 'row',
  j.value ->> 'state', j.value ->> 'product_id', j.value ->> 'seen', j.value ->> 'name', j.value ->> 'was',
  j.value ->> 'becomes', j.value ->> 'on_hand', j.value ->> 'stock_was'
FROM json_each(:batch, '$.items') j

-- name: stage_refusals
INSERT INTO import_refusals (import_id, seq, row, "column", value, reason, cells)
SELECT :id, j.value ->> 'seq', j.value ->> 'row', j.value ->> 'column', j.value ->> 'value', j.value ->> 'reason',
  j.value ->> 'cells'
FROM json_each(:batch, '$.refusals') j

-- name: note_reading
UPDATE imports SET
  format = COALESCE(:batch ->> '$.format', format),
  header = COALESCE(:batch ->> '$.header', header),
  rows = COALESCE(:batch ->> '$.rows', rows),
  notes = COALESCE(:batch ->> '$.notes', notes),
  refused = COALESCE(:batch ->> '$.refused', refused),
  products_new = COALESCE(:batch ->> '$.counts.products_new', products_new),
  products_changed = COALESCE(:batch ->> '$.counts.products_changed', products_changed),
  products_unchanged = COALESCE(:batch ->> '$.counts.products_unchanged', products_unchanged),
  variants_new = COALESCE(:batch ->> '$.counts.variants_new', variants_new),
  variants_changed = COALESCE(:batch ->> '$.counts.variants_changed', variants_changed),
  variants_unchanged = COALESCE(:batch ->> '$.counts.variants_unchanged', variants_unchanged),
  stock_differs = COALESCE(:batch ->> '$.counts.stock_differs', stock_differs),
  stock_told = COALESCE(:batch ->> '$.counts.stock_told', stock_told),
  items = COALESCE(:batch ->> '$.counts.items', :batch ->> '$.items[#-1].seq', items),
  state = CASE WHEN :batch ->> '$.counts.items' IS NULL THEN state ELSE 'ready' END,
  leased_until = CASE WHEN :batch ->> '$.counts.items' IS NULL THEN :until END
WHERE id = :id AND state = 'reading'

-- name: give_up
UPDATE imports SET state = 'given_up', why = :why, leased_until = NULL, finished_at = :at WHERE id = :id

-- name: order
UPDATE imports SET state = 'importing', stock = :stock, by_whom = :actor, done = 0, why = '', leased_until = NULL
WHERE id = :id AND state = 'ready'

-- name: order_undo
UPDATE imports SET state = 'undoing', by_whom = :actor, done = items, leased_until = NULL
WHERE id = :id AND state = 'done'

-- name: read_anew
UPDATE imports SET state = 'reading', why = :why, stock = '', done = 0, left_over = 0, leased_until = NULL
WHERE id = :id AND state IN ('ready', 'reverting')

-- name: moved_variant
SELECT i.key FROM import_items i LEFT JOIN variants v ON v.sku = i.key
WHERE i.import_id = :id AND i.kind = 'variant' AND v.version IS NOT i.seen LIMIT 1

-- name: moved_product
SELECT i.name FROM import_items i LEFT JOIN products p ON p.id = i.key
WHERE i.import_id = :id AND i.kind = 'product' AND i.state <> 'new' AND p.version IS NOT i.seen LIMIT 1

-- name: items
SELECT seq, grp, kind, key, row, state, product_id, seen, name, was AS was_json, becomes AS becomes_json, on_hand,
  stock_was, moved, outcome
FROM import_items WHERE import_id = :id AND seq > :after ORDER BY seq LIMIT :size

-- name: items_of_state
SELECT seq, grp, kind, key, row, state, product_id, seen, name, was AS was_json, becomes AS becomes_json, on_hand,
  stock_was, moved, outcome
FROM import_items WHERE import_id = :id AND state = :state AND seq > :after ORDER BY seq LIMIT :size

-- name: items_with_outcome
SELECT seq, grp, kind, key, row, state, product_id, seen, name, was AS was_json, becomes AS becomes_json, on_hand,
  stock_was, moved, outcome
FROM import_items WHERE import_id = :id AND outcome <> '' AND seq > :after ORDER BY seq LIMIT :size

-- name: items_before
SELECT seq, grp, kind, key, row, state, product_id, seen, name, was AS was_json, becomes AS becomes_json, on_hand,
  stock_was, moved, outcome
FROM import_items WHERE import_id = :id AND seq <= :done ORDER BY seq DESC LIMIT :size

-- name: refusals
SELECT seq, row, "column", value, reason, cells
FROM import_refusals WHERE import_id = :id AND seq > :after ORDER BY seq LIMIT :size

-- name: slug_taken
SELECT 1 FROM products WHERE slug = :slug

-- name: category_of_slug
SELECT id FROM categories WHERE slug = :slug

-- name: product_is
UPDATE import_items SET product_id = :product_id, key = CASE kind WHEN 'product' THEN :product_id ELSE key END
WHERE import_id = :id AND seq BETWEEN :first AND :last

-- name: note_item
UPDATE import_items SET moved = :moved, outcome = :outcome WHERE import_id = :id AND seq = :seq

-- name: advance
UPDATE imports SET done = :done, leased_until = :until, left_over = left_over + :left_over
WHERE id = :id AND state = :state

-- name: finish
UPDATE imports SET state = :now, leased_until = NULL, finished_at = :at WHERE id = :id AND state = :state

-- name: revert
UPDATE imports SET state = 'reverting', why = :why, leased_until = :until WHERE id = :id AND state = 'importing'

-- name: archived_by_undo
INSERT INTO archived_by_undo (object, archived_at) VALUES (:object, :at)
ON CONFLICT (object) DO UPDATE SET archived_at = :at

-- name: state_of
SELECT state FROM import_items WHERE import_id = :id AND seq = :seq

-- name: category_is
SELECT 1 FROM categories WHERE id = :id AND (slug = lower(:told) OR name = :told COLLATE NOCASE)
