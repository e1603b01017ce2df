// One process asks about several devices at once; where it fails, each device is asked about alone, so that
// only the one that it failed over is without answers.
import { describe, expect, it } from 'vitest';
import type { Answers, DeviceJob } from '../../lab/cell/protocol.ts';
import { SystemCallError, TimedOut } from '../../lab/errors.ts';
import { answersOf } from '../../lab/run/scan.ts';

const DRIVERS = ['one', 'other'];
const start = (device: string): DeviceJob => ({ device, address: '', folder: '', parameters: {} });
const good = { one: { ok: true }, other: { ok: true } } as const;
const never = new AbortController().signal;

/** Answers for all but those that make its process fail; `asked` keeps what it was asked about. */
function asking(failing: Readonly<Record<string, Error>>) {
  const asked: string[] = [];
  const ask = async (starts: readonly DeviceJob[]): Promise<Answers> => {
    asked.push(starts.map(({ device }) => device).join('+'));
    for (const { device } of starts) if (failing[device]) throw failing[device];
    return Object.fromEntries(starts.map(({ device }) => [device, good]));
  };
  return { ask, asked };
}

const three = ['a', 'b', 'c'].map(start);

describe('asking about several devices', () => {
  it('is one question where nothing goes wrong, and none about nothing', async () => {
    const { ask, asked } = asking({});
    expect(await answersOf(three, DRIVERS, ask, never)).toEqual({ a: good, b: good, c: good });
    expect(await answersOf([], DRIVERS, ask, never)).toEqual({});
    expect(asked).toEqual(['a+b+c']);
  });

  it('leaves only the device without answers over which the process failed', async () => {
    const { ask, asked } = asking({ b: new TimedOut('the probe said nothing; ended it') });
    const why = { ok: false, reason: 'the probe said nothing; ended it', fix: 'run iolab doctor' };
    expect(await answersOf(three, DRIVERS, ask, never)).toEqual({
      a: good,
      b: { one: why, other: why },
      c: good,
    });
    expect(asked).toEqual(['a+b+c', 'a', 'b', 'c']);
  });

  it('keeps the errno of a refusal', async () => {
    const { ask } = asking({ a: new SystemCallError('open', 'EACCES') });
    const { a } = await answersOf([start('a')], DRIVERS, ask, never);
    expect(a!.one).toMatchObject({ ok: false, reason: 'open: EACCES', errno: 'EACCES' });
  });

  it('goes on with nothing when the scan was given up', async () => {
    const given_up = new AbortController();
    const { ask, asked } = asking({ a: new Error('killed') });
    given_up.abort(new Error('given up'));
    await expect(answersOf(three, DRIVERS, ask, given_up.signal)).rejects.toThrow('given up');
    expect(asked).toEqual(['a+b+c']);
  });
});
