-- Times are milliseconds since 1970.

-- A source and what polling has learned about it. Nothing that a poll writes is indexed: a poll writes one row.
CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  -- What the owner wrote down besides the address, as JSON: {"categories":["新媒体","趣头条"],"poll":60}
  entry TEXT NOT NULL,
  -- The category path alone, as JSON, for the feeds of a category.
  categories TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  next_check_at INTEGER NOT NULL,
  -- A poll is under way or queued until then; nobody else begins one.
  leased_until INTEGER NOT NULL DEFAULT 0,
  etag TEXT,
  last_modified TEXT,
  body_hash TEXT,
  last_checked_at INTEGER,
  last_success_at INTEGER,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  -- {"kind":"status","detail":"…","at":1790000000000}, NULL when the last poll went well
  failure TEXT,
  -- ["declared utf-8, was gb18030"]
  repairs TEXT NOT NULL DEFAULT '[]',
  identity_mode TEXT NOT NULL DEFAULT 'guid',
  feed_title TEXT,
  site_link TEXT
) STRICT;

CREATE TABLE articles (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  published INTEGER NOT NULL,
  title TEXT NOT NULL,
  guid TEXT,
  link TEXT,
  -- The rest of the article but its body, as JSON: {"author":"…","tags":[…],"headImage":"…"}
  front TEXT NOT NULL,
  content_html TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX articles_by_date ON articles (published DESC, id);
CREATE INDEX articles_by_source ON articles (source_id, published DESC, id);

-- A number a feed's content has, larger after each change: `all`, `source:<id>`, `category:["新媒体","趣头条"]`.
CREATE TABLE feed_versions (
  scope TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Hosts whose pictures our articles show, which the image proxy serves: for each source that shows some, a page on
-- which one was seen, for the Referer. They outlive their source, because published posts show its pictures still.
CREATE TABLE picture_pages (
  host TEXT NOT NULL,
  source_id TEXT NOT NULL,
  page TEXT,
  PRIMARY KEY (host, source_id)
) STRICT, WITHOUT ROWID;

-- Which kind of Referer worked where the first one tried did not: `table`, `page`, `none`, `origin`.
CREATE TABLE picture_referers (
  host TEXT PRIMARY KEY,
  referer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the owner sets besides sources, as JSON: `rsshub` is ["https://rsshub.app"].
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
