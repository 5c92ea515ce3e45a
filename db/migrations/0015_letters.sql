-- Who wants to be written to when a variant can be bought again. The token of the link in their letters is known
-- by its hash alone. `since` is when it was asked for, proved or told, whichever its state says.

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES variants (sku),
  email TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('asked', 'waiting', 'told')),
  since TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  UNIQUE (email, sku)
) STRICT;
CREATE INDEX notices_waiting ON notices (sku, since, id) WHERE state = 'waiting';
CREATE INDEX notices_told ON notices (sku, since) WHERE state = 'told';
CREATE INDEX notices_by_end ON notices (expires_at);

-- Variants that are back while somebody waits for them, and when the job looks at them: no way of moving stock can
-- forget one, and the job never looks at what is still sold out.
CREATE TABLE notices_due (
  sku TEXT PRIMARY KEY REFERENCES variants (sku),
  look_at TEXT NOT NULL
) STRICT;
CREATE INDEX notices_to_look_at ON notices_due (look_at);
CREATE TRIGGER what_is_back_is_told AFTER UPDATE OF on_hand, held ON stock
WHEN NEW.available > 0 AND OLD.available <= 0
BEGIN
  INSERT INTO notices_due (sku, look_at)
  SELECT NEW.sku, '' WHERE EXISTS (SELECT 1 FROM notices WHERE sku = NEW.sku AND state = 'waiting')
  ON CONFLICT (sku) DO UPDATE SET look_at = '';
END;
