// Erlang's virtual machine (erlang.org): a hundred thousand processes that wait, on a handful of threads. The
// lab's own processes of that kind are held against it.
import type { Bench } from './bench.ts';
import { checkAll, outputOf } from './parts/programs.ts';

/** erl knows no --version; the release is what the machine says of itself when it runs. */
async function releaseOf(): Promise<string | undefined> {
  const say = 'io:put_chars(erlang:system_info(otp_release)), halt().';
  const release = await outputOf('erl', ['-noinput', '-boot', 'no_dot_erlang', '-eval', say]);
  return release?.trim() ? `Erlang/OTP ${release.trim()}` : undefined;
}

/** Without a file it compiles nothing, and ends well where the compiler can be loaded. */
const compilerAnswers = async (): Promise<string | undefined> =>
  (await outputOf('erlc', ['-v'])) === undefined ? undefined : 'erlc';

export const bench: Bench = {
  id: 'erlang',
  title: 'Erlang',
  about: 'message passing between a hundred thousand processes and more (run message-passing)',
  packages: { apt: ['erlang-base'], brew: ['erlang'] },
  check: () =>
    checkAll([
      { name: 'erl', answer: releaseOf() },
      { name: 'erlc', answer: compilerAnswers() },
    ]),
};
