// The calls themselves under Wine, in one session: every error a program over completion ports meets, by number
// and name; every packet of many operations compared with what was started; a hundred operations at once; and
// the end of a process with its parent.
import { beforeAll, describe, expect, it } from 'vitest';
import { inWine, type Ran, whereWine } from '../../helpers/wine.ts';
import { judge, runInside } from './judge.ts';

const DEPTHS = ['1', '8', '32', '128'];
/** 10⁵ over three devices and four depths; IOLAB_LONG=1 makes 10⁵ of each device. */
const COUNT = process.env.IOLAB_LONG ? '25000' : '8334';
const FILES: readonly (readonly [file: string, ...args: string[]])[] = [
  ['operations.ts', COUNT, ...DEPTHS],
  ['deep.ts'],
  ['errors.ts'],
  ['parent.ts'],
];

describe.runIf(whereWine())('calls of Windows under Wine', () => {
  const ran = new Map<string, Ran | Error>();
  const of = (file: string): Ran => {
    const one = ran.get(file)!;
    if (one instanceof Error) throw one;
    return one;
  };
  beforeAll(async () => {
    await inWine(async run => {
      const [first, ...others] = FILES.map(words => async () => {
        const [file, ...args] = words;
        ran.set(file, await runInside(run, file, ...args).catch((error: Error) => error));
      });
      const oneByOne = async () => {
        for (const start of others) await start();
      };
      await Promise.all([first!(), oneByOne()]);
    });
  }, 400_000);

  it('ends a process with its parent, whatever it is blocked in', () => {
    expect(of('parent.ts').stdout.trim()).toBe('gone');
  });

  it('names every error that it can provoke', () => {
    expect(judge(of('errors.ts')).passed.length).toBe(9);
  });

  it('serves a hundred operations at once by each driver', () => {
    const { passed } = judge(of('deep.ts'));
    expect(passed.length, 'asynchronous drivers, on a file and on a pipe').toBe(2 * 5);
  });

  it('keeps order, bytes, keys and pointers', () => {
    const { passed } = judge(of('operations.ts'));
    expect(passed.length, 'three devices, four depths').toBe(3 * DEPTHS.length);
  });
});
