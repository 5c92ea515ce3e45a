-- Restocking: thresholds, alerts, suppliers, what is ordered from them, and counting what is there.

ALTER TABLE shop ADD COLUMN threshold INTEGER NOT NULL DEFAULT 5 CHECK (threshold >= 0);
ALTER TABLE shop ADD COLUMN threshold_at TEXT;
ALTER TABLE stock ADD COLUMN threshold INTEGER CHECK (threshold >= 0);
ALTER TABLE stock ADD COLUMN threshold_at TEXT;
-- low: available is at or below the threshold (the variant's own, else the shop's). A new variant has nothing and
-- so is low without having crossed anything; since when it is low (or well again) is known from its first crossing.
ALTER TABLE stock ADD COLUMN low INTEGER NOT NULL DEFAULT 1 CHECK (low IN (0, 1));
ALTER TABLE stock ADD COLUMN low_at TEXT;
UPDATE stock SET low = 0 WHERE available > 5;
CREATE INDEX stock_low ON stock (available, sku) WHERE low = 1;

CREATE TABLE suppliers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  lead_days INTEGER NOT NULL CHECK (lead_days >= 0),
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1,
  archived_at TEXT
) STRICT;
ALTER TABLE variants ADD COLUMN supplier_id TEXT REFERENCES suppliers (id);
ALTER TABLE variants ADD COLUMN supplier_code TEXT NOT NULL DEFAULT '';
ALTER TABLE variants ADD COLUMN cost INTEGER CHECK (cost >= 0);
CREATE INDEX variants_of_supplier ON variants (supplier_id, sku) WHERE supplier_id IS NOT NULL;

-- One row a crossing: opened when available falls to the threshold or below it, closed when it rises above again.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES variants (sku),
  available INTEGER NOT NULL,
  threshold INTEGER NOT NULL,
  opened_at TEXT NOT NULL,
  closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_alert_a_variant ON alerts (sku) WHERE closed_at IS NULL;
CREATE INDEX alerts_closed ON alerts (closed_at, id) WHERE closed_at IS NOT NULL;

-- Kept by triggers, so that no way of moving stock can forget them. A paid order moves on hand and held alike: it
-- changes nothing available, and the first comparison ends the matter.
CREATE TRIGGER movements_make_low AFTER INSERT ON movements
WHEN NEW.on_hand_change < NEW.held_change AND EXISTS (
  SELECT 1 FROM stock s CROSS JOIN shop h
  WHERE s.sku = NEW.sku AND s.low = 0 AND s.available <= COALESCE(s.threshold, h.threshold)
)
BEGIN UPDATE stock SET low = 1, low_at = NEW.at WHERE sku = NEW.sku; END;
CREATE TRIGGER movements_make_well AFTER INSERT ON movements
WHEN NEW.on_hand_change > NEW.held_change AND EXISTS (
  SELECT 1 FROM stock s CROSS JOIN shop h
  WHERE s.sku = NEW.sku AND s.low = 1 AND s.available > COALESCE(s.threshold, h.threshold)
)
BEGIN UPDATE stock SET low = 0, low_at = NEW.at WHERE sku = NEW.sku; END;
CREATE TRIGGER stock_begins_well AFTER INSERT ON stock
WHEN NEW.available > 0 AND NEW.available > COALESCE(NEW.threshold, (SELECT h.threshold FROM shop h))
BEGIN UPDATE stock SET low = 0 WHERE sku = NEW.sku; END;
CREATE TRIGGER thresholds_make_low AFTER UPDATE OF threshold ON stock
WHEN NEW.low <> (NEW.available <= COALESCE(NEW.threshold, (SELECT h.threshold FROM shop h)))
BEGIN UPDATE stock SET low = 1 - NEW.low, low_at = NEW.threshold_at WHERE sku = NEW.sku; END;
CREATE TRIGGER a_higher_default_makes_low AFTER UPDATE OF threshold ON shop WHEN NEW.threshold > OLD.threshold
BEGIN
  UPDATE stock SET low = 1, low_at = NEW.threshold_at
  WHERE available > OLD.threshold AND available <= NEW.threshold AND threshold IS NULL AND low = 0;
END;
CREATE TRIGGER a_lower_default_makes_well AFTER UPDATE OF threshold ON shop WHEN NEW.threshold < OLD.threshold
BEGIN
  UPDATE stock SET low = 0, low_at = NEW.threshold_at
  WHERE available > NEW.threshold AND available <= OLD.threshold AND threshold IS NULL AND low = 1;
END;
CREATE TRIGGER low_opens_an_alert AFTER UPDATE OF low ON stock WHEN NEW.low = 1 AND OLD.low = 0
BEGIN
  INSERT INTO alerts (sku, available, threshold, opened_at)
  SELECT NEW.sku, NEW.available, COALESCE(NEW.threshold, h.threshold), NEW.low_at FROM shop h;
END;
CREATE TRIGGER well_closes_an_alert AFTER UPDATE OF low ON stock WHEN NEW.low = 0 AND OLD.low = 1
BEGIN UPDATE alerts SET closed_at = NEW.low_at WHERE sku = NEW.sku AND closed_at IS NULL; END;

-- Admins who asked for a letter when something runs low: the last alert they were told of, and the day of it.
CREATE TABLE alert_letters (
  person_id TEXT PRIMARY KEY REFERENCES people (id),
  told INTEGER NOT NULL,
  day TEXT NOT NULL
) STRICT;
CREATE INDEX alert_letters_due ON alert_letters (day);

CREATE TABLE purchase_orders (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  supplier_id TEXT NOT NULL REFERENCES suppliers (id),
  state TEXT NOT NULL CHECK (state IN ('open', 'partly_received', 'received', 'closed')),
  expected_on TEXT NOT NULL,
  note TEXT NOT NULL,
  intention TEXT UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  actor TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT;
CREATE INDEX purchase_orders_by_state ON purchase_orders (state, number);
CREATE INDEX purchase_orders_of_supplier ON purchase_orders (supplier_id, number);

-- outstanding: what is still expected; more may come than was ordered, and nothing more of a closed order.
CREATE TABLE purchase_lines (
  order_id TEXT NOT NULL REFERENCES purchase_orders (id),
  sku TEXT NOT NULL REFERENCES variants (sku),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
  outstanding INTEGER NOT NULL CHECK (outstanding >= 0),
  cost INTEGER CHECK (cost >= 0),
  PRIMARY KEY (order_id, sku)
) STRICT;
CREATE INDEX purchase_lines_expected ON purchase_lines (sku, outstanding) WHERE outstanding > 0;

-- Goods that came in, with a purchase order or without one. An intention is a click: it counts once.
CREATE TABLE receipts (
  id TEXT PRIMARY KEY,
  order_id TEXT REFERENCES purchase_orders (id),
  intention TEXT UNIQUE,
  units INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  undone_at TEXT
) STRICT;
CREATE INDEX receipts_of_order ON receipts (order_id, id) WHERE order_id IS NOT NULL;
CREATE TABLE receipt_lines (
  receipt_id TEXT NOT NULL REFERENCES receipts (id),
  sku TEXT NOT NULL REFERENCES variants (sku),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  cost INTEGER CHECK (cost >= 0),
  former_cost INTEGER,
  PRIMARY KEY (receipt_id, sku)
) STRICT;

CREATE TABLE stocktakes (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('everything', 'category', 'supplier')),
  scope_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('counting', 'posted', 'undone', 'given_up')),
  counted INTEGER NOT NULL DEFAULT 0,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
-- A line begins to exist when it is counted; expected is what was on hand at that moment, so that what is sold
-- afterwards is no difference.
CREATE TABLE stocktake_lines (
  stocktake_id TEXT NOT NULL REFERENCES stocktakes (id),
  sku TEXT NOT NULL REFERENCES stock (sku),
  counted INTEGER CHECK (counted >= 0),
  expected INTEGER NOT NULL,
  difference INTEGER GENERATED ALWAYS AS (counted - expected) STORED,
  version INTEGER NOT NULL DEFAULT 1,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (stocktake_id, sku)
) STRICT;
CREATE INDEX stocktake_differences ON stocktake_lines (stocktake_id, sku) WHERE difference <> 0;
-- A category is walked by product and SKU when it is counted.
CREATE UNIQUE INDEX products_to_count ON products (category_id, id);
CREATE INDEX variants_to_count ON variants (product_id, sku);
