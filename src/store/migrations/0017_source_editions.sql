-- What a source was and was called until that changed, where an archive document shows it so.
CREATE TABLE source_editions (
  id TEXT NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  until INTEGER NOT NULL,
  url TEXT NOT NULL,
  entry TEXT NOT NULL,
  feed_title TEXT,
  site_link TEXT,
  PRIMARY KEY (id, until)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER source_is_about_to_change BEFORE UPDATE OF url, entry, feed_title, site_link ON sources
WHEN (old.url, old.entry, old.feed_title, old.site_link) IS NOT (new.url, new.entry, new.feed_title, new.site_link)
BEGIN
  INSERT INTO source_editions (id, until, url, entry, feed_title, site_link)
    SELECT old.id, CAST(unixepoch('subsec') * 1000 AS INTEGER), old.url, old.entry, old.feed_title, old.site_link
    WHERE EXISTS (SELECT 1 FROM feed_archives
                  WHERE closed_at >= (SELECT coalesce(max(until), 0) FROM source_editions WHERE id = old.id))
    ON CONFLICT (id, until) DO NOTHING;
END;
