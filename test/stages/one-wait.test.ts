// One call waits for five kinds of things, and poll's three reasons are told apart: each as often as it
// was made to happen, and nothing left behind.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LinuxCalls, Platform } from '../../lab/ffi/platform.ts';
import { runStage } from '../helpers/stages.ts';

const TRIES = 10;
const { arch } = process;

describe.runIf(process.platform === 'linux')('one wait', () => {
  it('sees each of the five kinds as often as it happened', async () => {
    const { totals, n } = await runStage('one-wait', 'wait-five', {}, { samples: TRIES });
    for (const kind of ['data', 'signal', 'timer', 'process', 'flag']) {
      expect(totals[`${kind}_events`], kind).toBe(TRIES);
    }
    expect(n).toBe(5 * TRIES);
    expect(totals.waits, 'one wait may bring several').toBeLessThanOrEqual(5 * TRIES);
  });

  it('tells data, the end of the time and a signal apart', async () => {
    const { totals } = await runStage('one-wait', 'wait-three', {}, { samples: TRIES });
    expect(totals).toMatchObject({
      data_events: TRIES,
      timeouts: TRIES,
      signal_events: TRIES,
      waits: 3 * TRIES,
    });
  });
});

describe('struct epoll_event', () => {
  afterEach(() => {
    Object.defineProperty(process, 'arch', { value: arch });
    vi.resetModules();
  });

  it.each([
    { on: 'x64', bytes: 12, data: 4 },
    { on: 'arm64', bytes: 16, data: 8 },
  ])('has $bytes bytes on $on, and the descriptor at $data', async ({ on, bytes, data }) => {
    Object.defineProperty(process, 'arch', { value: on });
    vi.resetModules();
    const { Descriptors } = await import('../../lab/stages/parts/descriptors.ts');
    const memories: Uint8Array[] = [];
    const platform = {
      linux: { epoll_ctl: () => 0 } as Partial<LinuxCalls>,
      memory(length: number) {
        memories.push(new Uint8Array(length));
        return { address: 0, bytes: memories.at(-1)!, length, free() {} };
      },
    } as unknown as Platform;
    const descriptors = new Descriptors(platform);
    descriptors.watch(3, 77, 1);
    const view = new DataView(memories.at(-1)!.buffer);
    expect(view.getUint32(data, true), 'write the descriptor where epoll_data stands').toBe(77);
    view.setUint32(bytes + data, 78, true);
    expect([0, 1].map(k => descriptors.descriptorOf(k))).toEqual([77, 78]);
  });
});
