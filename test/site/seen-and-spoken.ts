// What a page shows of tables that are wider than their room, and what it says to a screen reader.
import type { Page } from 'playwright-core';

export interface Fades {
  readonly faults: readonly string[];
  readonly wide: number;
  readonly fitting: number;
}

/** Each table at its beginning, in its middle and at its end: it fades where there is more, and nowhere else. */
export async function fadesOf(page: Page): Promise<Fades> {
  return page.evaluate(async () => {
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const tables = [...document.querySelectorAll<HTMLElement>('main .table-scroll')];
    const faults: string[] = [];
    for (const table of tables) {
      if (getComputedStyle(table).position === 'static')
        faults.push(`${table.ariaLabel}: what is placed absolutely in it widens the page`);
      const room = table.scrollWidth - table.clientWidth;
      for (const at of [0, Math.floor(room / 2), room]) {
        table.scrollLeft = at;
        // The position counts in the frame after.
        await frame();
        await frame();
        const style = getComputedStyle(table);
        const length = (name: string) => Number.parseFloat(style.getPropertyValue(name));
        const told = [length('--more-before') > 0.5, length('--more-behind') > 0.5];
        const right = [table.scrollLeft > 1, table.scrollLeft < room - 1];
        if (told.join() !== right.join())
          faults.push(`${table.ariaLabel}, ${room} px more, at ${at}: ${told} and not ${right}`);
      }
    }
    const wide = tables.filter(one => one.scrollWidth > one.clientWidth).length;
    return { faults, wide, fitting: tables.length - wide };
  });
}

export interface Spoken {
  readonly faults: readonly string[];
  /** Figures with a drawing in them. */
  readonly pictures: number;
}

/** Folds open, without the thousands of words of source, which are read as they stand and take most of the time. */
export async function openWithoutCode(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const listing of document.querySelectorAll('.expressive-code')) listing.remove();
    for (const fold of document.querySelectorAll('main details')) {
      (fold as HTMLDetailsElement).open = true;
    }
  });
}

/** Letters of a drawing's name: less says nothing, more nobody hears to its end. */
const TELLING = { least: 40, most: 900 };

/**
 * What stands nameless in Chromium's accessibility tree; figures in which a screen reader meets no drawing or two,
 * or one that does not say what it shows; and tables whose columns cannot be told apart.
 */
export async function spokenOf(page: Page): Promise<Spoken> {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  await client.detach();
  type Node = (typeof nodes)[number];
  const byId = new Map(nodes.map(node => [node.nodeId, node]));
  const below = (node: Node): Node[] =>
    (node.childIds ?? []).flatMap(id => {
      const child = byId.get(id);
      return child === undefined ? [] : [child, ...below(child)];
    });
  const of = (role: string, among: readonly Node[] = nodes) =>
    among
      .filter(node => !node.ignored && node.role?.value === role)
      .map(node => ({
        node,
        name: String(node.name?.value ?? ''),
        description: String(node.description?.value ?? ''),
      }));
  const faults: string[] = [];
  let pictures = 0;
  const wanted = await page
    .locator('main .lab-figure')
    .evaluateAll(all => all.filter(one => one.checkVisibility()).length);
  for (const { node, name: title } of of('figure')) {
    const parts = below(node);
    const shown = of('image', parts);
    // A listing is a figure too, and has no drawing.
    if (shown.length === 0) continue;
    pictures += 1;
    if (title === '') faults.push(`the figure of “${shown[0]!.name}” has no name`);
    if (shown.length > 1) faults.push(`“${title}” is drawn ${shown.length} times`);
    for (const { name, description } of shown) {
      if (description !== title) faults.push(`a drawing in “${title}” belongs to “${description}”`);
      if (name.includes(title)) faults.push(`“${title}” is said again by its drawing`);
      if (name.length < TELLING.least || name.length > TELLING.most)
        faults.push(`“${title}” is told in ${name.length} letters: ${name}`);
    }
  }
  if (pictures !== wanted) faults.push(`of ${wanted} figures ${pictures} are told`);
  for (const { node } of of('table')) {
    const heads = of('columnheader', below(node)).map(({ name }) => name);
    if (heads.length === 0) faults.push('a table has no heads of columns');
    const twice = heads.filter((name, at) => heads.indexOf(name) !== at);
    if (twice.length > 0) faults.push(`two columns are called “${twice.join('”, “')}”`);
  }
  for (const role of NAMED) {
    if (of(role).some(({ name }) => name === '')) faults.push(`a ${role} has no name`);
  }
  return { faults, pictures };
}

const NAMED = ['columnheader', 'rowheader', 'slider', 'button', 'radio', 'region', 'link', 'image'];

declare global {
  interface Window {
    /** What a screen reader was given to say without being asked, one entry for each time it would begin to speak. */
    heard: string[];
  }
}

/**
 * Writes down what is put into live regions from now on, in every document that the page comes to. What is put into
 * a region that was not shown before is marked: whether that is said depends on who reads.
 */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const LIVE = '[aria-live="polite"], [aria-live="assertive"], [role="status"], [role="alert"]';
    window.heard = [];
    let shown = new Set<Element>();
    const look = () => {
      const all = [...document.querySelectorAll(LIVE)];
      shown = new Set(all.filter(one => one.checkVisibility()));
    };
    new MutationObserver(changes => {
      for (const { target, addedNodes } of changes) {
        const region = (target instanceof Element ? target : target.parentElement)?.closest(LIVE);
        if (!region) continue;
        const words = target instanceof Text ? [target] : [...addedNodes];
        for (const { textContent } of words) {
          if (!textContent?.trim()) continue;
          window.heard.push(`${shown.has(region) ? '' : 'perhaps: '}${textContent.trim()}`);
        }
      }
      look();
    }).observe(document, {
      ...{ attributes: true, characterData: true, childList: true, subtree: true },
    });
  });
}
