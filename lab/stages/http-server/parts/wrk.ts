// wrk (github.com/wg/wrk) as the client: one thread, a fixed number of connections on this machine, each
// with one request in flight, for a fixed time. It ends by itself, so no server is loaded for ever.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../../ffi/platform.ts';
import { withParent } from '../../parts/with-parent.ts';

/** What wrk printed. */
export interface Load {
  readonly requests: number;
  readonly ops_per_s: number;
  readonly errors: number;
  /** The quantiles that wrk prints: 50, 75, 90, 99. */
  readonly latency_ns: ReadonlyMap<number, number>;
}

const UNITS_NS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9 };

/** Throws where the text is not that of wrk 4 with --latency. */
export function parseLoad(text: string): Load {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const requests = number(/^ +(\d+) requests in /m);
  const ops_per_s = number(/^Requests\/sec: +([\d.]+)$/m);
  const failed = /^ +Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)$/m.exec(
    text,
  );
  const refused = /^ +Non-2xx or 3xx responses: (\d+)$/m.exec(text)?.[1] ?? '0';
  const quantiles = [...text.matchAll(/^ +(\d+)% +([\d.]+)(us|ms|s)$/gm)].map(
    ([, percent, value, unit]) => [Number(percent), Number(value) * UNITS_NS[unit!]!] as const,
  );
  if (Number.isNaN(requests + ops_per_s) || quantiles.length === 0) {
    throw new Error(`wrk said something else than expected: ${text.slice(0, 300)}`);
  }
  const errors = (failed?.slice(1) ?? []).map(Number).reduce((sum, one) => sum + one, 0);
  return { requests, ops_per_s, errors: errors + Number(refused), latency_ns: new Map(quantiles) };
}

/** Undefined where it is here. It answers this with its version, and an exit code of 1. */
export const whyNoWrk = (): string | undefined =>
  /^wrk /.test(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')
    ? undefined
    : 'wrk is not installed';

/** A running wrk. */
export interface Client {
  /** Ends (is hung up) when wrk does: for a server whose thread does not see Node's events. */
  readonly end_fd: number;
  /** The same for one that does. Rejects where wrk failed. */
  readonly ended: Promise<void>;
  /** What it counted, once it has ended. */
  load(): Promise<Load>;
  /** End it where it has not, and leave nothing behind. */
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** A folder for its files. */
  readonly folder: string;
}

export function startWrk(platform: Platform, options: ClientOptions): Client {
  const { port, connections, seconds, folder } = options;
  const end_path = join(folder, 'wrk-end');
  const out_path = join(folder, 'wrk-out');
  platform.posix.mkfifo(end_path, 0o600);
  const end_fd = openSync(end_path, constants.O_RDONLY | constants.O_NONBLOCK);
  const theirs = openSync(end_path, constants.O_WRONLY);
  const out = openSync(out_path, 'w');
  const words = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  // A server that is gone would be called to the end of wrk's time.
  const [program, ...rest] = withParent(['wrk', ...words, `http://127.0.0.1:${port}/`]);
  const child = spawn(program, rest, {
    stdio: ['ignore', out, 'ignore', theirs],
  });
  for (const fd of [theirs, out]) closeSync(fd);
  const ended = once(child, 'close').then(([code, by]) => {
    if (code !== 0) throw new Error(`wrk ended with ${by ?? code}`);
  });
  ended.catch(() => {}); // said by load, or not wanted any more
  return {
    end_fd,
    ended,
    async load() {
      await ended;
      return parseLoad(readFileSync(out_path, 'utf8'));
    },
    async close() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
      closeSync(end_fd);
      for (const path of [end_path, out_path]) rmSync(path);
    },
  };
}
