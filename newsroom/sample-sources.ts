import type { SourceList } from '../src/sources/source-list.ts';
import { services } from './newsroom.ts';

/** The newsroom's feeds as a list to import; `origin` is where the newsroom answers. */
export function sampleSources(origin: string): SourceList {
  return {
    rsshub: [],
    sources: services.map(({ site, file }) => ({
      url: `${origin}/${site.path}/${file}`,
      title: site.name,
      categories: site.categories,
    })),
  };
}
