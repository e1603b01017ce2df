// A web server in this process under the load of wrk: first uncounted, until its code is compiled, then
// counted at both ends.
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { type Client, type Load, startWrk, whyNoWrk } from './wrk.ts';

const WARMUP_S = 1;
const MOST_CONNECTIONS = 1000;
const MOST_SECONDS = 60;
/**
 * Requests a connection that the server may answer and wrk not count: one on its way when it stops, and
 * one of the warm-up that the server gets to only later.
 */
const UNCOUNTED = 2;

/** A server under load, in this process. */
export interface Served {
  readonly port: number;
  /** Answered so far. */
  requests(): number;
  /** System calls made so far, where the server can count them. */
  calls?(): number;
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
  const served = await serve();
  const load = async (duration_s: number): Promise<Load> => {
    const { port } = served;
    const options = { port, connections, seconds: duration_s, folder: target.path };
    const client = startWrk(platform, options);
    try {
      await served.until(client);
      return await client.load();
    } finally {
      await client.close();
    }
  };
  try {
    // The server's code is compiled first.
    await load(WARMUP_S);
    const before = served.requests();
    const calls_before = served.calls?.() ?? 0;
    counting.begin();
    const counted = await load(seconds);
    counting.end();
    const calls = served.calls && served.calls() - calls_before;
    return resultOf(counted, served.requests() - before, connections, calls);
  } finally {
    await served.close();
  }
}

function resultOf(
  load: Load,
  answered: number,
  connections: number,
  calls: number | undefined,
): StageResult {
  const { requests, ops_per_s, errors, latency_ns } = load;
  // Both ends counted: what the client got, the server has answered.
  if (answered < requests || answered > requests + UNCOUNTED * connections) {
    throw new Error(`the client got ${requests} answers, and the server gave ${answered}`);
  }
  const quantiles = [...latency_ns].map(([percent, ns]) => [`latency_p${percent}_ns`, ns]);
  return {
    n: requests,
    totals: {
      ops_per_s,
      errors,
      ...(calls === undefined ? {} : { syscalls_per_op: calls / answered }),
      ...Object.fromEntries(quantiles),
    },
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
