-- name: add
INSERT INTO people (id, email, name, role, password_hash, created_at)
VALUES (:id, :email, :name, :role, :hash, :at)

-- name: by_id
SELECT id, email, name, role, created_at, suspended_at FROM people WHERE id = :id

-- name: credentials
SELECT id, password_hash, suspended_at FROM people WHERE email = :email

-- name: credentials_of
SELECT id, password_hash, suspended_at FROM people WHERE id = :id

-- name: add_session
INSERT INTO sessions (token_hash, person_id, started_at, expires_at)
VALUES (:hash, :person_id, :at, :until)

-- name: of_session
SELECT p.id, p.email, p.name, p.role, p.created_at, p.suspended_at
FROM sessions s JOIN people p ON p.id = s.person_id
WHERE s.token_hash = :hash AND s.expires_at > :at AND p.suspended_at IS NULL

-- name: end_session
DELETE FROM sessions WHERE token_hash = :hash

-- name: end_sessions
DELETE FROM sessions WHERE person_id = :person_id

-- name: set_password
UPDATE people SET password_hash = :hash WHERE id = :id

-- name: set_role
UPDATE people SET role = :role WHERE id = :id

-- name: set_suspension
UPDATE people SET suspended_at = :at WHERE id = :id

-- name: another_admin
SELECT id FROM people WHERE role = 'admin' AND standing = 'active' AND id <> :id LIMIT 1

-- name: choose_language
UPDATE people SET language = :language WHERE id = :id

-- name: language_of
SELECT language FROM people WHERE id = :id
