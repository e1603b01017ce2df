// A board's session brings its board back to a reset, on an emulated board by opening its line anew.
import { afterAll, describe, expect, it } from 'vitest';
import { Conversation, DIALOGUE_SLOT_BYTES } from '../../lab/cell/conversation.ts';
import { createDialogue } from '../../lab/cell/dialogues/create.ts';
import { findDevice } from '../../lab/devices/find.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { onBoard } from './dialogues/fresh.ts';

const plan = {
  script: 'service-latency',
  mode: 'polled',
  load: 'heavy',
  samples: 3,
} as const;

describe.each(['uno', 'pico'] as const)('the emulated %s', name => {
  const closing: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it('counts the same after each refresh as on a line of plain calls', async () => {
    const platform = await loadPlatform();
    const device = await findDevice(name);
    const driver = await findDriver('poll');
    const session = await device.start({
      platform,
      address: '',
      folder: '',
      parameters: { pace: 'frozen' },
      gone: reason => {
        throw new Error(reason);
      },
    });
    closing.push(() => session.close());
    const expected = onBoard(name, plan);
    const { target } = session;
    for (let time = 0; time < 3; time++) {
      expect(session.refresh, 'a board can be refreshed').toBeDefined();
      await session.refresh?.();
      const dialogue = createDialogue(plan);
      const context = {
        platform,
        target,
        depth: 1,
        slot_bytes: DIALOGUE_SLOT_BYTES,
        parameters: {},
      };
      const conversation = await Conversation.open(driver, context);
      await conversation.hold(dialogue);
      await conversation.close();
      expect(dialogue.results).toEqual(expected);
    }
  });
});
