// An input device that the host moves, without the machine: what is asked of the host, and what is known of
// the events afterwards, where the lab can count them and where a grab leaves it nothing to count by.
import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeviceSession, Stimulus } from '../../lab/devices/device.ts';
import { unplugAfter } from '../../lab/devices/parts/vm.ts';
import type { VmAgent } from '../../lab/devices/parts/vm-agent.ts';
import { operated } from '../../lab/devices/parts/vm-input.ts';
import type { InputTarget } from '../../lab/drivers/driver.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import type { InputNode } from '../../lab/input/nodes.ts';

const platform = await loadPlatform();
const EVENTS = 2;
const REPORT_BYTES = 8;
/** As many as are sent after the counted ones, for whoever still waits. */
const AFTER = 64;
const stimulus: Stimulus = { offsets_ns: [0, 1e6], warmup: 0, epoch: 1 };

const node = (more: Partial<InputNode>): InputNode => ({
  event: 'null',
  kind: 'keyboard',
  name: 'keyboard',
  stable: 'usb',
  origin: 'monitor',
  bus: 'USB',
  vendor: '0627',
  product: '0001',
  phys: '',
  ...more,
});

/** One stimulus of a device, whose files say what `reads` says of each: how many reads find something. */
async function moved(
  more: Partial<InputNode>,
  input: Partial<InputTarget>,
  reads: Readonly<Record<string, number>>,
) {
  const injected: number[] = [];
  const agent = {
    inject: (_device: string, offsets_ns: readonly number[]) => {
      injected.push(offsets_ns.length);
      return { id: 1, length_ms: 0 };
    },
    report: () => ({ sent_ns: Float64Array.of(1, 2), error_ns: 5 }),
    close: () => {},
  } as unknown as VmAgent;
  let left = 0;
  const posix: Platform['posix'] = {
    ...platform.posix,
    open: path => {
      expect(Object.keys(reads), 'this file tells nothing here').toContain(path);
      left = reads[path]!;
      return platform.posix.open('/dev/null', constants.O_RDONLY);
    },
    read: () => (left-- > 0 ? REPORT_BYTES : -1),
  };
  const target = {
    device: 'vm:keyboard',
    kind: 'events',
    path: '/dev/null',
    tty: false,
    writable: false,
    input: { node: 'evdev', stamped: false, ...input },
  } as const;
  const held: DeviceSession = { target, identity: {}, close: async () => {} };
  const context = { platform: { ...platform, posix }, parameters: {} };
  const session = operated('keyboard', context, held, node(more), () => agent);
  await session.stimulate!(stimulus);
  await session.close();
  return { injected, sent: session.sent!() };
}

describe.skipIf(process.platform !== 'linux')('an input device that the host moves', () => {
  const KNOWN = { sent_ns: [1, 2], error_ns: 5 };
  const grabbed = { grab_s: 90 };

  it('sends as many more as did not come, and tells no times where one is missing', async () => {
    const { injected, sent } = await moved({ event: 'event3' }, {}, { '/dev/input/event3': 0 });
    expect(injected).toEqual([EVENTS, EVENTS + AFTER]);
    expect(sent, 'nobody knows which of them came').toBeUndefined();
  });

  it('that a driver has grabbed is counted by its reports, which a grab keeps from nobody', async () => {
    const keyboard = { hidraw: 'hidraw7' };
    const all = await moved(keyboard, grabbed, { '/dev/hidraw7': EVENTS });
    expect(all.injected, 'nothing beyond the usual may be sent').toEqual([EVENTS, AFTER]);
    expect(all.sent).toEqual(KNOWN);
    const lost = await moved(keyboard, grabbed, { '/dev/hidraw7': EVENTS - 1 });
    expect(lost.sent, 'one is missing, and nobody knows which').toBeUndefined();
  });

  it('whose events a grab leaves nothing to count by is not taken for silent, and tells no times', async () => {
    for (const more of [{}, { kind: 'tablet', hidraw: 'hidraw7' }] as const) {
      const { injected, sent } = await moved(more, grabbed, {});
      expect(injected).toEqual([EVENTS, AFTER]);
      expect(sent).toBeUndefined();
    }
  });
});

describe('when the plug is pulled', () => {
  it('is never, after so many milliseconds, or a wrong word', () => {
    expect(unplugAfter({})).toBeNaN();
    expect(unplugAfter({ unplug_after_ms: '0' })).toBe(0);
    for (const text of ['soon', '', ' ', '-1', 'Infinity'])
      expect(() => unplugAfter({ unplug_after_ms: text })).toThrow(/give a number of milliseconds/);
  });
});
