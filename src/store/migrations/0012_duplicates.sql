-- What tells copies of one article in several sources: 64 bits made of its text, as 16 hex digits; NULL where the text
-- is too short, and for articles from before this column until they change.
ALTER TABLE articles ADD COLUMN simhash TEXT;

-- The page that a link leads to (`store/page-key.ts`, word for word): no scheme, `www.`, `m.`, fragment or end slash.
CREATE INDEX articles_by_page ON articles (
  rtrim(replace(replace(substr(link, instr(link, '://'), instr(link || '#', '#') - instr(link, '://')), '://www.', '://'), '://m.', '://'), '/')
) WHERE link IS NOT NULL;
