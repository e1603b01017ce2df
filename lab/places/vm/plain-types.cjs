// Loaded before everything else by every Node in the virtual machine: its copy of the lab has lost its
// types on the host already (root-folder.ts), so .ts files are read as the JavaScript that they are. Node
// would parse each once more, and look for each by a dozen questions to the file system; both take seconds
// where the processor is emulated.
const { readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { fileURLToPath } = require('node:url');

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return next(specifier, context);
    const { href } = new URL(specifier, context.parentURL);
    return { url: href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    return {
      format: 'module',
      source: readFileSync(fileURLToPath(url), 'utf8'),
      shortCircuit: true,
    };
  },
});
