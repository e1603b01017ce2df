// The host's side of the virtual machine against doubles of QEMU and of the guest: its monitor's protocol,
// the agent's answers, the schedule, the two clocks, and the watch over the console.
import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { driftPpm, toGuest } from '../../../lab/devices/parts/vm-clock.ts';
import { DeviceGone, TimedOut } from '../../../lab/errors.ts';
import { UP_VARIABLE } from '../../../lab/places/up.ts';
import { Agent } from '../../../lab/places/vm/agent.ts';
import { Qmp } from '../../../lab/places/vm/qmp.ts';
import { hostNow, keepSchedule } from '../../../lab/places/vm/schedule.ts';
import { errandScript, shellWord } from '../../../lab/places/vm/script.ts';
import { Watch } from '../../../lab/places/vm/watch.ts';

/** Two ends of one line. */
function pair(): [Duplex, Duplex] {
  const ends = duplexPair();
  for (const end of ends) end.on('error', () => {});
  return ends;
}

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
      if (command.execute !== 'silence') say(answers[command.execute] ?? { return: {} });
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
    await vi.waitFor(() => expect(events).toEqual(['DEVICE_DELETED edu', 'SHUTDOWN ']));
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

function agent(answers: Parameters<typeof monitor>[0] = {}) {
  const { qmp, say, heard } = monitor(answers);
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
    return vi.waitUntil(() => answersById.get(mine), { timeout: 5000 });
  };
  return { ask, heard, say, kill, over, far, answersById, line: usb[1], begin: () => qmp.begin() };
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
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]));
    await ask({ do: 'line', line: 'usb-serial', mode: 'quiet' });
    line.write(Buffer.from([9]));
    const { job } = await ask({ do: 'send', line: 'usb-serial', offsets_ns: [0, 1e6], bytes: 2 });
    await ask({ do: 'report', job });
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3, 0, 1, 1, 2]));
  });

  it('pulls a plug and waits until QEMU says that it is out; puts it in again', async () => {
    const { ask, heard, say, begin } = agent();
    await begin();
    const asked = ask({ do: 'unplug', part: 'keyboard', after_ms: 0 });
    await vi.waitUntil(() => heard.some(({ execute }) => execute === 'device_del'));
    say({ event: 'DEVICE_DELETED', data: { device: 'mouse' } });
    say({ event: 'DEVICE_DELETED', data: { device: 'keyboard' } });
    expect(await asked).toMatchObject({ ok: true });
    await ask({ do: 'plug', part: 'keyboard', after_ms: 0 });
    expect(heard.at(-1)).toMatchObject({
      execute: 'device_add',
      arguments: { driver: 'usb-kbd', id: 'keyboard', bus: 'xhci.0' },
    });
  });

  it('kills the machine when it is told to, after the time it is told', async () => {
    const { ask, kill, over } = agent();
    await ask({ do: 'kill', after_ms: 400 });
    expect(kill).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(kill).toHaveBeenCalledOnce());
    await ask({ do: 'kill', after_ms: 200 });
    over.abort();
    await sleep(300);
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
    await vi.waitUntil(() => answersById.get(0));
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

describe('two clocks', () => {
  it('are related by what was read, and between two readings by a line', () => {
    const readings = [
      { host_ns: 1000, offset_ns: 500, error_ns: 1 },
      { host_ns: 2000, offset_ns: 700, error_ns: 1 },
    ];
    expect(toGuest(readings, 1000)).toBe(1500);
    expect(toGuest(readings, 1500)).toBe(2100);
    expect(toGuest(readings, 2000)).toBe(2700);
    expect(toGuest(readings, 0), 'before the first').toBe(500);
    expect(toGuest(readings, 3000), 'after the last').toBe(3700);
    expect(() => toGuest([], 0)).toThrow(RangeError);
  });

  it('keep the order of events, whatever the drift', () => {
    const reading = fc.record({
      gap: fc.integer({ min: 1, max: 1e9 }),
      ppm: fc.integer({ min: -500, max: 500 }),
    });
    fc.assert(
      fc.property(
        fc.array(reading, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(5e9)),
        (steps, stamps) => {
          let [host_ns, offset_ns] = [0, 1e12];
          const readings = steps.map(({ gap, ppm }) => {
            host_ns += gap;
            offset_ns += (gap * ppm) / 1e6;
            return { host_ns, offset_ns, error_ns: 0 };
          });
          const sorted = stamps.sort((a, b) => a - b).map(at => toGuest(readings, at));
          for (let i = 1; i < sorted.length; i++)
            expect(sorted[i]).toBeGreaterThanOrEqual(sorted[i - 1]!);
        },
      ),
    );
  });

  it('tell by how much one gains on the other', () => {
    const readings = [
      { host_ns: 0, offset_ns: 0, error_ns: 0 },
      { host_ns: 1e9, offset_ns: 100e3, error_ns: 0 },
    ];
    expect(driftPpm(readings)).toBeCloseTo(100);
    expect(driftPpm(readings.slice(0, 1))).toBe(0);
  });
});

describe('the watch over the console', () => {
  afterEach(() => vi.useRealTimers());

  function watch(accelerator: 'tcg' | 'kvm' = 'tcg') {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const phases: string[] = [];
    const late: Error[] = [];
    const one = new Watch({
      accelerator,
      late: error => late.push(error),
      phase: phase => phases.push(phase),
    });
    return { one, phases, late };
  }

  it('follows the marks of the first program', () => {
    const { one, phases, late } = watch();
    for (const line of ['[ 0.0] hello', 'iolab: begin 0.5', 'iolab: modules 0.6', 'iolab: run 2']) {
      one.console(line);
    }
    expect(phases).toEqual(['begin', 'modules', 'run']);
    expect(one.phase).toBe('run');
    expect(late).toEqual([]);
    one.stop();
  });

  it('says what failed, in its words', () => {
    const { one, late } = watch();
    one.console('iolab: modules 0.6');
    one.console('iolab: failed insmod nvme');
    expect(late[0]).toBeInstanceOf(DeviceGone);
    expect(late[0]?.message).toBe('the virtual machine failed while loading modules: insmod nvme');
    one.stop();
  });

  it('gives up a machine that is silent, with what it said last', () => {
    const { one, late } = watch();
    one.console('iolab: begin 0.5');
    one.console('BUG: soft lockup');
    vi.advanceTimersByTime(50_000);
    expect(late).toEqual([]);
    one.alive();
    vi.advanceTimersByTime(50_000);
    expect(late, 'a sign of life counts').toEqual([]);
    vi.advanceTimersByTime(20_000);
    expect(late).toHaveLength(1);
    expect(late[0]).toBeInstanceOf(TimedOut);
    expect(late[0]?.message).toMatch(/while mounting its file systems; it said last: BUG: soft/);
    vi.advanceTimersByTime(500_000);
    expect(late, 'once').toHaveLength(1);
  });

  it('has less patience with KVM, which starts at once or never', () => {
    const { late } = watch('kvm');
    vi.advanceTimersByTime(16_000);
    expect(late).toHaveLength(1);
  });

  it('tells a panic before whatever came after it', () => {
    const { one } = watch();
    one.console('[ 1.0] Kernel panic - not syncing: Attempted to kill init!');
    for (let i = 0; i < 20; i++) one.console(`[ 1.${i}] call trace`);
    expect(one.lastWords).toMatch(/^\[ 1\.0\] Kernel panic/);
    one.stop();
  });
});

describe('the errand', () => {
  it('reaches the shell word for word', () => {
    expect(shellWord(`it's "$HOME" \\n`)).toBe(`'it'\\''s "$HOME" \\n'`);
    const script = errandScript(['node', 'a b', '--set', 'x=;rm']);
    expect(script).toContain(`'node' 'a b' '--set' 'x=;rm'`);
    expect(script).toContain(`IOLAB_PLACE='vm'`);
  });

  it('waits for the devices, in the shell or by itself', () => {
    const waiting = errandScript(['sh']).split('\n');
    const wait = waiting.findIndex(line => line.startsWith('until [ -e /tmp/up ]'));
    expect(wait).toBeGreaterThan(0);
    expect(waiting.indexOf(`'sh'`)).toBeGreaterThan(wait);
    const itself = errandScript(['node'], true);
    expect(itself).not.toContain('until');
    expect(itself).toContain(`${UP_VARIABLE}='/tmp/up'`);
  });
});
