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
  /** Drawings with a name and a description. */
  readonly pictures: number;
}

/** What stands nameless in Chromium's accessibility tree, and drawings that are not described. */
export async function spokenOf(page: Page): Promise<Spoken> {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  const of = (role: string) =>
    nodes
      .filter(node => !node.ignored && node.role?.value === role)
      .map(({ name, description }) => ({
        name: String(name?.value ?? ''),
        description: String(description?.value ?? ''),
      }));
  const figures = new Set(of('figure').map(({ name }) => name));
  const pictures = of('image').filter(({ description }) => description !== '');
  const faults = pictures.flatMap(({ name, description }) => [
    ...(figures.has(name) ? [] : [`“${name}” stands in no figure of that name`]),
    ...(description.length > 40 ? [] : [`“${name}” is described in few words: ${description}`]),
  ]);
  for (const role of ['columnheader', 'rowheader', 'slider', 'button', 'radio', 'region']) {
    const names = of(role).map(({ name }) => name);
    if (names.length === 0) faults.push(`there is no ${role}`);
    if (names.includes('')) faults.push(`a ${role} has no name`);
  }
  return { faults, pictures: pictures.length };
}
