-- Which articles an archive document shows, newest first, as a JSON list of ids: what becomes of tags and categories
-- after it was closed changes it no more than what becomes of the articles. Archives of before are closed anew.
DELETE FROM feed_archives;
ALTER TABLE feed_archives ADD COLUMN article_ids TEXT NOT NULL DEFAULT '[]';
