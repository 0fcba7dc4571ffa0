-- The title an article was first seen with: the files of posts are called after it, and keep their names.
ALTER TABLE articles ADD COLUMN first_title TEXT NOT NULL DEFAULT '';
UPDATE articles SET first_title = title;
