// The emulated Uno running the lab's firmware, without a terminal in between: what goes in and comes
// out, in cycles, the same on every run.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeCommand, encodeFrame, type Mode } from '../../firmware/protocol/codec.ts';
import { Host } from './host.ts';

const max = (numbers: readonly number[]) => Math.max(...numbers);
const spread = (numbers: readonly number[]) => max(numbers) - Math.min(...numbers);

function started(mode: Mode = 'interrupt+ring'): Host {
  const host = new Host();
  host.await('ready');
  expect(host.ask({ kind: 'mode', mode })).toEqual({ kind: 'mode', status: 'ok', mode });
  host.ask({ kind: 'counters', clear: true });
  return host;
}

describe('commands', () => {
  test('a ready frame comes by itself, and hello says the same', () => {
    const host = new Host();
    const ready = host.await('ready');
    expect(ready).toMatchObject({ board: 'uno', mode: 'interrupt+ring', load: 'none' });
    expect(ready).toMatchObject({ clock_hz: 16e6, timer_hz: 16e6, reset_cause: 2 });
    expect(ready.modes).toEqual(['polled', 'interrupt', 'interrupt+ring']);
    expect(ready.build).toMatch(/^(?!00000000)[0-9a-f]{8}$/);
    expect(host.ask({ kind: 'hello' })).toEqual({ ...ready, kind: 'hello' });
  });

  test.each(['polled', 'interrupt', 'interrupt+ring'] as const)('all of them, %s', mode => {
    const host = started(mode);
    const ping = host.ask({ kind: 'ping' });
    expect(ping.service_cycles).toBeGreaterThan(ping.arrival_cycles!);
    expect(ping.reply_cycles).toBeGreaterThan(ping.service_cycles);
    const data = Uint8Array.of(0x7e, 0x7d, 0, 255);
    expect(host.ask({ kind: 'echo', stream: 0, data })).toEqual({ kind: 'echo', stream: 0, data });
    host.ask({ kind: 'echo', stream: 5, data });
    expect(host.ask({ kind: 'load', load: 'medium' })).toMatchObject({ load: 'medium' });
    host.ask({ kind: 'load', load: 'none' });
    const { counters } = host.ask({ kind: 'counters', clear: true });
    expect(counters).toMatchObject({ echo_frames: 2, echo_lost: 4, frames_bad: 0, dma_wraps: 0 });
    expect(counters).toMatchObject({ uart_overruns: 0, ring_overruns: 0 });
    expect(counters.rx_interrupts > 0).toBe(mode !== 'polled');
    expect(counters.tx_interrupts > 0).toBe(mode === 'interrupt+ring');
    expect(counters.polls > 0).toBe(mode === 'polled');
    expect(host.ask({ kind: 'counters', clear: false }).counters.echo_frames).toBe(0);
    expect(host.board.lost_bytes).toBe(0);
  });

  test('dma is not there and says so', () => {
    const host = started();
    expect(host.ask({ kind: 'mode', mode: 'dma' })).toEqual({
      kind: 'mode',
      status: 'unsupported',
      mode: 'interrupt+ring',
    });
  });

  test.each([
    ['unknown kind', { version: 1, kind: 0x33, payload: [] }, 'unknown-kind'],
    ['bad length', { version: 1, kind: 2, payload: [1] }, 'bad-length'],
    ['another version', { version: 2, kind: 1, payload: [] }, 'wrong-version'],
  ] as const)('%s is answered', (_, wrong, reason) => {
    const host = started();
    const payload = Uint8Array.from(wrong.payload);
    host.send(encodeFrame({ ...wrong, sequence: 77, payload }));
    expect(host.await('error')).toEqual({ kind: 'error', command: wrong.kind, reason });
  });

  test('garbage does no harm: the first good frame after it is answered', () => {
    const host = started();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), garbage => {
        host.send(garbage);
        host.send(encodeCommand({ kind: 'ping' }, 1));
        expect(host.await('ping').kind).toBe('ping');
        host.run(300_000); // an answer to garbage, should it have been a frame
        host.replies.length = 0;
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(host.board.lost_bytes).toBe(0);
  });
});

describe('service latency, from the wire to the program', () => {
  const table = (mode: Mode) =>
    (['none', 'medium', 'heavy'] as const).map(load => {
      const host = started(mode);
      host.ask({ kind: 'load', load });
      return host.serviceLatencies(40);
    });

  test('by interrupt it is the same every time the processor sleeps', () => {
    const [idle] = table('interrupt+ring');
    expect(spread(idle!)).toBe(0);
  });

  test.each(['interrupt', 'interrupt+ring'] as const)('%s: main-loop load adds nothing', mode => {
    const [idle, medium, heavy] = table(mode);
    // Out of sleep the entry takes four cycles more; awake it may wait for an instruction's end.
    expect(max(medium!)).toBeLessThanOrEqual(max(idle!));
    expect(max(heavy!)).toBeLessThanOrEqual(max(idle!));
    expect(spread(heavy!)).toBeLessThanOrEqual(4);
  });

  test('polled: it grows with the load, up to a whole turn of the loop', () => {
    const [idle, medium, heavy] = table('polled');
    expect(max(medium!)).toBeGreaterThan(4 * max(idle!));
    expect(max(heavy!)).toBeGreaterThan(3 * max(medium!));
    expect(max(heavy!)).toBeLessThan(12_284 + 1_000);
  });

  test('the firmware’s arrival stamp is the true arrival', () => {
    const host = started();
    const arrivals: number[] = [];
    host.board.onReceive((_, cycle) => arrivals.push(cycle));
    const offsets = Array.from({ length: 20 }, (_, i) => {
      host.run(1000 + 317 * i);
      return host.ask({ kind: 'ping' }).arrival_cycles! - arrivals.at(-1)!;
    });
    expect(spread(offsets)).toBe(0); // the timer began to count some cycles after reset
  });
});

describe('bytes in and out', () => {
  test('a byte takes ten bits of the baud rate, both ways', () => {
    const host = started();
    const [came, went]: [number[], number[]] = [[], []];
    host.board.onReceive((_, cycle) => came.push(cycle));
    host.board.onTransmit((_, cycle) => went.push(cycle));
    host.ask({ kind: 'hello' });
    const byte_cycles = 10 * 8 * (16 + 1); // U2X, UBRR 16
    expect(host.board.byte_cycles).toBe(byte_cycles);
    expect(came.length).toBeGreaterThan(7);
    expect(spread(came)).toBe((came.length - 1) * byte_cycles);
    // The ring keeps the transmitter busy: no gap between the bytes of an answer.
    expect(spread(went)).toBe((went.length - 1) * byte_cycles);
  });

  test('ring: 64 kB come back whole under a window of two frames', () => {
    const host = started();
    const data = Uint8Array.from({ length: 62 }, (_, i) => (i * 37) & 0xff);
    const frames = Math.ceil(65_536 / data.length);
    let sent = 0;
    for (let answered = 0; answered < frames; answered++) {
      while (sent < frames && sent < answered + 2) {
        host.send(encodeCommand({ kind: 'echo', stream: sent, data }, sent));
        sent++;
      }
      expect(host.await('echo')).toEqual({ kind: 'echo', stream: answered, data });
    }
    const { counters } = host.ask({ kind: 'counters', clear: false });
    expect(counters).toMatchObject({ echo_frames: frames, echo_lost: 0, frames_bad: 0 });
    expect(counters).toMatchObject({ uart_overruns: 0, ring_overruns: 0 });
    expect(host.board.lost_bytes).toBe(0);
  });

  const flood = (mode: Mode) => {
    const host = started(mode);
    host.ask({ kind: 'load', load: 'heavy' });
    for (let i = 0; i < 20; i++) {
      host.send(encodeCommand({ kind: 'echo', stream: i, data: new Uint8Array(20) }, i));
    }
    host.run(3e6);
    const answered = host.replies.filter(each => each.reply.kind === 'echo').length;
    host.replies.length = 0;
    host.ask({ kind: 'load', load: 'none' });
    return {
      answered,
      lost: host.board.lost_bytes,
      ...host.ask({ kind: 'counters', clear: false }),
    };
  };

  test('polled under heavy load: the receiver overruns, and that is counted', () => {
    const { answered, lost, counters } = flood('polled');
    expect(answered).toBeLessThan(20);
    expect(lost).toBeGreaterThan(20);
    expect(counters.uart_overruns).toBeGreaterThan(0);
    expect(counters.ring_overruns).toBe(0);
  });

  test('direct: bytes are lost while the handler answers', () => {
    const { answered, lost, counters } = flood('interrupt');
    expect(answered).toBeLessThan(20);
    expect(lost).toBeGreaterThan(0);
    expect(counters.uart_overruns).toBeGreaterThan(0);
  });

  test('ring: the receiver never overruns, whatever the load', () => {
    const { lost, counters } = flood('interrupt+ring');
    expect(lost).toBe(0);
    expect(counters.uart_overruns).toBe(0);
  });
});

test('an idle board sleeps, and its own count of it agrees with the emulator’s', () => {
  const host = started();
  host.ask({ kind: 'counters', clear: true });
  const [asleep_before, before] = [host.board.asleep_cycles, host.board.cycles];
  host.run(16e6);
  const { counters } = host.ask({ kind: 'counters', clear: false });
  const share = (host.board.asleep_cycles - asleep_before) / (host.board.cycles - before);
  const own = counters.asleep_cycles / counters.cycles;
  expect(share).toBeGreaterThan(0.98);
  expect(own).toBeGreaterThanOrEqual(share - 0.005); // it counts the waking handlers too
  expect(own).toBeLessThanOrEqual(1);
});

test('two boards, the same bytes at the same cycles: the same answers at the same cycles', () => {
  const run = () => {
    const host = started();
    for (const load of ['none', 'heavy', 'medium'] as const) {
      host.ask({ kind: 'load', load });
      for (let i = 0; i < 5; i++) host.ask({ kind: 'ping' });
    }
    host.send(encodeCommand({ kind: 'counters', clear: false }, 0));
    host.run(1e6);
    return { replies: host.replies, cycles: host.board.cycles, asleep: host.board.asleep_cycles };
  };
  expect(run()).toEqual(run());
});

test('how the run is cut into pieces changes nothing', () => {
  const stamps = [1, 700, 50_000].map(piece => {
    const host = new Host();
    const bytes: number[] = [];
    host.board.onTransmit((byte, cycle) => bytes.push(byte, cycle));
    while (host.board.cycles < 200_000) host.run(piece);
    return bytes;
  });
  expect(stamps[0]!.length).toBeGreaterThan(20);
  expect(stamps[1]).toEqual(stamps[0]);
  expect(stamps[2]).toEqual(stamps[0]);
});

test('reset: the board starts again as if new', () => {
  const host = started('polled');
  host.ask({ kind: 'load', load: 'heavy' });
  host.send(encodeCommand({ kind: 'hello' }, 0));
  host.run(2000);
  host.board.reset();
  expect(host.board.cycles).toBe(0);
  expect(host.board.pending_bytes).toBe(0);
  expect(host.await('ready')).toMatchObject({ mode: 'interrupt+ring', load: 'none' });
});
