// How VitePress arranges the site. Nothing here comes from elsewhere: no fonts, no search service, no counting.

import { defineConfig } from 'vitepress';
import { anchorOf } from '../../../scripts/links.mjs';
import { listPages, type Section, sections } from '../src/pages.ts';
import { withPolicy } from '../src/policy.ts';
import { listEntryPoints } from '../src/reference.ts';

const pages = listPages();
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 2v12h12v-2H8V9H6v3H4V2z' fill='%231b5fc1'/%3E%3C/svg%3E";

/** Texts with a table that needs the width of the outline beside it. */
const wide = new Set(['docs/picking-an-adapter.md']);

export default defineConfig({
  lang: 'en',
  title: 'eqloss',
  description: 'Equalization Loss for every JavaScript machine-learning runtime, proven by one set of vectors.',
  head: [
    ['link', { rel: 'icon', href: icon }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  // Without a server that guesses endings.
  cleanUrls: false,
  // Built by itself and put into the site afterwards: the link checker sees it.
  ignoreDeadLinks: [/^\/conformance\//],
  metaChunk: true,
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  transformHtml: (html) => withPolicy(html),
  // For the link below a page. A function there would be text that the page evaluates, which its policy forbids.
  transformPageData: ({ frontmatter, filePath }) => ({
    filePath: frontmatter.source ?? filePath,
    frontmatter: wide.has(frontmatter.source) ? { ...frontmatter, aside: false } : frontmatter,
  }),
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guides', link: '/guide/' },
      { text: 'API', link: '/api/' },
      { text: 'Specification', link: '/specification/spec' },
      { text: 'Your device', link: '/conformance/', target: '_self' },
    ],
    sidebar: [
      ...sections.map((section) => group(section, section === 'Guides', linksOf(section))),
      group('API', true, [
        { text: 'Entry points', link: '/api/' },
        ...listEntryPoints().map(({ name }) => ({ text: name, link: `/api/${name.replace('@eqloss/', '')}` })),
      ]),
    ].filter(({ items }) => items.length > 0),
    socialLinks: [{ icon: 'github', link: 'https://github.com/eqloss/eqloss' }],
    editLink: {
      text: 'This text in the repository',
      pattern: 'https://github.com/eqloss/eqloss/blob/main/:path',
    },
  },
});

interface Link {
  readonly text: string;
  readonly link: string;
}

function linksOf(section: Section): readonly Link[] {
  return pages
    .filter((page) => page.section === section)
    .map(({ title, place }) => ({ text: title, link: `/${place.replace(/index$/, '')}` }));
}

/** A part of the side bar. Its heading is a link, or it would be a button around a button. */
function group(text: string, open: boolean, links: readonly Link[]) {
  return { text, link: links[0]?.link, collapsed: !open, items: [...links] };
}
