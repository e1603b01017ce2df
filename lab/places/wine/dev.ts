// For working on the lab's Windows side: runs one file on Node for Windows under Wine, with a bound, and
// leaves nothing behind.
//   node lab/places/wine/dev.ts [--limit SECONDS] [--port COM7=PATH] [--drive R:=IMAGE] -- FILE [ARG…]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireInstallation } from './installation.ts';
import { WineSession } from './session.ts';

const DEFAULT_LIMIT_S = 120;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: String(DEFAULT_LIMIT_S) },
    port: { type: 'string', multiple: true, default: [] },
    drive: { type: 'string', multiple: true, default: [] },
    node: { type: 'string', multiple: true, default: [] },
  },
});
const pairs = (list: readonly string[]) => Object.fromEntries(list.map(one => one.split('=')));
const [script, ...args] = positionals;
if (!script) {
  process.stderr.write('node lab/places/wine/dev.ts [--limit SECONDS] -- FILE [ARG…]\n');
  process.exit(2);
}
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupt.abort());
}
let code = 70;
try {
  const links = { ports: pairs(values.port), drives: pairs(values.drive) };
  const session = await WineSession.open(requireInstallation(), links);
  try {
    const limit_ms = Number(values.limit) * 1000;
    code = await session.run({
      script: resolve(script),
      args,
      options: ['--expose-gc', ...values.node],
      environment: { IOLAB_PLACE: 'wine' },
      signal: interrupt.signal,
      silence_ms: limit_ms,
      limit_ms,
      out: text => process.stdout.write(text),
      err: text => process.stderr.write(text),
    });
  } finally {
    await session.close();
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
}
process.exitCode = code;
