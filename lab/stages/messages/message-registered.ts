// Two processes that share nothing but names: one serves a hidden window, the other finds it by its class and
// sends messages whose numbers Windows has given to their names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask } from '../../examples/messages/asking.ts';
import { openDesk } from '../../messages/desk.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';

/** What the other program may run for. */
const LIMIT_S = 20;

async function run({ platform, parameters, seed }: StageContext): Promise<StageResult> {
  const desk = openDesk(platform);
  const tries = whole(parameters, 'tries');
  const name = `iolab-served-${seed}-${process.pid}`;
  const program = fileURLToPath(new URL('../../examples/messages/serve.ts', import.meta.url));
  const words = ['--disable-warning=ExperimentalWarning', program, name, String(LIMIT_S)];
  const other = spawn(process.execPath, words, { stdio: 'ignore' });
  const ended = once(other, 'exit');
  try {
    await once(other, 'spawn');
    const { asked, wrong, counted, elsewhere } = ask(desk, name, tries);
    const [code] = (await ended) as [number];
    if (code !== 0) throw new Error(`the other program ended with code ${code}`);
    return {
      n: tries,
      totals: {
        given: asked,
        handled: counted,
        wrong_answers: wrong,
        in_other_process: elsewhere ? counted : 0,
      },
    };
  } finally {
    if (other.exitCode === null) other.kill();
  }
}

export const stage: Stage = {
  id: 'message-registered',
  title: 'Registered messages between programs',
  experiment: 'messages',
  mechanism: 'interrupt',
  about:
    'a program finds another one’s hidden window by its name, and they talk by registered messages',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-registerwindowmessagew',
  run,
};
