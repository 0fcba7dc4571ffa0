import { type AlertTarget, type AlertTools, tellAlerts } from './alert.ts';
import { type RetentionRules, type RetentionTools, tidy } from './retention.ts';

/** What is done in every run of cron besides polling; one part that fails does not keep the other from its work. */
export async function keepHouse(
  { alert, retention }: { alert?: AlertTarget; retention: RetentionRules },
  tools: AlertTools & RetentionTools,
): Promise<void> {
  const jobs = [tidy(retention, tools), ...(alert === undefined ? [] : [tellAlerts(alert, tools)])];
  for (const result of await Promise.allSettled(jobs))
    if (result.status === 'rejected') console.error('housekeeping failed', result.reason);
}
