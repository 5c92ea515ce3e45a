-- What a checkout may now need: guests, links to an order, a language, and the sums that come to the goods:
-- shipping by country and value, tax by country and category, discount codes.

-- Who buys without an account. Nobody can sign in as this person: it has no password, and no address to reset one.
INSERT INTO people (id, email, name, role, password_hash, created_at)
VALUES ('guest', 'guest', 'Guest', 'user', '', '1970-01-01T00:00:00.000Z') ON CONFLICT DO NOTHING;
-- The language they have chosen; empty while they have not.
ALTER TABLE people ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- The secret address of an order, as a letter names it; only its hash is kept.
CREATE TABLE order_links (
  token_hash TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  made_at TEXT NOT NULL
) STRICT;
CREATE INDEX order_links_of_order ON order_links (order_id);

-- How the merchant's prices are meant: with the tax in them, or with the tax on top. Countries are ISO 3166
-- codes of two letters.
ALTER TABLE shop ADD COLUMN prices_include_tax INTEGER NOT NULL DEFAULT 1
  CHECK (prices_include_tax IN (0, 1));
ALTER TABLE shop ADD COLUMN home_country TEXT NOT NULL DEFAULT 'DE' CHECK (length(home_country) = 2);

-- A zone is a set of countries that are sent to at the same rates; a country is in one zone. The country `*` is
-- everywhere else. Without any zone the shop sends everywhere for nothing.
CREATE TABLE shipping_zones (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE TABLE shipping_countries (
  country TEXT PRIMARY KEY CHECK (country = '*' OR length(country) = 2),
  zone_id TEXT NOT NULL REFERENCES shipping_zones (id)
) STRICT;
CREATE INDEX shipping_countries_of_zone ON shipping_countries (zone_id, country);
-- A rate is offered for goods worth `from_value` (after the discount) or more, and costs nothing from `free_from`.
CREATE TABLE shipping_rates (
  id TEXT PRIMARY KEY,
  zone_id TEXT NOT NULL REFERENCES shipping_zones (id),
  name TEXT NOT NULL,
  days TEXT NOT NULL DEFAULT '',
  price INTEGER NOT NULL CHECK (price >= 0),
  from_value INTEGER NOT NULL DEFAULT 0 CHECK (from_value >= 0),
  free_from INTEGER CHECK (free_from >= 0),
  position INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX shipping_rates_of_zone ON shipping_rates (zone_id, position);

-- Thousandths of a percent: 19 % is 19000. The empty category is the standard rate of its country, which is
-- also that of shipping.
CREATE TABLE tax_rates (
  country TEXT NOT NULL CHECK (length(country) = 2),
  category_id TEXT NOT NULL DEFAULT '',
  rate INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 100000),
  version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (country, category_id)
) STRICT;

-- `value` is minor units of an amount, or hundredths of a percent. `uses` counts orders that are paid or may be.
CREATE TABLE discounts (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE CHECK (code = upper(code) AND code <> ''),
  kind TEXT NOT NULL CHECK (kind IN ('amount', 'percent')),
  value INTEGER NOT NULL CHECK (value > 0 AND (kind = 'amount' OR value <= 10000)),
  least INTEGER NOT NULL DEFAULT 0 CHECK (least >= 0),
  starts_at TEXT,
  ends_at TEXT,
  most_uses INTEGER CHECK (most_uses > 0),
  most_a_person INTEGER CHECK (most_a_person > 0),
  uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
  created_at TEXT NOT NULL,
  ended_at TEXT,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE discount_uses (
  order_id TEXT PRIMARY KEY REFERENCES orders (id),
  discount_id TEXT NOT NULL REFERENCES discounts (id),
  email TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  at TEXT NOT NULL,
  released_at TEXT
) STRICT;
CREATE INDEX discount_uses_of_code ON discount_uses (discount_id, order_id);
CREATE INDEX discount_uses_of_person ON discount_uses (discount_id, email) WHERE released_at IS NULL;

-- What a cart has chosen; empty is what the shop would choose.
ALTER TABLE carts ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE carts ADD COLUMN shipping_rate_id TEXT NOT NULL DEFAULT '';
ALTER TABLE carts ADD COLUMN discount_code TEXT NOT NULL DEFAULT '';

-- What an order was placed with. `tax_included` is contained in its prices, `tax` comes on top: one of them is 0.
ALTER TABLE orders ADD COLUMN tax_included INTEGER NOT NULL DEFAULT 0 CHECK (tax_included >= 0);
ALTER TABLE orders ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN shipping_name TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN discount_code TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
-- Where it goes, as the payment page has asked for it: JSON with name, line1, line2, postal_code, city, state,
-- country; empty until it is known.
ALTER TABLE orders ADD COLUMN ship_to TEXT NOT NULL DEFAULT '';
-- A line's share of the discount, and its tax (contained or on top, as the order says) at a rate.
ALTER TABLE order_lines ADD COLUMN discount INTEGER NOT NULL DEFAULT 0 CHECK (discount >= 0);
ALTER TABLE order_lines ADD COLUMN tax INTEGER NOT NULL DEFAULT 0 CHECK (tax >= 0);
ALTER TABLE order_lines ADD COLUMN tax_rate INTEGER NOT NULL DEFAULT 0 CHECK (tax_rate >= 0);
-- The same of shipping.
ALTER TABLE orders ADD COLUMN shipping_tax INTEGER NOT NULL DEFAULT 0 CHECK (shipping_tax >= 0);
ALTER TABLE orders ADD COLUMN shipping_tax_rate INTEGER NOT NULL DEFAULT 0 CHECK (shipping_tax_rate >= 0);
