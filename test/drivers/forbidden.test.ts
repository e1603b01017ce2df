// io_uring forbidden for real, by the filter that containers use: the driver says so with the errno
// and what to do, and nothing else is disturbed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answers, ProbeJob } from '../../lab/cell/protocol.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import { driverIds } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { openBlocks, openFifo } from '../conformance/lines.ts';

const launcher = join(import.meta.dirname, 'forbid.ts');
const cell = join(import.meta.dirname, '../../lab/cell/main.ts');
const cli = join(import.meta.dirname, '../../lab/cli/iolab.mjs');
const home = mkdtempSync(join(tmpdir(), 'iolab-forbidden-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run Node on `args` with io_uring answering `errno`. */
function forbidden(errno: number, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const all = ['--disable-warning=ExperimentalWarning', launcher, String(errno)];
    const child = spawn(process.execPath, [...all, process.execPath, ...args], {
      env: { ...process.env, IOLAB_HOME: home, NO_COLOR: '1' },
      timeout: 60_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', text => {
      stdout += text;
    });
    child.stderr.on('data', text => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', code => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

async function probeUnder(errno: number, target: Target): Promise<Answers[string]> {
  const job: ProbeJob = { do: 'probe', drivers: driverIds(), targets: [target] };
  const { stdout, stderr } = await forbidden(errno, [cell], `${JSON.stringify(job)}\n`);
  expect(stdout, stderr).not.toBe('');
  const { answers } = JSON.parse(stdout) as { answers: Answers };
  return answers[target.device]!;
}

const errnos = [
  ['EPERM', 1],
  ['ENOSYS', 38],
] as const;

describe.runIf(process.platform === 'linux')('with io_uring forbidden', async () => {
  const platform = await loadPlatform();

  for (const [name, errno] of errnos) {
    it(`a probe says ${name}, why and what to do; the others are not disturbed`, async () => {
      for (const open of [openFifo, () => openBlocks(1)]) {
        const device = open(platform);
        try {
          const answers = await probeUnder(errno, device.target);
          const answer = answers['io-uring']!;
          expect(answer).toMatchObject({ ok: false, errno: name });
          if (answer.ok) continue;
          expect(answer.reason).toContain(name);
          expect(answer.fix, 'the fix names what forbids it').toMatch(/seccomp|container|sysctl/);
          expect(answers.blocking, 'a plain read works as before').toEqual({ ok: true });
          const streams = ['busy-poll', 'poll', 'epoll', 'node-stream'];
          if (device.target.kind !== 'stream') continue;
          for (const id of streams) expect(answers[id], id).toEqual({ ok: true });
        } finally {
          device.close();
        }
      }
    });

    it(`a run under ${name} measures the rest, keeps a record of the refusal and exits 3`, async () => {
      const command = 'run wakeup --device fifo --driver blocking,io-uring --rounds 1 --samples 20';
      const { code, stdout, stderr } = await forbidden(errno, [
        cli,
        ...command.split(' '),
        '--json',
      ]);
      expect(code, stderr).toBe(3);
      const { records } = JSON.parse(stdout) as {
        records: { driver: string; status: string; reason?: string; metrics: object }[];
      };
      const of = (driver: string) => records.filter(record => record.driver === driver);
      expect(of('io-uring').length, 'absence is data: it has a record').toBeGreaterThan(0);
      for (const record of of('io-uring')) {
        expect(record).toMatchObject({ status: 'unsupported' });
        expect(JSON.stringify(record)).toContain(name);
      }
      expect(of('blocking').length).toBeGreaterThan(0);
      for (const record of of('blocking')) {
        expect(record).toMatchObject({ status: 'ok' });
        expect(record.metrics).toHaveProperty('latency_ns');
      }
    });
  }

  it('it is the filter that answers: another errno arrives as that errno', async () => {
    const device = openFifo(platform);
    try {
      // EXDEV, which no kernel gives for io_uring_setup.
      const answers = await probeUnder(18, device.target);
      expect(answers['io-uring']).toMatchObject({ ok: false, errno: 'EXDEV' });
    } finally {
      device.close();
    }
  });
});
