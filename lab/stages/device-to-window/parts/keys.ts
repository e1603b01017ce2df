// Keys while the pointer is over one window and the focus is on another, or on none.
import { WM_CHAR, WM_KEYDOWN, WM_SYSKEYDOWN } from '../../../ffi/windows/messages.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { inScene } from './scene.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

/** `focused`: a window has the keyboard; otherwise only an active window is left. */
export function stageFocus(context: StageContext, focused: boolean): StageResult {
  const keys = whole(context.parameters, 'tries');
  return inScene(context, scene => {
    const { user } = scene.desk;
    const totals = { at_focus: 0, at_active: 0, at_pointer: 0, elsewhere: 0 };
    for (let i = 0; i < keys; i++) {
      const active = scene.choose(scene.windows);
      scene.focus(active);
      if (!focused) user.SetFocus(0);
      const place = scene.point(1);
      const [under] = scene.at(place) as [number];
      scene.injector.move(place.x, place.y);
      const downs = () => scene.got(WM_KEYDOWN) + scene.got(WM_SYSKEYDOWN);
      const at = (hwnd: number) => scene.got(WM_KEYDOWN, hwnd) + scene.got(WM_SYSKEYDOWN, hwnd);
      const before = [at(active), at(under)] as const;
      scene.injector.press(scene.choose(LETTERS));
      scene.until(() => downs() === i + 1);
      if (at(active) > before[0]) totals[focused ? 'at_focus' : 'at_active']++;
      else totals.elsewhere++;
      if (under !== active && at(under) > before[1]) totals.at_pointer++;
    }
    // A character comes one message after its key.
    scene.loop.drain();
    return {
      n: keys,
      totals: {
        given: keys,
        handled: scene.got(WM_KEYDOWN) + scene.got(WM_SYSKEYDOWN),
        ...totals,
        as_system_keys: scene.got(WM_SYSKEYDOWN),
        characters: scene.got(WM_CHAR),
      },
    };
  });
}
