// The course site: Astro with Starlight, static, loading nothing from elsewhere. IOLAB_BASE is the
// path it is served under, IOLAB_SITE its address, IOLAB_REPOSITORY where its sources are; each may be
// absent or empty, as GitHub gives them for a site without a path.
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import starlightLinksValidator from 'starlight-links-validator';
import { basePaths } from './site/build/base.ts';
import { focusableCode } from './site/build/code.ts';
import { withoutEval } from './site/build/eval.ts';
import { lateSearch } from './site/build/late-search.ts';
import { lighterPages } from './site/build/lighter.ts';
import { lighterStyles } from './site/build/lighter-styles.ts';
import { builtLinks } from './site/build/links.ts';
import { offlineCopy } from './site/build/offline.ts';
import { ownRecords } from './site/build/own.ts';
import { contentPolicy } from './site/build/policy.ts';
import { socialPictures } from './site/build/social.ts';
import { SEARCH_RANKING } from './site/data/search-words.ts';
import { SIDEBAR } from './site/data/sidebar.ts';

process.env.IOLAB_ROOT = import.meta.dirname;

export default defineConfig({
  srcDir: './site',
  publicDir: './site/public',
  base: process.env.IOLAB_BASE || '/',
  ...(process.env.IOLAB_SITE ? { site: process.env.IOLAB_SITE } : {}),
  devToolbar: { enabled: false },
  vite: {
    // Wine's prefix holds a link to the root of the file system: watching it is watching everything. Records
    // are looked at whenever a page is asked for (site/data/fresh.ts).
    server: { watch: { ignored: ['**/.iolab/**', '**/dist/**'] } },
    // The simulator's worker loads one board of several: only modules can be split so.
    worker: { format: 'es', plugins: () => [withoutEval()] },
    build: {
      rolldownOptions: {
        // Astro marks its content modules so and handles the mark itself; the bundler need not warn.
        onLog: (level, log, handler) => {
          if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
        },
      },
    },
  },
  integrations: [
    // Before Starlight: the link check must see links as the reader will.
    basePaths(),
    ownRecords(),
    lateSearch(),
    starlight({
      title: 'iolab',
      description: 'Device I/O, measured: polling, interrupts, completion queues, on real devices.',
      favicon: '/favicon.svg',
      customCss: [
        './site/styles/theme.css',
        './site/styles/figures.css',
        './site/styles/tables.css',
        './site/styles/page.css',
        './site/styles/atlas.css',
        './site/styles/print.css',
      ],
      components: {
        Footer: './site/components/Footer.astro',
        PageTitle: './site/components/PageTitle.astro',
        SiteTitle: './site/components/SiteTitle.astro',
      },
      // Where the sources are published is known to whoever publishes them.
      ...(process.env.IOLAB_REPOSITORY
        ? { editLink: { baseUrl: `${process.env.IOLAB_REPOSITORY}/edit/main/` } }
        : {}),
      lastUpdated: true,
      routeMiddleware: './site/social/head.ts',
      pagefind: { ranking: SEARCH_RANKING },
      sidebar: SIDEBAR,
      credits: false,
      disable404Route: true,
      pagination: true,
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
      expressiveCode: {
        themes: ['github-dark', 'github-light'],
        minSyntaxHighlightingColorContrast: 5.5,
        styleOverrides: {
          borderRadius: '2px',
          frames: { shadowColor: 'transparent' },
        },
      },
      plugins: [starlightLinksValidator({ errorOnInvalidHashes: true })],
    }),
    focusableCode(),
    lighterPages(),
    lighterStyles(),
    // Before the policies: a page that is opened as a file has no origin that a policy could name.
    offlineCopy(),
    // After the copy to take along: nobody links to a file on a disk.
    socialPictures(),
    builtLinks(),
    contentPolicy(),
  ],
});
