// The process that outlives the lab by a moment: when its input closes, because the session is over or
// because the lab was killed, it ends all that runs under the prefix and removes it.
//   node lab/places/wine/keeper.ts PREFIX
import { endPrefix } from './ending.ts';

const [prefix] = process.argv.slice(2);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdin.resume();
process.stdin.on('error', () => {});
process.stdin.once('close', async () => {
  const left = await endPrefix(prefix!);
  process.exit(left.length === 0 ? 0 : 1);
});
