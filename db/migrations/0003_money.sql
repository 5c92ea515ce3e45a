-- Money whole: captured and refunded amounts with their own currency, goods put back line by line, parcels,
-- disputes and fraud warnings, events that came before their payment, and what the jobs remember.

ALTER TABLE payment_attempts ADD COLUMN captured_currency TEXT;
UPDATE payment_attempts SET captured_currency = currency WHERE captured > 0;

-- A second session for an order may be with the bank while the first is still open; neither is lost.
DROP INDEX one_live_attempt_an_order;
CREATE UNIQUE INDEX one_live_attempt_an_order ON payment_attempts (order_id)
  WHERE state IN ('creating', 'open');

CREATE INDEX attempts_with_the_bank ON payment_attempts (created_at) WHERE state = 'complete_unpaid';

-- Its currency, for it can't be added to an order of another one; and whether it was ever with the shopper,
-- for a refund that succeeded may fail days later.
ALTER TABLE refunds ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN ever_succeeded INTEGER NOT NULL DEFAULT 0 CHECK (ever_succeeded IN (0, 1));
ALTER TABLE refunds ADD COLUMN resolved_at TEXT;
-- A failed refund whose money the shopper got in another way.
ALTER TABLE refunds ADD COLUMN settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1));
-- The one click that asked for it: the same click sent twice is one refund.
ALTER TABLE refunds ADD COLUMN intention TEXT;
CREATE UNIQUE INDEX refunds_by_intention ON refunds (intention) WHERE intention IS NOT NULL;
UPDATE refunds SET
  currency = (SELECT a.currency FROM payment_attempts a WHERE a.id = refunds.attempt_id),
  ever_succeeded = CASE WHEN state = 'succeeded' THEN 1 ELSE 0 END;
CREATE INDEX refunds_unsettled ON refunds (updated_at) WHERE state IN ('requested', 'submitted');
CREATE INDEX refunds_to_do ON refunds (updated_at)
  WHERE state IN ('failed', 'canceled') AND resolved_at IS NULL;

-- Units of a committed line that are back in the house.
ALTER TABLE holds ADD COLUMN returned INTEGER NOT NULL DEFAULT 0
  CHECK (returned >= 0 AND returned <= quantity);
UPDATE holds SET returned = quantity WHERE state = 'returned';

-- Why nothing may leave the house; empty when something may.
ALTER TABLE orders ADD COLUMN ship_block TEXT NOT NULL DEFAULT '';

-- Money of a closed order that has neither a refund nor a dispute.
ALTER TABLE orders ADD COLUMN unowned INTEGER NOT NULL DEFAULT 0 CHECK (unowned >= 0);
CREATE INDEX orders_with_unowned_money ON orders (placed_at) WHERE unowned > 0;

CREATE TABLE shipments (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  carrier TEXT NOT NULL,
  tracking TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (order_id, carrier, tracking)
) STRICT;

CREATE TABLE disputes (
  provider_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  attempt_id TEXT NOT NULL REFERENCES payment_attempts (id),
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  due_by TEXT,
  provider_seen_at INTEGER NOT NULL,
  opened_at TEXT NOT NULL
) STRICT;
CREATE INDEX disputes_of_order ON disputes (order_id);
CREATE INDEX disputes_open ON disputes (opened_at)
  WHERE status NOT IN ('won', 'lost', 'warning_closed', 'prevented');

CREATE TABLE fraud_warnings (
  provider_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  cleared_at TEXT
) STRICT;
CREATE INDEX fraud_warnings_of_order ON fraud_warnings (order_id);
CREATE INDEX fraud_warnings_to_clear ON fraud_warnings (at) WHERE cleared_at IS NULL;
CREATE INDEX outbox_given_up ON outbox (created_at) WHERE state = 'dead';

-- Events about payments that are not known yet: booked as soon as the payment is.
CREATE TABLE unclaimed_events (
  event_id TEXT PRIMARY KEY REFERENCES stripe_events (id),
  payment_intent TEXT NOT NULL
) STRICT;
CREATE INDEX unclaimed_events_of_payment ON unclaimed_events (payment_intent);
-- Who brought an event: only a delivery tells that the endpoint and its secret are right.
ALTER TABLE stripe_events ADD COLUMN via TEXT NOT NULL DEFAULT 'delivery' CHECK (via IN ('delivery', 'feed'));
CREATE INDEX stripe_events_delivered ON stripe_events (received_at) WHERE via = 'delivery';
CREATE INDEX stripe_events_of_object ON stripe_events (object_id);

-- How far the jobs have read, and who runs one just now.
CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  due_at TEXT NOT NULL,
  leased_until TEXT,
  cursor INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What the comparison with Stripe's books found and no rule could mend; gone when it is no longer so.
CREATE TABLE findings (
  key TEXT PRIMARY KEY,
  order_id TEXT REFERENCES orders (id),
  text TEXT NOT NULL,
  found_at TEXT NOT NULL
) STRICT;
