// What axe finds on a page as it stands.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

export interface AxeOptions {
  /** Look at what lies within these alone. */
  readonly within?: string;
  /** Leave out what takes long and is the same elsewhere. */
  readonly without?: string;
  /** Of all rules only these. */
  readonly rules?: string[];
}

/** One line per violation. */
export async function axeFinds(
  page: Page,
  { within, without, rules }: AxeOptions = {},
): Promise<string[]> {
  if (page.frames().length > 1) throw new Error('a page with frames: see setLegacyMode here');
  const builder = new AxeBuilder({ page })
    // Without the list of what passed, which takes as long as the checks themselves.
    .options({ resultTypes: ['violations'] })
    // For pages without frames of another origin. Otherwise a second page is opened to put the results of all
    // frames together, which takes twice as long as the checks.
    .setLegacyMode(true);
  if (within !== undefined) builder.include(within);
  if (without !== undefined) builder.exclude(without);
  if (rules !== undefined) builder.withRules(rules);
  const { violations } = await builder.analyze();
  return violations.map(
    one =>
      `${one.id}: ${one.help} (${one.nodes
        .slice(0, 3)
        .map(node => node.target.join(' '))
        .join('; ')})`,
  );
}
