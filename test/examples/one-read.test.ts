// The program whose reads are traced: it tells when each began and ended, and refuses what it cannot read.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, temporaryFolder } from '../helpers/cli.ts';

const program = join(root, 'lab/examples/one-read.ts');
const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { input: '\n', encoding: 'utf8' });

describe.runIf(process.platform === 'linux')('lab/examples/one-read.ts', () => {
  it('stamps each read before and after', () => {
    const path = join(temporaryFolder('one-read'), 'file');
    writeFileSync(path, Buffer.alloc(16 * 4096, 1));
    const { status, stdout, stderr } = run(path, '5');
    if (/EINVAL/.test(stderr)) return console.log('no O_DIRECT in the temporary folder: not read');
    expect(status, stderr).toBe(0);
    const [hello, told] = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(hello).toMatchObject({ pid: expect.any(Number), clock: 'CLOCK_MONOTONIC' });
    const { times_ns } = told as { times_ns: number[] };
    expect(times_ns).toHaveLength(10);
    expect(times_ns).toEqual(times_ns.toSorted((a, b) => a - b));
  });

  it('refuses what it cannot read', () => {
    const small = join(temporaryFolder('one-read'), 'small');
    writeFileSync(small, 'x');
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('FILE [READS]') });
    expect(run(small, '0').status).toBe(2);
    expect(run(small)).toMatchObject({ status: 2, stderr: expect.stringContaining('one block') });
    expect(run(`${small}-not-there`)).toMatchObject({ status: 1 });
  });
});
