-- name: show
SELECT name, accent, shape, typeface, logo_id, version FROM looks WHERE id = 1

-- name: change
UPDATE looks SET name = :name, accent = :accent, shape = :shape, typeface = :typeface, logo_id = :logo_id,
  version = version + 1
WHERE id = 1 AND version = :seen

-- name: remember
INSERT INTO former (of, told) VALUES (:of, :told) ON CONFLICT (of) DO UPDATE SET told = excluded.told

-- name: former
SELECT told FROM former WHERE of = :of

-- name: add_logo
INSERT INTO logos (id, media_type, width, height, data) VALUES (:id, :media_type, :width, :height, :data)

-- name: logo
SELECT data, media_type FROM logos WHERE id = :id

-- name: texts
SELECT announcement, heading, sentence, footer FROM look_texts WHERE language = :language

-- name: say
INSERT INTO look_texts (language, announcement, heading, sentence, footer)
VALUES (:language, :announcement, :heading, :sentence, :footer)
ON CONFLICT (language) DO UPDATE SET announcement = excluded.announcement, heading = excluded.heading,
  sentence = excluded.sentence, footer = excluded.footer

-- name: links
SELECT slug, title FROM pages WHERE language = :language

-- name: page
SELECT slug, language, title, text, version FROM pages WHERE slug = :slug AND language = :language

-- name: write_page
INSERT INTO pages (slug, language, title, text) VALUES (:slug, :language, :title, :text)
ON CONFLICT (slug, language) DO UPDATE SET title = excluded.title, text = excluded.text, version = version + 1

-- name: drop_page
DELETE FROM pages WHERE slug = :slug AND language = :language

-- name: offers_withdrawal
SELECT offers_withdrawal FROM shop WHERE id = 1
