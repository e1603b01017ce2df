// Starlight loads the search's interface, most of a page's script, as soon as the page is idle. Most readers
// search nothing: here it is loaded when somebody reaches for it, by pointer, by Tab or by its shortcut. And how
// many pages it has found is said to who does not see them come.
import type { AstroIntegration } from 'astro';

/** Beside the scripts (lighter-styles.ts takes them out of the sheet of all pages). */
export const SEARCH_STYLES = 'search.css';

const EAGER = /const onIdle = window\.requestIdleCallback[^;]*;/;

/** Nobody is told of results while letters still come, nor that they are being looked for. */
const SETTLED_MS = 700;

/** `load` is what Starlight would do at once; the field gets the focus that it missed. */
const LATE = `const onIdle = (load) => {
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    const styles = document.createElement('link');
    styles.rel = 'stylesheet';
    styles.href = import.meta.url.replace(/[^/]*$/, '${SEARCH_STYLES}');
    const styled = new Promise((done) => (styles.onload = styles.onerror = done));
    document.head.append(styles);
    styled.then(load).then(() => dialog.open && this.querySelector('input')?.focus());
    const told = document.createElement('p');
    told.className = 'sr-only';
    told.role = 'status';
    dialog.append(told);
    let settled = 0;
    new MutationObserver(() => {
      clearTimeout(settled);
      settled = setTimeout(() => {
        told.textContent = this.querySelector('.pagefind-ui__message')?.textContent.trim() ?? '';
      }, ${SETTLED_MS});
    }).observe(this.querySelector('#starlight__search'), { childList: true, subtree: true, characterData: true });
  };
  for (const sign of ['pointerenter', 'focus', 'click']) openBtn.addEventListener(sign, begin);
  window.addEventListener('keydown', (e) => (e.metaKey || e.ctrlKey) && e.key === 'k' && begin());
};`;

/** The path that the site was built for. */
const BUILT_FOR = /\bimport\.meta\.env\.BASE_URL\b/g;

/** The path that the site lies under now: this script lies one folder below (the copy to take along). */
const LIES_UNDER = `new URL(import.meta.url).pathname.replace(/[^/]*\\/[^/]*$/, '')`;

/** The script with the late loading. Throws where Starlight's is another one than was read. */
export function loadedLate(code: string): string {
  if (!EAGER.test(code) || code.match(BUILT_FOR)?.length !== 2) {
    throw new Error(
      'Starlight’s Search.astro loads its interface in another way now: read it and mend site/build/late-search.ts',
    );
  }
  return code.replace(EAGER, LATE).replaceAll(BUILT_FOR, LIES_UNDER);
}

export function lateSearch(): AstroIntegration {
  return {
    name: 'iolab-late-search',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({
          vite: {
            plugins: [
              {
                name: 'iolab-late-search',
                enforce: 'post',
                transform: (code: string, id: string) =>
                  /starlight\/dist\/components\/Search\.astro\?astro&type=script/.test(id) &&
                  code.includes('site-search')
                    ? { code: loadedLate(code), map: null }
                    : undefined,
              },
            ],
          },
        });
      },
    },
  };
}
