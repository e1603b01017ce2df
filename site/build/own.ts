// `astro dev` shows the reader's own records beside the published ones; a build never does. A record that is made
// while it serves has its page and its raw file at once.
import type { AstroIntegration } from 'astro';
import { recordsFolder } from '../../lab/records/home.ts';

/** Pages whose list of paths is made from records, below any base. */
const OF_RECORDS = /\/(?:records|machines|evidence)\//;
/** Where the routes live of what Astro serves. */
const SERVERS = ['ssr', 'prerender'];

export function ownRecords(): AstroIntegration {
  return {
    name: 'iolab-own-records',
    hooks: {
      'astro:config:setup': ({ command }) => {
        if (command === 'dev') {
          process.env.IOLAB_OWN_RECORDS = recordsFolder();
        } else {
          delete process.env.IOLAB_OWN_RECORDS;
        }
      },
      'astro:server:setup': ({ server }) => {
        // Astro keeps what getStaticPaths said until content changes. No folder is watched: records are looked
        // at whenever a page is asked for, and the reader's folder need not be there when serving begins.
        server.middlewares.use((request, _response, next) => {
          if (!OF_RECORDS.test(request.url ?? '')) return next();
          for (const name of SERVERS) {
            server.environments[name]?.hot.send('astro:content-changed', {});
          }
          // It is heard in this process, after what runs now.
          setImmediate(next);
        });
      },
    },
  };
}
