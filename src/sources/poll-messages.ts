/** A poll that has been taken on. It has ended when the source's next check is `due` no more. */
export interface Claim {
  id: string;
  /** The source's next check when it was claimed: milliseconds since 1970. */
  due: number;
}

export interface DueSource extends Claim {
  url: string;
}

export interface PackingRules {
  hostOf: (source: DueSource) => string;
  sourcesPerMessage: number;
  /** Of one host at once; the others wait for the next run. */
  sourcesPerHost: number;
  /** From 0 up to 1. */
  random: () => number;
}

/**
 * Packs due sources into messages: those of a host always in one, because one message is one line in which nobody
 * overtakes; hosts with few sources together, because a queue counts messages. In an order that differs from run to
 * run, so that no publisher is always the first one asked.
 */
export function packMessages(due: readonly DueSource[], rules: PackingRules): Claim[][] {
  const hosts = shuffled([...Map.groupBy(due, rules.hostOf).values()], rules.random);
  const messages: Claim[][] = [];
  let open: Claim[] = [];
  for (const host of hosts) {
    const sources = shuffled(host.slice(0, rules.sourcesPerHost), rules.random).map(toClaim);
    if (open.length + sources.length > rules.sourcesPerMessage && open.length > 0) {
      messages.push(open);
      open = [];
    }
    open = [...open, ...sources];
  }
  return open.length > 0 ? [...messages, open] : messages;
}

function toClaim({ id, due }: DueSource): Claim {
  return { id, due };
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
