// The committed runs of classic programs are what the machines do today. Needs SIMH and Hercules.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runForTrace, WANTED } from '../../site/build/traces.ts';
import { traceOf } from '../../site/data/traces.ts';

/** The simulator of each machine; the 6502 is the lab's own. */
const SIMULATORS: Readonly<Record<string, string>> = { pdp11: 'pdp11', s390: 'hercules' };
const there = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe.each(WANTED)('$machine $program', wanted => {
  const simulator = SIMULATORS[wanted.machine];
  const missing = simulator !== undefined && !there(simulator);
  const required = process.env.IOLAB_REQUIRE?.includes('classic') === true;
  if (missing && !required) {
    console.log(
      `test/site/traces.test.ts: no ${simulator}, ${wanted.program} not compared. Get it: iolab bench install classic`,
    );
  }

  it.skipIf(missing && !required)('does what the committed run says', async () => {
    expect(
      await runForTrace(wanted),
      `node site/build/traces.ts ${wanted.program} && npm run format, and look at the page`,
    ).toEqual(traceOf(wanted.program));
  });
});
