-- name: establish
INSERT INTO shop (id, instance, currency, created_at) VALUES (1, :instance, :currency, :at)
ON CONFLICT (id) DO NOTHING

-- name: instance
SELECT instance FROM shop WHERE id = 1

-- name: currency
SELECT currency FROM shop WHERE id = 1
