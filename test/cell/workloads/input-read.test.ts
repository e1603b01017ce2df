// Reading an input device, without one: events are put into the slot of an engine that does nothing.
import { describe, expect, it } from 'vitest';
import { STAMPS } from '../../../lab/cell/protocol-names.ts';
import type { AnyEngine } from '../../../lab/cell/workload.ts';
import { INPUT_SLOT_BYTES, InputRead } from '../../../lab/cell/workloads/input-read.ts';
import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE } from '../../../lab/devices/stamp.ts';
import type { Target } from '../../../lab/drivers/driver.ts';
import { DeviceGone } from '../../../lab/errors.ts';
import type { Platform } from '../../../lab/ffi/platform.ts';
import { EV_REL } from '../../../lab/input/codes.ts';
import {
  AXES,
  AXIS_CODES,
  encodeAxes,
  MESSAGE_BYTES,
  REPORT_BYTES,
} from '../../../lab/input/stamped.ts';
import { bytesOf, type Event, key, report } from '../../input/streams.ts';

const EPOCH_OF_THIS = 77;

function rig(input: Target['input'], samples = 3, warmup = 2) {
  const slot = new Uint8Array(INPUT_SLOT_BYTES);
  const engine = {
    loop: 'blocking',
    operations: {
      opcode: new Uint8Array(1),
      offset_bytes: new Float64Array(1),
      length_bytes: new Uint32Array(1),
    },
    completions: {
      slot: new Uint32Array(1),
      result: new Int32Array(1),
      time_ns: new Float64Array(1),
    },
    slot: () => slot,
  } as unknown as AnyEngine;
  const edges = { began: 0, ended: 0 };
  const target = {
    device: 'x',
    kind: 'events',
    path: '/nowhere',
    tty: false,
    writable: false,
    input,
  };
  const workload = new InputRead(
    engine,
    { begin: () => ++edges.began, end: () => void edges.ended++ },
    { errnoName: (errno: number) => (errno === 19 ? 'ENODEV' : `errno ${errno}`) } as Platform,
    target as Target,
    { samples, warmup, epoch: EPOCH_OF_THIS },
  );
  return {
    workload,
    edges,
    read(bytes: Uint8Array, at_us: number) {
      expect(workload.prepare(0)).toBe(true);
      slot.set(bytes);
      engine.completions.result[0] = bytes.length;
      engine.completions.time_ns[0] = at_us * 1000;
      workload.completed(0, 0);
    },
    fail(errno: number) {
      workload.prepare(0);
      engine.completions.result[0] = -errno;
      workload.completed(0, 0);
    },
  };
}

const EVDEV = { node: 'evdev', stamped: false } as const;

describe('a keyboard', () => {
  const typed = (codes: readonly number[]) => {
    const { workload, read, edges } = rig(EVDEV);
    for (const [i, code] of codes.entries()) {
      const us = 1_000_000 + 1000 * i;
      read(
        bytesOf([key(us, code, 1), report(us), key(us + 300, code, 0), report(us + 300)]),
        us + 350,
      );
      if (workload.done) break;
    }
    return { results: workload.results(), workload, edges };
  };

  it('gives ages by the kernel’s stamps, and the gaps between them', () => {
    const { results, workload, edges } = typed([30, 31, 32]);
    expect(workload).toMatchObject({ done: true, counted: 3 });
    expect([...results.series.latency_ns!]).toEqual([350_000, 50_000, 350_000]);
    expect([...results.series.gap_ns!]).toEqual([300_000, 700_000]);
    expect(results.series.to_kernel_ns, 'nobody knows when the hand moved').toHaveLength(0);
    expect([...results.series[STAMPS]!].slice(0, 1)).toEqual([1_001_000_000]);
    expect([edges.began, edges.ended], 'rehearsed once, then counted once').toEqual([2, 2]);
  });

  it('leaves nothing in the results that depends on which keys were pressed', () => {
    const one = JSON.stringify(typed([30, 31, 32]).results);
    for (const codes of [
      [2, 3, 4],
      [57, 57, 57],
      [0x2ff, 1, 100],
    ]) {
      expect(JSON.stringify(typed(codes).results)).toBe(one);
    }
  });

  it('names the kernel’s own repetitions', () => {
    const { workload, read } = rig(EVDEV);
    const us = 2_000_000;
    read(bytesOf([key(us, 30, 1), report(us)]), us + 10);
    for (let i = 1; !workload.done; i++) {
      read(bytesOf([key(us + i, 30, 2), report(us + i)]), us + i + 10);
    }
    expect(workload.results().totals.repeats).toBe(3);
    expect(workload.results().notes.join()).toMatch(/3 events are the kernel’s own repetitions/);
  });

  it('tells of events that the kernel threw away', () => {
    const { workload, read } = rig(EVDEV);
    const us = 2_000_000;
    for (let i = 0; !workload.done; i++) {
      // Once in the warm-up, which counts for nothing, and once behind it.
      if (i === 1 || i === 3) {
        read(bytesOf([{ us: us + i, type: 0, code: 3, value: 0 }, report(us + i)]), us + i);
      }
      read(bytesOf([key(us + i, 30, i % 2 === 0 ? 1 : 0), report(us + i)]), us + i + 10);
    }
    expect(workload.results().totals).toMatchObject({ dropped: 1, wrong_frames: 0 });
  });

  it('of which nothing makes sense is given up', () => {
    const { read } = rig(EVDEV);
    const nonsense = bytesOf([key(1, 30, 9), report(1)]);
    expect(() => {
      for (let i = 0; i < 2000; i++) read(nonsense, 2);
    }).toThrow(/made no sense/);
  });

  it('that is unplugged ends the cell with the kernel’s word for it', () => {
    const { read, fail } = rig(EVDEV);
    read(bytesOf([key(1, 30, 1), report(1)]), 2);
    expect(() => fail(19)).toThrow(DeviceGone);
    expect(() => fail(19)).toThrow(/went away after 1 events: ENODEV/);
  });
});

describe('a device of ours', () => {
  const input = { node: 'evdev', stamped: true } as const;
  const event = (sent_us: number, stamp_us: number, sequence: number, epoch = EPOCH_OF_THIS) => {
    const axes = new Int32Array(AXES);
    encodeAxes(axes, sent_us * 1000, sequence, epoch);
    const events = AXIS_CODES.map(
      (code, i): Event => ({ us: stamp_us, type: EV_REL, code, value: axes[i]! }),
    );
    return bytesOf([...events, report(stamp_us)]);
  };

  it('also tells how long an event took to the kernel; others’ events and losses are seen', () => {
    const { workload, read } = rig(input);
    read(event(900, 901, -2), 902);
    read(event(950, 951, -1), 952);
    read(event(1000, 1004, 0), 1010);
    read(event(1500, 1501, 7, EPOCH_OF_THIS - 1), 1502);
    read(event(2000, 2008, 2), 2010);
    const { series, totals } = workload.results();
    expect(workload).toMatchObject({ done: true, counted: 2 });
    expect([...series.to_kernel_ns!]).toEqual([4000, 8000]);
    expect([...series.latency_ns!]).toEqual([6000, 2000]);
    expect(totals.lost_messages, 'number 1 never came').toBe(1);
  });

  it('begins to count with the first event that counts, if the last of the warm-up is lost', () => {
    const { workload, read } = rig(input);
    read(event(900, 901, -2), 902);
    read(event(1000, 1004, 0), 1010);
    read(event(1200, 1204, 1), 1208);
    read(event(2000, 2008, 2), 2010);
    expect(workload).toMatchObject({ done: true, counted: 3 });
    expect([...workload.results().series.latency_ns!]).toEqual([6000, 4000, 2000]);
    expect(workload.results().totals.lost_messages, 'what came before is not counted').toBe(0);
  });

  it('ends after as many events as were asked for, though its numbers begin anew at 16,384', () => {
    const asked = 20_000;
    const { workload, read } = rig(input, asked, 1);
    read(event(10, 11, -1), 12);
    for (let i = 0; i < asked; i++) {
      expect(workload.done).toBe(false);
      // Two are lost on the way, and one of them is the first.
      if (i !== 0 && i !== 17_000) read(event(1000 + i, 1001 + i, i), 1002 + i);
    }
    expect(workload).toMatchObject({ done: true, counted: asked - 2 });
    expect(workload.results().totals.lost_messages).toBe(2);
  });

  it('by its reports: whole whatever a driver hands over, by the stamp that each carries', () => {
    const { workload, read } = rig({ node: 'hidraw', stamped: true });
    const one = (sent_ns: number, sequence: number, epoch = EPOCH_OF_THIS) => {
      const bytes = new Uint8Array(REPORT_BYTES);
      const fields = new Float64Array(bytes.buffer, 0, MESSAGE_BYTES / 8);
      fields[SENT_NS] = sent_ns;
      fields[INTENDED_NS] = sent_ns;
      fields[SEQUENCE] = sequence;
      fields[EPOCH] = epoch;
      return bytes;
    };
    read(one(1000, -2), 2);
    read(one(2000, -1), 3);
    const rest = Buffer.concat([one(5000, 9, 3), one(6000, 0), one(8000, 1), one(9000, 2)]);
    read(rest.subarray(0, 100), 10);
    read(rest.subarray(100), 12);
    expect(workload.done).toBe(true);
    expect([...workload.results().series.latency_ns!]).toEqual([4000, 4000, 3000]);
  });
});
