import type { Contender } from './isolates.ts';

/** feedsmith's parse in a worker of its own: the yardstick for reading feeds in a fresh isolate. */
export const FEEDSMITH: Contender = {
  name: 'feedsmith',
  source: `import { parseFeed } from 'feedsmith';
    export default { async fetch(request) {
      return Response.json(parseFeed(await request.text()).feed.items.length);
    } }`,
};
