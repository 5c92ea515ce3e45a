-- name: add
INSERT INTO letters (id, key, kind, recipient, subject, text, state, written_at)
VALUES (:id, :key, :kind, :recipient, :subject, :text, 'kept', :at)
ON CONFLICT (key) DO NOTHING
