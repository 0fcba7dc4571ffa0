import type { Site } from '../site.ts';

/** A workshop blog: code, a table, a drawing and a cat. */
export const tinker: Site = {
  path: 'tinker',
  name: 'Tinker’s Bench',
  language: 'en',
  about: 'Small machines, mended slowly',
  categories: ['Technology', 'Tinker’s Bench'],
  stories: [
    {
      slug: 'cat-proof-keyboard',
      title: 'A keyboard that knows a cat from a typist',
      hoursBefore: 6,
      tags: ['keyboards', 'cats'],
      author: 'Jun Ferreira',
      html: (
        at,
      ) => `<p><img src="${at}/pictures/cat-on-keyboard.png" alt="A grey cat sits on a keyboard" width="800" height="450"></p>
<p>Typists press one key at a time, more or less. Cats press a <em>region</em>. Twelve lines tell them apart:</p>
<pre><code class="language-js">const isCat = (keys) =&gt;
  keys.length &gt; 5 &amp;&amp; spread(keys) &lt; 4;

if (isCat(pressed)) lock({ until: 'treat' });</code></pre>
<p>False positives so far: one pianist.</p>`,
    },
    {
      slug: 'weather-vane',
      title: 'The weather vane now has an API, and the wind does not care',
      hoursBefore: 14,
      tags: ['weather', 'sensors'],
      author: 'Jun Ferreira',
      html: (at) => `<p><img src="${at}/pictures/weather-vane.svg" alt="An arrow on a pole points east"></p>
<p>Eight reed switches, one magnet, and <kbd>GET /wind</kbd>. It answers <samp>"E, mostly"</samp>.</p>`,
    },
    {
      slug: 'toaster-log',
      title: 'What a toaster writes in its log',
      hoursBefore: 36,
      tags: ['appliances'],
      author: 'Ada Brandt',
      html: () => `<table><thead><tr><th>Time</th><th>Event</th></tr></thead><tbody>
<tr><td>07:01</td><td>bread (2)</td></tr><tr><td>07:04</td><td>toast (2)</td></tr><tr><td>07:04</td><td>regret (1)</td></tr></tbody></table>
<details><summary>Why we log regret</summary><p>Because a dial that goes to nine will be turned to nine.</p></details>`,
    },
    {
      slug: 'screws',
      title: 'Seventeen screws, sixteen holes',
      hoursBefore: 60,
      tags: ['repairs'],
      author: 'Ada Brandt',
      html: () =>
        '<p>It works. We do not talk about the seventeenth; it lives in a jar with <a href="https://example.org/others">the others</a>.</p>',
    },
  ],
};
