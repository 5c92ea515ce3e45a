-- After a purchase: who sells, and invoices and credit notes, each in a series of its year without a gap.

CREATE TABLE seller (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  tax_id TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE invoice_series (
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit')),
  year INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= 0),
  PRIMARY KEY (kind, year)
) STRICT;

-- `seller` is who sold, as it was written down then: JSON with name, address and tax_id.
CREATE TABLE invoices (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit')),
  year INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  order_id TEXT NOT NULL REFERENCES orders (id),
  refund_id TEXT REFERENCES refunds (id),
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  seller TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (kind, year, number),
  CHECK ((kind = 'credit') = (refund_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_invoice_an_order ON invoices (order_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX one_credit_a_refund ON invoices (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX invoices_of_order ON invoices (order_id, seq);
CREATE TRIGGER invoices_are_never_changed BEFORE UPDATE ON invoices
BEGIN SELECT RAISE (ABORT, 'an invoice stays as it was issued'); END;
CREATE TRIGGER invoices_are_never_deleted BEFORE DELETE ON invoices
BEGIN SELECT RAISE (ABORT, 'an invoice stays as it was issued'); END;

-- The withdrawal function for consumers: whether the shop offers it, and what was declared with it.
ALTER TABLE shop ADD COLUMN offers_withdrawal INTEGER NOT NULL DEFAULT 0 CHECK (offers_withdrawal IN (0, 1));
CREATE TABLE withdrawals (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  order_number TEXT NOT NULL,
  note TEXT NOT NULL,
  order_id TEXT REFERENCES orders (id),
  at TEXT NOT NULL,
  done_at TEXT,
  done_note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX withdrawals_to_do ON withdrawals (at) WHERE done_at IS NULL;
