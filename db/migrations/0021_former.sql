-- What settings were before their last change, so that it can be taken back.
CREATE TABLE former (
  of TEXT PRIMARY KEY,
  told TEXT NOT NULL CHECK (json_valid(told))
) STRICT, WITHOUT ROWID;
