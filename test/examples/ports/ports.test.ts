// The examples on completion ports, as programs: lab/examples/ports/by-hand.ts, lab/examples/ports/pool-callbacks.ts
// and lab/examples/ports/completion-callbacks.ts run under Wine, and elsewhere say what they need. The book of
// operations on its own.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../../lab/examples/ports/ledger.ts';
import { root } from '../../helpers/cli.ts';
import { runUnderWine, whereWine } from '../../helpers/wine.ts';

const LIMIT_MS = 120_000;

describe.runIf(whereWine())('the examples under Wine', () => {
  let said: Record<string, unknown>[];
  beforeAll(async () => {
    const program = join(root, 'test/examples/ports/inside.ts');
    const { code, stdout, stderr } = await runUnderWine(program, [], LIMIT_MS);
    expect(code, stderr).toBe(0);
    said = stdout
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Record<string, unknown>);
  }, LIMIT_MS + 20_000);

  it('drives a port by hand, and what was written is read', () => {
    expect(said[0]).toEqual({
      operations: 32,
      packets: 32,
      right: true,
      late_bytes: 0,
      strangers: 0,
    });
  });

  it('is called by the system’s pool once for every message', () => {
    expect(said[1]).toEqual({
      called: 32,
      in_flight: 32,
      bytes: 32 * 16,
      strange: 0,
      late_bytes: 0,
    });
  });

  it('runs the handler of each key on threads of its own', () => {
    expect(said[2]).toEqual({
      called: 40,
      by_handler: [20, 20 * 16],
      by_submitter: 0,
      threads: 2,
      late_bytes: 0,
    });
  });
});

describe.runIf(process.platform !== 'win32')('elsewhere', () => {
  it.each(['ports/by-hand.ts', 'ports/pool-callbacks.ts', 'event-loop/serve-port.ts'])(
    '%s says that it needs Windows',
    name => {
      const program = join(root, 'lab/examples', name);
      const { status, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
      expect(status).not.toBe(0);
      expect(stderr).toMatch(/completion ports exist on Windows only/);
    },
  );
});

describe('the book of operations', () => {
  const STRIDE = 8;
  const book = (count: number) => {
    const bytes = new Uint8Array(count * STRIDE);
    return { bytes, ledger: new Ledger(bytes, STRIDE, count) };
  };

  it('gives out zeroed structures, each to one, until none is left', () => {
    const { bytes, ledger } = book(3);
    expect([ledger.take(), ledger.take(), ledger.take(), ledger.take()]).toEqual([0, 1, 2, -1]);
    expect([...bytes].every(byte => byte === 0)).toBe(true);
  });

  it('refuses to take back what is in flight, and what it has already', () => {
    const { ledger } = book(2);
    const index = ledger.take();
    ledger.begin(index, 7);
    expect(() => ledger.release(index)).toThrow(/in flight/);
    expect(() => ledger.begin(index, 7), 'twice at once').toThrow(/not held/);
    expect(ledger.end(index, 7)).toBe(true);
    ledger.release(index);
    expect(() => ledger.release(index)).toThrow(/free already/);
    expect(ledger.audit()).toMatchObject({ begun: 1, ended: 1, refused: 3, most_in_flight: 1 });
  });

  it('knows packets that belong to no operation, and keys that belong to another handle', () => {
    const { ledger } = book(2);
    expect(ledger.end(0, 7), 'never begun').toBe(false);
    const index = ledger.take();
    ledger.begin(index, 7);
    expect(ledger.end(index, 8)).toBe(true);
    expect(ledger.end(index, 7), 'ended already').toBe(false);
    expect(ledger.audit()).toMatchObject({ strangers: 2, wrong_keys: 1 });
  });

  it('finds every byte that was written to a structure that is free, once', () => {
    const { bytes, ledger } = book(4);
    const index = ledger.take();
    ledger.begin(index, 7);
    ledger.endAtOnce(index);
    ledger.release(index);
    bytes.set([1, 2, 3], index * STRIDE + 2);
    bytes[3 * STRIDE] = 9;
    expect(ledger.audit().late_bytes).toBe(4);
    expect(ledger.audit().late_bytes, 'they are not counted again').toBe(4);
    bytes[index * STRIDE] = 1;
    ledger.take();
    expect(ledger.late_bytes, 'also when it is given out again').toBe(5);
  });
});
