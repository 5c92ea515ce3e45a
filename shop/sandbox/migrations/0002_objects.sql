-- What a session remembers without telling it: what its payment intent will carry, and a challenge that waits.
ALTER TABLE line_items ADD COLUMN kept TEXT NOT NULL DEFAULT '{}';
UPDATE line_items
SET kept = json_object('payment_intent_data', json_object('metadata', json(intent_metadata)));
ALTER TABLE line_items DROP COLUMN intent_metadata;

-- What will happen by itself: a debit settles, a refund fails, a dispute comes.
CREATE TABLE schedule (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  planned_at INTEGER NOT NULL
) STRICT;
CREATE INDEX schedule_due ON schedule (planned_at);
CREATE INDEX schedule_of ON schedule (subject);
