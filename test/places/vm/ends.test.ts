// The virtual machine ends when it is told to, within a moment and with nothing left behind, whichever way.
// Nothing runs beside this file, because these moments are measured.
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../lab/errors.ts';
import { iolab, start, temporaryFolder, workspacesIn } from '../../helpers/cli.ts';
import { until, untilGone } from '../../helpers/processes.ts';
import { bootOnce, isHere, qemuOf } from './bench.ts';

/** A boot takes seconds; on a machine that does much else, tens of them. */
const LIMIT_MS = 180_000;

const RUN = ['run', 'wakeup', '--in', 'vm', '--device', 'fifo', '--driver', 'blocking'];
const LONG = [...RUN, '--rate', '10', '--rounds', '100', '--samples', '100'];

describe.skipIf(!isHere)('a boot', () => {
  it(
    'ends at once where it is told to',
    async () => {
      const stop = new AbortController();
      let asked_ms = 0;
      const ended = bootOnce('sleep 600', {
        signal: stop.signal,
        events: {
          out: () => {},
          line: () => {},
          phase(phase) {
            if (phase !== 'run') return;
            asked_ms = performance.now();
            stop.abort();
          },
        },
      });
      await expect(ended).rejects.toThrow(Cancelled);
      expect(performance.now() - asked_ms).toBeLessThan(1000);
    },
    LIMIT_MS,
  );
});

describe.skipIf(!isHere)('iolab run --in vm', () => {
  it(
    'is ended by Ctrl-C, says so, and leaves nothing',
    async () => {
      const home = temporaryFolder();
      const running = start(LONG, { home, group: true });
      await until('QEMU', () => qemuOf(home).length > 0, LIMIT_MS);
      await new Promise(resolve => setTimeout(resolve, 1500));
      const asked_ms = performance.now();
      process.kill(-running.pid, 'SIGINT');
      const { code, err } = await running.ended;
      expect(code, err).toBe(130);
      expect(performance.now() - asked_ms).toBeLessThan(2000);
      await untilGone(home, 1000);
      expect(workspacesIn(home)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'leaves no QEMU when it is killed, and the next start sweeps',
    async () => {
      const home = temporaryFolder();
      const running = start(LONG, { home, starter: 'pinned' });
      await until('QEMU', () => qemuOf(home).length > 0, LIMIT_MS);
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
      await untilGone(home, 2000);
      expect(workspacesIn(home), 'what it could not remove').not.toEqual([]);
      await iolab(['run', 'disk-read', '--driver', 'null', '--rounds', '1'], { home });
      expect(workspacesIn(home)).toEqual([]);
    },
    LIMIT_MS,
  );
});
