// One life of the virtual machine: QEMU started, its first program watched from phase to phase, the errand's
// output passed on, its end waited for. Every phase is bounded, and whatever happens, QEMU is gone at the
// end: it is killed with this process (PR_SET_PDEATHSIG), it has no file but those of the run's folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, copyFileSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { vmHardware } from '../../devices/parts/vm-hardware.ts';
import { Cancelled, CannotSave, DeviceGone, Unsupported } from '../../errors.ts';
import { Agent } from './agent.ts';
import { addCompiled, keepCompiled } from './compiled.ts';
import { writeCpio } from './cpio.ts';
import type { Images } from './images.ts';
import { inPath, type Kit } from './kit.ts';
import { type Accelerator, CHANNELS, type Channel, qemuArguments } from './machine.ts';
import { MonitorClosed, Qmp } from './qmp.ts';
import { Tree } from './tree.ts';
import { type Limits, type Phase, Watch } from './watch.ts';

export interface Boot {
  readonly kit: Kit;
  readonly images: Images;
  readonly accelerator: Accelerator;
  readonly memory_mib: number;
  readonly cpus: number;
  /** A folder for this boot's own files; the caller removes it. */
  readonly folder: string;
  /** The folder that the guest finds as /out. */
  readonly out: string;
  /** The errand: a script for busybox's sh, run in /. */
  readonly script: string;
  readonly signal: AbortSignal;
  readonly events: BootEvents;
  readonly limits_ms?: Limits;
  /** For development. */
  readonly more?: readonly string[];
  readonly append?: string;
}

export interface BootEvents {
  /** What the errand writes on its standard output, as it comes. */
  out(bytes: Buffer): void;
  /** A line of its standard error. */
  line(text: string): void;
  /** Everything that the kernel and the first program say. */
  console?(line: string): void;
  phase?(phase: Phase, since_start_ms: number): void;
}

export interface BootEnd {
  readonly exit_code: number;
  /** From the start of QEMU to the start of the errand. */
  readonly boot_ms: number;
}

/** After the errand has told its end the machine powers off, or is made to. */
const OFF_LIMIT_MS = 5000;
const FIRST_DESCRIPTOR = 3;

/** Throws Cancelled, CannotSave, DeviceGone, TimedOut, Unsupported. */
export async function boot(options: Boot): Promise<BootEnd> {
  const { signal } = options;
  if (signal.aborted) throw new Cancelled();
  const process_ = start(options);
  const machine = new Machine(process_, options);
  const abort = () => machine.end(new Cancelled('interrupted; the virtual machine was ended'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const end = await machine.life;
    keepCompiled(options.out, options.images.compiled);
    return end;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function start(options: Boot): ChildProcess {
  const { kit, images, folder, out, accelerator, memory_mib, cpus, more, append } = options;
  const initrd = join(folder, 'initrd');
  const scratch = join(folder, 'scratch');
  try {
    // Archives may follow each other: the prepared one, then this errand's.
    copyFileSync(images.initrd, initrd);
    const errand = new Tree().text('/errand.sh', options.script);
    addCompiled(errand, images.compiled);
    writeFileSync(initrd, writeCpio(errand), { flag: 'a' });
    emptyDisk(scratch, vmHardware.scratch.bytes);
  } catch (error) {
    throw new CannotSave(`${folder}: ${(error as Error).message}`);
  }
  const files = {
    kernel: images.kernel,
    initrd,
    images: [images.programs, images.lab],
    scratch,
    out,
  };
  const extras = { ...(more ? { more } : {}), ...(append ? { append } : {}) };
  const machine = { accelerator, memory_mib, cpus, data: kit.data, ...extras };
  const [program, ...args] = diesWithUs([kit.qemu, ...qemuArguments(files, machine)]);
  const { PATH = '', IOLAB_HOME } = process.env;
  // The lab's home says whose run a process belongs to.
  const home = IOLAB_HOME === undefined ? {} : { IOLAB_HOME };
  return spawn(program!, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', ...CHANNELS.map(() => 'pipe' as const)],
    // Out of the terminal's group: Ctrl-C reaches the lab, which ends the machine in order.
    detached: true,
    env: { PATH, LANG: 'C', ...home, ...kit.environment },
  });
}

function emptyDisk(path: string, bytes: number): void {
  const fd = openSync(path, 'w');
  try {
    ftruncateSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

/** setpriv(1) asks the kernel to kill QEMU when this process ends, however it ends (prctl(2)). */
function diesWithUs(command: readonly string[]): readonly string[] {
  const setpriv = inPath('setpriv');
  if (setpriv) return [setpriv, '--pdeathsig', 'KILL', ...command];
  throw new Unsupported(
    'setpriv is not here: nothing would end QEMU with the lab',
    'apt-get install util-linux',
  );
}

const MOST_ERRORS = 4000;

class Machine {
  /** Resolves when the errand is over and QEMU is gone. */
  readonly life: Promise<BootEnd>;
  readonly #process: ChildProcess;
  readonly #options: Boot;
  readonly #watch: Watch;
  readonly #over = new AbortController();
  readonly #started_ms = performance.now();
  #errors = '';
  #boot_ms = 0;
  #exit_code: number | undefined;
  #why: Error | undefined;

  constructor(process_: ChildProcess, options: Boot) {
    this.#process = process_;
    this.#options = options;
    this.#watch = new Watch({
      accelerator: options.accelerator,
      ...(options.limits_ms ? { limits_ms: options.limits_ms } : {}),
      late: error => this.end(error),
      phase: phase => this.#enter(phase),
    });
    this.life = new Promise((resolve, reject) => {
      process_.once('error', error => {
        this.end(new Unsupported(`QEMU cannot be started: ${error.message}`, ''));
        this.#finish();
        reject(this.#why);
      });
      process_.once('close', (code, by) => {
        this.#finish();
        const end = this.#result(code, by);
        if (end instanceof Error) reject(end);
        else resolve(end);
      });
    });
    process_.stderr!.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-MOST_ERRORS);
    });
    this.#connect();
  }

  /** End the machine now; the first reason is the one that counts. */
  end(why: Error): void {
    this.#why ??= why;
    this.#process.kill('SIGKILL');
  }

  #channel(name: Channel): Duplex {
    const stream = this.#process.stdio[FIRST_DESCRIPTOR + CHANNELS.indexOf(name)] as Duplex;
    // When QEMU is gone a write fails; its end is reported by 'close'.
    stream.on('error', () => {});
    return stream;
  }

  #connect(): void {
    const { events } = this.#options;
    eachLine(this.#channel('console'), line => {
      events.console?.(line);
      this.#watch.console(line);
    });
    this.#channel('out').on('data', (bytes: Buffer) => events.out(bytes));
    eachLine(this.#channel('err'), line => events.line(line));
    eachLine(this.#channel('status'), line => this.#status(line));
    const qmp = new Qmp(this.#channel('qmp'));
    qmp.begin().catch((error: Error) => {
      // QEMU that ends before it greets says why on its standard error: 'close' tells, with these words.
      if (!(error instanceof MonitorClosed)) this.end(error);
    });
    const agent = new Agent({
      qmp,
      lines: {
        'usb-serial': this.#channel('usb-serial'),
        uart: this.#channel('uart'),
        'isa-uart': this.#channel('isa-uart'),
      },
      kill: () => this.end(new DeviceGone('the virtual machine was killed, as it had asked')),
      signal: this.#over.signal,
    });
    for (const port of ['agent0', 'agent1', 'agent2', 'agent3'] as const) {
      agent.serve(this.#channel(port));
    }
  }

  #enter(phase: Phase): void {
    const since_ms = performance.now() - this.#started_ms;
    if (phase === 'run') this.#boot_ms = since_ms;
    this.#options.events.phase?.(phase, since_ms);
  }

  #status(line: string): void {
    this.#watch.alive();
    const code = /^exit (\d+)$/.exec(line)?.[1];
    if (code === undefined) return;
    this.#exit_code = Number(code);
    setTimeout(() => this.#process.kill('SIGKILL'), OFF_LIMIT_MS).unref();
  }

  #finish(): void {
    this.#watch.stop();
    this.#over.abort();
  }

  #result(code: number | null, by: NodeJS.Signals | null): BootEnd | Error {
    const { signal, accelerator } = this.#options;
    if (signal.aborted) return new Cancelled('interrupted; the virtual machine was ended');
    if (this.#exit_code !== undefined) {
      return { exit_code: this.#exit_code, boot_ms: Math.round(this.#boot_ms) };
    }
    if (this.#why) return this.#why;
    const said = this.#watch.lastWords || this.#errors.trim().split('\n').slice(-3).join(' ');
    const how = by ? `was ended by ${by}` : code ? `ended with code ${code}` : 'ended';
    const text = `the virtual machine ${how} while ${this.#watch.doing}${said ? `: ${said}` : ''}`;
    if (accelerator === 'kvm' && this.#watch.phase === 'start') {
      return new Unsupported(`${text} (KVM)`, 'leave accelerator=kvm out: emulation always works');
    }
    return new DeviceGone(text);
  }
}

/** A line without an end is cut, not kept for ever. */
const LONGEST_LINE = 2 ** 20;

function eachLine(stream: Duplex, take: (line: string) => void): void {
  let heard = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (heard + text).split('\n');
    heard = lines.pop()!.slice(0, LONGEST_LINE);
    for (const line of lines) take(line.replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (heard !== '') take(heard);
  });
}
