// Without a name a run is a tour: of devices that every machine has, or of those that a place has of its own.
import { describe, expect, it } from 'vitest';
import { tourOf } from '../../lab/cli/run.ts';
import { findExperiment } from '../../lab/experiments/find.ts';

describe('a run without a name', () => {
  it('asks the three first questions on this machine, and where a place has nothing of its own', async () => {
    expect(await tourOf('host')).toEqual(['wakeup', 'round-trip', 'disk-read']);
    expect(await tourOf('wine')).toEqual(await tourOf('host'));
  });

  it('asks in the virtual machine what only its devices can answer', async () => {
    const tour = await tourOf('vm');
    for (const id of ['registers', 'nvme', 'input-latency', 'usb-serial', 'sound'])
      expect(tour).toContain(id);
    for (const id of tour) {
      const { devices, vm_devices = devices, short_rounds } = await findExperiment(id);
      expect(vm_devices.length, id).toBeGreaterThan(0);
      for (const device of vm_devices) expect(device, id).toMatch(/^vm:/);
      // A tour shows orders; for a verdict there is the whole experiment.
      expect(short_rounds, id).toBeLessThanOrEqual(2);
    }
  });
});
