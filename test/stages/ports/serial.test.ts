// A serial line on a completion port under Wine, whose other end is a pseudo-terminal of this test: it sends
// back whatever it gets.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { requireInstallation } from '../../../lab/places/wine/installation.ts';
import { WineSession } from '../../../lab/places/wine/session.ts';
import { root } from '../../helpers/cli.ts';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';

const LIMIT_MS = 60_000;
const LOOK_MS = 5;
const BUFFER_BYTES = 64;

describe.runIf(whereWine())('a serial line on a port under Wine', () => {
  const counted = measured(async () => {
    const platform = await loadPlatform();
    const { posix } = platform;
    const { master, slave_path } = posix.openPty();
    const memory = platform.memory(BUFFER_BYTES);
    const echo = setInterval(() => {
      const got = posix.read(master, memory.address, BUFFER_BYTES);
      if (got > 0) posix.write(master, memory.address, got);
    }, LOOK_MS);
    const links = { ports: { COM7: slave_path } };
    const session = await WineSession.open(requireInstallation(), links);
    let said = '';
    try {
      const asked = {
        experiment: 'completion-port',
        stage: 'port-serial',
        parameters: { port: 'COM7' },
      };
      await session.run({
        script: join(root, 'test/stages/inside-wine.ts'),
        args: [JSON.stringify(asked)],
        environment: { IOLAB_PLACE: 'wine' },
        signal: new AbortController().signal,
        silence_ms: LIMIT_MS,
        limit_ms: LIMIT_MS,
        out: text => {
          said += text;
        },
        err: () => {},
      });
    } finally {
      await session.close();
      clearInterval(echo);
      posix.close(master);
      memory.free();
    }
    const told = JSON.parse(said) as { totals?: Record<string, number>; error?: string };
    expect(told.error).toBeUndefined();
    return told.totals!;
  }, LIMIT_MS + 20_000);

  it('sends a packet for every operation, also for those that time or a cancel ends', () => {
    const totals = counted();
    expect(totals).toMatchObject({
      // One is the event that Wine never tells of.
      packets: totals.operations! - totals.never_ended!,
      wrong: 0,
      strangers: 0,
      late_bytes: 0,
      silent_bytes: 0,
      written_bytes: 1,
      echoed_bytes: 1,
      cancelled: 995,
    });
  });

  it('Wine tells of no received byte on a pseudo-terminal', () => {
    const { line_events, never_ended } = counted();
    expect({ line_events, never_ended }, 'on Windows it is told').toEqual({
      line_events: 0,
      never_ended: 1,
    });
  });
});
