// The host's side of the virtual machine against doubles of QEMU and of the guest: its start, its monitor's
// protocol, the agent's answers, and the schedule.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { DeviceGone, TimedOut, Unsupported } from '../../../lab/errors.ts';
import { Agent } from '../../../lab/places/vm/agent.ts';
import { boot } from '../../../lab/places/vm/boot.ts';
import type { Kit } from '../../../lab/places/vm/kit.ts';
import { type Accelerator, USUAL } from '../../../lab/places/vm/machine.ts';
import { Qmp } from '../../../lab/places/vm/qmp.ts';
import { hostNow, keepSchedule } from '../../../lab/places/vm/schedule.ts';

/** What comes by itself; on a machine that does much else, later. */
const SOON = { timeout: 10_000 };

/** Two ends of one line. */
function pair(): [Duplex, Duplex] {
  const ends = duplexPair();
  for (const end of ends) end.on('error', () => {});
  return ends;
}

/** What the monitor is to answer when the test says so. */
const LATER = {};

/** A monitor that greets and answers what it knows. */
function monitor(answers: Readonly<Record<string, object>> = {}) {
  const [near, far] = pair();
  const heard: { execute: string; arguments: object }[] = [];
  const say = (message: object) => far.write(`${JSON.stringify(message)}\r\n`);
  let text = '';
  far.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    const lines = text.split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      const command = JSON.parse(line) as (typeof heard)[number];
      heard.push(command);
      const answer = answers[command.execute] ?? { return: {} };
      if (command.execute !== 'silence' && answer !== LATER) say(answer);
    }
  });
  return { qmp: new Qmp(near), say, heard, far };
}

const GREETING = { QMP: { version: {}, capabilities: [] } };

describe('QEMU’s monitor', () => {
  it('greets, is told to begin, and answers in order', async () => {
    const { qmp, say, heard } = monitor({ 'query-status': { return: { status: 'running' } } });
    say(GREETING);
    await qmp.begin();
    const [first, second] = await Promise.all([qmp.ask('query-status'), qmp.ask('stop', { a: 1 })]);
    expect(first).toEqual({ status: 'running' });
    expect(second).toEqual({});
    expect(heard.map(({ execute }) => execute)).toEqual([
      'qmp_capabilities',
      'query-status',
      'stop',
    ]);
    expect(heard[2]!.arguments).toEqual({ a: 1 });
  });

  it('passes on its refusals with its own words', async () => {
    const error = { class: 'GenericError', desc: 'Device not found' };
    const { qmp, say } = monitor({ device_del: { error } });
    say(GREETING);
    await qmp.begin();
    await expect(qmp.ask('device_del')).rejects.toThrow('QEMU: Device not found');
  });

  it('tells events apart from answers, also within one piece and in pieces', async () => {
    const { qmp, say, far } = monitor();
    say(GREETING);
    await qmp.begin();
    const events: string[] = [];
    const stop = qmp.listen(({ event, data }) => events.push(`${event} ${data.device ?? ''}`));
    const asked = qmp.ask('silence');
    far.write('{"event":"DEVICE_DELETED","data":{"device":"edu"}}\n{"ret');
    far.write('urn":7}\n{"event":"SHUTDOWN"}\n');
    expect(await asked).toBe(7);
    await vi.waitFor(() => expect(events).toEqual(['DEVICE_DELETED edu', 'SHUTDOWN ']), SOON);
    stop();
    say({ event: 'LATER' });
    await qmp.ask('cont');
    expect(events).toHaveLength(2);
  });

  it('waits in bounds, for the greeting and for an answer', async () => {
    const { qmp, say } = monitor();
    await expect(qmp.begin(20)).rejects.toThrow(TimedOut);
    say(GREETING);
    await qmp.begin();
    await expect(qmp.ask('silence', {}, 20)).rejects.toThrow(/did not answer silence/);
  });

  it('ends every wait when QEMU goes, and takes no more', async () => {
    const { qmp, say, far } = monitor();
    say(GREETING);
    await qmp.begin();
    const asked = qmp.ask('silence');
    far.end();
    await expect(asked).rejects.toThrow(DeviceGone);
    await expect(qmp.ask('cont')).rejects.toThrow(DeviceGone);
  });

  it('gives up what is no JSON', async () => {
    const { qmp, far } = monitor();
    const begun = qmp.begin();
    far.write('qemu: bad\n');
    await expect(begun).rejects.toThrow(/no JSON: qemu: bad/);
  });
});

/** Boot a program that stands for QEMU and ends before it has a monitor, as QEMU does without KVM. */
async function bootRefused(accelerator: Accelerator): Promise<Error> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-refused-'));
  try {
    const qemu = join(folder, 'qemu');
    const words = 'Could not access KVM kernel module: Permission denied';
    writeFileSync(qemu, `#!/bin/sh\necho 'qemu: ${words}' >&2\nexit 1\n`, { mode: 0o755 });
    const image = join(folder, 'image');
    writeFileSync(image, '');
    const kit = { qemu, environment: {}, data: [] } as unknown as Kit;
    const images = {
      ...{ kernel: image, initrd: image, programs: image, lab: image },
      compiled: join(folder, 'compiled'),
    };
    const booted = boot({
      ...{ kit, images, folder, out: folder, accelerator, ...USUAL, script: '' },
      signal: new AbortController().signal,
      events: { out: () => {}, line: () => {} },
    });
    return await booted.then(
      () => new Error('it booted'),
      (error: Error) => error,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a QEMU that ends before its monitor is there', () => {
  it('is told by its own words, not by its monitor’s end', async () => {
    const error = await bootRefused('tcg');
    const hint = 'the end of the monitor must not hide why QEMU ended: let its close tell';
    expect(error, hint).toBeInstanceOf(DeviceGone);
    expect(error.message, hint).toMatch(/ended with code 1 while starting its kernel: qemu: Could/);
  });

  it('is no KVM here where KVM was asked for, so that accelerator=auto can fall back', async () => {
    const error = await bootRefused('kvm');
    expect(error, 'only Unsupported and TimedOut let auto fall back').toBeInstanceOf(Unsupported);
    expect(error.message).toMatch(/Could not access KVM kernel module.*\(KVM\).*emulation/);
  });
});

function agent(answers: Parameters<typeof monitor>[0] = {}) {
  const { qmp, say, heard, far: far_monitor } = monitor(answers);
  say(GREETING);
  const over = new AbortController();
  const kill = vi.fn();
  const usb = pair();
  const lines = { 'usb-serial': usb[0], uart: pair()[0], 'isa-uart': pair()[0] };
  const host = new Agent({ qmp, lines, kill, signal: over.signal });
  const [near, far] = pair();
  host.serve(near);
  const answersById = new Map<number, Record<string, unknown>>();
  let text = '';
  far.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    const whole = text.split('\n');
    text = whole.pop()!;
    for (const line of whole) {
      const answer = JSON.parse(line) as { id: number };
      answersById.set(answer.id, answer);
    }
  });
  let id = 0;
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    const mine = ++id;
    far.write(`${JSON.stringify({ id: mine, ...request })}\n`);
    return vi.waitUntil(() => answersById.get(mine), SOON);
  };
  const begin = () => qmp.begin();
  return { ask, heard, say, kill, over, far, far_monitor, answersById, line: usb[1], begin };
}

describe('the agent', () => {
  it('tells the host’s clock', async () => {
    const { ask } = agent();
    const before = hostNow();
    const { ok, host_ns } = await ask({ do: 'ping' });
    expect(ok).toBe(true);
    expect(host_ns).toBeGreaterThan(before);
    expect(host_ns).toBeLessThan(hostNow());
  });

  it('presses and releases a key, each at its time and not before, and keeps the stamps', async () => {
    const { ask, heard, begin } = agent();
    await begin();
    const offsets_ns = [0, 3e6, 4e6, 20e6];
    const { job } = await ask({ do: 'inject', device: 'keyboard', offsets_ns });
    const { intended_ns, sent_ns, done_ns } = (await ask({ do: 'report', job })) as Record<
      string,
      number[]
    >;
    const start = intended_ns![0]!;
    expect(intended_ns!.map(at => at - start)).toEqual(offsets_ns);
    for (const i of offsets_ns.keys()) {
      expect(sent_ns![i]).toBeGreaterThanOrEqual(intended_ns![i]!);
      expect(done_ns![i]).toBeGreaterThanOrEqual(sent_ns![i]!);
    }
    const events = heard.filter(({ execute }) => execute === 'input-send-event');
    expect(JSON.stringify(events.map(one => one.arguments))).toMatch(
      /"down":true.*"down":false.*"down":true.*"down":false/,
    );
  });

  it('moves the mouse and the tablet so that no two events are one', async () => {
    for (const device of ['mouse', 'tablet']) {
      const { ask, heard, begin } = agent();
      await begin();
      const { job } = await ask({ do: 'inject', device, offsets_ns: [0, 0, 0, 0] });
      await ask({ do: 'report', job });
      const told = heard.slice(1).map(one => JSON.stringify(one.arguments));
      expect(new Set(told).size, device).toBe(4);
    }
  });

  it('says what QEMU refused, and serves on', async () => {
    const { ask, begin } = agent({ 'input-send-event': { error: { desc: 'no console' } } });
    await begin();
    const { job } = await ask({ do: 'inject', device: 'keyboard', offsets_ns: [0] });
    expect(await ask({ do: 'report', job })).toMatchObject({
      ok: false,
      reason: 'QEMU: no console',
    });
    expect(await ask({ do: 'ping' })).toMatchObject({ ok: true });
  });

  it('echoes on a serial line, or keeps quiet, or sends on its own', async () => {
    const { ask, line } = agent();
    const heard: number[] = [];
    line.on('data', (bytes: Buffer) => heard.push(...bytes));
    line.write(Buffer.from([1, 2, 3]));
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]), SOON);
    await ask({ do: 'line', line: 'usb-serial', mode: 'quiet' });
    line.write(Buffer.from([9]));
    const { job } = await ask({ do: 'send', line: 'usb-serial', offsets_ns: [0, 1e6], bytes: 2 });
    await ask({ do: 'report', job });
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3, 0, 1, 1, 2]), SOON);
  });

  it('pulls a plug and waits until QEMU says that it is out; puts it in again', async () => {
    const { ask, heard, say, begin } = agent();
    await begin();
    const asked = ask({ do: 'unplug', part: 'keyboard', after_ms: 0 });
    await vi.waitUntil(() => heard.some(({ execute }) => execute === 'device_del'), SOON);
    say({ event: 'DEVICE_DELETED', data: { device: 'mouse' } });
    say({ event: 'DEVICE_DELETED', data: { device: 'keyboard' } });
    expect(await asked).toMatchObject({ ok: true });
    await ask({ do: 'plug', part: 'keyboard', after_ms: 0 });
    expect(heard.at(-1)).toMatchObject({
      execute: 'device_add',
      arguments: { driver: 'usb-kbd', id: 'keyboard', bus: 'xhci.0' },
    });
  });

  it('answers an unplug that the machine’s end overtook, before QEMU has', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const { ask, over, heard, far_monitor, begin } = agent({ device_del: LATER });
      await begin();
      const asked = ask({ do: 'unplug', part: 'keyboard', after_ms: 0 });
      await vi.waitUntil(() => heard.some(({ execute }) => execute === 'device_del'), SOON);
      over.abort();
      await sleep(50);
      expect(unheard, 'a promise that fails before it is awaited ends the lab').toEqual([]);
      far_monitor.write('{"return": {}}\n');
      expect(await asked).toMatchObject({ ok: false, reason: 'the machine is over' });
    } finally {
      process.off('unhandledRejection', hear);
    }
  });

  it('kills the machine when it is told to, after the time it is told', async () => {
    const { ask, kill, over } = agent();
    const asked_ms = performance.now();
    await ask({ do: 'kill', after_ms: 200 });
    await vi.waitFor(() => expect(kill).toHaveBeenCalledOnce(), SOON);
    // A timer may be early by a millisecond.
    expect(performance.now() - asked_ms, 'not before its time').toBeGreaterThan(198);
    await ask({ do: 'kill', after_ms: 500 });
    over.abort();
    await sleep(600);
    expect(kill, 'not after the machine is over').toHaveBeenCalledOnce();
  });

  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ do: 'dance' }, /does not know "dance"/],
    [{ do: 'inject', device: 'toString', offsets_ns: [0] }, /no hand on toString/],
    [
      { do: 'inject', device: 'mouse', offsets_ns: Array.from({ length: 100_001 }, () => 0) },
      /at most/,
    ],
    [{ do: 'send', line: 'lpt', offsets_ns: [0], bytes: 1 }, /no serial line lpt/],
    [{ do: 'report', job: 7 }, /no job 7/],
    [{ do: 'unplug', part: 'console', after_ms: 0 }, /no part of the machine/],
  ];
  for (const [request, reason] of wrong) {
    it(`answers ${JSON.stringify(request).slice(0, 50)} with what is wrong`, async () => {
      const { ask } = agent();
      const answer = await ask(request);
      expect(answer.ok).toBe(false);
      expect(answer.reason).toMatch(reason);
    });
  }

  it('answers what is no JSON, and serves on', async () => {
    const { ask, far, answersById } = agent();
    far.write('hello\n');
    await vi.waitUntil(() => answersById.get(0), SOON);
    expect(answersById.get(0)).toMatchObject({ ok: false });
    expect(await ask({ do: 'ping' })).toMatchObject({ ok: true });
  });
});

describe('a schedule', () => {
  it('acts in order, never early, and catches up when it is late', async () => {
    const start = hostNow();
    const times = [0, 1, 1.1, 8, 9].map(ms => start + ms * 1e6);
    const acted: number[] = [];
    await keepSchedule(times, new AbortController().signal, i => {
      expect(hostNow()).toBeGreaterThanOrEqual(times[i]!);
      acted.push(i);
    });
    expect(acted).toEqual([0, 1, 2, 3, 4]);
  });

  it('ends at once where it is told to', async () => {
    const stop = new AbortController();
    const acted: number[] = [];
    const start = hostNow();
    const kept = keepSchedule([start, start + 60e9], stop.signal, i => acted.push(i));
    setTimeout(() => stop.abort(), 20);
    await kept;
    expect(acted).toEqual([0]);
  });
});
