// Wine (winehq.org): Windows programs on this system, with no Windows. In it Node for Windows runs the
// lab's Windows side: completion ports, event flags, alertable waits, messages.

import { findLoader, missing, wineVersion } from '../places/wine/installation.ts';
import { installPackages, makePrefix } from '../places/wine/prepare.ts';
import type { Bench } from './bench.ts';
import { rememberedNow } from './parts/memory.ts';

function askOnce(): string | undefined {
  const loader = findLoader();
  return loader && rememberedNow(loader, ['--version'], () => wineVersion(loader));
}

export const bench: Bench = {
  id: 'wine',
  title: 'Wine',
  about: 'runs the lab’s Windows side (iolab run … --in wine): completion ports, events, messages',
  packages: { apt: ['wine64', 'wine'] },
  async check() {
    const version = askOnce();
    const lacking = missing(version);
    const [first] = lacking;
    if (first === undefined) return { ok: true, detail: `${version}, Node for Windows` };
    return {
      ok: false,
      detail: `missing: ${lacking.map(({ what, why }) => `${what} (${why})`).join(', ')}`,
      missing: lacking.map(({ what }) => what),
      packages_here: first.what !== 'Wine',
    };
  },
  async steps() {
    const lacking = new Set(missing().map(({ what }) => what));
    return [
      ...(lacking.has('Node for Windows')
        ? [{ title: 'npm ci of Node for Windows, in a folder of its own', run: installPackages }]
        : []),
      ...(lacking.has('Wine') || lacking.has('prefix')
        ? [{ title: 'wineboot: a prefix of the lab’s own, made once', run: makePrefix }]
        : []),
    ];
  },
};
