// Loaded first by Node for Windows: Vitest does not run there, so the suites' `vitest` is the small twin in
// suite.ts. The suites themselves are the very same files.
import { registerHooks } from 'node:module';

const twin = new URL('./suite.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'vitest') return { url: twin, shortCircuit: true };
    return next(specifier, context);
  },
});
