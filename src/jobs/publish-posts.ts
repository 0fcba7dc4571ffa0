import { type ChangedFile, type Forge, type ForgeAccess, ForgeFailure } from '../git/forge.ts';
import { giteaRepository } from '../git/gitea.ts';
import { githubRepository } from '../git/github.ts';
import type { ForgeKind, RepositoryAddress } from '../git/repository-address.ts';
import type { OwnProfile } from '../posts/own-profile.ts';
import { POST_WRITING } from '../posts/post.ts';
import { readPostOptions, wantsOwnProfile } from '../posts/post-options.ts';
import type { PlanLimits } from '../sources/plan-limits.ts';
import type { PublicationStore, PublicationTarget, SettledPost } from '../store/publication-store.ts';
import type { SourceStore } from '../store/source-store.ts';
import { planCommit, remembering } from './plan-commit.ts';

/** Where posts are published to. */
export interface PublishTarget {
  repository: RepositoryAddress;
  branch: string;
  token: string;
  /** The posts' folder in the repository; empty for its top. */
  folder: string;
  /** How posts are wanted, as in the addresses of posts. */
  wanted: Readonly<Record<string, string>>;
  /** Where the image proxy is reached. */
  proxyOrigin: string;
}

/** A message of the queue: publishing has an invocation of its own, and its limits. */
export interface PublishMessage {
  publish: true;
}

export interface PublishTools {
  fetch: ForgeAccess['fetch'];
  userAgent: string;
  publications: Pick<PublicationStore, 'open' | 'settle' | 'fail'>;
  profiles: Pick<SourceStore, 'ownProfiles'>;
  limits: Pick<PlanLimits, 'subrequests' | 'postsPerCommit'>;
  /** Milliseconds since 1970. */
  now: number;
}

const MINUTE = 60_000;
/** Queries of a run, and some room. */
const OVERHEAD = 8;
/** Others may commit at the same time. */
const TRIES = 3;
const RETRY = { pause: 5 * MINUTE, longest: 6 * 60 * MINUTE };

/** Queues a run of publishing if there is news. */
export async function askToPublish(
  target: PublishTarget,
  tools: {
    publications: Pick<PublicationStore, 'aim' | 'isOpen'>;
    profiles: Pick<SourceStore, 'ownProfiles'>;
    queue: { send(message: PublishMessage): Promise<unknown> };
    now: number;
  },
): Promise<void> {
  const own = wantsOwnProfile(target.wanted) ? await tools.profiles.ownProfiles() : {};
  await tools.publications.aim(toPublicationTarget(target, own[target.wanted.profile ?? '']));
  if (await tools.publications.isOpen(tools.now)) await tools.queue.send({ publish: true });
}

function toPublicationTarget(
  { repository, branch, folder, wanted, proxyOrigin }: PublishTarget,
  profile: OwnProfile | undefined,
): PublicationTarget {
  const writing = JSON.stringify([POST_WRITING, wanted, profile, proxyOrigin]);
  return { repository: repository.api, branch, folder, writing };
}

/**
 * Brings the repository up to the articles in one commit, as far as an invocation goes; the next run does the rest.
 * Only what differs is written, and no file that is not as we left it; what the owner took out stays out. Killed at any
 * moment, the next run finds what was committed by the ids of the blobs.
 */
export async function publishPosts(target: PublishTarget, tools: PublishTools): Promise<void> {
  try {
    const settled = await publishOpen(target, tools);
    await tools.publications.settle(settled);
  } catch (error) {
    if (!(error instanceof ForgeFailure)) throw error;
    console.error(`posts could not be published: ${error.message}`);
    const wait = (error.retryAfter ?? 0) * 1000;
    await tools.publications.fail(tools.now, (failures) =>
      Math.max(wait, Math.min(RETRY.longest, RETRY.pause * 2 ** (failures - 1))),
    );
  }
}

async function publishOpen(target: PublishTarget, tools: PublishTools): Promise<SettledPost[]> {
  const own = wantsOwnProfile(target.wanted) ? await tools.profiles.ownProfiles() : {};
  const wanted = readPostOptions(target.wanted, own);
  if (wanted.kind === 'wrong') throw new ForgeFailure(`GIT_POSTS: ${wanted.message}`);
  const posts = await tools.publications.open(tools.limits.postsPerCommit);
  if (posts.length === 0) return [];
  const requests = { left: tools.limits.subrequests - OVERHEAD };
  const forge = openForge(target, tools, requests);
  const { folder, proxyOrigin } = target;
  const context = { folder, proxyOrigin, options: wanted.options, repository: remembering(forge), requests };
  for (let tries = 0; tries < TRIES; tries++) {
    const head = await forge.head(target.branch);
    const plan = await planCommit(posts, head, context);
    if (plan.files.length === 0) return plan.settled;
    const message = describe(plan.files);
    const outcome = await forge.commit({ branch: target.branch, head, message, files: plan.files });
    if (outcome === 'committed') return plan.settled;
  }
  throw new ForgeFailure(`${target.branch} was changed by others ${TRIES} times while posts were committed`);
}

function openForge(
  { repository, token }: PublishTarget,
  { fetch, userAgent }: PublishTools,
  requests: { left: number },
): Forge {
  const { open, authorization, accept } = FORGES[repository.forge];
  return open({
    api: repository.api,
    headers: { Authorization: `${authorization} ${token}`, Accept: accept, 'User-Agent': userAgent },
    fetch: (url, init) => {
      requests.left--;
      return fetch(url, init);
    },
  });
}

const FORGES = {
  github: { open: githubRepository, authorization: 'Bearer', accept: 'application/vnd.github+json' },
  gitea: { open: giteaRepository, authorization: 'token', accept: 'application/json' },
} satisfies Record<
  ForgeKind,
  { open: (access: ForgeAccess) => Forge; authorization: string; accept: string }
>;

function describe(files: readonly ChangedFile[]): string {
  const added = files.filter(({ before }) => before === undefined).length;
  const counts = [
    [added, 'added'],
    [files.length - added, 'updated'],
  ] as const;
  return `Posts: ${counts.flatMap(([count, what]) => (count > 0 ? `${count} ${what}` : [])).join(', ')}`;
}
