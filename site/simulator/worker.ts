// Runs one conversation with an emulated board beside the page, so that the page stays responsive.
// It fetches the firmware image from this site and nothing else; ending the worker ends the run.
import { makeBoard } from './boards.ts';
import { conversation } from './conversation.ts';
import type { RunEvent, RunRequest } from './messages.ts';

/** Often enough for the eye; every message costs the page a redraw. */
const REPORT_MS = 50;

const tell = (event: RunEvent) => postMessage(event);

async function loadImage({ image, sha256 }: RunRequest): Promise<Uint8Array> {
  const response = await fetch(image);
  if (!response.ok) throw new Error(`the firmware image did not come: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Browsers offer the digest on safe origins only; elsewhere the name of the file must do.
  if (globalThis.crypto?.subtle !== undefined) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const found = [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
    if (found !== sha256) throw new Error(`the firmware image is another one: sha256 ${found}`);
  }
  return bytes;
}

async function run(request: RunRequest): Promise<void> {
  const board = await makeBoard(request.board, await loadImage(request));
  const talk = conversation(board, request);
  let told = 0;
  let told_at = performance.now();
  for (let step = talk.next(); ; step = talk.next()) {
    const { service_cycles, totals, notes } = step.value;
    const now = performance.now();
    if (step.done || now - told_at >= REPORT_MS) {
      tell({ event: 'samples', values: service_cycles.slice(told), cycles: board.cycles });
      told = service_cycles.length;
      told_at = now;
    }
    if (step.done) return tell({ event: 'done', totals, notes });
  }
}

addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
  run(data).catch((error: unknown) =>
    tell({ event: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
