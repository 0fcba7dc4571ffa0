-- Of the items among `article_ids` what tells that one is as it was when its article was saved: a JSON object of
-- fingerprints and article ids.
ALTER TABLE feed_contents ADD COLUMN fingerprints TEXT NOT NULL DEFAULT '{}';
