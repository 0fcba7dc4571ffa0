-- SHA-256 of the last body without what changes by itself (`parse/body-hash.ts`).
ALTER TABLE sources ADD COLUMN stable_hash TEXT;
-- What the publisher asked of us with the last whole document, as JSON: {"minutesBetweenPolls":60,"skipHours":[2,3]}
ALTER TABLE sources ADD COLUMN hints TEXT NOT NULL DEFAULT '{}';
-- How often something is published, as JSON: {"gapMinutes":180,"newestAt":1790000000000}
ALTER TABLE sources ADD COLUMN rhythm TEXT;
-- An address the source has been redirected to for good, and how often that was seen, as JSON.
ALTER TABLE sources ADD COLUMN redirect TEXT;
-- How each RSSHub instance did with this route, as JSON by instance.
ALTER TABLE sources ADD COLUMN instances TEXT NOT NULL DEFAULT '{}';

-- Which polls are under way is kept by run of cron, not by source: an unchanged poll then writes its own row and no more.
ALTER TABLE sources DROP COLUMN leased_until;
CREATE TABLE poll_runs (
  id INTEGER PRIMARY KEY,
  -- Until then nobody else begins the polls of this run that have not ended.
  leased_until INTEGER NOT NULL,
  -- [{"id":"…","due":1790000000000}]: a poll has ended when the source's `next_check_at` is `due` no more.
  claims TEXT NOT NULL,
  -- Until when somebody is at work on a claim, by source: {"0123456789ab":1790000000000}
  taken TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- Hosts that asked not to be asked for a while (429, 503), and how often in a row.
CREATE TABLE host_pauses (
  host TEXT PRIMARY KEY,
  until INTEGER NOT NULL,
  strikes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Programs that read a feed of ours, for the number of subscribers we tell publishers. `reader` is a number from 0 to
-- 1023 made from the program's name: enough to count, too little to find anybody, and a bound on the rows.
CREATE TABLE feed_readers (
  scope TEXT NOT NULL,
  reader INTEGER NOT NULL,
  subscribers INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (scope, reader)
) STRICT, WITHOUT ROWID;

-- Feeds that a hub pushes to us (WebSub), and those we want so.
CREATE TABLE subscriptions (
  source_id TEXT PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  hub TEXT NOT NULL,
  topic TEXT NOT NULL,
  -- Last part of the address the hub calls; nobody else knows it.
  callback TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  -- When to ask the hub, for the first time or again.
  ask_at INTEGER NOT NULL,
  -- A request that the hub has not verified yet.
  asked_at INTEGER,
  leased_until INTEGER NOT NULL DEFAULT 0,
  pushed_at INTEGER,
  -- A poll found what the hub did not bring: polling goes on as if there were no hub.
  missed INTEGER NOT NULL DEFAULT 0
) STRICT;
