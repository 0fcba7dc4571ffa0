import type { OwnProfiles } from '../src/posts/own-profile.ts';
import type { SourceEntry, SourceList } from '../src/sources/source-list.ts';
import { checkViews, type ViewEntries, writtenViews } from '../src/sources/view-entry.ts';
import { CommandFailure } from './command-failure.ts';

/** A source as the Worker's API describes it. Times are ISO 8601. */
export interface ListedSource extends SourceEntry {
  id: string;
  state: 'waiting' | 'ok' | 'failing' | 'paused';
  articles: number;
  lastCheckedAt?: string;
  nextCheckAt?: string;
  consecutiveFailures: number;
  failure?: { kind: string; detail: string; at: string; proposedUrl?: string };
  repairs: readonly string[];
}

/** What an import changed. */
export interface ImportCounts {
  added: number;
  updated: number;
  removed: number;
  unchanged: number;
}

/** The owner's calls of one Worker. Each throws a CommandFailure that says what the Worker said. */
export class WorkerApi {
  readonly #origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  async list(): Promise<{
    rsshub: string[];
    sources: ListedSource[];
    profiles: OwnProfiles;
    views: ViewEntries;
  }> {
    const { views, ...list } = await (await this.#call('GET', '/api/sources')).json();
    return { ...list, views: checkViews(views).views };
  }

  async import({ views, ...list }: SourceList, { prune = false } = {}): Promise<ImportCounts> {
    const body = { ...list, ...(views !== undefined && { views: writtenViews(views) }), prune };
    return (await this.#call('POST', '/api/sources', body)).json();
  }

  /** Adds one source, or changes the one with the same address. Tells which. */
  async add(entry: SourceEntry): Promise<{ id: string; isNew: boolean }> {
    const response = await this.#call('POST', '/api/sources', entry);
    const { id } = await response.json();
    return { id, isNew: response.status === 201 };
  }

  async remove(id: string): Promise<void> {
    await this.#call('DELETE', `/api/sources/${encodeURIComponent(id)}`);
  }

  /** Follows a source at another address from now on. */
  async move(id: string, url: string): Promise<void> {
    await this.#call('PATCH', `/api/sources/${encodeURIComponent(id)}`, { url });
  }

  /** Refuses the address that is proposed for a source. */
  async refuseProposal(id: string): Promise<void> {
    await this.#call('DELETE', `/api/sources/${encodeURIComponent(id)}/proposal`);
  }

  /** Queues one source, or all of them, to be polled now. */
  async refresh(id?: string): Promise<void> {
    await this.#call(
      'POST',
      id === undefined ? '/api/refresh' : `/api/sources/${encodeURIComponent(id)}/refresh`,
    );
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.#request(method, path, body);
    if (response.ok) return response;
    throw new CommandFailure(`${this.#origin}: ${await describeProblem(response, body)}`);
  }

  async #request(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(this.#origin + path, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // The token is for this host alone.
        redirect: 'error',
        signal: AbortSignal.timeout(60_000),
      });
    } catch (error) {
      const cause = (error as Error).cause as Error | undefined;
      throw new CommandFailure(
        `No Worker answers at ${this.#origin} (${cause?.message ?? (error as Error).message}).`,
      );
    }
  }
}

interface Problem {
  title?: string;
  detail?: string;
  problems?: { index?: number; message: string }[];
}

async function describeProblem(response: Response, sent: unknown): Promise<string> {
  const problem: Problem = await response.json().catch(() => ({}));
  const sources = (sent as Partial<SourceList> | undefined)?.sources;
  const details = (problem.problems ?? []).map(
    ({ index, message }) =>
      `\n  ${index === undefined ? '' : `${sources?.[index]?.url ?? index}: `}${message}`,
  );
  return (
    [problem.title ?? `answered ${response.status}`, problem.detail].filter(Boolean).join(': ') +
    details.join('')
  );
}
