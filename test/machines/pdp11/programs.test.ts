// The PDP-11's counts to the digit. Each number follows from the program's listing and the device's time
// in instructions of 2.5 µs, so a number that changes is a program, a device time or a simulator that
// changed: find out which before the number here is touched.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../lab/machines/find.ts';
import { assemble } from '../../../lab/machines/pdp11/assembler.ts';
import { INSTRUCTION_US, type Job, runPdp11 } from '../../../lab/machines/pdp11/machine.ts';
import { isHere } from '../classic.ts';
import { LIMIT_MS, ProgramBench } from '../conformance.ts';

const here = isHere('pdp11');
let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
});
afterEach(() => bench.close());

const run = async (id: string, parameters: Readonly<Record<string, string>> = {}) =>
  bench.run(await findProgram('pdp11', id), parameters);
const totalsOf = async (id: string, parameters: Readonly<Record<string, string>> = {}) =>
  (await run(id, parameters)).totals;

describe.runIf(here)('counts to the digit', () => {
  it.each([
    // 64 characters at 13 333 instructions each, two of them for each poll in vain.
    ['console-polled', { instructions: 853_509, polls: 426_689, interrupts: 0 }],
    // 5 to begin, 65 interrupts of 4 instructions (the last finds nothing to print), 64 wake-ups of 3,
    // and HALT.
    ['console-interrupt', { instructions: 458, interrupts: 65 }],
    ['console-work', { instructions: 853_517, interrupts: 65, useful_turns: 284_417 }],
    // 512 bytes at 1 333 instructions each.
    ['tape-polled', { instructions: 685_571, polls: 342_016, io_starts: 512, interrupts: 0 }],
    // 5 to begin, 8 a byte (movb, dec, beq, inc, rti; wait, tst, bne), and HALT.
    ['tape-interrupt', { instructions: 4_102, io_starts: 512, interrupts: 512 }],
    ['tape-work', { instructions: 684_553, interrupts: 512, useful_turns: 227_329 }],
    // 8 sectors of 128 bytes, each byte asked for: 4 polls a byte, because it takes 18 µs.
    ['floppy-read-polled', { instructions: 330_942, polls: 164_416, io_starts: 8, interrupts: 0 }],
    ['floppy-read-interrupt', { instructions: 10_512, polls: 4_176, io_starts: 8, interrupts: 8 }],
    // 8 sectors at 9 333 instructions each; by interrupt 7 to begin, 8 a sector less 2, and HALT.
    ['disk-read-polled', { instructions: 74_716, polls: 37_344, io_starts: 8, interrupts: 0 }],
    ['disk-read-interrupt', { instructions: 70, io_starts: 8, interrupts: 8 }],
    ['disk-read-once', { instructions: 13, io_starts: 1, interrupts: 1 }],
    ['disk-read-work', { instructions: 74_707, interrupts: 8, useful_turns: 24_887 }],
    ['disk-write-polled', { instructions: 74_716, polls: 37_344, io_starts: 8, interrupts: 0 }],
    ['disk-write-interrupt', { instructions: 70, io_starts: 8, interrupts: 8 }],
    // 512 bytes read, and 51 printed with one interrupt more, which finds nothing to print.
    ['two-vectored', { instructions: 684_557, interrupts: 564, useful_turns: 227_259 }],
    // The printer's 52 interrupts need a second question: 564 + 52.
    ['two-shared', { instructions: 685_585, interrupts: 564, polls: 616, useful_turns: 227_191 }],
  ])('%s', async (id, wanted) => {
    expect(await totalsOf(id)).toMatchObject(wanted);
  });

  it.each(['console-interrupt', 'tape-interrupt', 'disk-read-interrupt', 'two-shared'])(
    '%s is identical in 20 of 20 runs',
    async id => {
      const first = await run(id);
      for (let i = 1; i < 20; i++) expect(await run(id)).toEqual(first);
    },
  );

  it.each(['disk-read-interrupt', 'disk-write-interrupt'])(
    '%s ends with the fastest disk that it takes, and says why it takes no faster one',
    async id => {
      for (const records of ['1', '2', '5']) {
        const parameters = { records, latency_us: '9', sector_us: '1' };
        expect((await totalsOf(id, parameters)).interrupts).toBe(Number(records));
      }
      await expect(run(id, { records: '1', latency_us: '8', sector_us: '1' })).rejects.toThrow(
        /^latency_us=8, sector_us=1: a transfer of 9 µs is over before .* give 10 µs or more/,
      );
    },
  );

  it('agrees with the clock where the processor never waits: one instruction, one unit of time', async () => {
    for (const id of ['console-polled', 'tape-work', 'disk-read-polled', 'two-shared']) {
      const { instructions, simulated_us, busy_share } = await totalsOf(id);
      expect(instructions! * INSTRUCTION_US, id).toBe(simulated_us);
      expect(busy_share).toBe(1);
    }
  });

  it('counts each line, and the lines make up the whole', async () => {
    const { listing, totals } = await run('tape-polled', { records: '10' });
    const sum = listing!.reduce((total, { executed = 0 }) => total + executed, 0);
    expect(sum).toBe(totals.instructions);
    const poll = listing!.find(({ text }) => text.startsWith('wait:'));
    expect(poll).toMatchObject({ executed: totals.polls, code: [0o105737, 0o177550] });
  });
});

describe.runIf(here)('what the counts say', () => {
  it('paper tape by interrupt costs under a tenth of polling', async () => {
    const polled = await totalsOf('tape-polled');
    const interrupt = await totalsOf('tape-interrupt');
    expect(interrupt.instructions! / polled.instructions!).toBeLessThan(0.1);
    expect(interrupt.simulated_us! / polled.simulated_us!, 'and takes no longer').toBeLessThan(1);
  });

  it('one disk block costs one interrupt, whatever its bytes', async () => {
    const { interrupts, bytes } = await totalsOf('disk-read-interrupt', { records: '1' });
    expect({ interrupts, bytes }).toEqual({ interrupts: 1, bytes: 512 });
  });

  it('one request costs one interrupt, however many sectors; one each costs 8 instructions more', async () => {
    for (const records of ['1', '20', '90']) {
      const { instructions, interrupts } = await totalsOf('disk-read-once', { records });
      expect({ instructions, interrupts }).toEqual({ instructions: 13, interrupts: 1 });
      const each = await totalsOf('disk-read-interrupt', { records });
      expect(each).toMatchObject({
        instructions: 14 + 8 * (Number(records) - 1),
        interrupts: Number(records),
      });
    }
  });

  it('polling grows with the device’s time, interrupts do not', async () => {
    const [fast, slow] = [{ cps: '30' }, { cps: '10' }];
    const polled = [await totalsOf('console-polled', fast), await totalsOf('console-polled', slow)];
    expect(polled[1]!.polls! / polled[0]!.polls!).toBeCloseTo(3, 3);
    const { instructions } = await totalsOf('console-interrupt', slow);
    expect(instructions).toBe((await totalsOf('console-interrupt', fast)).instructions);
  });

  it('interrupts leave the processor to the program’s own work, polling leaves nothing', async () => {
    const { useful_share } = await totalsOf('tape-work');
    expect(useful_share).toBe((3 * 227_329) / 684_553);
    expect(useful_share, 'nearly all').toBeGreaterThan(0.99);
    expect((await totalsOf('tape-polled')).useful_share).toBeUndefined();
  });

  it('a shared handler asks, one with vectors never does', async () => {
    expect((await totalsOf('two-vectored')).polls).toBeUndefined();
    const { polls, interrupts } = await totalsOf('two-shared');
    expect(polls! / interrupts!).toBeGreaterThan(1);
  });
});

describe.runIf(here)('what can go wrong', () => {
  const job = (source: string, over: Partial<Job> = {}): Job => ({
    assembled: assemble(source),
    commands: [],
    memory: new Map(),
    limit_units: 100_000,
    ...over,
  });
  const context = (limit_ms = LIMIT_MS) => ({
    folder: bench.folder(),
    parameters: {},
    limit_ms,
    signal: bench.abort.signal,
  });

  it('a machine that does not halt is stopped, with its registers and last instructions', async () => {
    const endless = job('.=1000\nstart: mov #1234, r3\nloop: inc r2\nbr loop');
    const error = await runPdp11(endless, context()).catch((one: Error) => one);
    expect(error).toMatchObject({ name: 'TimedOut' });
    const { message } = error as Error;
    expect(message).toMatch(/Step expired.* at 00100[46]/);
    expect(message).toMatch(/R3:\s+001234/);
    expect(message).toContain('INC R2');
  });

  it('also one that waits for an interrupt that never comes', async () => {
    const waiting = job('.=1000\nstart: wait\nbr start');
    await expect(runPdp11(waiting, context())).rejects.toThrow(/Step expired/);
  });

  it('also one that the simulator itself would run for hours', async () => {
    const long = job('.=1000\nstart: mov #1234, r3\nloop: br loop', {
      limit_units: 2 ** 31 - 1,
      read: { address: 0o4000, words: 500 },
    });
    await expect(runPdp11(long, context(300))).rejects.toMatchObject({
      name: 'TimedOut',
      message: expect.stringMatching(/300 ms.*PC: 001004.*R3:\s+001234.*BR 1004/s),
    });
  });

  it('a trap into nothing is told, not taken for an end', async () => {
    const odd = job('.=1000\nstart: mov #1001, r0\nmov (r0), r1\nhalt');
    await expect(runPdp11(odd, context())).rejects.toMatchObject({ name: 'TimedOut' });
  });

  it('a command that SIMH refuses is an error, not a run without it', async () => {
    const wrong = job('.=1000\nstart: halt', { commands: ['deposit ptr tempo 5'] });
    await expect(runPdp11(wrong, context())).rejects.toThrow(/SIMH refused/);
  });

  it('a log of an earlier run is not read', async () => {
    const where = context();
    writeFileSync(join(where.folder, 'console.log'), '-- begin --\nold\n-- end --\nTime: 1\n');
    const { instructions } = await runPdp11(job('.=1000\nstart: halt'), where);
    expect(instructions).toBe(1);
    expect(existsSync(join(where.folder, 'run.ini'))).toBe(true);
  });
});
