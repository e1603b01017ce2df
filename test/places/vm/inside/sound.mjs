// Runs inside the virtual machine: the sound card before and after its driver was loaded, every form of the
// experiment on it, and what it refuses. One JSON document a line goes to standard output.
import { existsSync, readFileSync } from 'node:fs';

const lab = '/iolab/lab';
const { loadPlatform } = await import(`${lab}/ffi/load.ts`);
const { findDevice } = await import(`${lab}/devices/find.ts`);
const { findStage } = await import(`${lab}/stages/find.ts`);
const { Player } = await import(`${lab}/stages/sound/parts/player.ts`);

const platform = await loadPlatform();
const say = document => console.log(JSON.stringify(document));
const failure = async act => {
  try {
    await act();
    return 'nothing was wrong';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const device = await findDevice('vm:sound');
const real = await findDevice('sound');
const loaded = () => /^snd /m.test(readFileSync('/proc/modules', 'latin1'));
const before = {
  loaded: loaded(),
  folder: existsSync('/dev/snd'),
  found: await device.find(),
  named: await real.find(),
};
const context = { platform, address: '', folder: '/tmp', parameters: {}, gone() {} };
const session = await device.start(context);
const again = await device.start(context);
const path = session.target.path;
say({
  device: { before, loaded: loaded(), named: await real.find(), identity: again.identity, path },
  real: (await real.start({ ...context, address: path })).target,
});

const sound = (period_frames, nonblocking = false) => ({
  ...{ period_frames, buffer_frames: 2 * period_frames, start_frames: 2 * period_frames },
  nonblocking,
});
const tiny = await failure(() => new Player(platform, path, sound(1)));
const player = new Player(platform, path, sound(1024));
const taken = await failure(() => device.start(context));
player.close();
say({ refused: { tiny, taken } });

/** The host may stop the machine for a while, which adds underruns: the least of several tells. */
const TIMES = 3;
const counting = { begin: () => platform.now(), end() {} };
async function stage(id, parameters, times = 1) {
  for (let i = 0; i < times; i++) await once(id, parameters);
}
async function once(id, parameters) {
  const all = { seconds: '1', periods: '2', late_us: '30000', ...parameters };
  const { n, totals, series } = await (await findStage('sound', id)).run({
    ...{ platform, target: session.target, parameters: all, seed: 7, counting },
  });
  const sorted = [...series.latency_ns].sort((a, b) => a - b);
  say({ stage: id, parameters: all, n, totals, latency_ns: sorted[sorted.length >> 1] });
}
for (const period_frames of ['256', '1024', '4096']) {
  await stage('sound-blocking', { period_frames });
  await stage('sound-poll', { period_frames }, TIMES);
  await stage('sound-late', { period_frames }, TIMES);
}
await stage('sound-late', { period_frames: '256', periods: '32' }, TIMES);
// The shorter the period, the oftener the beat is lost: so often that the host's speed does not matter.
await stage('sound-poll', { period_frames: '64' }, TIMES);
await stage('sound-brim', { period_frames: '64' }, TIMES);
await stage('sound-brim', { period_frames: '64', periods: '3' }, TIMES);
await stage('sound-clock', { period_frames: '4096' });
// A card that somebody still held would refuse the next.
say({ free: await failure(() => new Player(platform, path, sound(1024)).close()) });
await session.close();
process.exit(0);
