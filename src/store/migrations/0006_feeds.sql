-- The articles of each tag, newest first: the first twenty tags of an article that are no longer than a hundred
-- characters. The triggers below keep it, whoever writes articles.
CREATE TABLE article_tags (
  tag TEXT NOT NULL,
  published INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (tag, published DESC, id)
) STRICT, WITHOUT ROWID;

-- A feed whose last source was removed is gone: its address answers 410, or leads to `moved_to`, the scope its sources
-- moved to: category:["新媒体"]
ALTER TABLE feed_versions ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed_versions ADD COLUMN moved_to TEXT;

-- Months of a feed that were served as archive documents, which never change from then on: the document shows what was
-- there at `closed_at`, as it was then, and the month before it in the chain stays the same.
CREATE TABLE feed_archives (
  scope TEXT NOT NULL,
  -- 2026-10, in UTC
  month TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  previous TEXT,
  PRIMARY KEY (scope, month)
) STRICT, WITHOUT ROWID;

CREATE INDEX feed_archives_by_month ON feed_archives (month, closed_at);

-- What an article said until it was changed, where an archive document shows it so.
CREATE TABLE article_editions (
  id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
  until INTEGER NOT NULL,
  title TEXT NOT NULL,
  link TEXT,
  front TEXT NOT NULL,
  content_html TEXT NOT NULL,
  PRIMARY KEY (id, until)
) STRICT, WITHOUT ROWID;

CREATE VIEW tags_of_articles AS
  SELECT articles.id, articles.published, articles.changed_at, tags.value AS tag
  FROM articles, json_each(articles.front, '$.tags') AS tags
  WHERE tags.key < 20 AND length(tags.value) <= 100;

INSERT INTO article_tags (tag, published, id) SELECT DISTINCT tag, published, id FROM tags_of_articles;
INSERT INTO feed_versions (scope, version)
  SELECT 'tag:' || tag, max(changed_at) FROM tags_of_articles GROUP BY tag;

CREATE TRIGGER article_comes AFTER INSERT ON articles
BEGIN
  INSERT INTO article_tags (tag, published, id)
    SELECT DISTINCT tag, published, id FROM tags_of_articles WHERE id = new.id;
  INSERT INTO feed_versions (scope, version)
    SELECT DISTINCT 'tag:' || tag, new.changed_at FROM tags_of_articles WHERE id = new.id
    ON CONFLICT (scope) DO UPDATE SET version = max(version + 1, excluded.version), gone = 0;
END;

CREATE TRIGGER article_is_about_to_change BEFORE UPDATE OF content_hash ON articles
WHEN old.content_hash IS NOT new.content_hash
BEGIN
  INSERT INTO article_editions (id, until, title, link, front, content_html)
    SELECT old.id, new.changed_at, old.title, old.link, old.front, old.content_html
    WHERE EXISTS (SELECT 1 FROM feed_archives
                  WHERE month = strftime('%Y-%m', old.published / 1000, 'unixepoch') AND closed_at >= old.changed_at)
    ON CONFLICT (id, until) DO NOTHING;
  UPDATE feed_versions SET version = max(version + 1, new.changed_at)
    WHERE scope IN (SELECT 'tag:' || tag FROM tags_of_articles WHERE id = old.id);
  DELETE FROM article_tags
    WHERE (tag, published, id) IN (SELECT tag, published, id FROM tags_of_articles WHERE id = old.id);
END;

CREATE TRIGGER article_has_changed AFTER UPDATE OF content_hash ON articles
WHEN old.content_hash IS NOT new.content_hash
BEGIN
  INSERT INTO article_tags (tag, published, id)
    SELECT DISTINCT tag, published, id FROM tags_of_articles WHERE id = new.id;
  INSERT INTO feed_versions (scope, version)
    SELECT DISTINCT 'tag:' || tag, new.changed_at FROM tags_of_articles WHERE id = new.id
    ON CONFLICT (scope) DO UPDATE SET version = max(version + 1, excluded.version), gone = 0;
END;

CREATE TRIGGER article_is_about_to_go BEFORE DELETE ON articles
BEGIN
  UPDATE feed_versions SET version = max(version + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
    WHERE scope IN (SELECT 'tag:' || tag FROM tags_of_articles WHERE id = old.id);
  DELETE FROM article_tags
    WHERE (tag, published, id) IN (SELECT tag, published, id FROM tags_of_articles WHERE id = old.id);
END;
