-- name: found
SELECT f.id, f.product_id, f.name, f.price FROM product_words w JOIN product_finds f ON f.id = w.rowid
WHERE product_words MATCH :pattern AND w.rowid < :after ORDER BY w.rowid DESC LIMIT :size

-- The word that follows this one in the order of all words: it, or what it begins, where there is one.
-- name: word_from
SELECT v.term FROM product_vocabulary v WHERE v.term >= :word ORDER BY v.term LIMIT 1

-- name: seen
SELECT p.id, p.slug, p.name FROM json_each(:ids) j CROSS JOIN products p
WHERE p.id = j.value AND p.published = 1

-- name: join
INSERT INTO product_words (product_words, rank) VALUES ('merge', :pages)

-- name: changes
SELECT total_changes()
