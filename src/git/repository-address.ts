/** Programs that keep repositories: GitHub and GitHub Enterprise; Gitea and Forgejo, Codeberg among them. */
export type ForgeKind = 'github' | 'gitea';

/** Where a repository's API is. */
export interface RepositoryAddress {
  forge: ForgeKind;
  /** `https://api.github.com/repos/owner/blog` */
  api: string;
}

/**
 * Reads a repository's address: `owner/blog` at GitHub, the address of its page, or that of its API; undefined where it
 * is none of these. What is not at github.com is taken for Gitea, unless the API's address says otherwise.
 */
export function readRepositoryAddress(text: string): RepositoryAddress | undefined {
  const written = text.trim();
  const short = /^[\w.-]+\/[\w.-]+$/.test(written) ? `https://github.com/${written}` : written;
  if (!/^https?:\/\//.test(short) || !URL.canParse(short)) return undefined;
  const { origin, host, pathname } = new URL(short);
  const path = pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  if (/\/repos(?:\/[^/]+){2}$/.test(path))
    return { forge: path.includes('/api/v1/') ? 'gitea' : 'github', api: origin + path };
  const names = /^((?:\/[^/]+)*)(\/[^/]+\/[^/]+)$/.exec(path);
  if (names === null) return undefined;
  if (host === 'github.com') return { forge: 'github', api: `https://api.github.com/repos${path}` };
  // a forge may lie below a folder of its host
  return { forge: 'gitea', api: `${origin}${names[1]}/api/v1/repos${names[2]}` };
}
