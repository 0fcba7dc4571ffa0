-- What the hub was told of our feeds: of each the version, as in `feed_versions`, that it was pinged for last. Which hub
-- that is, and until when it is left alone, says the setting `hub`: {"url":"https://hub.example/","failures":1,"notBefore":0}
CREATE TABLE hub_pings (
  -- A feed that is advertised: everything, a category, a source, or a view: view:mornings
  scope TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
