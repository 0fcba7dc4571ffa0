/** What to simulate. */
export interface SimulationOptions {
  /** Publishers of all kinds; or those of a cost plan, who publish five items a day and are asked every hour. */
  scenario: 'mixed' | 'hourly';
  sources: number;
  days: number;
  plan: 'free' | 'paid';
  seed: number;
}

/** How the requests for one publisher's feed ended. */
export interface Answers {
  requests: number;
  /** Answered 304. */
  notModified: number;
  /** Answered 200 with nothing new in it. */
  unchanged: number;
  changed: number;
  failed: number;
  bytes: number;
}

/** What became of one publisher. */
export interface PublisherResult extends Answers {
  pattern: string;
  /** Median of the minutes between what was published. */
  gapMinutes: number;
  /** The same, where what comes so soon after another thing that no poll may tell them apart counts as one with it. */
  occasionGapMinutes: number;
  /** The least minutes between two polls that the publisher and the program's manners allow. */
  restMinutes: number;
  /** Median of the minutes from publication to article, of what was published while the simulation ran. */
  delayMinutes?: number;
  /** Items it is the median of. */
  found: number;
  published: number;
  /** Published and gone from the feed before anybody could see it. */
  missed: number;
}

/** A publisher who failed for a week. */
export interface Recovery {
  /** The longest time between two polls before that. */
  longestBeforeMs: number;
  /** From the end of the outage to the first answer. */
  untilSuccessMs: number;
  /** From the first answer to the next poll. */
  afterSuccessMs: number;
}

/** What a database was asked for, counted as D1 counts: rows of indexes too. */
export interface DatabaseUsage {
  rowsRead: number;
  rowsWritten: number;
  /** Statements; an invocation may make 50 on the free plan. */
  queries: number;
}

export interface Totals extends DatabaseUsage {
  runs: number;
  messages: number;
  queueOperations: number;
  storageBytes: number;
  /** Of one invocation that polls. */
  mostSubrequests: number;
  mostQueries: number;
}

export interface SimulationResult {
  totals: Totals;
  publishers: PublisherResult[];
  recoveries: Recovery[];
  offences: string[];
}
