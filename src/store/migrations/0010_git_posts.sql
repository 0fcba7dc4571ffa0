-- Posts in the git repository that the Worker publishes to. Rows come with the triggers below once the setting `git`
-- says which repository that is: {"target":{"repository":"https://…","branch":"main","folder":"source/_posts"}}
CREATE TABLE git_posts (
  id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  -- Where the post lies in the repository, and the id of its blob there as we left it; NULL before it was published.
  path TEXT,
  blob TEXT,
  -- Counted up with each change of the article or its source; the number that was dealt with last.
  change INTEGER NOT NULL DEFAULT 1,
  settled INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX git_posts_open ON git_posts (id) WHERE change > settled;

CREATE TRIGGER git_post_comes AFTER INSERT ON articles
WHEN EXISTS (SELECT 1 FROM settings WHERE name = 'git')
BEGIN
  INSERT INTO git_posts (id) VALUES (new.id) ON CONFLICT (id) DO UPDATE SET change = change + 1;
END;

CREATE TRIGGER git_post_changes AFTER UPDATE OF content_hash ON articles
WHEN old.content_hash IS NOT new.content_hash AND EXISTS (SELECT 1 FROM settings WHERE name = 'git')
BEGIN
  INSERT INTO git_posts (id) VALUES (new.id) ON CONFLICT (id) DO UPDATE SET change = change + 1;
END;

CREATE TRIGGER git_posts_source_changes AFTER UPDATE OF entry, feed_title ON sources
WHEN (old.entry IS NOT new.entry OR old.feed_title IS NOT new.feed_title)
  AND EXISTS (SELECT 1 FROM settings WHERE name = 'git')
BEGIN
  UPDATE git_posts SET change = change + 1 WHERE id IN (SELECT id FROM articles WHERE source_id = new.id);
END;
