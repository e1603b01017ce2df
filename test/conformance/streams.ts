// What every driver must do on a stream: keep order and bytes, take what is there, wait no longer
// and no shorter than told, and end with a result where the line ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Driver } from '../../lab/drivers/driver.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import type { Line, Step } from './lines.ts';
import { type Finished, LIMIT_MS, Session, type SessionOptions } from './session.ts';

const text = (one: Finished) => Buffer.from(one.bytes).toString('latin1');
const bytes = (words: string) => Buffer.from(words, 'latin1');

/** Does `submit` itself sleep until the operation is done? Then `wait` has nothing to wait for. */
export const sleepsInSubmit = (driver: Driver): boolean =>
  driver.form === 'synchronous' &&
  driver.reports === 'completion' &&
  driver.mechanism !== 'polling';

function isWritable(platform: Platform, openLine: (platform: Platform) => Line): boolean {
  const line = openLine(platform);
  line.close();
  return line.target.writable;
}

/** The cases of one driver on one kind of line. */
export function streamCases(
  driver: Driver,
  platform: Platform,
  openLine: (platform: Platform) => Line,
): void {
  const sleeps = sleepsInSubmit(driver);
  const writable = isWritable(platform, openLine);
  let line: Line;
  let session: Session;
  let feeder: { stop(): void } | undefined;

  const open = async (options?: SessionOptions) => {
    session = await Session.open(driver, platform, line.target, options);
    return session;
  };
  const fromOtherEnd = (...steps: Step[]) => {
    feeder = line.feed(steps);
  };
  beforeEach(() => {
    line = openLine(platform);
  });
  afterEach(async () => {
    feeder?.stop();
    feeder = undefined;
    await session?.close();
    line.close();
  });

  it('reads 2000 messages of another process, whole and in order', async () => {
    const { engine } = await open({ slot_bytes: 32 });
    fromOtherEnd({ messages: 2000 });
    const message = new Uint8Array(32);
    const fields = new Float64Array(message.buffer);
    for (let i = 0; i < 2000; i++) {
      for (let have = 0; have < 32; ) {
        session.read(0, 32 - have);
        const { result, bytes: got } = await session.one();
        expect(result, 'a read returns bytes while the line lives').toBeGreaterThan(0);
        message.set(got, have);
        have += result;
      }
      expect([...fields], `message ${i} arrives whole and in its place`).toEqual([
        i,
        i * i,
        -i,
        0.5,
      ]);
    }
    // A terminal package may count its own calls elsewhere; whoever counts must have counted these.
    const { syscalls, polls } = engine.counters;
    expect(syscalls + polls, 'the driver counts its calls or its polls').toBeGreaterThan(0);
  });

  it('takes what is there: a message in two pieces, and a read longer than the data', async () => {
    await open();
    line.send(bytes('abc'));
    session.read(0, 8);
    const first = await session.one();
    expect([first.result, text(first)]).toEqual([3, 'abc']);
    line.send(bytes('defgh'));
    session.read(0, 4000);
    const second = await session.one();
    expect([second.result, text(second)]).toEqual([5, 'defgh']);
  });

  it('leaves what a short read did not take for the next one', async () => {
    await open();
    line.send(bytes('abcdefgh'));
    session.read(0, 3);
    expect(text(await session.one())).toBe('abc');
    session.read(1, 64);
    expect(text(await session.one())).toBe('defgh');
  });

  // A queue that the kernel keeps (io_uring) may wake its reads in any order: then the bytes stand in
  // the order of the completions, and each completion names its slot. All others keep the slots'
  // order too.
  const keepsSlots = !(driver.form === 'asynchronous' && driver.loop === 'blocking');
  const expectOrder = (all: readonly Finished[], slots: readonly number[], words: string) => {
    expect(all.map(text).join(' '), 'bytes come in the order of the completions').toBe(words);
    if (!keepsSlots) expect(all.map(one => one.slot).toSorted()).toEqual(slots.toSorted());
    else
      expect(
        all.map(one => one.slot),
        'slots finish as submitted',
      ).toEqual(slots);
  };

  it('finishes pending reads in order', async () => {
    await open();
    if (sleeps) line.send(bytes('1111222233334444'));
    else fromOtherEnd({ pause_ms: 50 }, { text: '1111222233334444' });
    for (const slot of [2, 0, 3, 1]) expect(session.read(slot, 4)).toBe(1);
    expectOrder(await session.collect(4), [2, 0, 3, 1], '1111 2222 3333 4444');
  });

  it('keeps the order when each of the pending reads is woken by a message of its own', async () => {
    await open();
    const rounds = 40;
    const words = ['aaaa', 'bbbb', 'cccc', 'dddd'].map(text => ({ text }));
    const round: Step[] = [...words, { pause_ms: 2 }];
    fromOtherEnd(...Array.from({ length: rounds }, () => round).flat());
    for (let round = 0; round < rounds; round++) {
      for (let slot = 0; slot < 4; slot++) session.read(slot, 4);
      expectOrder(await session.collect(4), [0, 1, 2, 3], 'aaaa bbbb cccc dddd');
    }
  });

  it('finishes a read of no bytes with 0 and takes nothing from the line', async () => {
    await open();
    line.send(bytes('abcd'));
    session.read(0, 0);
    expect((await session.one()).result).toBe(0);
    session.read(0, 8);
    expect(text(await session.one())).toBe('abcd');
  });

  it('accepts no more than its slots, and that is no error', async () => {
    await open();
    if (sleeps) line.send(bytes('x'.repeat(64)));
    const { length_bytes } = session.engine.operations;
    length_bytes.fill(4);
    expect(session.submit([0, 1, 2, 3, 0, 1]), 'four slots: four accepted').toBe(4);
    expect(session.submit([0]), 'a full queue accepts nothing').toBe(0);
    if (!sleeps) line.send(bytes('x'.repeat(64)));
    expect((await session.collect(4)).map(text)).toEqual(['xxxx', 'xxxx', 'xxxx', 'xxxx']);
    expect(session.read(3, 4), 'an emptied queue accepts again').toBe(1);
    expect(text(await session.one())).toBe('xxxx');
  });

  it('finishes a read with 0 or an error when the other end hangs up', async () => {
    await open();
    line.send(bytes('last'));
    session.read(0, 64);
    expect(text(await session.one()), 'what was sent before the end arrives').toBe('last');
    if (!sleeps) session.read(0, 64);
    line.hangUp();
    if (sleeps) session.read(0, 64);
    const { result } = await session.one();
    if (line.target.tty) expect(result, '0 or a negated errno').toBeLessThanOrEqual(0);
    else expect(result, 'the end of a pipe is a read of 0 bytes').toBe(0);
    session.read(1, 64);
    expect((await session.one()).result, 'the end stays the end').toBeLessThanOrEqual(0);
  });

  // Windows has no signals that interrupt a call.
  it.skipIf(process.platform === 'win32')('waits while signals interrupt it', async () => {
    let signals = 0;
    const count = () => void signals++;
    process.on('SIGWINCH', count);
    try {
      await open();
      const interrupt: Step[] = [{ pause_ms: 10 }, { signal: 'WINCH' }];
      fromOtherEnd(...Array.from({ length: 8 }, () => interrupt).flat(), { text: 'ok' });
      session.read(0, 8);
      expect(text(await session.one()), 'EINTR is no end and no error').toBe('ok');
      for (let i = 0; i < 100 && signals === 0; i++) await sleep(5);
      expect(signals, 'signals arrived, or this test shows nothing').toBeGreaterThan(0);
    } finally {
      process.off('SIGWINCH', count);
    }
  });

  if (!writable) {
    it('finishes a write where none is allowed with a negated errno', async () => {
      await open();
      session.write(0, bytes('abc'));
      expect((await session.one()).result, 'EBADF, EPIPE or their like').toBeLessThan(0);
    });
  } else {
    it('asks and is answered 200 times', async () => {
      await open();
      for (let i = 0; i < 200; i++) {
        const request = Uint8Array.from({ length: 1 + (i % 23) }, (_, k) => (i * 7 + k) & 0xff);
        for (let sent = 0; sent < request.length; ) {
          session.write(0, request.subarray(sent));
          const { result } = await session.one();
          expect(result, 'a write on an open line moves bytes').toBeGreaterThan(0);
          sent += result;
        }
        expect(line.receive(request.length), `request ${i}`).toEqual(request);
        const reply = request.toReversed();
        line.send(reply);
        const got: number[] = [];
        while (got.length < reply.length) {
          session.read(1, 64);
          got.push(...(await session.one()).bytes);
        }
        expect(got, `reply ${i}`).toEqual([...reply]);
      }
    });
  }

  if (sleeps) return;

  it('gives up at the deadline, not before, and keeps the operation', async () => {
    await open();
    session.read(0, 8);
    for (const milliseconds of [0.4, 5.3, 20]) {
      const deadline_ns = platform.now() + milliseconds * 1e6;
      expect(await session.wait(1, deadline_ns), 'nothing came, so nothing is finished').toEqual(
        [],
      );
      const now_ns = platform.now();
      expect(now_ns, `gave up before ${milliseconds} ms were over`).toBeGreaterThanOrEqual(
        deadline_ns,
      );
      expect(now_ns, 'the wait is bounded').toBeLessThan(deadline_ns + LIMIT_MS * 1e6);
    }
    expect(await session.wait(1, platform.now() - 1e6), 'a past deadline asks and returns').toEqual(
      [],
    );
    line.send(bytes('late'));
    expect(text(await session.one()), 'the read was still pending').toBe('late');
  });
}
