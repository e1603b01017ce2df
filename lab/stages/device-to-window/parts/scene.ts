// Three windows that overlap, one above the other, and a record of which of them got what. They stand before
// all others for the moment, so that what is injected reaches no other program.
import { Unsupported } from '../../../errors.ts';
import {
  MA_NOACTIVATE,
  WM_CHAR,
  WM_KEYDOWN,
  WM_LBUTTONDOWN,
  WM_MOUSEACTIVATE,
  WM_MOUSEMOVE,
  WM_NCHITTEST,
  WM_SYSKEYDOWN,
  WS_CHILD,
  WS_CLIPSIBLINGS,
  WS_EX_TOOLWINDOW,
  WS_EX_TOPMOST,
  WS_POPUP,
  WS_VISIBLE,
} from '../../../ffi/windows/messages.ts';
import { createRandom, type Random, randomInt } from '../../../measure/random.ts';
import { type Desk, openDesk } from '../../../messages/desk.ts';
import { Injector } from '../../../messages/injector.ts';
import { MessageLoop } from '../../../messages/loop.ts';
import { WindowClass } from '../../../messages/window.ts';
import type { StageContext } from '../../stage.ts';

const SIDE = 120;
const STEP = 40;
const LEFT = 40;
/** SetWindowPos: before all others; leave place, size and activation as they are. */
const HWND_TOP = 0;
const ORDER_ONLY = 0x0013;
const SPAN = SIDE + 2 * STEP;
const LIMIT_MS = 5000;

/** The kinds of message that are counted by window. */
const COUNTED = new Set([WM_LBUTTONDOWN, WM_MOUSEMOVE, WM_KEYDOWN, WM_SYSKEYDOWN, WM_CHAR]);

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class Scene {
  readonly desk: Desk;
  readonly loop: MessageLoop;
  readonly injector: Injector;
  /** The lowest first. */
  readonly windows: readonly number[];
  /** Answers of a window to WM_NCHITTEST, where it does not leave that to DefWindowProc. */
  readonly hits = new Map<number, number>();
  hit_tests = 0;
  readonly #class: WindowClass;
  readonly #random: Random;
  readonly #counts = new Map<string, number>();

  /** `inside`: the three are children of one window; otherwise each is a top-level window. */
  constructor({ platform, seed }: StageContext, inside: boolean) {
    const desk = openDesk(platform);
    this.desk = desk;
    this.#random = createRandom(seed);
    this.#class = new WindowClass(desk, 'iolab-scene', (hwnd, message) =>
      this.#procedure(hwnd, message),
    );
    this.loop = new MessageLoop(desk);
    const frame = inside ? this.#shown(0, LEFT, LEFT, SPAN) : 0;
    const shown = (index: number) => {
      const at = inside ? index * STEP : LEFT + index * STEP;
      return this.#shown(frame, at, at, SIDE);
    };
    this.windows = [0, 1, 2].map(shown);
    // A new child lies behind its siblings, a new top-level window before all: say it for both.
    for (const hwnd of this.windows) {
      desk.user.SetWindowPos(hwnd, HWND_TOP, 0, 0, 0, 0, ORDER_ONLY);
    }
    this.injector = new Injector(desk, [...this.windows, frame]);
    desk.user.SetForegroundWindow(inside ? frame : this.windows[2]!);
    this.loop.drain();
  }

  /** A square, as a child of `parent` or before all windows. */
  #shown(parent: number, x: number, y: number, side: number): number {
    return this.#class.create({
      parent,
      style: (parent === 0 ? WS_POPUP : WS_CHILD + WS_CLIPSIBLINGS) + WS_VISIBLE,
      extended_style: parent === 0 ? WS_EX_TOPMOST + WS_EX_TOOLWINDOW : 0,
      place: [x, y, side, side],
    });
  }

  #procedure(hwnd: number, message: number): number | undefined {
    if (message === WM_NCHITTEST) {
      this.hit_tests++;
      return this.hits.get(hwnd);
    }
    // A click would bring its window before the others, and the scene would be another.
    if (message === WM_MOUSEACTIVATE) return MA_NOACTIVATE;
    if (!COUNTED.has(message)) return undefined;
    const key = `${hwnd} ${message}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return 0;
  }

  /** How many messages of this kind these windows got. */
  got(message: number, ...windows: readonly number[]): number {
    const all = windows.length === 0 ? this.windows : windows;
    return all.reduce((sum, hwnd) => sum + (this.#counts.get(`${hwnd} ${message}`) ?? 0), 0);
  }

  /** The windows at a point by where they were put, the highest first. */
  at({ x, y }: Point): number[] {
    const inside = (value: number, index: number) =>
      value >= LEFT + index * STEP && value < LEFT + index * STEP + SIDE;
    return this.windows.filter((_, index) => inside(x, index) && inside(y, index)).reverse();
  }

  /** A point with at least so many of the windows below it, `front` the foremost of them. */
  point(deep: number, front?: number): Point {
    for (;;) {
      const x = randomInt(this.#random, LEFT, LEFT + SPAN);
      const y = randomInt(this.#random, LEFT, LEFT + SPAN);
      const below = this.at({ x, y });
      if (below.length >= deep && (front === undefined || below[0] === front)) return { x, y };
    }
  }

  /** One of them, or a letter, by chance. */
  choose<T>(from: readonly T[]): T {
    return from[randomInt(this.#random, 0, from.length)]!;
  }

  /** Gives the keyboard to a window of the scene. Throws Unsupported where another program keeps it. */
  focus(hwnd: number): void {
    const { user } = this.desk;
    user.SetForegroundWindow(hwnd);
    user.SetFocus(hwnd);
    this.loop.drain();
    if (user.GetForegroundWindow() !== hwnd) {
      throw new Unsupported(
        'another program keeps the foreground',
        'run it in a session of its own, or with --in wine',
      );
    }
  }

  /** Injects a click. What windows are asked meanwhile, to keep it from others, is not counted. */
  click({ x, y }: Point): void {
    const asked = this.hit_tests;
    this.injector.click(x, y);
    this.hit_tests = asked;
  }

  until(done: () => boolean): void {
    this.loop.until(done, LIMIT_MS);
  }

  close(): void {
    this.desk.user.ReleaseCapture();
    this.injector.close();
    this.loop.close();
    this.#class.close();
  }
}

/** Runs `play` in a scene of its own, and takes it down whatever happens. */
export function inScene<T>(context: StageContext, play: (scene: Scene) => T, inside = false): T {
  const scene = new Scene(context, inside);
  try {
    return play(scene);
  } finally {
    scene.close();
  }
}
