-- How often something was tried in a stretch of time; kept here so that a restart forgives nobody.
CREATE TABLE limits (
  key TEXT NOT NULL,
  started INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (key, started)
) STRICT;
CREATE INDEX limits_by_start ON limits (started);
