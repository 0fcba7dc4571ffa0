-- The owner's views: feeds of chosen sources, categories and tags.
CREATE TABLE views (
  name TEXT PRIMARY KEY,
  -- What the owner wrote down, as JSON: {"title":"…","categories":[["新媒体"]],"filter_title":"…"}
  entry TEXT NOT NULL,
  -- Names of the feeds whose articles it shows, as in `feed_versions`: ["source:0123456789ab","tag:…"]
  scopes TEXT NOT NULL,
  -- Milliseconds since 1970.
  changed_at INTEGER NOT NULL,
  -- Its addresses answer 410 from then on.
  removed_at INTEGER
) STRICT, WITHOUT ROWID;
