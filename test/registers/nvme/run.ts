// A program started, waited for a bounded time, and what it said; ended with all that it started where it
// takes too long.
import { spawn } from 'node:child_process';

export function run(
  program: string,
  words: readonly string[],
  limit_ms: number,
): Promise<{ out: string; err: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', bytes => {
      out += bytes;
    });
    child.stderr.on('data', bytes => {
      err += bytes;
    });
    const timer = setTimeout(() => {
      process.kill(-child.pid!, 'SIGKILL');
      reject(new Error(`${words.join(' ')} took longer than ${limit_ms} ms: ${err}`));
    }, limit_ms);
    child.on('close', code => {
      clearTimeout(timer);
      resolve({ out, err, code });
    });
  });
}
