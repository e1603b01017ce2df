// The example's web server on both loops, as a process that a client tests from outside: every answer
// compared byte for byte, idle and slow and rude clients, malformed requests, descriptors, the end.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LAST } from '../../../lab/examples/event-loop/answers.ts';
import { until } from '../../helpers/processes.ts';
import {
  ANSWER,
  Checker,
  exchange,
  GET,
  killLeft,
  LIMIT_MS,
  open,
  type Running,
  startServer,
} from './client.ts';

const LONG = process.env.IOLAB_LONG === '1';
const REQUESTS = LONG ? 1_000_000 : 100_000;
const MOST_CONNECTIONS = 2048;
const PAUSE_MS = 500;

afterAll(killLeft);

/** A small generator: where requests are cut must not be the same every time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

/** Ask `count` times on one connection, up to `depth` at once, in writes cut anywhere. */
async function ask(port: number, count: number, depth: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const socket = await open(port);
  const checker = new Checker();
  const over = Promise.withResolvers<void>();
  let sent = 0;
  const more = (): void => {
    const now = Math.min(count - sent, depth - (sent - checker.answers));
    if (now === 0) return;
    sent += now;
    const bytes = Buffer.from(GET.repeat(now));
    const cut = random(bytes.length);
    socket.write(bytes.subarray(0, cut));
    socket.write(bytes.subarray(cut));
  };
  socket.on('data', (bytes: Buffer) => {
    try {
      checker.take(bytes);
    } catch (error) {
      over.reject(error as Error);
    }
    if (checker.answers === count) over.resolve();
    else if (sent - checker.answers <= depth / 2) more();
  });
  socket.once('close', () => over.reject(new Error(`closed after ${checker.answers} answers`)));
  more();
  await over.promise.finally(() => socket.destroy());
  expect(checker).toMatchObject({ answers: count, whole: true });
}

const refusal = (status: number): string => LAST[status]!;

for (const kind of ['epoll', 'io-uring']) {
  const trial = await startServer(kind).catch((error: Error) => error);
  const missing = trial instanceof Error ? trial.message : undefined;
  if (missing !== undefined && !/EPERM|ENOSYS|exists? on Linux/.test(missing)) throw trial;
  if (missing !== undefined) console.log(`the server on ${kind} is not tested: ${missing}`);
  if (!(trial instanceof Error)) await trial.stop();

  describe.skipIf(missing !== undefined)(`the server on ${kind}`, () => {
    let server: Running;
    let before: number;
    beforeEach(async () => {
      server = await startServer(kind);
      before = server.descriptors();
    });
    afterEach(killLeft);

    /** It waits and does not turn: even on a busy machine it would get far more of a processor. */
    async function expectRest(): Promise<void> {
      const cpu_ms = server.cpu_ms();
      await sleep(PAUSE_MS);
      expect(server.cpu_ms() - cpu_ms).toBeLessThan(PAUSE_MS / 20);
    }

    /** All clients are gone: so are their descriptors. Then the server ends in order. */
    async function stopClean(): Promise<number> {
      await until('every descriptor back', () => server.descriptors() === before);
      const { requests, open: still, descriptors_left } = await server.stop();
      expect({ still, descriptors_left }).toEqual({ still: 0, descriptors_left: 0 });
      return requests;
    }

    it(`gives ${REQUESTS} right answers to pipelined requests`, { timeout: 300_000 }, async () => {
      const CONNECTIONS = 20;
      const each = REQUESTS / CONNECTIONS;
      await Promise.all(
        // From one request at a time to hundreds.
        Array.from({ length: CONNECTIONS }, (_, i) => ask(server.port, each, 1 + i * i, i + 1)),
      );
      expect(await stopClean()).toBe(REQUESTS);
    });

    it('holds 1 000 idle connections while it serves others', { timeout: 60_000 }, async () => {
      const IDLE = 1000;
      const idle: Socket[] = [];
      for (let i = 0; i < IDLE; i++) {
        idle.push(await open(server.port));
        // Some have said nothing, some a part of the head, some all but the body.
        if (i % 3 === 1) idle[i]!.write('GET / HTTP/1.1\r\nHo');
        if (i % 3 === 2)
          idle[i]!.write('POST / HTTP/1.1\r\nContent-Length: 4\r\nHost: h\r\n\r\nab');
      }
      await until('all of them', () => server.descriptors() === before + IDLE);
      await Promise.all([ask(server.port, 2000, 1, 1), ask(server.port, 2000, 16, 2)]);
      const ends = [GET, 'st: here\r\n\r\n', 'cd'];
      const answers = idle.map(async (socket, i) => {
        const checker = new Checker();
        socket.on('data', (bytes: Buffer) => checker.take(bytes));
        socket.write(ends[i % 3]!);
        while (checker.answers < 1) await once(socket, 'data');
        socket.destroy();
        return checker.answers;
      });
      expect(new Set(await Promise.all(answers))).toEqual(new Set([1]));
      expect(await stopClean()).toBe(4000 + IDLE);
    });

    it('closes after the answer where it was asked to', async () => {
      const close = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
      const { port } = server;
      const until_closed = { half_close: false };
      const last = `${LAST[1]}`;
      expect(`${await exchange(port, [GET + close + GET], until_closed)}`).toBe(ANSWER + last);
      expect(`${await exchange(port, ['GET / HTTP/1.0\r\n\r\n'], until_closed)}`).toBe(last);
      const head = await exchange(port, ['HEAD / HTTP/1.1\r\nHost: h\r\n\r\n'], until_closed);
      expect(`${head}`).toMatch(/Content-Length: 13\r\nConnection: close\r\n\r\n$/);
      expect(`${await exchange(port, [GET, GET])}`, 'our end after two').toBe(`${ANSWER}${ANSWER}`);
      expect(`${await exchange(port, [GET, 'GET / HT'])}`, 'our end within one').toBe(`${ANSWER}`);
      expect(`${await exchange(port, [])}`, 'our end at once').toBe('');
      await stopClean();
    });

    it('passes over a body, however it comes', async () => {
      const body = GET.repeat(40);
      const post = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`;
      const pieces = [post, body.slice(0, 7), body.slice(7, 900), body.slice(900), GET];
      expect(`${await exchange(server.port, pieces)}`).toBe(`${ANSWER}${ANSWER}`);
      expect(await stopClean()).toBe(2);
    });

    it('says what is wrong before it closes, though more is coming', async () => {
      const head = 'GET / HTTP/1.1\r\nHost: h\r\n';
      const cases: [string, number][] = [
        ['GET / HTTP/1.1\nHost: h\r\n\r\n', 400],
        [`${head}X: \0\r\n\r\n`, 400],
        [`${head}Content-Length: x\r\n\r\n`, 400],
        [`${head}Content-Length: ${2 ** 30}\r\n\r\n`, 413],
        [`${head}X: ${'x'.repeat(10_000)}\r\n\r\n`, 431],
        [`${head}Transfer-Encoding: chunked\r\n\r\n`, 501],
        ['GET / HTTP/3.0\r\n\r\n', 505],
      ];
      for (const [text, status] of cases) {
        // A megabyte behind it, which nobody will read as requests: the answer comes all the same.
        const flood = Buffer.alloc(2 ** 20, GET);
        const got = await exchange(server.port, [GET, text, flood], { no_reset: true });
        expect(`${got}`).toBe(ANSWER + refusal(status));
      }
      expect(await stopClean()).toBe(2 * cases.length);
    });

    it('cuts off a client that goes on after it was told the end', async () => {
      const socket = await open(server.port, true);
      let answer = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        answer += text;
      });
      const told = once(socket, 'end');
      const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
      const drip = setInterval(() => socket.write(GET), 20);
      socket.write('nonsense\r\n');
      await told;
      expect(answer).toBe(refusal(400));
      expect(server.descriptors(), 'it is listened to for a while').toBe(before + 1);
      await closed.finally(() => clearInterval(drip));
      expect(await stopClean()).toBe(1);
    });

    it('does not work while a client reads nothing, and loses none of its answers', async () => {
      const COUNT = 200_000;
      const socket = await open(server.port);
      socket.pause();
      const checker = new Checker();
      socket.on('data', (bytes: Buffer) => checker.take(bytes)).pause();
      socket.write(GET.repeat(COUNT));
      // Until it has answered what fits between the two, its processor time grows.
      let cpu_ms = -1;
      await until('it to stand still', () => {
        const last_ms = cpu_ms;
        cpu_ms = server.cpu_ms();
        return cpu_ms === last_ms;
      });
      await expectRest();
      await ask(server.port, 100, 1, 3);
      socket.resume();
      while (checker.answers < COUNT) await once(socket, 'data');
      socket.destroy();
      expect(checker).toMatchObject({ answers: COUNT, whole: true });
      expect(await stopClean()).toBe(COUNT + 100);
    });

    it('survives clients that reset at any moment', async () => {
      const random = randomFrom(7);
      for (let i = 0; i < 300; i++) {
        const socket = await open(server.port);
        socket.write(GET.repeat(random(2000)).slice(random(GET.length)));
        if (random(2) === 0) await new Promise(setImmediate);
        socket.resetAndDestroy();
      }
      await ask(server.port, 1000, 8, 4);
      await stopClean();
    });

    it('closes connections beyond its limit at once, and takes new ones when others have left', {
      timeout: 60_000,
    }, async () => {
      const sockets: Socket[] = [];
      for (let i = 0; i < MOST_CONNECTIONS; i++) sockets.push(await open(server.port));
      await until('all of them', () => server.descriptors() === before + MOST_CONNECTIONS);
      const nothing = await exchange(server.port, [GET], { half_close: false });
      expect(nothing).toHaveLength(0);
      for (const socket of sockets.splice(0, 10)) socket.destroy();
      await until('ten to leave', () => server.descriptors() === before + MOST_CONNECTIONS - 10);
      await ask(server.port, 100, 4, 5);
      for (const socket of sockets) socket.destroy();
      await stopClean();
    });

    it('rests where no descriptor is left, and serves those who waited', async () => {
      await server.stop();
      const MOST = 48;
      server = await startServer(kind, MOST);
      before = server.descriptors();
      const sockets: Socket[] = [];
      // The kernel takes them all; the server has not enough descriptors for all.
      for (let i = 0; i < MOST; i++) sockets.push(await open(server.port));
      // One that it inherited may have a number above the limit.
      await until('its last descriptor', () => server.descriptors() >= MOST);
      await expectRest();
      const waiting = sockets.at(-1)!;
      const checker = new Checker();
      waiting.on('data', (bytes: Buffer) => checker.take(bytes));
      waiting.write(GET);
      for (const socket of sockets.slice(0, MOST / 2)) socket.destroy();
      while (checker.answers < 1) await once(waiting, 'data');
      for (const socket of sockets) socket.destroy();
      await stopClean();
    });

    it('ends everything when it is stopped', async () => {
      const sockets: Socket[] = [];
      for (let i = 0; i < 100; i++) sockets.push(await open(server.port));
      for (const socket of sockets.slice(0, 30)) socket.write('GET / HTTP/1.1\r\nHo');
      // One that reads nothing, so that sending to it is under way.
      sockets[99]!.pause().write(GET.repeat(100_000));
      for (const socket of sockets.slice(0, 99)) socket.resume();
      await until('all of them', () => server.descriptors() === before + sockets.length);
      const closed = sockets.slice(0, 99).map(socket => once(socket, 'close'));
      const { open: still, descriptors_left } = await server.stop();
      expect({ still, descriptors_left }).toEqual({ still: 0, descriptors_left: 0 });
      await Promise.all(closed);
      sockets[99]!.destroy();
      await expect(open(server.port)).rejects.toThrow('ECONNREFUSED');
    });

    it('answers or closes whatever comes, split anywhere', { timeout: 120_000 }, async () => {
      const piece = fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes).toString('latin1')),
        fc.constantFrom(GET, 'GET / ', 'HTTP/1.1\r\n', 'Host: h\r\n', '\r\n', '\n', '\r', '\0'),
        fc.nat(2 ** 22).map(length => `Content-Length: ${length}\r\n`),
        fc.constantFrom(
          'Content-Length: -5\r\n',
          'Content-Length: 1e3\r\n',
          'X: y\n',
          ' folded\r\n',
        ),
        fc.nat(9000).map(length => `X: ${'x'.repeat(length)}\r\n`),
      );
      const pieces = fc.array(piece, { minLength: 1, maxLength: 8 });
      const complete =
        /^(HTTP\/1\.1 (200|4\d\d|5\d\d) [A-Za-z ]+\r\n([A-Za-z-]+: [^\r\n]+\r\n)+\r\n(Hello, World!)?)*$/;
      await fc.assert(
        fc.asyncProperty(pieces, fc.boolean(), async (texts, with_good) => {
          const all = with_good ? [GET, ...texts] : texts;
          const got = (await exchange(server.port, all, { limit_ms: LIMIT_MS })).toString('latin1');
          expect(got).toMatch(complete);
          if (with_good) expect(got.startsWith(`${ANSWER}`)).toBe(true);
        }),
        { numRuns: LONG ? 5000 : 300 },
      );
      await ask(server.port, 100, 4, 6);
      await stopClean();
    });
  });
}

describe('the program', () => {
  it('says how it is used', async () => {
    await expect(startServer('poll')).rejects.toThrow(/ended with 2: .*epoll\|io-uring \[PORT\]/);
  });
});
