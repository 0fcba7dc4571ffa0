/** What one conformance run found. */
export interface ConformanceResult {
  name: string;
  passed: number;
  failed: number;
  /** What to print: one line for each failure, or why nothing was run. */
  lines: string[];
}
