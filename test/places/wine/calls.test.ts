// The calls themselves under Wine: every error a program over completion ports meets, by number and name,
// and every packet of many operations compared with what was started.
import { describe, expect, it } from 'vitest';
import { inWine, whereWine } from '../../helpers/wine.ts';
import { judged } from './judge.ts';

const LIMIT = { timeout: 120_000 };
const DEPTHS = ['1', '8', '32', '128'];
/** 10⁵ over three devices and four depths; IOLAB_LONG=1 makes 10⁵ of each device. */
const COUNT = process.env.IOLAB_LONG ? '25000' : '8334';

describe.runIf(whereWine())('calls of Windows under Wine', () => {
  it('ends a process with its parent, whatever it is blocked in', LIMIT, async () => {
    const path = new URL('./inside/parent.ts', import.meta.url).pathname;
    const { stdout } = await inWine(run => run(path, [], 60_000));
    expect(stdout.trim()).toBe('gone');
  });

  it('names every error that it can provoke', LIMIT, async () => {
    const { passed } = await judged('errors.ts');
    expect(passed.length).toBe(9);
  });

  it('serves a hundred operations at once by each driver', LIMIT, async () => {
    const { passed } = await judged('deep.ts');
    expect(passed.length, 'asynchronous drivers, on a file and on a pipe').toBe(2 * 5);
  });

  it('keeps order, bytes, keys and pointers', { timeout: 300_000 }, async () => {
    const { passed } = await judged('operations.ts', COUNT, ...DEPTHS);
    expect(passed.length, 'three devices, four depths').toBe(3 * DEPTHS.length);
  });
});
