// Are the simulators of the classic machines here? Tests that need one leave themselves out with a
// printed reason, or fail where IOLAB_REQUIRE asks for them.
import { bench } from '../../lab/benches/classic.ts';

const { ok, detail, missing = [] } = await bench.check();
const fix = 'iolab bench install classic';

if (!ok && process.env.IOLAB_REQUIRE?.split(',').includes('classic')) {
  throw new Error(`IOLAB_REQUIRE asks for classic; ${detail}: ${fix}`);
}
if (!ok) console.log(`tests of classic machines left out; ${detail}: ${fix}`);

/** Does this simulator answer here: `pdp11`, `altairz80`, `hercules`? */
export const isHere = (simulator: string): boolean => ok || !missing.includes(simulator);
