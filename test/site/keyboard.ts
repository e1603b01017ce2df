// What a reader without a mouse meets on a page: which controls Tab must reach, what it does reach, and
// whether the focus can be seen there (WCAG 2.2: 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11).
import type { CDPSession, Locator, Page } from 'playwright-core';

/** Makes `window.keys` in the page: names of elements, and the stops that Tab owes the reader. */
export async function addKeys(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const OPERATED =
      'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable], [role="button"], [role="tab"], [role="slider"], [role="link"]';
    /** A short path that a person finds the element by. */
    const name = (element: Element): string => {
      const box = element.closest('[id]:not(body)');
      const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
      const kind = element.localName + (element.getAttribute('type') ?? '');
      const value = element.getAttribute('value') ?? '';
      return `${box ? `#${box.id} ` : ''}${kind} ${value || words.slice(0, 40)}`.trim();
    };
    const shown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true }) && element.closest('[inert]') === null;
    /** One stop for a group of radio buttons: the chosen one, or else the first. */
    const isStop = (element: Element): boolean => {
      if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
      const group = [
        ...document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(element.name)}"]`),
      ].filter(shown);
      return element === (group.find(one => one.checked) ?? group[0]);
    };
    const isOperated = (element: HTMLElement): boolean =>
      element.matches(OPERATED) &&
      shown(element) &&
      !element.matches(':disabled') &&
      (element.localName !== 'summary' ||
        element.parentElement?.querySelector(':scope > summary') === element);
    const isOwed = (element: HTMLElement): boolean =>
      isOperated(element) && element.tabIndex >= 0 && isStop(element);
    const operated = (): HTMLElement[] =>
      [...document.querySelectorAll<HTMLElement>(OPERATED)].filter(isOperated);
    const stops = (): HTMLElement[] => operated().filter(isOwed);
    const places = new Map<Element, number>();
    const begin = (): void => {
      for (const [at, element] of document.querySelectorAll('*').entries()) places.set(element, at);
    };
    const at = (element: Element): number => places.get(element) ?? -1;
    Object.assign(window, { keys: { name, operated, isOwed, stops, begin, at } });
  });
}

interface Keys {
  readonly name: (element: Element) => string;
  readonly operated: () => HTMLElement[];
  readonly stops: () => HTMLElement[];
  /** Is it one of them? */
  readonly isOwed: (element: HTMLElement) => boolean;
  /** Numbers the elements in the order in which they are written. */
  readonly begin: () => void;
  readonly at: (element: Element) => number;
  /** What the walk begins after, where it does not begin at the top. */
  passed?: HTMLElement;
}
declare global {
  interface Window {
    keys: Keys;
  }
}

export interface Stop {
  readonly name: string;
  /** Its place in the order of writing. */
  readonly at: number;
  /** Not only an area that the browser lets the keyboard scroll. */
  readonly owed: boolean;
  /** Nothing covers it, and it lies in the window. */
  readonly seen: boolean;
  /** Its outline, or what stands for one. */
  readonly ringed: boolean;
  readonly scrolls: boolean;
}

/** What has the focus; undefined where the page has left it to the browser. */
const here = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    if (element === null || element === document.body) return undefined;
    const style = getComputedStyle(element);
    const ringed =
      (style.outlineStyle !== 'none' &&
        Number.parseFloat(style.outlineWidth) >= 1 &&
        !/, 0\)$|^transparent$/.test(style.outlineColor)) ||
      style.boxShadow !== 'none';
    const box = element.getClientRects()[0] ?? element.getBoundingClientRect();
    const left = Math.max(0, box.left);
    const right = Math.min(innerWidth, box.right);
    const top = Math.max(0, box.top);
    const bottom = Math.min(innerHeight, box.bottom);
    const points = [0.5, 0.1, 0.9].map(part => {
      const [x, y] = [left + (right - left) * part, top + (bottom - top) * part];
      return document.elementFromPoint(x, y);
    });
    // An input within its label is seen where the label is.
    const own = element.closest('label') ?? element;
    return {
      name: window.keys.name(element),
      at: window.keys.at(element),
      owed: window.keys.isOwed(element),
      seen: points.some(
        point => point !== null && (own.contains(point) || point.contains(element)),
      ),
      ringed,
      scrolls:
        element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth,
    };
  });

/** Presses a key until the focus leaves the page or begins anew; throws where it does neither. */
export async function walk(page: Page, key: 'Tab' | 'Shift+Tab'): Promise<Stop[]> {
  const most = await page.evaluate(() => {
    window.keys.begin();
    return window.keys.stops().length + 30;
  });
  const met: Stop[] = [];
  const next = async () => {
    await page.keyboard.press(key);
    return here(page);
  };
  for (let press = 0; press < most; press++) {
    let stop = await next();
    if (stop === undefined) {
      // The end; or a listing that turned out to need no scrolling had the focus and is no stop any more
      // (the highlighter looks when the page is idle). Then the next press goes on from there.
      stop = await next();
      const ahead = Math.sign((stop?.at ?? -1) - (met.at(-1)?.at ?? -1));
      if (stop === undefined || ahead !== (key === 'Tab' ? 1 : -1)) return met;
    }
    if (stop.at === met[0]?.at) return met;
    met.push(stop);
  }
  const last = met.slice(-4).map(({ name }) => name);
  throw new Error(`${key} is caught, after ${most} presses: ${last.join(' → ')}`);
}

/** As if the reader had come by Tab as far as the last control within this element, and no further. */
export const comeThrough = (page: Page, landmark: string): Promise<void> =>
  page.evaluate(one => {
    const last = window.keys.stops().findLast(stop => stop.closest(one) !== null);
    if (last === undefined) throw new Error(`no control within ${one}`);
    last.focus();
    window.keys.passed = last;
  }, landmark);

/** What is wrong with the way that was walked by Tab, of what lies after the controls come through before. */
export async function faultsOfWalk(page: Page, met: readonly Stop[]): Promise<string[]> {
  const owed = await page.evaluate(() => {
    const { stops, name, at, passed } = window.keys;
    const from = passed === undefined ? -1 : at(passed);
    return stops()
      .map(one => ({ name: name(one), at: at(one) }))
      .filter(one => one.at > from);
  });
  const reached = new Set(met.map(({ at }) => at));
  return [
    ...owed.filter(({ at }) => !reached.has(at)).map(({ name }) => `never reached: ${name}`),
    ...met
      .filter(({ at }, index) => index > 0 && at <= met[index - 1]!.at)
      .map(({ name }) => `out of the reading order: ${name}`),
    ...met.filter(one => !one.owed && !one.scrolls).map(({ name }) => `why here? ${name}`),
    ...met.filter(({ seen }) => !seen).map(({ name }) => `hidden while it has the focus: ${name}`),
    ...met.filter(({ ringed }) => !ringed).map(({ name }) => `no ring: ${name}`),
  ];
}

/** Faults that are there without a key being pressed; for every page. */
export async function faultsAtRest(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const { name, operated } = window.keys;
    const wrong: string[] = [];
    for (const element of operated()) {
      if (element.tabIndex > 0) wrong.push(`tabindex above 0: ${name(element)}`);
      // What is moved to by arrow keys (tabs) has its stop elsewhere.
      if (element.tabIndex < 0 && element.closest('[role="tablist"]') === null) {
        wrong.push(`Tab goes past it: ${name(element)}`);
      }
      // Within its landmark: Starlight writes the page's contents before the page, and shows them beside it.
      const landmark = element.closest('header, nav, main, aside, footer');
      for (let box: Element | null = element; box !== landmark && box; box = box.parentElement) {
        const { order, flexDirection } = getComputedStyle(box);
        // A link may well show its arrow after its words.
        if (order !== '0' || (box !== element && /reverse/.test(flexDirection))) {
          wrong.push(`stands elsewhere than it is read: ${name(element)}`);
        }
      }
    }
    for (const element of document.querySelectorAll('*')) {
      for (const { name: attribute } of element.attributes) {
        if (/^on[a-z]+$/.test(attribute)) wrong.push(`${attribute} at ${name(element)}`);
      }
    }
    return [...new Set(wrong)];
  });
  return [...found, ...(await mouseOnly(page))];
}

/** Elements that listen to the mouse, and that no key can reach or press. */
async function mouseOnly(page: Page): Promise<string[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  try {
    // getEventListeners is the console's own; it is there for nobody else.
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: `(() => {
        const MOUSE = /^(click|dblclick|auxclick|contextmenu|mouse\\w+|pointer\\w+|touch\\w+)$/;
        const KEYS = /^(key\\w+|focus\\w*|input|change)$/;
        const OPERATED = 'a[href], button, input, select, textarea, summary, label, dialog, ' +
          // Keeps which groups are open; what is pressed in it are summaries, and keys press them too.
          'sl-sidebar-state-persist';
        const wrong = [];
        let looked = 0;
        for (const element of document.querySelectorAll('body *')) {
          const kinds = Object.keys(getEventListeners(element));
          looked += kinds.length;
          if (!kinds.some(kind => MOUSE.test(kind)) || element.matches(OPERATED)) continue;
          if (!kinds.some(kind => KEYS.test(kind))) wrong.push('the mouse only: ' + window.keys.name(element));
        }
        return { wrong, looked };
      })()`,
      includeCommandLineAPI: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    const { wrong, looked } = result.value as { wrong: string[]; looked: number };
    if (looked === 0) throw new Error('no element listens to anything: nothing was looked at');
    return wrong;
  } finally {
    await session.detach();
  }
}

/** Does the focus change what is drawn? The same clip, with the focus and without. */
export async function ringIsDrawn(page: Page, control: Locator): Promise<boolean> {
  await control.evaluate((element: HTMLElement) => {
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    // Not in TypeScript's library yet.
    element.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
  });
  const box = await control.boundingBox();
  const size = page.viewportSize();
  if (box === null || size === null) return false;
  const margin = 6;
  const x = Math.max(0, box.x - margin);
  const y = Math.max(0, box.y - margin);
  const clip = {
    x,
    y,
    width: Math.min(size.width - x, box.width + 2 * margin),
    height: Math.min(size.height - y, box.height + 2 * margin),
  };
  const options = { clip, animations: 'disabled', caret: 'hide' } as const;
  const focused = await page.screenshot(options);
  await control.evaluate((element: HTMLElement) => element.blur());
  return !focused.equals(await page.screenshot(options));
}
