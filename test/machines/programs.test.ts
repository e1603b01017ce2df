// Every program that lab/machines holds passes the suite; a new program needs no line here.
import { expect, it } from 'vitest';
import { deviceIds, findDevice } from '../../lab/devices/find.ts';
import { allPrograms, machineIds } from '../../lab/machines/find.ts';
import { isHere } from './classic.ts';
import { programConformance } from './conformance.ts';

/** What runs a machine's programs; ours run in this process. */
const SIMULATORS: Readonly<Record<string, string>> = {
  pdp11: 'pdp11',
  i8080: 'altairz80',
  s390: 'hercules',
};

for (const program of await allPrograms()) {
  const simulator = SIMULATORS[program.machine];
  if (simulator === undefined || isHere(simulator)) programConformance(program, simulator);
}

it('every machine is a device that runs programs', async () => {
  expect(machineIds().length).toBeGreaterThan(3);
  for (const machine of machineIds()) {
    expect(deviceIds(), `lab/devices/${machine}.ts`).toContain(machine);
    const { programs, evidence, kind } = await findDevice(machine);
    expect({ programs, evidence, kind }).toEqual({
      programs: true,
      evidence: 'simulated',
      kind: 'registers',
    });
  }
});
