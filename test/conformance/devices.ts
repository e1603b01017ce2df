// The suite that every device passes, in a process of its own as the lab runs it: it starts, says
// what it is, sends what it was asked to send, ends, and leaves nothing.
import { constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stimulus } from '../../lab/devices/device.ts';
import { findDevice, splitId } from '../../lab/devices/find.ts';
import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE, STAMP_BYTES } from '../../lab/devices/stamp.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { type RunningDevice, startDevice } from '../../lab/run/cells.ts';

/** The other tests of its group take the processors, too; that a run ends within a second is tested alone. */
const WITHIN_MS = 10_000;
const STIMULUS_LIMIT_MS = 10_000;

/** Started devices and their folders; `close` ends and removes whatever is left. */
export class DeviceBench {
  readonly #abort = new AbortController();
  readonly #root = mkdtempSync(join(tmpdir(), 'iolab-devices-'));
  readonly #running: RunningDevice[] = [];
  #count = 0;

  folder(): string {
    return mkdtempSync(join(this.#root, `device-${this.#count++}-`));
  }

  async start(
    id: string,
    parameters: Readonly<Record<string, string>> = {},
    folder = this.folder(),
  ): Promise<RunningDevice> {
    const device = await startDevice(id, folder, parameters, this.#abort.signal);
    this.#running.push(device);
    return device;
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map(device => device.close()));
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Processes that `pid` has started, and theirs: from /proc, so on Linux only. */
export function descendants(pid: number): number[] {
  let children: string;
  try {
    children = readdirSync(`/proc/${pid}/task`)
      .map(task => readChildren(pid, task))
      .join(' ');
  } catch {
    return [];
  }
  const direct = children.split(' ').filter(Boolean).map(Number);
  return [...direct, ...direct.flatMap(descendants)];
}

function readChildren(pid: number, task: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim();
  } catch {
    return '';
  }
}

/** Gone, or a zombie that only waits to be counted. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

export async function until(what: () => boolean, limit_ms: number): Promise<boolean> {
  const end = performance.now() + limit_ms;
  while (!what() && performance.now() < end) await sleep(5);
  return what();
}

/** Registers the cases of one device, which must be there on every machine. */
export async function deviceConformance(id: string): Promise<void> {
  const facts = await findDevice(splitId(id).family);

  describe(`device ${id}`, () => {
    let bench: DeviceBench;
    beforeEach(() => {
      bench = new DeviceBench();
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await bench.close();
    });

    it('is found under its own name', async () => {
      const found = await facts.find();
      expect(
        found.map(one => one.id),
        'scan prints an id that --device accepts',
      ).toContain(id);
      expect(facts.about.length).toBeGreaterThan(10);
    });

    it('starts, says what it is, and nothing private', async () => {
      const device = await bench.start(id);
      expect(device.target).toMatchObject({ device: id, kind: facts.kind });
      // What the kernel stamps may be moved by a hand or by the lab itself.
      if (facts.stamps !== 'kernel') {
        expect(device.stimulates, 'devices with host stamps can be stimulated').toBe(
          facts.stamps === 'host',
        );
      }
      if (device.target.path) expect(existsSync(device.target.path)).toBe(true);
      const said = JSON.stringify(device.identity);
      for (const secret of [homedir(), userInfo().username, hostname(), tmpdir()]) {
        // Names of a letter or two, and `root`, stand in ordinary words.
        if (secret.length < 5) continue;
        expect(said, 'identity goes into published records: no names, no paths').not.toContain(
          secret,
        );
      }
      expect(Object.values(device.identity).join(), 'no paths in identity').not.toMatch(/\/\w+\//);
    });

    it('ends when it is closed: no process, no file beyond its folder', async () => {
      const temporary = bench.folder();
      vi.stubEnv('TMPDIR', temporary);
      const device = await bench.start(id);
      const all = [device.pid!, ...descendants(device.pid!)];
      await device.close();
      const ended = await until(() => !all.some(isAlive), WITHIN_MS);
      expect(ended, `processes ${all.filter(isAlive)} survive the device's end`).toBe(true);
      expect(readdirSync(temporary), 'files belong into the folder that the run removes').toEqual(
        [],
      );
    });

    it('runs twice at once', async () => {
      const [one, two] = await Promise.all([bench.start(id), bench.start(id)]);
      expect(one.pid).not.toBe(two.pid);
      if (one.target.path) expect(one.target.path).not.toBe(two.target.path);
    });

    it('is known to be gone after a kill -9, with all it started', async () => {
      const device = await bench.start(id);
      const all = [device.pid!, ...descendants(device.pid!)];
      expect(device.gone()).toBeUndefined();
      process.kill(device.pid!, 'SIGKILL');
      expect(await until(() => device.gone() !== undefined, WITHIN_MS), 'gone() must tell').toBe(
        true,
      );
      await expect(device.whenGone).rejects.toThrow(id);
      expect(await until(() => !all.some(isAlive), WITHIN_MS), 'children die with it').toBe(true);
    });

    if (facts.stamps === 'host') stimulusCases(id, () => bench);
  });
}

function stimulusCases(id: string, bench: () => DeviceBench): void {
  it('sends every message in order, none before its time, also to a second epoch', async () => {
    const device = await bench().start(id);
    for (const epoch of [7, 8]) {
      const offsets_ns = Array.from({ length: 200 }, (_, i) => i * 250_000);
      const stimulus: Stimulus = { offsets_ns, warmup: 5, epoch };
      const [messages] = await Promise.all([
        receive(device.target, offsets_ns.length + stimulus.warmup),
        device.stimulate(stimulus, STIMULUS_LIMIT_MS),
      ]);
      const counted = messages.filter(fields => fields[SEQUENCE]! >= 0);
      expect(messages.length - counted.length, 'the warm-up is marked by negative numbers').toBe(5);
      expect(counted.map(fields => fields[SEQUENCE])).toEqual(offsets_ns.map((_, i) => i));
      expect(new Set(messages.map(fields => fields[EPOCH]))).toEqual(new Set([epoch]));
      let last_ns = 0;
      for (const fields of messages) {
        expect(fields[SENT_NS], 'sent at or after its planned time').toBeGreaterThanOrEqual(
          fields[INTENDED_NS]!,
        );
        expect(fields[SENT_NS], 'stamps ascend').toBeGreaterThan(last_ns);
        last_ns = fields[SENT_NS]!;
      }
      const first_ns = counted[0]![INTENDED_NS]!;
      const planned = counted.map(fields => fields[INTENDED_NS]! - first_ns);
      for (const [i, offset_ns] of offsets_ns.entries()) {
        expect(Math.abs(planned[i]! - offset_ns), 'the schedule is kept').toBeLessThan(1000);
      }
    }
  });
}

/** Read so many stamped messages; the stamps are of the clock that this process reads too. */
async function receive(target: Target, count: number): Promise<Float64Array[]> {
  const platform = await loadPlatform();
  const { O_RDWR, O_NONBLOCK, O_NOCTTY } = constants;
  const fd = target.connect
    ? platform.posix.connectPath(target.path, true)
    : platform.posix.open(target.path, O_RDWR | O_NONBLOCK | O_NOCTTY);
  const memory = platform.memory(count * STAMP_BYTES);
  try {
    for (let have = 0; have < memory.length; ) {
      const got = platform.posix.read(fd, memory.address + have, memory.length - have);
      if (got > 0) have += got;
      else await sleep(1);
    }
    const now_ns = platform.now();
    const all = new Float64Array(memory.bytes.slice().buffer);
    const messages = Array.from({ length: count }, (_, i) => all.slice(i * 4, i * 4 + 4));
    expect(messages.at(-1)![SENT_NS], 'stamped before it was read').toBeLessThan(now_ns);
    return messages;
  } finally {
    platform.posix.close(fd);
    memory.free();
  }
}
