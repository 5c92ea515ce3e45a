-- name: add
INSERT INTO letters (id, key, kind, recipient, subject, text, secret, state, written_at)
VALUES (:id, :key, :kind, :recipient, :subject, :text, :secret, 'waiting', :at)
ON CONFLICT (key) DO NOTHING

-- name: by_id
SELECT id, kind, recipient, subject, text, secret, state, error, written_at, sent_at FROM letters WHERE id = :id

-- name: page
SELECT id, kind, recipient, subject, text, secret, state, error, written_at, sent_at FROM letters
WHERE id < :after
ORDER BY id DESC LIMIT :size

-- name: page_of_kind
SELECT id, kind, recipient, subject, text, secret, state, error, written_at, sent_at FROM letters
WHERE kind = :kind AND id < :after
ORDER BY id DESC LIMIT :size

-- name: page_in_state
SELECT id, kind, recipient, subject, text, secret, state, error, written_at, sent_at FROM letters
WHERE state = :state AND id < :after
ORDER BY id DESC LIMIT :size

-- name: page_of_kind_in_state
SELECT id, kind, recipient, subject, text, secret, state, error, written_at, sent_at FROM letters
WHERE kind = :kind AND state = :state AND id < :after
ORDER BY id DESC LIMIT :size

-- name: kept
UPDATE letters SET state = 'kept', error = '' WHERE id = :id AND state <> 'sent'

-- name: sent
UPDATE letters SET state = 'sent', secret = '', error = '', sent_at = :at WHERE id = :id

-- name: failed
UPDATE letters SET state = 'failed', error = :error WHERE id = :id AND state <> 'sent'

-- name: waits
UPDATE letters SET state = 'waiting', error = '' WHERE id = :id

-- name: key_of
SELECT key FROM letters WHERE id = :id

-- name: renew
UPDATE letters SET secret = :secret WHERE id = :id

-- name: forget_secret
UPDATE letters SET secret = '' WHERE key = :key
