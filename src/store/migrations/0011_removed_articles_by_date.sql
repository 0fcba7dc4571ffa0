-- What is old enough to be forgotten is looked for in every run of cron.
CREATE INDEX removed_articles_by_date ON removed_articles (removed_at);
