-- Restocking: thresholds, alerts, suppliers, what is ordered from them, and counting what is there.

ALTER TABLE shop ADD COLUMN threshold INTEGER NOT NULL DEFAULT 5 CHECK (threshold >= 0);
ALTER TABLE stock ADD COLUMN threshold INTEGER CHECK (threshold >= 0);

CREATE TABLE suppliers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  lead_days INTEGER NOT NULL CHECK (lead_days >= 0),
  archived_at TEXT
) STRICT;
ALTER TABLE variants ADD COLUMN supplier_id TEXT REFERENCES suppliers (id);
ALTER TABLE variants ADD COLUMN cost INTEGER CHECK (cost >= 0);
CREATE INDEX variants_of_supplier ON variants (supplier_id, sku) WHERE supplier_id IS NOT NULL;
