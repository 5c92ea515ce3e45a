-- How a merchant's shop looks: its name, logo, colour and shape; its texts and pages, in each language.
-- Empty is what the shop looks like by itself.

CREATE TABLE looks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL DEFAULT '',
  accent TEXT NOT NULL DEFAULT '' CHECK (accent = '' OR (length(accent) = 7 AND accent GLOB '#[0-9a-f]*')),
  shape TEXT NOT NULL DEFAULT 'soft' CHECK (shape IN ('square', 'soft', 'round')),
  typeface TEXT NOT NULL DEFAULT 'serif' CHECK (typeface IN ('serif', 'sans')),
  logo_id TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO looks (id) VALUES (1) ON CONFLICT DO NOTHING;

CREATE TABLE logos (
  id TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  data BLOB NOT NULL
) STRICT;

CREATE TABLE look_texts (
  language TEXT PRIMARY KEY,
  announcement TEXT NOT NULL,
  heading TEXT NOT NULL,
  sentence TEXT NOT NULL,
  footer TEXT NOT NULL
) STRICT;

-- The pages that every shop has a place for; a page without a text is not there.
CREATE TABLE pages (
  slug TEXT NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (slug, language)
) STRICT;
