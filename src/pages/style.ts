/** The one style sheet: readable without script, on a phone and in the dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2430, #e4e7ec);
  --quiet: light-dark(#5c6675, #9aa5b5);
  --line: light-dark(#dfe3e8, #2e3642);
  --paper: light-dark(#fbfbf9, #14181e);
  --card: light-dark(#ffffff, #1b2129);
  --accent: light-dark(#0b6b83, #6cc5da);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 0 1.1rem 4rem; max-width: 46rem;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.65 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans", "Noto Sans CJK SC",
    "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
a:hover { color: var(--accent); text-decoration-color: currentColor; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem 1.2rem; padding: 1.6rem 0 .8rem; }
.top h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; }
.top h1 a { text-decoration: none; }
.top p { margin: 0; color: var(--quiet); font-size: .9rem; }
.paths { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0 0 1rem; padding: 0; list-style: none; font-size: .85rem; }
.paths a { display: block; padding: .1rem .7rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; }
.day { position: sticky; top: 0; z-index: 1; margin: 1.6rem 0 0; padding: .5rem 0 .4rem; background: var(--paper);
  border-bottom: 1px solid var(--line); color: var(--quiet); font-size: .85rem; font-weight: 600; }
.item { display: flex; gap: 1rem; padding: 1.05rem 0; border-bottom: 1px solid var(--line); }
.item div { flex: 1; min-width: 0; }
.item h3 { margin: 0 0 .25rem; font-size: 1.08rem; line-height: 1.4; }
.item h3 a { text-decoration: none; }
.item h3 a:visited { color: var(--quiet); }
.item p { margin: 0 0 .35rem; font-size: .92rem; line-height: 1.55; color: var(--quiet);
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.item small, .meta { color: var(--quiet); font-size: .8rem; }
.item img { width: 8.5rem; height: 5.6rem; object-fit: cover; border-radius: .5rem; background: var(--line); flex: none; }
@media (max-width: 30rem) { .item img { width: 5.6rem; height: 4.6rem; } .item p { -webkit-line-clamp: 2; } }
.article h1 { margin: 1.2rem 0 .4rem; font-size: 1.7rem; line-height: 1.3; letter-spacing: -.01em; }
.body img, .body video { max-width: 100%; height: auto; border-radius: .4rem; }
.body iframe { width: 100%; aspect-ratio: 16 / 9; height: auto; border: 0; border-radius: .4rem; }
.body pre { overflow-x: auto; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; font-size: .88rem; line-height: 1.5; }
.body table { display: block; overflow-x: auto; border-collapse: collapse; }
.body td, .body th { border: 1px solid var(--line); padding: .3rem .6rem; }
.body blockquote { margin: 1rem 0; padding: 0 0 0 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
.empty { padding: 3rem 0; color: var(--quiet); }
`;
