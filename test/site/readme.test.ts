// The README's figure comes from a committed record, as every figure does.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { README_FIGURE, readmeFigure } from '../../site/build/readme.ts';
import { inProject } from '../../site/data/root.ts';

test('the README’s figure is drawn from the published records', async () => {
  const committed = readFileSync(inProject(...README_FIGURE), 'utf8');
  const drawn = await readmeFigure();
  expect(
    committed === drawn,
    'site/public/readme-wakeup.svg differs: run `node site/build/readme.ts` and look at it',
  ).toBe(true);
});

test('the README shows the figure and the two commands', () => {
  const readme = readFileSync(inProject('README.md'), 'utf8');
  expect(readme).toContain(`](${README_FIGURE.join('/')})`);
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) {
    expect(readme).toContain(command);
  }
});
