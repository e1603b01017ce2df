// What the devices that are whole machines share: a simulator that answers, and nothing to stimulate.
// Their programs lie in lab/machines and run in the cell, so this process has only to be there.
import { Unsupported } from '../../errors.ts';
import type { Device, DeviceFacts, FoundDevice } from '../device.ts';

/** `version` names the simulator, by running it; it throws Unsupported where it is missing. */
export function machineDevice(facts: DeviceFacts, version: () => Promise<string>): Device {
  const { id, title } = facts;
  return {
    ...facts,
    async find(): Promise<FoundDevice[]> {
      try {
        await version();
        return [{ id, title, ok: true }];
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof Unsupported)) return [{ id, title, ok: false, reason: message }];
        return [{ id, title, ok: false, reason: error.reason, fix: error.fix }];
      }
    },
    async start({ folder }) {
      const simulator = await version();
      return {
        // Programs put their files into folders below this one, which the run removes.
        target: { device: id, kind: facts.kind, path: folder, tty: false, writable: false },
        identity: { about: facts.about, simulator },
        close: async () => {},
      };
    },
  };
}
