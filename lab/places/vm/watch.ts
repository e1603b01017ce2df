// Listens to the virtual machine's console: in which phase it is, what it said last, and whether it has
// been silent for too long. The marks come from init.sh.
import { DeviceGone, TimedOut } from '../../errors.ts';
import type { Accelerator } from './machine.ts';

export type Phase = 'start' | 'begin' | 'modules' | 'devices' | 'run' | 'off';

/** What it is doing in each phase, and how long it may say nothing meanwhile on a busy machine. */
const PHASES: Readonly<Record<Phase, { readonly doing: string; readonly limit_ms: number }>> = {
  start: { doing: 'starting its kernel', limit_ms: 90_000 },
  begin: { doing: 'mounting its file systems', limit_ms: 60_000 },
  modules: { doing: 'loading modules', limit_ms: 90_000 },
  devices: { doing: 'waiting for its devices', limit_ms: 60_000 },
  // It gives a sign of life every five seconds.
  run: { doing: 'running the errand', limit_ms: 90_000 },
  off: { doing: 'powering off', limit_ms: 20_000 },
};
/** KVM that works is up in a second; KVM that only opens never is. */
const KVM_START_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 250;
const KEPT_LINES = 3;
const MARK = /^iolab: (\w+)(?: (.*))?$/;

export type Limits = Readonly<Partial<Record<Phase, number>>>;

export interface WatchOptions {
  readonly accelerator: Accelerator;
  /** How long it may be silent in a phase, where that is not the usual. */
  readonly limits_ms?: Limits;
  late(error: Error): void;
  phase(phase: Phase): void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #timer: NodeJS.Timeout;
  #phase: Phase = 'start';
  #last_sign_ms = performance.now();
  #lines: string[] = [];

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get doing(): string {
    return PHASES[this.#phase].doing;
  }

  /** The last lines of the kernel, a panic's own first. */
  get lastWords(): string {
    const panic = this.#lines.find(line => /Kernel panic/.test(line));
    return (panic ?? this.#lines.slice(-KEPT_LINES).join(' / ')).slice(0, 500);
  }

  /** A line of the console. */
  console(line: string): void {
    this.alive();
    const [, word, rest = ''] = MARK.exec(line) ?? [];
    if (word === 'failed') {
      this.#options.late(new DeviceGone(`the virtual machine failed while ${this.doing}: ${rest}`));
    } else if (word !== undefined && word in PHASES) {
      this.#phase = word as Phase;
      this.#options.phase(this.#phase);
    } else if (line.trim() !== '') {
      this.#lines = [...this.#lines, line.trim()].slice(-MOST_LINES);
    }
  }

  /** It has just given a sign of life. */
  alive(): void {
    this.#last_sign_ms = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const limit_ms = this.#limit();
    if (performance.now() - this.#last_sign_ms < limit_ms) return;
    this.stop();
    const said = this.lastWords;
    const text = `the virtual machine said nothing for ${limit_ms / 1000} s while ${this.doing}`;
    this.#options.late(new TimedOut(`${text}; ${said ? `it said last: ${said}` : 'nor before'}`));
  }

  #limit(): number {
    const limit_ms = this.#options.limits_ms?.[this.#phase] ?? PHASES[this.#phase].limit_ms;
    const kvm = this.#options.accelerator === 'kvm' && this.#phase === 'start';
    return kvm ? KVM_START_LIMIT_MS : limit_ms;
  }
}

const MOST_LINES = 40;
