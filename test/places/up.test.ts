// A place may start a command before its devices are there: it waits for the place's file, and only there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UP_VARIABLE, untilPlaceIsUp } from '../../lab/places/up.ts';
import { temporaryFolder } from '../helpers/cli.ts';

afterEach(() => vi.unstubAllEnvs());

const never = new AbortController().signal;

describe('waiting for a place', () => {
  it('is no waiting where nobody says what to wait for', async () => {
    vi.stubEnv(UP_VARIABLE, undefined);
    await untilPlaceIsUp(never);
  });

  it('ends when the file is there, and not before', async () => {
    const file = join(temporaryFolder(), 'up');
    vi.stubEnv(UP_VARIABLE, file);
    let up = false;
    const waiting = untilPlaceIsUp(never).then(() => {
      up = true;
    });
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(up).toBe(false);
    writeFileSync(file, '');
    await waiting;
    await untilPlaceIsUp(never);
  });

  it('ends when the run is given up, or when it takes too long', async () => {
    vi.stubEnv(UP_VARIABLE, join(temporaryFolder(), 'up'));
    const stop = new AbortController();
    const waiting = untilPlaceIsUp(stop.signal);
    stop.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    await expect(untilPlaceIsUp(never, 20)).rejects.toThrow(/not up after 0\.02 s/);
  });
});
