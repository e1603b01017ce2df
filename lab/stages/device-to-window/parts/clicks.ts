// Clicks at places that several windows have below them, and which window each went to.
import { WM_LBUTTONDOWN } from '../../../ffi/windows/messages.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { inScene, type Scene } from './scene.ts';

/** At least so many windows lie at each place, so that there is something to choose from. */
const DEEP = 2;
/** A click that has not come by then is lost. */
const LOST_MS = 500;

export interface Prepared {
  /** The window that has captured the mouse. */
  readonly captor?: number;
  /** Click only where this window is in front. */
  readonly front?: number;
}

/** Where a click should go is judged by where the windows were put, not by asking Windows. */
export function stageClicks(
  context: StageContext,
  prepare: (scene: Scene) => Prepared,
): StageResult {
  const clicks = whole(context.parameters, 'tries');
  const play = (scene: Scene): StageResult => {
    const { captor = 0, front } = prepare(scene);
    const totals = { at_topmost: 0, at_next: 0, at_captor: 0, lost: 0 };
    scene.hit_tests = 0;
    for (let i = 0; i < clicks; i++) {
      const place = scene.point(DEEP, front);
      const [first, second] = scene.at(place) as [number, number];
      const got = (hwnd: number) => scene.got(WM_LBUTTONDOWN, hwnd);
      const before = scene.got(WM_LBUTTONDOWN);
      const [one, two, captured] = [got(first), got(second), got(captor)];
      scene.click(place);
      const came = scene.loop.within(LOST_MS, () => scene.got(WM_LBUTTONDOWN) > before);
      if (!came) totals.lost++;
      if (got(captor) > captured) totals.at_captor++;
      else if (got(first) > one) totals.at_topmost++;
      else if (got(second) > two) totals.at_next++;
    }
    const { hit_tests } = scene;
    const handled = scene.got(WM_LBUTTONDOWN);
    return { n: clicks, totals: { given: clicks, handled, ...totals, hit_tests } };
  };
  return inScene(context, play, context.parameters.windows === 'children');
}
