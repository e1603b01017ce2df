// Keys that go down and up, as messages of a queue, and what a loop makes of them. WM_KEYDOWN names a key;
// which character that is depends on the keyboard's layout and on the keys that are down beside it.
// Source: "About Keyboard Input", https://learn.microsoft.com/windows/win32/inputdev
import { WM_CHAR, WM_KEYDOWN, WM_KEYUP } from '../../../ffi/windows/messages.ts';
import { openDesk } from '../../../messages/desk.ts';
import { keyDown, keyUp } from '../../../messages/keys.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { WindowClass } from '../../../messages/window.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

const TEXT = 'iolab';
const LIMIT_MS = 5000;

/** Types the same word again and again. `translate`: the loop calls TranslateMessage. */
export function stageKeys({ platform, parameters }: StageContext, translate: boolean): StageResult {
  const desk = openDesk(platform);
  const tries = whole(parameters, 'tries');
  const typed: string[] = [];
  let [downs, ups] = [0, 0];
  const windows = new WindowClass(desk, 'iolab-keys', (_hwnd, message, wParam) => {
    if (message === WM_KEYDOWN) downs++;
    else if (message === WM_KEYUP) ups++;
    else if (message === WM_CHAR) typed.push(String.fromCodePoint(wParam));
    else return undefined;
    return 0;
  });
  const loop = new MessageLoop(desk, () => {}, translate);
  try {
    const hwnd = windows.create();
    const post = (message: number, [wParam, lParam]: readonly [number, number]) => {
      if (desk.user.PostMessageW(hwnd, message, wParam, lParam) === 0)
        throw desk.failure('PostMessage');
    };
    for (let i = 0; i < tries; i++) {
      for (const letter of TEXT) {
        post(WM_KEYDOWN, keyDown(letter));
        post(WM_KEYUP, keyUp(letter));
      }
    }
    const keys = tries * TEXT.length;
    loop.until(() => ups === keys, LIMIT_MS);
    loop.drain();
    const wanted = translate ? TEXT.repeat(tries) : '';
    if (typed.join('') !== wanted) throw new Error(`typed ${typed.join('')} instead of ${wanted}`);
    return {
      n: keys,
      totals: { given: 2 * keys, key_downs: downs, key_ups: ups, characters: typed.length },
    };
  } finally {
    loop.close();
    windows.close();
  }
}
