-- The shop's first schema: people, catalogue, stock with its ledger, carts, orders, payments and what is
-- still to be done outside. Amounts are integers of minor units, instants are ISO-8601 text in UTC.

CREATE TABLE shop (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  instance TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
  password_hash TEXT NOT NULL,
  created_at TEXT NOT NULL,
  suspended_at TEXT
) STRICT;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  started_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_of_person ON sessions (person_id);

CREATE TABLE categories (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE products (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  category_id TEXT NOT NULL REFERENCES categories (id),
  published INTEGER NOT NULL CHECK (published IN (0, 1)),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX products_of_category ON products (category_id, published, id);
CREATE INDEX products_published ON products (published, id);

CREATE TABLE variants (
  sku TEXT PRIMARY KEY CHECK (sku <> '' AND sku NOT GLOB '*[ "''<>&]*'),
  product_id TEXT NOT NULL REFERENCES products (id),
  label TEXT NOT NULL,
  options TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price >= 0),
  position INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX variants_of_product ON variants (product_id, position);

CREATE TABLE pictures (
  id TEXT PRIMARY KEY,
  product_id TEXT NOT NULL REFERENCES products (id),
  sku TEXT REFERENCES variants (sku),
  position INTEGER NOT NULL,
  alt TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX pictures_of_product ON pictures (product_id, position);

-- on hand: units in the house. held: units promised to open checkouts. What a shopper may buy is the difference.
CREATE TABLE stock (
  sku TEXT PRIMARY KEY REFERENCES variants (sku),
  on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
  held INTEGER NOT NULL CHECK (held >= 0 AND held <= on_hand),
  available INTEGER NOT NULL GENERATED ALWAYS AS (on_hand - held) STORED,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX stock_worst_first ON stock (available, sku);

CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL REFERENCES people (id),
  email TEXT NOT NULL,
  cart_id TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('open', 'processing', 'confirmed', 'packed', 'shipped', 'closed', 'review')),
  closed_reason TEXT CHECK (
    closed_reason IN ('expired', 'cancelled', 'payment_failed', 'refunded', 'charged_back', 'oversold')
  ),
  payment_state TEXT NOT NULL DEFAULT 'unpaid' CHECK (
    payment_state IN ('unpaid', 'pending', 'paid', 'partly_refunded', 'refunded', 'charged_back')
  ),
  dispute_state TEXT NOT NULL DEFAULT 'none'
    CHECK (dispute_state IN ('none', 'open', 'inquiry', 'won', 'lost')),
  provider TEXT NOT NULL,
  currency TEXT NOT NULL,
  subtotal INTEGER NOT NULL CHECK (subtotal >= 0),
  discount INTEGER NOT NULL CHECK (discount >= 0),
  shipping INTEGER NOT NULL CHECK (shipping >= 0),
  tax INTEGER NOT NULL CHECK (tax >= 0),
  total INTEGER NOT NULL CHECK (total >= 0),
  captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= captured),
  placed_at TEXT NOT NULL,
  hold_until TEXT,
  cancel_requested_at TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (subtotal + shipping + tax - discount = total),
  CHECK ((state = 'closed') = (closed_reason IS NOT NULL))
) STRICT;
CREATE INDEX orders_of_person ON orders (person_id, id);
CREATE INDEX orders_by_state ON orders (state, id);
CREATE INDEX orders_past_deadline ON orders (hold_until) WHERE state = 'open';
-- Two live payment links for one cart would be two charges.
CREATE UNIQUE INDEX one_open_order_a_cart ON orders (cart_id) WHERE state = 'open';

CREATE TABLE order_lines (
  order_id TEXT NOT NULL REFERENCES orders (id),
  sku TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
  position INTEGER NOT NULL,
  PRIMARY KEY (order_id, sku)
) STRICT;

CREATE TABLE carts (
  id TEXT PRIMARY KEY,
  person_id TEXT UNIQUE REFERENCES people (id),
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE cart_lines (
  cart_id TEXT NOT NULL REFERENCES carts (id),
  sku TEXT NOT NULL REFERENCES variants (sku),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  added_at TEXT NOT NULL,
  PRIMARY KEY (cart_id, sku)
) STRICT;

CREATE TABLE holds (
  order_id TEXT NOT NULL REFERENCES orders (id),
  sku TEXT NOT NULL REFERENCES stock (sku),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  state TEXT NOT NULL CHECK (state IN ('held', 'committed', 'released', 'returned')),
  PRIMARY KEY (order_id, sku)
) STRICT;
CREATE INDEX holds_held ON holds (sku) WHERE state = 'held';

CREATE TABLE movements (
  seq INTEGER PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES stock (sku),
  kind TEXT NOT NULL CHECK (kind IN ('hold', 'release', 'commit', 'restock', 'retake', 'adjust')),
  on_hand_change INTEGER NOT NULL,
  held_change INTEGER NOT NULL,
  on_hand_after INTEGER NOT NULL CHECK (on_hand_after >= 0),
  held_after INTEGER NOT NULL CHECK (held_after >= 0 AND held_after <= on_hand_after),
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT NOT NULL,
  order_id TEXT REFERENCES orders (id),
  at TEXT NOT NULL
) STRICT;
CREATE INDEX movements_of_sku ON movements (sku, seq);
CREATE INDEX movements_of_order ON movements (order_id) WHERE order_id IS NOT NULL;
-- An order passes each of these once for a line, whatever is delivered how often.
CREATE UNIQUE INDEX movements_once ON movements (order_id, sku, kind)
  WHERE order_id IS NOT NULL AND kind IN ('hold', 'release', 'commit', 'retake');
CREATE TRIGGER movements_are_never_changed BEFORE UPDATE ON movements
BEGIN SELECT RAISE (ABORT, 'movements are append-only'); END;
CREATE TRIGGER movements_are_never_deleted BEFORE DELETE ON movements
BEGIN SELECT RAISE (ABORT, 'movements are append-only'); END;

CREATE TABLE payment_attempts (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  state TEXT NOT NULL CHECK (
    state IN ('creating', 'open', 'complete_unpaid', 'paid', 'failed', 'expired', 'refused')
  ),
  idempotency_key TEXT NOT NULL UNIQUE,
  request TEXT NOT NULL,
  session_id TEXT UNIQUE,
  payment_intent TEXT UNIQUE,
  amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
  url TEXT,
  expires_at TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of_order ON payment_attempts (order_id, id);
CREATE UNIQUE INDEX one_live_attempt_an_order ON payment_attempts (order_id)
  WHERE state IN ('creating', 'open', 'complete_unpaid');
CREATE INDEX attempts_unfinished ON payment_attempts (created_at) WHERE state IN ('creating', 'open');

CREATE TABLE refunds (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  attempt_id TEXT NOT NULL REFERENCES payment_attempts (id),
  amount INTEGER NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL
    CHECK (state IN ('requested', 'submitted', 'succeeded', 'failed', 'canceled')),
  source TEXT NOT NULL CHECK (source IN ('shop', 'auto', 'external')),
  reason TEXT NOT NULL,
  provider_id TEXT UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX refunds_of_order ON refunds (order_id, id);
CREATE INDEX refunds_of_attempt ON refunds (attempt_id);

CREATE TABLE stripe_events (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  api_version TEXT NOT NULL,
  created INTEGER NOT NULL,
  object_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  received_at TEXT NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('processed', 'ignored', 'parked')),
  note TEXT NOT NULL
) STRICT;
CREATE INDEX stripe_events_by_time ON stripe_events (created);
CREATE INDEX stripe_events_parked ON stripe_events (received_at) WHERE result = 'parked';

-- What was refused at the door: when and why, never the body. Only the newest are kept.
CREATE TABLE webhook_rejects (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  reason TEXT NOT NULL,
  body_sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
  not_before TEXT NOT NULL,
  leased_until TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 'waiting';

-- What happened, who did it and why: the order's timeline and the admins' activity page read from here.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_object ON events (object, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
CREATE TRIGGER order_lines_are_never_changed BEFORE UPDATE ON order_lines
BEGIN SELECT RAISE (ABORT, 'an order keeps the lines it was placed with'); END;
CREATE TRIGGER order_lines_are_never_deleted BEFORE DELETE ON order_lines
BEGIN SELECT RAISE (ABORT, 'an order keeps the lines it was placed with'); END;
