import { Buffer } from 'node:buffer';
import {
  branchPath,
  callForge,
  type Forge,
  type ForgeAccess,
  ForgeFailure,
  readBlob,
  type TreeEntry,
} from './forge.ts';

interface Tree {
  tree: { path: string; type: string; sha: string }[] | null;
  truncated: boolean;
}

/**
 * A repository at Gitea or Forgejo. Their API has no way to write objects; it commits several files at once since 1.20,
 * on the branch as it then is, unless one of them is not what was said of it.
 */
export function giteaRepository(access: ForgeAccess): Forge {
  const get = <T>(path: string) => callForge<T>(access, 'GET', path);
  return {
    async head(branch) {
      const { commit } = await get<{ commit: { id: string } }>(`/branches/${branchPath(branch)}`);
      const found = await get<{ commit: { tree: { sha: string } } }>(`/git/commits/${commit.id}`);
      return { commit: commit.id, tree: found.commit.tree.sha };
    },

    async tree(id) {
      const entries = new Map<string, TreeEntry>();
      for (let page = 1; ; page++) {
        const { tree, truncated } = await get<Tree>(`/git/trees/${id}?page=${page}`);
        for (const { path, type, sha } of tree ?? []) entries.set(path, { type, id: sha });
        if (!truncated) return entries;
      }
    },

    blob: (id) => readBlob(access, id),

    async commit({ branch, message, files }) {
      const changes = files.map(({ path, text, before }) => ({
        path,
        content: base64(text),
        ...(before === undefined ? { operation: 'create' } : { operation: 'update', sha: before }),
      }));
      try {
        await callForge(access, 'POST', '/contents', { branch, message, files: changes });
        return 'committed';
      } catch (error) {
        // a file came, changed or went since
        if (error instanceof ForgeFailure && [404, 409, 422].includes(error.status ?? 0)) return 'conflict';
        throw error;
      }
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
