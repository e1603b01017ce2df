// The System/390 programs on Hercules: counts to the digit and the same every time, data verified by
// the programs themselves, and what happens to a program that is wrong or does not end.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TimedOut, WrongUsage } from '../../../lab/errors.ts';
import { experiment } from '../../../lab/experiments/channel-io.ts';
import { findProgram, programIds } from '../../../lab/machines/find.ts';
import { PRINTER } from '../../../lab/machines/hercules.ts';
import type { ProgramContext, ProgramResult } from '../../../lab/machines/program.ts';
import { assemble } from '../../../lab/machines/s390/assembler.ts';
import { runStandalone, verifyPrinted } from '../../../lab/machines/s390/standalone.ts';
import { isHere } from '../classic.ts';

const here = isHere('hercules');
const LIMIT_MS = 5000;
const folders: string[] = [];

function context(
  parameters: Readonly<Record<string, string>> = {},
  limit_ms = LIMIT_MS,
): ProgramContext {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-s390-'));
  folders.push(folder);
  return { folder, parameters, limit_ms, signal: new AbortController().signal };
}

const run = async (
  id: string,
  parameters: Readonly<Record<string, string>>,
): Promise<ProgramResult> => (await findProgram('s390', id)).run(context(parameters));

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What each program does for n records: facts, whatever the host. */
const laws: readonly [
  id: string,
  parameters: Readonly<Record<string, string>>,
  records: readonly number[],
  law: (n: number) => Readonly<Record<string, number>>,
][] = [
  [
    'channel-chained',
    {},
    [1, 10, 100, 1000],
    n => ({ instructions: 12, interrupts: 1, io_starts: 1, polls: 0, bytes: 60 * n }),
  ],
  [
    'channel-each',
    {},
    [1, 10, 100, 1000],
    n => ({ instructions: 3 + 13 * n, interrupts: n, io_starts: n, polls: 0, bytes: 60 * n }),
  ],
  [
    'scatter-gather',
    {},
    [1, 10, 1000],
    n => ({ instructions: 24, interrupts: 2, io_starts: 2, polls: 0, bytes: 160 * n }),
  ],
  [
    'disk-search',
    {},
    [1, 10, 100],
    n => ({
      instructions: 12,
      interrupts: 1,
      io_starts: 1,
      polls: 0,
      // A seek, a search of the track's record 0 and of each record, a transfer between, and a read.
      channel_commands: 3 + 2 * n,
      bytes: 20,
    }),
  ],
  [
    'reader-interrupt',
    { pace_ms: '1' },
    [1, 10],
    n => ({ instructions: 3 + 13 * n, interrupts: n, io_starts: n, polls: 0, bytes: 80 * n }),
  ],
  [
    'reader-interrupt',
    { pace_ms: '1', start: 'chain' },
    [1, 10],
    n => ({ instructions: 12, interrupts: 1, io_starts: 1, polls: 0, bytes: 80 * n }),
  ],
];

describe.skipIf(!here)('counts, to the digit', () => {
  for (const [id, parameters, records, law] of laws) {
    for (const n of records) {
      it(`${id} ${JSON.stringify(parameters)} of ${n}`, async () => {
        const { totals } = await run(id, { ...parameters, records: String(n) });
        expect(totals).toEqual(law(n));
      });
    }
  }

  for (const [id, parameters, records] of laws) {
    it(`${id} ${JSON.stringify(parameters)}: 20 of 20 runs are identical`, async () => {
      const n = String(records.at(-1));
      const seen = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const { totals, notes } = await run(id, { ...parameters, records: n });
        seen.add(JSON.stringify({ totals, notes }));
      }
      expect([...seen], 'one result, twenty times').toHaveLength(1);
    }, 30_000);
  }
});

describe.skipIf(!here)('polling', () => {
  for (const start of ['each', 'chain']) {
    for (const ask of ['tsch', 'tpi']) {
      it(`start=${start} ask=${ask}: no interrupt, and it asks at least once for each start`, async () => {
        const { totals, notes } = await run('channel-polled', { records: '20', start, ask });
        const starts = start === 'each' ? 20 : 1;
        expect(totals).toMatchObject({ interrupts: 0, io_starts: starts, bytes: 1200 });
        expect(totals.polls).toBeGreaterThanOrEqual(starts);
        expect(totals.instructions).toBeGreaterThan(3 * totals.polls!);
        expect(notes.join(), 'says that the host can be seen in it').toContain('approximate');
      });
    }
  }

  it('asks a slow reader more often than interrupts come, by orders', async () => {
    const slow = { records: '3', pace_ms: '20' };
    const asked = await run('reader-polled', slow);
    const told = await run('reader-interrupt', slow);
    expect(told.totals.interrupts).toBe(3);
    expect(asked.totals.interrupts).toBe(0);
    expect(asked.totals.polls).toBeGreaterThan(100 * told.totals.interrupts!);
    expect(asked.totals.instructions).toBeGreaterThan(10 * told.totals.instructions!);
  });
});

describe.skipIf(!here)('the counter and the assembler against Hercules’ own trace', () => {
  // Another thread's message may come between the two halves that Hercules prints a line in.
  const MESSAGE = /HHC[A-Z]{2}\d{3}[A-Z] [^\n]*(?:;\n +tid=[^\n]*)?\n/g;
  const lines = (log: string) =>
    [...log.replaceAll(MESSAGE, '').matchAll(/INST=([0-9A-F]+) +(\w+) +(\S*)/g)].map(
      ([, code, name, operands]) => ({
        code: code!,
        name: name!,
        operands: operands!,
      }),
    );

  it('counts what the trace prints between the two readings', async () => {
    const body = `         LA    R10,ENDED
         LHI   R4,5
TURN     LR    R3,R4
         BRCT  R4,TURN
ENDED    DS    0H\n`;
    const plain = await runStandalone({ devices: [PRINTER], body }, context());
    const traced = await runStandalone({ devices: [PRINTER], body }, context(), {
      trace_instructions: true,
    });
    const all = lines(traced.log);
    const readings = all.flatMap(({ name }, i) => (name === 'DIAG' ? [i] : []));
    expect(readings, 'two readings').toHaveLength(2);
    expect(traced.instructions).toBe(readings[1]! - readings[0]! - 1);
    expect(plain.instructions, 'the same without printing').toBe(traced.instructions);
    expect(plain.instructions).toBe(2 + 2 * 5);
  });

  it('assembles what Hercules reads back to the same bytes', async () => {
    const { log } = await runStandalone(
      {
        devices: [PRINTER],
        body: `         MVC   ORB+8(4),ASIGN
         LA    R10,ENDED
         L     R1,SID00E
         SSCH  ORB
         LPSW  WAITPSW
ENDED    DS    0H
         SRL   R2,4
         SRDL  R2,12
         CLC   LINE,LINE
         UNPK  LINE(9),LINE(5)
         CVD   R2,DOUBLE
         LM    R2,R3,ORB
         ICM   R2,5,LINE
         BALR  R2,0
         BCT   R2,BACK
BACK     XC    LINE,LINE
         TPI   0
         STCK  DOUBLE\n`,
        data: "ASIGN    DC    A(SIGN)\nLINE     DC    CL10'LINE'\nDOUBLE   DS    D",
        far: "SIGN     CCW1  X'09',LINE,X'20',10",
      },
      context(),
      { trace_instructions: true },
    );
    const seen = new Map(lines(log).map(one => [one.code, one]));
    expect(seen.size, 'a good number of different instructions').toBeGreaterThan(50);
    for (const { code, name, operands } of seen.values()) {
      const { bytes } = assemble(` ${name} ${operands}`, 0x20000);
      expect(Buffer.from(bytes).toString('hex').toUpperCase(), `${name} ${operands}`).toBe(code);
    }
  });
});

describe.skipIf(!here)('what goes wrong', () => {
  const wait = '         LPSW  WAITPSW\n';

  it('ends a program that waits for ever, with its last state', async () => {
    const never = runStandalone({ devices: [PRINTER], body: wait }, context({}, 1000));
    const error = await never.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimedOut);
    expect((error as Error).message).toMatch(/PSW=020A0000/);
    expect((error as Error).message, 'and the registers').toMatch(/GR ?0?9=/);
  });

  it('ends a program that loops for ever, with its last state', async () => {
    const never = runStandalone(
      { devices: [PRINTER], body: 'LOOP     J     LOOP\n' },
      context({}, 1000),
    );
    const error = await never.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimedOut);
    expect((error as Error).message).toMatch(/PSW=0008/);
  });

  it('takes no other end for a good one: a program check', async () => {
    const bad = runStandalone({ devices: [PRINTER], body: "         DC    X'0000'\n" }, context());
    await expect(bad).rejects.toThrow(/80000BAD/);
  });

  it('does not take old output for new', async () => {
    const place = context({ records: '2' });
    const program = await findProgram('s390', 'channel-chained');
    for (const name of ['printed.txt', 'punched.ebc']) {
      writeFileSync(join(place.folder, name), 'old '.repeat(100));
    }
    expect((await program.run(place)).totals.bytes).toBe(120);
    // A run that fails leaves nothing that a later one could read.
    const bad = runStandalone({ devices: [PRINTER], body: "         DC    X'0000'\n" }, place);
    await expect(bad).rejects.toThrow(/BAD/);
    expect(readdirSync(place.folder)).not.toContain('punched.ebc');
  });

  it('says so when Hercules is not there', async () => {
    const { PATH } = process.env;
    const empty = context().folder;
    mkdirSync(join(empty, 'bin'));
    process.env.PATH = join(empty, 'bin');
    try {
      await expect(run('channel-chained', {})).rejects.toMatchObject({
        fix: 'iolab bench install classic',
      });
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe('parameters and plans', () => {
  it('refuses a number of records that is none', async () => {
    for (const records of ['0', '-1', 'many', '1.5', '1000000']) {
      await expect(run('channel-chained', { records }), records).rejects.toThrow(WrongUsage);
    }
    await expect(run('disk-search', { records: '101' })).rejects.toThrow(/from 1 to 100/);
    await expect(run('reader-polled', { pace_ms: '0' })).rejects.toThrow(WrongUsage);
  });

  it('verifies what was printed', () => {
    expect(() => verifyPrinted(['A'], ['A', 'B'])).toThrow(/1 lines were printed, not 2/);
    expect(() => verifyPrinted(['A', 'X'], ['A', 'B'])).toThrow(/line 2/);
    verifyPrinted(['A', 'B'], ['A  ', 'B']);
  });

  it('plans every program of the machine, within what each takes', async () => {
    expect([...experiment.drivers].sort()).toEqual(programIds('s390'));
    const asked = { rate_hz: [], depth: [], samples: undefined, set: {}, short: false };
    for (const id of experiment.drivers) {
      const { parameters } = await findProgram('s390', id);
      const plans = experiment.plan(id, asked);
      expect(plans.length).toBeGreaterThan(0);
      for (const { records } of plans)
        expect(records, id).toBeLessThanOrEqual(parameters.records!.most!);
      expect(experiment.plan(id, { ...asked, records: [7, 9] })).toMatchObject([
        { records: 7 },
        { records: 9 },
      ]);
    }
  });
});
