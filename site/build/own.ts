// `astro dev` shows the reader's own records beside the published ones; a build never does.
import type { AstroIntegration } from 'astro';
import { recordsFolder } from '../../lab/records/home.ts';

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
    },
  };
}
