-- Which articles an archive document shows, newest first: what becomes of tags and categories after it was closed changes
-- it no more than what becomes of the articles. A row has so many ids that D1 takes it. Archives of before are closed
-- anew.
DELETE FROM feed_archives;
CREATE TABLE feed_archive_articles (
  scope TEXT NOT NULL,
  month TEXT NOT NULL,
  -- counted from 0
  piece INTEGER NOT NULL,
  -- when the first article of the piece was published
  published INTEGER NOT NULL,
  -- a JSON list
  ids TEXT NOT NULL,
  PRIMARY KEY (scope, month, piece),
  FOREIGN KEY (scope, month) REFERENCES feed_archives (scope, month) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
