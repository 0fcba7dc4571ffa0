import {
  branchPath,
  callForge,
  type Forge,
  type ForgeAccess,
  ForgeFailure,
  readBlob,
  type TreeEntry,
} from './forge.ts';

interface ObjectId {
  sha: string;
}

interface Tree {
  tree: (ObjectId & { path: string; type: string })[];
  truncated?: boolean;
}

/** A repository at GitHub, over its Git data API. */
export function githubRepository(access: ForgeAccess): Forge {
  const get = <T>(path: string) => callForge<T>(access, 'GET', path);
  const post = <T>(path: string, body: unknown) => callForge<T>(access, 'POST', path, body);
  return {
    async head(branch) {
      const { object } = await get<{ object: ObjectId }>(`/git/ref/heads/${branchPath(branch)}`);
      const { tree } = await get<{ tree: ObjectId }>(`/git/commits/${object.sha}`);
      return { commit: object.sha, tree: tree.sha };
    },

    async tree(id) {
      const { tree, truncated } = await get<Tree>(`/git/trees/${id}`);
      if (truncated)
        throw new ForgeFailure('a folder has more files than GitHub lists: set GIT_POSTS to another');
      return new Map(tree.map(({ path, type, sha }): [string, TreeEntry] => [path, { type, id: sha }]));
    },

    blob: (id) => readBlob(access, id),

    async commit({ branch, head, message, files }) {
      const entries = files.map(({ path, text }) => ({ path, mode: '100644', type: 'blob', content: text }));
      const tree = await post<ObjectId>('/git/trees', { base_tree: head.tree, tree: entries });
      const commit = await post<ObjectId>('/git/commits', {
        message,
        tree: tree.sha,
        parents: [head.commit],
      });
      try {
        const ref = `/git/refs/heads/${branchPath(branch)}`;
        await callForge(access, 'PATCH', ref, { sha: commit.sha, force: false });
        return 'committed';
      } catch (error) {
        // no fast-forward any more
        if (error instanceof ForgeFailure && (error.status === 422 || error.status === 409))
          return 'conflict';
        throw error;
      }
    },
  };
}
