// The host's side of the agent: does for a device in the guest what only the host can, and keeps the
// stamps of what it did. The guest's side, and the questions, are in lab/devices/parts/vm-agent.ts.
import type { Duplex } from 'node:stream';
import type { AgentAnswer, AgentRequest, LineMode } from '../../devices/parts/vm-agent.ts';
import {
  type Operated,
  type Pluggable,
  type SerialLine,
  vmHardware,
} from '../../devices/parts/vm-hardware.ts';
import { partsOf } from './parts.ts';
import type { Qmp } from './qmp.ts';
import { hostNow, keepSchedule } from './schedule.ts';

/** What the agent works with. */
export interface Surroundings {
  readonly qmp: Pick<Qmp, 'ask' | 'listen'>;
  /** The host's ends of the serial lines. */
  readonly lines: Readonly<Record<SerialLine, Duplex>>;
  /** End the machine at once. */
  kill(): void;
  /** Aborts when the machine is over. */
  readonly signal: AbortSignal;
}

interface Job {
  readonly intended_ns: number[];
  readonly sent_ns: number[];
  readonly done_ns: number[];
  readonly finished: Promise<void>;
}

type Request = AgentRequest & { readonly id: number };

/** Soon, and late enough for the guest to be told that it has begun. */
const LEAD_NS = 20e6;
const LONGEST_JOB = 100_000;
const LONGEST_DELAY_MS = 600_000;
const UNPLUG_LIMIT_MS = 10_000;

export class Agent {
  readonly #around: Surroundings;
  readonly #jobs: Job[] = [];
  readonly #modes = new Map<SerialLine, LineMode>();

  constructor(around: Surroundings) {
    this.#around = around;
    for (const line of vmHardware.lines) {
      const end = around.lines[line];
      end.on('data', (bytes: Buffer) => {
        if ((this.#modes.get(line) ?? 'echo') === 'echo') end.write(bytes);
      });
    }
  }

  /** Serve one port. A line that is no question is answered by what is wrong with it. */
  serve(port: Duplex): void {
    let heard = '';
    port.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1');
      const lines = heard.split('\n');
      heard = lines.pop()!;
      for (const line of lines) void this.#answer(line, port);
    });
  }

  async #answer(line: string, port: Duplex): Promise<void> {
    let id = 0;
    let answer: AgentAnswer;
    try {
      const request = JSON.parse(line) as Request;
      id = request.id;
      answer = { id, ok: true, ...(await this.#do(request)) };
    } catch (error) {
      answer = { id, ok: false, reason: (error as Error).message, fix: '' };
    }
    if (port.writable) port.write(`${JSON.stringify(answer)}\n`);
  }

  async #do(request: Request): Promise<object> {
    switch (request.do) {
      case 'ping':
        return { host_ns: hostNow() };
      case 'inject': {
        const { device, offsets_ns } = request;
        if (!Object.hasOwn(inputs, device)) throw new Error(`there is no hand on ${device}`);
        const { qmp } = this.#around;
        return this.#begin(offsets_ns, i =>
          qmp.ask('input-send-event', { events: inputs[device](i) }),
        );
      }
      case 'send': {
        const { line, offsets_ns, bytes } = request;
        const end = this.#line(line);
        const message = (i: number) => Uint8Array.from({ length: bytes }, (_, k) => i + k);
        return this.#begin(offsets_ns, async i => void end.write(message(i)));
      }
      case 'report':
        return this.#report(request.job);
      case 'line':
        this.#line(request.line);
        this.#modes.set(request.line, request.mode);
        return {};
      case 'unplug':
      case 'plug':
        return this.#later(request.after_ms, request.part, request.do);
      case 'kill':
        this.#after(request.after_ms, () => this.#around.kill());
        return {};
      default:
        throw new Error(`the host does not know "${(request as { do?: unknown }).do}"`);
    }
  }

  #line(line: SerialLine): Duplex {
    const end = this.#around.lines[line];
    if (!end) throw new Error(`there is no serial line ${line}`);
    return end;
  }

  #begin(offsets_ns: readonly number[], act: (i: number) => Promise<unknown>): object {
    if (offsets_ns.length > LONGEST_JOB) throw new Error(`at most ${LONGEST_JOB} events at once`);
    const start_ns = hostNow() + LEAD_NS;
    const intended_ns = offsets_ns.map(offset_ns => start_ns + offset_ns);
    const [sent_ns, done_ns]: [number[], number[]] = [[], []];
    const acts: Promise<unknown>[] = [];
    const finished = keepSchedule(intended_ns, this.#around.signal, i => {
      sent_ns[i] = hostNow();
      const done = act(i).then(() => {
        done_ns[i] = hostNow();
      });
      // A plug may be pulled before the last event: the report tells, long after this failed.
      done.catch(() => {});
      acts.push(done);
    }).then(async () => void (await Promise.all(acts)));
    finished.catch(() => {
      // Whoever asks for the report hears of it.
    });
    this.#jobs.push({ intended_ns, sent_ns, done_ns, finished });
    return { job: this.#jobs.length - 1 };
  }

  async #report(number: number): Promise<object> {
    const job = this.#jobs[number];
    if (!job) throw new Error(`there is no job ${number}`);
    await job.finished;
    const { intended_ns, sent_ns, done_ns } = job;
    return { intended_ns, sent_ns, done_ns };
  }

  async #later(after_ms: number, name: Pluggable, what: 'unplug' | 'plug'): Promise<object> {
    if (!Object.hasOwn(vmHardware.pci, name) && !Object.hasOwn(vmHardware.usb, name)) {
      throw new Error(`${name} cannot be plugged: it is no part of the machine`);
    }
    const act = () => (what === 'unplug' ? this.#unplug(name) : this.#plug(name));
    if (after_ms === 0) await act();
    else this.#after(after_ms, () => void act().catch(() => {}));
    return {};
  }

  #after(after_ms: number, act: () => void): void {
    const length_ms = Math.min(Math.max(0, after_ms), LONGEST_DELAY_MS);
    const timer = setTimeout(act, length_ms);
    this.#around.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /** QEMU asks the guest to let go of a PCI function, and says when it is out. */
  async #unplug(name: Pluggable): Promise<void> {
    const { qmp, signal } = this.#around;
    const { id } = partsOf(name)[0]!;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // It may fail while QEMU has not answered yet, and nobody waits for it before.
    promise.catch(() => {});
    const stop = qmp.listen(({ event, data }) => {
      if (event === 'DEVICE_DELETED' && data.device === id) resolve();
    });
    const timer = setTimeout(
      () => reject(new Error(`the guest did not let go of ${name}`)),
      UNPLUG_LIMIT_MS,
    );
    const over = () => reject(new Error('the machine is over'));
    signal.addEventListener('abort', over, { once: true });
    try {
      await qmp.ask('device_del', { id });
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      stop();
    }
  }

  async #plug(name: Pluggable): Promise<void> {
    for (const part of partsOf(name)) await this.#around.qmp.ask('device_add', part);
  }
}

const TABLET_RANGE = 2 ** 15;
const TABLET_STEP = 331;
const MOUSE_STEPS = 100;

const axis = (type: 'rel' | 'abs', name: 'x' | 'y', value: number) => ({
  type,
  data: { axis: name, value },
});

/** The events of each device by number: no two neighbours are alike, so each of them is told. */
const inputs: Readonly<Record<Operated, (i: number) => object[]>> = {
  keyboard: i => [{ type: 'key', data: { down: i % 2 === 0, key: { type: 'qcode', data: 'a' } } }],
  mouse: i => [axis('rel', 'x', (i % MOUSE_STEPS) + 1), axis('rel', 'y', 1)],
  tablet: i => [
    axis('abs', 'x', (i * TABLET_STEP) % TABLET_RANGE),
    axis('abs', 'y', (i * TABLET_STEP * 2) % TABLET_RANGE),
  ],
};
