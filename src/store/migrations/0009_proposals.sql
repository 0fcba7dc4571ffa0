-- Where a feed that has died seems to be now is told with the news that its source broke.
DROP TRIGGER sources_health;

CREATE TRIGGER sources_health AFTER UPDATE OF broken_since ON sources
WHEN (OLD.broken_since IS NULL) <> (NEW.broken_since IS NULL)
BEGIN
  INSERT INTO health_changes (source_id, kind, at, since, detail)
  VALUES (
    NEW.id,
    CASE WHEN NEW.broken_since IS NULL THEN 'recovered' ELSE 'broke' END,
    coalesce(NEW.last_checked_at, NEW.broken_since),
    coalesce(OLD.broken_since, NEW.broken_since),
    coalesce(
      rtrim(NEW.failure ->> 'detail', '.') || '; its feed seems to be at ' || (NEW.failure ->> 'proposedUrl') || ' now',
      coalesce(NEW.failure, OLD.failure) ->> 'detail',
      '')
  );
END;
