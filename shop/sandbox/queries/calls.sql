-- name: answer
SELECT request, method, path, status, body, request_id FROM answers WHERE idempotency_key = :key AND at > :since

-- name: keep
INSERT INTO answers (idempotency_key, request, method, path, status, body, request_id, at)
VALUES (:key, :request, :method, :path, :status, :body, :request_id, :at)
ON CONFLICT (idempotency_key) DO UPDATE SET request = excluded.request, method = excluded.method,
  path = excluded.path, status = excluded.status, body = excluded.body, request_id = excluded.request_id,
  at = excluded.at

-- name: spoil
UPDATE answers SET status = :status, body = :body WHERE idempotency_key = :key

-- name: forget
DELETE FROM answers WHERE at <= :before
