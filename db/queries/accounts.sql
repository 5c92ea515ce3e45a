-- name: by_id
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people WHERE id = :id AND id <> 'guest'

-- name: id_of_email
SELECT id FROM people WHERE email = :email

-- name: page
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people
WHERE id < :after AND id <> 'guest'
ORDER BY id DESC LIMIT :size

-- name: page_of_role
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people
WHERE role = :role AND id < :after AND id <> 'guest'
ORDER BY id DESC LIMIT :size

-- name: page_of_standing
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people
WHERE standing = :standing AND id < :after AND id <> 'guest'
ORDER BY id DESC LIMIT :size

-- name: page_of_both
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people
WHERE role = :role AND standing = :standing AND id < :after AND id <> 'guest'
ORDER BY id DESC LIMIT :size

-- Parts of three characters or more, the newest first; `place` is where to go on.
-- name: found
SELECT p.id, p.email, p.name, p.role, p.created_at, p.suspended_at, p.standing, p.invited_at, f.id AS place
FROM person_words w
CROSS JOIN person_finds f ON f.id = w.rowid
CROSS JOIN people p ON p.id = f.person_id
WHERE person_words MATCH :pattern AND w.rowid < :after AND p.id <> 'guest'
ORDER BY w.rowid DESC LIMIT :size

-- Shorter ones: addresses that begin with them, in their order.
-- name: beginning
SELECT id, email, name, role, created_at, suspended_at, standing, invited_at FROM people
WHERE email > :after AND email >= :least AND email < :upto AND id <> 'guest'
ORDER BY email LIMIT :size

-- name: sessions
SELECT started_at FROM sessions
WHERE person_id = :person_id AND started_at > :since AND expires_at > :at
ORDER BY started_at DESC LIMIT 100

-- name: set_invited
UPDATE people SET invited_at = :at WHERE id = :id

-- name: set_details
UPDATE people SET name = :name, email = :email WHERE id = :id

-- name: add_link
INSERT INTO links (token_hash, kind, person_id, actor, at, expires_at)
VALUES (:hash, :kind, :person_id, :actor, :at, :until)

-- name: link
SELECT l.kind, l.expires_at, p.id, p.email, p.name
FROM links l JOIN people p ON p.id = l.person_id
WHERE l.token_hash = :hash AND l.kind = :kind AND l.expires_at > :at AND p.suspended_at IS NULL

-- name: links_of
SELECT token_hash FROM links WHERE person_id = :person_id

-- name: end_links
DELETE FROM links WHERE person_id = :person_id
