import type { Site } from '../site.ts';

export const orbit: Site = {
  path: 'orbit',
  name: 'Orbit Notes',
  language: 'en',
  about: 'Astronomy for people who have to get up in the morning',
  categories: ['Science', 'Orbit Notes'],
  stories: [
    {
      slug: 'open-dome',
      title: 'Open dome night: Saturn at half past eight, cocoa at nine',
      hoursBefore: 4,
      tags: ['Observing'],
      author: 'R. Lindqvist',
      html: (
        at,
      ) => `<p><img data-lazy-src="${at}/pictures/observatory.webp" src="${at}/pictures/blank.gif" alt="The dome under Saturn"><noscript><img src="${at}/pictures/observatory.webp" alt="The dome under Saturn"></noscript></p>
<p>The rings are narrow this year, seen almost edge on: look for a bright line through a small gold coin.</p>`,
    },
    {
      slug: 'comet',
      title: 'A comet you can see from a bus stop',
      hoursBefore: 18,
      tags: ['Comets', 'Observing'],
      author: 'R. Lindqvist',
      html: (at) => `<p><img src="${at}/pictures/comet.gif" alt="A comet over low hills"></p>
<p>It rises at 05:20 and is gone by six. Magnitude about 3<sup>1</sup>/<sub>2</sub>; no telescope, but do bring a hat.</p>
<dl><dt>Where</dt><dd>two fists above the eastern roofs</dd><dt>How long</dt><dd>until Friday</dd></dl>`,
    },
    {
      slug: 'leap-second',
      title: 'Nobody missed the leap second that was not there',
      hoursBefore: 33,
      tags: ['Time'],
      author: 'Y. Adeyemi',
      html: () => `<p>The Earth turned a little faster than planned, so the clocks were left alone. Our server room celebrated with:</p>
<pre><code>$ date -u
Mon Nov 23 00:00:00 UTC 2026
$ echo "nothing happened"   # for once, good news
nothing happened</code></pre>`,
    },
    {
      slug: 'moon-names',
      title: 'Vote: what should the observatory’s cat be called?',
      hoursBefore: 57,
      tags: ['Community'],
      author: 'Y. Adeyemi',
      html: () =>
        '<p>Leading: <em>Umbra</em> (41). Following: <em>Penumbra</em> (38). The cat has asked for <em>Supper</em>.</p>',
    },
  ],
};
