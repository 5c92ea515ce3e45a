-- The order desk: notes, and the ways to find an order: from a product, from a day, from what is rare, from a
-- charge that only refunds and disputes name.

CREATE TABLE order_notes (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  text TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  -- The one click that wrote it: the same click sent twice is one note.
  intention TEXT
) STRICT;
CREATE INDEX notes_of_order ON order_notes (order_id, id);
CREATE UNIQUE INDEX notes_by_intention ON order_notes (intention) WHERE intention IS NOT NULL;
CREATE TRIGGER notes_are_never_changed BEFORE UPDATE ON order_notes
BEGIN SELECT RAISE (ABORT, 'notes are append-only'); END;
CREATE TRIGGER notes_are_never_deleted BEFORE DELETE ON order_notes
BEGIN SELECT RAISE (ABORT, 'notes are append-only'); END;

CREATE INDEX order_lines_of_sku ON order_lines (sku, order_id);
CREATE INDEX orders_placed ON orders (placed_at, id);
-- Only the rare ones, so that an ordinary sale keeps no index of them.
CREATE INDEX orders_by_rare_payment ON orders (payment_state, id) WHERE payment_state NOT IN ('unpaid', 'paid');
CREATE INDEX orders_by_dispute ON orders (dispute_state, id) WHERE dispute_state <> 'none';
CREATE INDEX stripe_events_of_charge
  ON stripe_events (CASE WHEN json_valid(payload) THEN payload ->> '$.data.object.charge' END)
  WHERE type LIKE 'refund.%' OR type LIKE 'charge.dispute.%';
-- The carrier of the newest parcel is offered for the next ones.
CREATE INDEX shipments_by_time ON shipments (at);
