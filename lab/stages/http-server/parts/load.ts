// wrk (github.com/wg/wrk) as the client: one thread, a fixed number of connections on this machine, each
// with one request in flight, for a fixed time. It ends by itself, so no server is loaded for ever.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

const WARMUP_S = 1;
const MOST_CONNECTIONS = 1000;
const MOST_SECONDS = 60;
/**
 * Requests a connection that the server may answer and wrk not count: one on its way when it stops, and
 * one of the warm-up that the server gets to only later.
 */
const UNCOUNTED = 2;

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

/** A running wrk. */
export interface Client {
  /** Ends (is hung up) when wrk does: for a server whose thread does not see Node's events. */
  readonly end_fd: number;
  /** The same for one that does. Rejects where wrk failed. */
  readonly ended: Promise<void>;
  /** What it counted, once it has ended. */
  readonly load: () => Promise<Load>;
}

/** Undefined where it is here. It answers this with its version, and an exit code of 1. */
export const whyNoWrk = (): string | undefined =>
  /^wrk /.test(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')
    ? undefined
    : 'wrk is not installed';

/** A server under load, in this process. */
export interface Served {
  readonly port: number;
  /** Answered so far. */
  requests(): number;
  /** Serve until `client` has ended. */
  until(client: Client): Promise<void>;
  /** Everything is given back. */
  close(): Promise<void>;
}

export async function measureServer(
  { platform, parameters, target, counting }: StageContext,
  serve: () => Promise<Served>,
): Promise<StageResult> {
  const connections = bounded(parameters, 'connections', MOST_CONNECTIONS);
  const seconds = bounded(parameters, 'seconds', MOST_SECONDS);
  const missing = whyNoWrk();
  if (missing !== undefined) throw new Unsupported(missing, 'iolab bench install peers');
  const start = (port: number, duration_s: number): Client => {
    const end_path = join(target.path, 'end');
    const out_path = join(target.path, 'wrk');
    platform.posix.mkfifo(end_path, 0o600);
    const end_fd = openSync(end_path, constants.O_RDONLY | constants.O_NONBLOCK);
    const theirs = openSync(end_path, constants.O_WRONLY);
    const out = openSync(out_path, 'w');
    const words = ['-t1', `-c${connections}`, `-d${duration_s}s`, '--latency'];
    const child = spawn('wrk', [...words, `http://127.0.0.1:${port}/`], {
      stdio: ['ignore', out, 'ignore', theirs],
    });
    const ended = endOf(child);
    for (const fd of [theirs, out]) closeSync(fd);
    return {
      end_fd,
      ended,
      async load() {
        try {
          await ended;
          return parseLoad(readFileSync(out_path, 'utf8'));
        } finally {
          closeSync(end_fd);
          rmSync(end_path);
        }
      },
    };
  };
  const served = await serve();
  try {
    // The server's code is compiled first.
    const warmup = start(served.port, WARMUP_S);
    await served.until(warmup);
    await warmup.load();
    const before = served.requests();
    counting.begin();
    const client = start(served.port, seconds);
    await served.until(client);
    counting.end();
    const load = await client.load();
    return resultOf(load, served.requests() - before, connections);
  } finally {
    await served.close();
  }
}

function resultOf(load: Load, answered: number, connections: number): StageResult {
  const { requests, ops_per_s, errors, latency_ns } = load;
  // Both ends counted: what the client got, the server has answered.
  if (answered < requests || answered > requests + UNCOUNTED * connections) {
    throw new Error(`the client got ${requests} answers, and the server gave ${answered}`);
  }
  const quantiles = [...latency_ns].map(([percent, ns]) => [`latency_p${percent}_ns`, ns]);
  return {
    n: requests,
    totals: { ops_per_s, errors, connections, ...Object.fromEntries(quantiles) },
    notes: [
      'quantiles are those that wrk prints: from sending to answer, one request a connection',
    ],
  };
}

function bounded(parameters: StageContext['parameters'], name: string, most: number): number {
  const value = whole(parameters, name);
  if (value >= 1 && value <= most) return value;
  throw new RangeError(`${name}=${value}: choose 1 to ${most}`);
}

async function endOf(child: ChildProcess): Promise<void> {
  const [code, by] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) throw new Error(`wrk ended with ${by ?? code}`);
}
