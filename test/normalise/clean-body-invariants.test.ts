import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { IMAGE_MARK } from '../../src/article.ts';
import { cleanBody } from '../../src/normalise/clean-body.ts';

const OPTIONS = { base: 'https://example.org/posts/one.html', scope: 'u-' };

/** Written out once more instead of imported, so that a slip in the tables of the cleaner is seen. */
const ELEMENTS = new Set(
  (
    'a abbr address annotation article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del ' +
    'details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img ins kbd li ' +
    'mark math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ' +
    'ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none ol p picture pre q rb rp ' +
    'rt rtc ruby s samp section semantics small source span strong sub summary sup table tbody td tfoot th thead ' +
    'time tr track u ul var video wbr'
  ).split(' '),
);
const ATTRIBUTES =
  /^(?:align|allow|allowfullscreen|alt|cite|class|colspan|controls|data-size|datetime|default|dir|height|href|id|kind|label|lang|loading|loop|media|muted|open|poster|referrerpolicy|reversed|rowspan|sandbox|scope|sizes|span|src|srclang|srcset|start|title|type|value|width|display|mathvariant|mathcolor|stretchy|encoding)$/;

/** Seeds: legitimate markup and the tricks that are known, in pieces small enough to meet. */
const SEEDS = [
  '<p>a <b>b</b> <a href="/c?x=1&amp;y=2" title="d">e</a></p>',
  '<table><caption>a</caption><colgroup><col span=2></colgroup><tr><td align=left>b<th scope=row>c</table>',
  '<ul><li>a<ol start=3><li value=4>b</ol><li>c</ul><dl><dt>d<dd>e</dl>',
  '<picture><source srcset="a.webp 1x, b,c.webp 2x"><img src="d.jpg" alt="e"></picture>',
  '<img src="data:image/gif;base64,AAAA" data-src="a.jpg"><noscript><img src="a.jpg"></noscript>',
  '<video poster=a.jpg><source src=b.mp4 type="video/mp4"><track src=c.vtt></video><audio src=d.mp3></audio>',
  '<iframe src="/f?utm_source=a&b=c"></iframe>',
  '<iframe src="//www.youtube.com/embed/a" srcdoc="<script>alert(1)</script>"></iframe>',
  '<math><mi mathvariant="bold">x</mi><mtext><img src=x onerror=alert(1)></mtext></math>',
  '<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>',
  '<svg><style><img src=x onerror=alert(1)></style><foreignObject><p>x</p></foreignObject></svg>',
  '<ruby>a<rp>(<rt>b<rp>)</ruby><pre>\n\n c</pre><details open><summary>d</summary></details>',
  '<script>alert(1)</script><style>@import "x"</style><textarea></textarea><title></title><xmp></xmp>',
  '<a href="javascript:alert(1)">x</a><a href="&#106;avascript:alert(1)">y</a><a href=" data:text/html,x">z</a>',
  '<img src=x onerror=alert(1)><body onload=alert(1)><input autofocus onfocus=alert(1)>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<div class="highlight-source-js"><pre data-lang=c><pre>a</pre></pre><code class="hljs d" onclick=x></code></div>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<!--><img src=x onerror=alert(1)>--><!-- a --!><img src=x onerror=alert(1)> -->',
  '<div style="background:url(a.jpg)" hidden>a</div><p hidden>b<template>c</template>',
  `\0\ufdd0${IMAGE_MARK}&#xfdd0;&#0;&lt;script&gt;&notit;&amp;lt;`,
  '"\'`=<>/ </p></div></table></td></math></br><p/><div/><![CDATA[ x ]]>',
];

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

/** Pieces of the seeds, cut anywhere and put together. */
function* mutations(count: number): Generator<string> {
  const next = random(20_261_123);
  for (let made = 0; made < count; made++) {
    let markup = '';
    for (let pieces = 2 + next(5); pieces > 0; pieces--) {
      const seed = SEEDS[next(SEEDS.length)] ?? '';
      const from = next(2) === 0 ? 0 : next(seed.length);
      markup += seed.slice(from, next(2) === 0 ? seed.length : from + next(seed.length));
    }
    yield markup;
  }
}

/** What is not allowed in cleaned markup, as another parser reads it. */
function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, attributes, isImplied) {
        if (!ELEMENTS.has(name) || isImplied) faults.push(`<${name}>`);
        const isMath =
          name.startsWith('m') || name === 'semantics' || name === 'annotation' || name === 'none';
        if (open.includes('math') !== (isMath && !/^(?:math|mark)$/.test(name)))
          faults.push(`<${name}> in the wrong tree`);
        for (const [attribute, value] of Object.entries(attributes)) {
          if (!ATTRIBUTES.test(attribute)) faults.push(`${name} ${attribute}`);
          const address = value.replaceAll(IMAGE_MARK, '');
          if (!/^(?:href|src|srcset|poster|cite)$/.test(attribute)) continue;
          if (
            !/^(?:https?:\/\/|#u-|mailto:|tel:|data:image\/(?:png|jpeg|gif|webp|avif);base64,)/.test(address)
          )
            faults.push(`${attribute}=${value}`);
        }
        open.push(name);
      },
      ontext(text) {
        if (/[\0\ufdd0]/.test(text)) faults.push('a forbidden character');
      },
      oncomment: () => faults.push('a comment'),
      onprocessinginstruction: () => faults.push('a declaration'),
      onclosetag(name, isImplied) {
        if (open.pop() !== name) faults.push(`</${name}> in the wrong place`);
        const needsNoEnd = /^(?:br|col|hr|img|source|track|wbr)$/.test(name);
        if (isImplied && !needsNoEnd) faults.push(`no </${name}>`);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return faults;
}

describe('any markup', () => {
  it('becomes markup of allowed names and addresses, every element ended in order, and stays as it is', () => {
    for (const markup of mutations(5000)) {
      const { html } = cleanBody(markup, OPTIONS);
      expect({ markup, html, faults: faultsOf(html) }).toEqual({ markup, html, faults: [] });
      expect({ markup, html: cleanBody(html, OPTIONS).html }).toEqual({ markup, html });
    }
  });

  it('stays as it is when it is nested deeper than tags are kept', () => {
    const pieces = [
      '<table>',
      '<table><tr>',
      '<td>',
      '<b>',
      '<ul><li>',
      '<div>',
      '<video src=a>',
      '<p>',
      '<caption>',
    ];
    const ends = [
      'a',
      '</b>b',
      '<hr>',
      '<col>',
      '<source src=c>',
      '<img src=d>',
      '</table>e',
      '</p>',
      '<tr>',
      '<a href=/f>',
    ];
    const next = random(6008);
    for (let made = 0; made < 600; made++) {
      const repeated = pieces[next(pieces.length)] ?? '';
      const end = Array.from({ length: 1 + next(5) }, () => [...ends, ...pieces][next(19)] ?? '').join('');
      const start = Array.from({ length: next(4) }, () => pieces[next(pieces.length)] ?? '').join('');
      const markup = start + repeated.repeat(190 + next(20)) + end;
      const { html } = cleanBody(markup, OPTIONS);
      expect({ markup, html, faults: faultsOf(html) }).toEqual({ markup, html, faults: [] });
      expect({ markup, html: cleanBody(html, OPTIONS).html }).toEqual({ markup, html });
    }
  });

  it('is judged by something that finds faults', () => {
    const faulty = SEEDS.filter((markup) => faultsOf(markup).length > 0);
    expect(faulty.length).toBe(SEEDS.length);
  });
});
