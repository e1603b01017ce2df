// The same input seen twice: routed by pointer and focus, and raw, by a window that has neither. While the
// program is busy, moves of the mouse merge into the last one; of the raw events none is missing.
import { WM_INPUT, WM_KEYDOWN, WM_LBUTTONDOWN, WM_MOUSEMOVE } from '../../ffi/windows/messages.ts';
import { RawInput } from '../../messages/raw-input.ts';
import { MESSAGE_ONLY, WindowClass } from '../../messages/window.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { inScene } from './parts/scene.ts';

/** Moves of one burst, made before the program looks. */
const BURST = 10;
/** What one burst makes raw: its moves; a move, a press and a release; a key down and up. */
const RAW_EACH = BURST + 3 + 2;

function run(context: StageContext): StageResult {
  const bursts = whole(context.parameters, 'tries');
  return inScene(context, scene => {
    const { desk, loop, injector } = scene;
    const seen = { mouse: 0, keyboard: 0, other: 0 };
    let raw: RawInput | undefined;
    const sink = new WindowClass(desk, 'iolab-raw', (_hwnd, message, _wParam, lParam) => {
      if (message !== WM_INPUT || raw === undefined) return undefined;
      seen[raw.read(lParam).device]++;
      // DefWindowProc frees the event's memory.
      return undefined;
    });
    try {
      raw = new RawInput(desk, sink.create(MESSAGE_ONLY));
      scene.focus(scene.windows[2]!);
      const before = [WM_MOUSEMOVE, WM_LBUTTONDOWN, WM_KEYDOWN].map(kind => scene.got(kind));
      for (let i = 0; i < bursts; i++) {
        for (let k = 0; k < BURST; k++) {
          const { x, y } = scene.point(1);
          injector.move(x, y);
        }
        const { x, y } = scene.point(1);
        injector.click(x, y);
        injector.press('a');
        scene.until(() => seen.mouse + seen.keyboard >= (i + 1) * RAW_EACH);
        scene.until(() => scene.got(WM_KEYDOWN) === before[2]! + i + 1);
      }
      loop.drain();
      const [moves, clicks, keys] = [WM_MOUSEMOVE, WM_LBUTTONDOWN, WM_KEYDOWN].map(
        (kind, at) => scene.got(kind) - before[at]!,
      ) as [number, number, number];
      const given = bursts * RAW_EACH;
      return {
        n: given,
        totals: {
          given,
          raw: seen.mouse + seen.keyboard,
          raw_mouse: seen.mouse,
          raw_keyboard: seen.keyboard,
          moves_given: bursts * (BURST + 1),
          moves,
          clicks,
          keys,
        },
      };
    } finally {
      raw?.close();
      sink.close();
    }
  });
}

export const stage: Stage = {
  id: 'raw-beside',
  title: 'Raw input beside the routed',
  experiment: 'device-to-window',
  mechanism: 'interrupt',
  about: 'a window without place or focus gets every event of mouse and keyboard, unmerged',
  source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/about-raw-input',
  run,
};
