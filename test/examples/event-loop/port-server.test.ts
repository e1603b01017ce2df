// The web server on a completion port (lab/examples/event-loop/serve-port.ts), under Wine, with clients of
// this Linux: right answers to requests cut anywhere, rude clients, and a book of operations in which nothing
// is left, nothing came from nowhere, and nobody wrote to a structure that was free.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAST } from '../../../lab/examples/event-loop/answers.ts';
import { requireInstallation } from '../../../lab/places/wine/installation.ts';
import { WineSession } from '../../../lab/places/wine/session.ts';
import { root } from '../../helpers/cli.ts';
import { until } from '../../helpers/processes.ts';
import { whereWine } from '../../helpers/wine.ts';
import { ANSWER, Checker, exchange, GET, open } from './client.ts';

const PROGRAM = join(root, 'lab/examples/event-loop/serve-port.ts');
const LONG = process.env.IOLAB_LONG === '1';
const REQUESTS = LONG ? 200_000 : 10_000;
const CONNECTIONS = 10;
const IDLE = 200;
const LIMIT_MS = 200_000;

interface Listening {
  readonly port: number;
  readonly end_port: number;
}

/** Ask `count` times on one connection, `depth` at once. */
async function ask(port: number, count: number, depth: number): Promise<void> {
  const socket = await open(port);
  const checker = new Checker();
  let sent = 0;
  const more = () => {
    const now = Math.min(count - sent, depth - (sent - checker.answers));
    if (now <= 0) return;
    sent += now;
    const bytes = Buffer.from(GET.repeat(now));
    const cut = (sent * 7919) % bytes.length;
    socket.write(bytes.subarray(0, cut));
    socket.write(bytes.subarray(cut));
  };
  more();
  while (checker.answers < count) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    checker.take(bytes);
    if (sent - checker.answers <= depth / 2) more();
  }
  socket.destroy();
  expect(checker).toMatchObject({ answers: count, whole: true });
}

describe.runIf(whereWine())('the server on a completion port', { timeout: LIMIT_MS }, () => {
  let session: WineSession;
  let ended: Promise<number>;
  let at: Listening;
  let said = '';
  let wrong = '';
  let requests = 0;

  beforeAll(async () => {
    session = await WineSession.open(requireInstallation());
    ended = session.run({
      script: PROGRAM,
      args: [],
      environment: { IOLAB_PLACE: 'wine' },
      signal: new AbortController().signal,
      silence_ms: LIMIT_MS,
      limit_ms: LIMIT_MS,
      out: text => {
        said += text;
      },
      err: text => {
        wrong += text;
      },
    });
    const failed = ended.then(code => {
      throw new Error(`the server ended with ${code}: ${wrong}`);
    });
    await Promise.race([failed, until('the server to listen', () => said.includes('\n'))]);
    failed.catch(() => {}); // its end is wanted from here on
    at = JSON.parse(said.split('\n')[0]!) as Listening;
  }, 60_000);

  afterAll(async () => {
    await session?.close();
  });

  it(`gives ${REQUESTS} right answers to pipelined requests`, async () => {
    const each = REQUESTS / CONNECTIONS;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, i) => ask(at.port, each, 1 + 3 * i * i)),
    );
    requests += REQUESTS;
  });

  it(`holds ${IDLE} idle connections while it serves others`, async () => {
    const idle: Socket[] = [];
    for (let i = 0; i < IDLE; i++) {
      idle.push(await open(at.port));
      if (i % 2 === 1) idle[i]!.write('GET / HTTP/1.1\r\nHo');
    }
    await ask(at.port, 200, 4);
    const answers = idle.map(async (socket, i) => {
      const checker = new Checker();
      socket.on('data', (bytes: Buffer) => checker.take(bytes));
      socket.write(i % 2 === 1 ? 'st: here\r\n\r\n' : GET);
      while (checker.answers < 1) await once(socket, 'data');
      socket.destroy();
      return checker.answers;
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([1]));
    requests += 200 + IDLE;
  });

  it('says what is wrong before it closes, and closes where it was asked to', async () => {
    const refused = await exchange(at.port, [GET, 'GET / HTTP/1.1\nHost: h\r\n\r\n']);
    expect(`${refused}`).toBe(`${ANSWER}${LAST[400]}`);
    const close = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const last = await exchange(at.port, [GET, close, GET], { half_close: false });
    expect(`${last}`).toBe(`${ANSWER}${LAST[1]}`);
    requests += 4;
  });

  it('survives clients that reset at any moment', async () => {
    for (let i = 0; i < 50; i++) {
      const socket = await open(at.port);
      socket.write(GET.repeat(i * 20).slice(i));
      if (i % 2 === 0) await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    await ask(at.port, 100, 8);
  });

  it('ends in order with connections open, and its book is closed', async () => {
    const idle = await Promise.all(Array.from({ length: 20 }, () => open(at.port)));
    for (const socket of idle) socket.write(GET.slice(0, 10));
    connect(at.end_port, '127.0.0.1').on('error', () => {});
    const code = await ended;
    for (const socket of idle) socket.destroy();
    expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
    const { requests: answered, ...told } = JSON.parse(said.split('\n')[1]!) as Record<
      string,
      number
    >;
    expect(answered).toBeGreaterThanOrEqual(requests);
    expect(told).toMatchObject({
      open: 0,
      begun: told.ended,
      refused: 0,
      strangers: 0,
      wrong_keys: 0,
      late_bytes: 0,
    });
    expect(told.most_in_flight, 'idle ones have a receive in flight each').toBeGreaterThan(IDLE);
  });
});
