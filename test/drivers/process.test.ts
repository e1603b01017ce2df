// A process per flow, where it cannot be: a pipe that the system refuses, a process that it does not start,
// and reports whose borders a pipe would lose. Nothing of ours stays open, and nothing else is closed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { SystemCallError, Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { LinuxCalls, Memory, Platform } from '../../lab/ffi/platform.ts';
import { type Line, openFifo } from '../conformance/lines.ts';
import { contextFor } from '../conformance/session.ts';

const platform = await loadPlatform();
const EMFILE = 24;
const STANDARD_STREAMS = [0, 1, 2];

/** This system, with some calls of its own; what pipes opened and what was closed. */
function watched(more: Partial<LinuxCalls>) {
  const opened: number[] = [];
  const closed: number[] = [];
  const made: Memory[] = [];
  const linux: LinuxCalls = {
    ...platform.linux!,
    pipe2(address, flags) {
      const said = platform.linux!.pipe2(address, flags);
      const { bytes } = made.find(one => one.address === address)!;
      opened.push(...new Int32Array(bytes.buffer).subarray(0, 2));
      return said;
    },
    ...more,
  };
  const on: Platform = {
    ...platform,
    linux,
    memory(length) {
      const one = platform.memory(length);
      made.push(one);
      return one;
    },
    posix: {
      ...platform.posix,
      close(fd) {
        closed.push(fd);
        return STANDARD_STREAMS.includes(fd) ? 0 : platform.posix.close(fd);
      },
    },
  };
  return { on, opened, closed };
}

describe.skipIf(process.platform !== 'linux')('a process per flow', () => {
  let line: Line;
  beforeEach(() => {
    line = openFifo(platform);
  });
  afterEach(() => line.close());

  it('says that the system refuses a pipe, and closes nothing that is not its own', async () => {
    const driver = await findDriver('process');
    const { on, closed } = watched({ pipe2: () => -1 });
    const refusing = { ...on, errno: () => EMFILE };
    const error = await driver
      .open(contextFor(refusing, line.target))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SystemCallError);
    expect((error as SystemCallError).message).toMatch(/pipe2: EMFILE.*ulimit -n/);
    expect(
      closed.filter(fd => STANDARD_STREAMS.includes(fd)),
      'no pipe is no descriptor',
    ).toEqual([]);
  });

  it('that does not start leaves no end of a pipe open', async () => {
    const driver = await findDriver('process');
    const { on, opened, closed } = watched({
      spawner: () => ({
        spawn: () => {
          throw new SystemCallError('posix_spawn', 'EAGAIN');
        },
        free: () => {},
      }),
    });
    await expect(driver.open(contextFor(on, line.target))).rejects.toThrow('posix_spawn: EAGAIN');
    expect(opened, 'the flow, and the pipe by which it would say that it is there').toHaveLength(4);
    expect(
      opened.filter(fd => !closed.includes(fd)),
      'each must be closed',
    ).toEqual([]);
  });

  it('refuses reports that only their borders tell apart, and serves those that are stamped', async () => {
    const driver = await findDriver('process');
    const reports = (stamped: boolean): Target => ({
      ...line.target,
      kind: 'events',
      input: { node: 'hidraw', stamped },
    });
    const context = contextFor(platform, reports(false));
    expect(await driver.probe(context)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('joins reports'),
      fix: expect.stringContaining('node=evdev'),
    });
    await expect(driver.open(context)).rejects.toThrow(Unsupported);
    expect(await driver.probe(contextFor(platform, reports(true)))).toEqual({ ok: true });
  });
});
