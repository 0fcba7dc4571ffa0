-- How requests for pictures were answered on a day (UTC), as JSON: {"memory":31,"cache":7,"failed 404":1,"refused access":2}
CREATE TABLE picture_counts (
  day TEXT PRIMARY KEY,
  counts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
