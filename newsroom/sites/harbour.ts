import type { Site } from '../site.ts';

/** Addresses in its bodies are relative: they mean something only with the feed's `xml:base`. */
export const harbour: Site = {
  path: 'harbour',
  name: 'The Harbour Gazette',
  language: 'en',
  about: 'News from a small harbour with strong opinions',
  categories: ['News', 'The Harbour Gazette', 'Town'],
  stories: [
    {
      slug: 'lighthouse-keeper',
      title: 'Lighthouse hires its first keeper in forty years',
      hoursBefore: 2,
      tags: ['Town', 'Lighthouse'],
      author: 'Maud Penhallow',
      html: () => `<p><img src="pictures/harbour.jpg" alt="A red boat passes the lighthouse" /></p>
<p>The lamp has been automatic since 1986, but the gulls have not. From Monday, <strong>Ines Carrow</strong> will
keep the stairs swept, the log written and the birds off the lens.</p>
<blockquote><p>“The light looks after the ships,” she said. “Somebody has to look after the light.”</p></blockquote>
<p>The <a href="articles/ferry-record">ferry</a> will sound its horn when she moves in.</p>`,
    },
    {
      slug: 'ferry-record',
      title: 'Saturday ferry carries more bicycles than people',
      hoursBefore: 7,
      tags: ['Transport'],
      author: 'Tom Okafor',
      html: () => `<p>For the first time since counting began, the 10:15 had 262 bicycles on board and 240 riders.
The difference, says the harbour office, “is being looked into, gently”.</p>
<p><img src="pictures/ferry-chart.png" alt="Bars for seven days, the sixth the tallest" /></p>
<table><tbody><tr><th>Day</th><th>Bicycles</th></tr><tr><td>Friday</td><td>240</td></tr><tr><td>Saturday</td><td>262</td></tr><tr><td>Sunday</td><td>235</td></tr></tbody></table>`,
    },
    {
      slug: 'fog-horn',
      title: 'Council votes 5–4 to keep the foghorn in B flat',
      hoursBefore: 15,
      tags: ['Council', 'Music'],
      author: 'Maud Penhallow',
      html: () => `<p>A proposal to lower it to A failed after the brass band explained what they would have to re-learn.</p>
<ul><li>In favour of B flat: five</li><li>In favour of A: three</li><li>In favour of a bell: one, as every year</li></ul>`,
    },
    {
      slug: 'crab-escape',
      title: 'Crab & chip shop closed after “orderly” escape',
      hoursBefore: 28,
      tags: ['Town', 'Food'],
      author: 'Tom Okafor',
      html: () => `<p>All thirty-one left by the front door, in pairs. The owner has asked that they be given directions to
the water if met.</p>`,
    },
    {
      slug: 'tide-table',
      title: 'Correction: tide table',
      hoursBefore: 40,
      tags: ['Corrections'],
      html: () =>
        '<p>High water on Thursday is at 06:12, not at “quarter past something”. We thank the many who wrote.</p>',
    },
  ],
};
