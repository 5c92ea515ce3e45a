-- When a parcel arrived, as far as anybody has told.
ALTER TABLE shipments ADD COLUMN arrived_at TEXT;
