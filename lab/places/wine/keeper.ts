// The process that outlives the lab by a moment: when its input closes, because the session is over or
// because the lab was killed, it ends all that runs in the session and removes its folder.
//   node lab/places/wine/keeper.ts FOLDER
import { endSession } from './ending.ts';

const [folder] = process.argv.slice(2);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdin.resume();
process.stdin.on('error', () => {});
process.stdin.once('close', async () => {
  const left = await endSession(folder!);
  process.exit(left.length === 0 ? 0 : 1);
});
