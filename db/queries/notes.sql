-- name: add
INSERT INTO order_notes (id, order_id, text, actor, at, intention)
VALUES (:id, :order_id, :text, :actor, :at, :intention)
ON CONFLICT (intention) WHERE intention IS NOT NULL DO NOTHING

-- name: of_order
SELECT n.id, n.text, COALESCE(p.name, n.actor) AS name, n.at
FROM order_notes n LEFT JOIN people p ON p.id = SUBSTR(n.actor, 8)
WHERE n.order_id = :order_id ORDER BY n.id DESC LIMIT 200
