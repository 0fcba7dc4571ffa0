-- Since when a source counts as broken (`sources/health.ts` says when it does); NULL while it works.
ALTER TABLE sources ADD COLUMN broken_since INTEGER;

-- What broke and what recovered, one row a change. `source_id` is NULL where it is the database itself.
CREATE TABLE health_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id TEXT REFERENCES sources (id) ON DELETE CASCADE,
  -- `broke` or `recovered`
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- When it broke.
  since INTEGER NOT NULL,
  -- What is, or was, wrong, in a sentence.
  detail TEXT NOT NULL,
  -- Telling the owner's webhook: when it was told, how often that failed, when to try again.
  told_at INTEGER,
  failed_tellings INTEGER NOT NULL DEFAULT 0,
  tell_after INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX health_changes_by_date ON health_changes (at);

-- A change is written with the poll that found it, in one statement: neither is there without the other.
CREATE TRIGGER sources_health AFTER UPDATE OF broken_since ON sources
WHEN (OLD.broken_since IS NULL) <> (NEW.broken_since IS NULL)
BEGIN
  INSERT INTO health_changes (source_id, kind, at, since, detail)
  VALUES (
    NEW.id,
    CASE WHEN NEW.broken_since IS NULL THEN 'recovered' ELSE 'broke' END,
    coalesce(NEW.last_checked_at, NEW.broken_since),
    coalesce(OLD.broken_since, NEW.broken_since),
    coalesce(coalesce(NEW.failure, OLD.failure) ->> 'detail', '')
  );
END;

-- The articles that a source's feed showed when it was last read, as a JSON list of ids: retention leaves them.
CREATE TABLE feed_contents (
  source_id TEXT PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  changed_at INTEGER NOT NULL,
  -- When retention last looked at the source.
  swept_at INTEGER NOT NULL DEFAULT 0,
  article_ids TEXT NOT NULL
) STRICT, WITHOUT ROWID;
