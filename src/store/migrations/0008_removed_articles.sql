-- Articles that retention or the owner removed. A feed that shows one again does not bring it back; link and date tell
-- it from another article that got its guid.
CREATE TABLE removed_articles (
  id TEXT PRIMARY KEY,
  link TEXT,
  published INTEGER NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
