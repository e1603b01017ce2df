// One suite over every layer, on the emulated board: the same bytes, the same events, a named error
// when the board is pulled, nothing left behind. A new layer is found by its file.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceSession } from '../../lab/devices/device.ts';
import { firmataSession } from '../../lab/devices/parts/firmata.ts';
import type { Target } from '../../lab/drivers/driver.ts';
import { DeviceGone } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { findLayer, layerIds } from '../../lab/layers/find.ts';
import type { OpenLayer } from '../../lab/layers/layer.ts';
import { otherEnd } from '../helpers/other-end.ts';
import { startBoard, type TestBoard } from './board.ts';

/** Long enough for a busy machine: reaching it is a failure, not a measurement. */
const LIMIT_MS = 5000;

let platform: Platform;
let board: TestBoard;
let keeper: DeviceSession;

beforeAll(async () => {
  platform = await loadPlatform();
  board = await startBoard({ jumpers: ['12:2'] });
  keeper = firmataSession(platform, 'uno', board.path);
});

afterAll(async () => {
  await keeper.close();
});

async function open(id: string, target: Target, event = 'button'): Promise<OpenLayer> {
  return (await findLayer(id)).open({ platform, target, parameters: { event } });
}

/** Set the output and wait until this layer says that the input followed. */
async function toggle(layer: OpenLayer, level: boolean): Promise<void> {
  const heard = Promise.withResolvers<void>();
  layer.onButton(one => one === level && heard.resolve());
  layer.onError(heard.reject);
  layer.set(level);
  let done = false;
  void heard.promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  const deadline_ns = platform.now() + LIMIT_MS * 1e6;
  while (layer.wait && !done && platform.now() < deadline_ns) {
    layer.wait(deadline_ns);
    await Promise.resolve();
  }
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no event in ${LIMIT_MS} ms`)), LIMIT_MS).unref();
  });
  await Promise.race([heard.promise, late]);
}

test('the layers are these', () => {
  expect(layerIds()).toEqual(['firmata', 'johnny-five', 'raw', 'serialport']);
});

describe.each([
  ['raw', 'button'],
  ['serialport', 'button'],
  ['firmata', 'button'],
  ['johnny-five', 'button'],
  ['johnny-five', 'read'],
])('%s (%s)', (id, event) => {
  test('each toggle comes back as an event, three bytes there and three back', async () => {
    const layer = await open(id, keeper.target, event);
    try {
      await toggle(layer, true);
      await toggle(layer, false);
      const { written, read } = { ...layer.bytes };
      for (let i = 1; i <= 10; i++) await toggle(layer, i % 2 === 1);
      expect(layer.bytes).toEqual({ written: written + 30, read: read + 30 });
    } finally {
      await layer.close();
    }
  });

  test('closing twice is closing once, and the next one opens', async () => {
    const first = await open(id, keeper.target, event);
    await first.close();
    await first.close();
    const second = await open(id, keeper.target, event);
    await toggle(second, true);
    await second.close();
  });
});

describe.each(layerIds())('%s', id => {
  test('says what it is, and that the lab’s firmware is not for it', async () => {
    const { probe, ...facts } = await findLayer(id);
    expect(facts).toMatchObject({ id, title: expect.any(String), about: expect.any(String) });
    expect(await probe({ platform, target: keeper.target, parameters: {} })).toEqual({ ok: true });
    const { firmata: _, ...target } = keeper.target;
    expect(await probe({ platform, target, parameters: {} })).toMatchObject({
      ok: false,
      reason: 'uno does not speak Firmata',
    });
    await expect(open(id, target)).rejects.toThrow('does not speak Firmata');
  });

  test('a board that is pulled is named', async () => {
    const own = await startBoard({ jumpers: ['12:2'] });
    const held = firmataSession(platform, 'uno', own.path);
    const layer = await open(id, held.target, 'read');
    await toggle(layer, true);
    const failed = Promise.withResolvers<Error>();
    layer.onError(failed.resolve);
    await own.stop();
    if (layer.wait) layer.wait(platform.now() + LIMIT_MS * 1e6);
    const error = await failed.promise;
    expect(error).toBeInstanceOf(DeviceGone);
    expect(error.message).toContain('hung up');
    await layer.close();
    await held.close();
  });
});

describe('the keeper', () => {
  test('says what it found', () => {
    expect(keeper.evidence).toBe('simulated');
    expect(keeper.identity).toEqual({
      board: 'uno',
      firmware: 'iolab-firmata 1.0',
      firmata: '2.5',
      jumper: 'pin 12 to pin 2',
    });
    expect(keeper.target).toMatchObject({
      baud: 57_600,
      firmata: { output_pin: 12, input_pin: 2 },
    });
  });

  test('names the wire that is missing', async () => {
    const bare = await startBoard();
    expect(() => firmataSession(platform, 'uno', bare.path)).toThrow(
      /pin 2 does not follow pin 12.*put a jumper wire from pin 12 to pin 2/,
    );
    await bare.stop();
  });

  test('asks only what the board is where the wire is left unchecked', async () => {
    const bare = await startBoard();
    const session = firmataSession(platform, 'uno', bare.path, { jumper: 'unchecked' });
    expect(session.identity).toMatchObject({
      firmware: 'iolab-firmata 1.0',
      firmata: '2.5',
      jumper: 'unchecked',
    });
    await session.close();
    expect(() => firmataSession(platform, 'uno', bare.path, { jumper: 'maybe' })).toThrow(
      'jumper=maybe: use checked or unchecked',
    );
    await bare.stop();
  });

  test('names the lab’s firmware where that is on the board', async () => {
    const lab = await startBoard({ firmware: 'lab' });
    expect(() => firmataSession(platform, 'uno', lab.path)).toThrow(
      /the lab’s firmware is on .*, not Firmata/,
    );
    await lab.stop();
  });

  test('names a port that is not there', () => {
    expect(() => firmataSession(platform, 'uno', '/dev/nothing-here')).toThrow(
      'open /dev/nothing-here: ENOENT',
    );
  });
});

test('a port that is kept exclusive is named, also where this program itself keeps it', async () => {
  const { createPort, openPort } = await import('../../lab/layers/parts/port.ts');
  const own = await startBoard();
  const ours = { path: own.path, baud: 57_600, shared: false };
  const holder = await createPort(ours);
  await openPort(holder, () => {});
  const second = await createPort(ours);
  await expect(openPort(second, () => {})).rejects.toThrow(`${own.path} is kept exclusive`);
  await new Promise(resolve => holder.close(resolve));
  await own.stop();
});

test('noise is no Firmata', async () => {
  const noise = await otherEnd('noise');
  expect(() => firmataSession(platform, 'uno', noise.path)).toThrow(
    `no Firmata answers on ${noise.path} at 57600 baud`,
  );
  await noise.close();
});
