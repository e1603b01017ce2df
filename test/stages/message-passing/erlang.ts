// Is Erlang here? Skips with a printed reason where it is not, or fails where IOLAB_REQUIRE asks for it.
import { bench } from '../../../lab/benches/erlang.ts';

const { ok, detail } = await bench.check();
export const erlangHere = ok && process.platform === 'linux';

if (!ok && process.env.IOLAB_REQUIRE?.split(',').includes('erlang')) {
  throw new Error(`IOLAB_REQUIRE asks for erlang: ${detail}; iolab bench install erlang`);
}
if (!ok) console.warn(`skipped, Erlang is not tried: ${detail}; iolab bench install erlang`);
