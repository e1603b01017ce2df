// Takes the one `eval` out of what the simulator's worker loads: rp2040js looks for Node's clock by
// it where there is no `performance`, and every browser has one. Nothing on this site needs eval.

const CLOCK = /eval\((['"])require\1\)\((['"])perf_hooks\2\)\.performance\.now\(\)/g;

/** The module's text without its eval; other uses of eval stay, and the build warns of them. */
export function clockOfBrowser(code: string): string {
  return code.replace(CLOCK, 'performance.now()');
}

/** A plugin for the worker's build. */
export function withoutEval() {
  return {
    name: 'iolab-without-eval',
    transform(code: string, id: string) {
      return id.includes('/rp2040js/') && code.includes('eval(')
        ? { code: clockOfBrowser(code), map: null }
        : undefined;
    },
  };
}
