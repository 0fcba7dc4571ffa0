import type { Site } from '../site.ts';

/** Its server answers every second request with an error. */
export const cloudAtlas: Site = {
  path: 'cloud-atlas',
  name: 'The Cloud Atlas',
  language: 'en-GB',
  about: 'One cloud a day, identified',
  categories: ['Science', 'The Cloud Atlas'],
  stories: [
    {
      slug: 'cumulonimbus',
      title: 'Cumulonimbus: the one that means it',
      hoursBefore: 12,
      tags: ['Clouds', 'Thunder'],
      html: (at) => `<p><img src="${at}/pictures/thunderhead.jpg" alt="A thundercloud and one bolt"></p>
<p>If it has an anvil, finish your sandwich indoors.</p>`,
    },
    {
      slug: 'stratus',
      title: 'Stratus: fog that has been promoted',
      hoursBefore: 36,
      tags: ['Clouds'],
      html: () =>
        '<p>Grey from edge to edge, with no opinions of its own. Good light for photographing cats.</p>',
    },
    {
      slug: 'lenticular',
      title: 'Lenticular: no, officer, it was a cloud',
      hoursBefore: 60,
      tags: ['Clouds', 'Mountains'],
      html: () => `<p><img src="/cloud-atlas/pictures/mountains-at-dawn.jpg" alt="Hills at dawn"></p>
<p>Stands still in a gale above a mountain that is not moving either.</p>`,
    },
    {
      slug: 'contrail',
      title: 'Contrail: is it a cloud? Our readers disagree (again)',
      hoursBefore: 84,
      tags: ['Clouds', 'Letters'],
      html: () => '<p>Three letters for, three against, one in crayon. We print the crayon.</p>',
    },
  ],
};
