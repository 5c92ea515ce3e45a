-- name: seller
SELECT name, address, tax_id FROM seller WHERE id = 1

-- name: seller_version
SELECT version FROM seller WHERE id = 1

-- name: set_seller
INSERT INTO seller (id, name, address, tax_id) VALUES (1, :name, :address, :tax_id)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, tax_id = excluded.tax_id,
  version = version + 1

-- name: next_number
INSERT INTO invoice_series (kind, year, last) VALUES (:kind, :year, 1)
ON CONFLICT (kind, year) DO UPDATE SET last = last + 1
RETURNING last

-- name: add
INSERT INTO invoices (kind, year, number, order_id, refund_id, amount, currency, seller, at)
VALUES (:kind, :year, :number, :order_id, :refund_id, :amount, :currency, :seller, :at)

-- name: credit_of
SELECT seq FROM invoices WHERE refund_id = :refund_id

-- name: of_order
SELECT i.seq, i.kind, i.year, i.number, o.number AS order_number, i.amount, i.currency, i.seller, i.at
FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.order_id = :order_id ORDER BY i.seq

-- name: page
SELECT i.seq, i.kind, i.year, i.number, o.number AS order_number, i.amount, i.currency, i.seller, i.at
FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.seq < :after ORDER BY i.seq DESC LIMIT :size
