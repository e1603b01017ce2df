// Reads a built style sheet as far as it takes to leave rules out: heads, blocks and the groups around them.
// Comments are gone from a built sheet.

export interface Rule {
  readonly head: string;
  /** Absent: a statement without a block. */
  readonly body?: string;
}

/** Where the text or the block ends that begins at `from`. */
function after(css: string, from: number, end: string): number {
  for (let at = from; at < css.length; at++) {
    const letter = css[at]!;
    if (letter === end) return at + 1;
    if (letter === '\\') at++;
    else if (end === '"' || end === "'") continue;
    else if (letter === '"' || letter === "'") at = after(css, at + 1, letter) - 1;
    else if (letter === '{') at = after(css, at + 1, '}') - 1;
    else if (letter === '(') at = after(css, at + 1, ')') - 1;
  }
  throw new Error(`A style sheet has no ${end} for what begins with ${css.slice(from, from + 60)}`);
}

/** The rules of a sheet without comments, or of a block that groups rules. */
export function rulesOf(css: string): Rule[] {
  const rules: Rule[] = [];
  let start = 0;
  for (let at = 0; at < css.length; at++) {
    const letter = css[at]!;
    if (letter === '\\') at++;
    else if (letter === '"' || letter === "'") at = after(css, at + 1, letter) - 1;
    else if (letter === '(') at = after(css, at + 1, ')') - 1;
    else if (letter === ';') {
      rules.push({ head: css.slice(start, at) });
      start = at + 1;
    } else if (letter === '{') {
      const end = after(css, at + 1, '}');
      rules.push({ head: css.slice(start, at).trim(), body: css.slice(at + 1, end - 1) });
      start = end;
      at = end - 1;
    }
  }
  return rules;
}

const GROUP = /^@(?:media|layer|supports|container)\b/;

/** The sheet with what becomes of each rule; statements stay where `statements` says so. */
export function changeRules(
  css: string,
  change: (rule: Rule & { readonly body: string }) => string,
  statements = true,
): string {
  return rulesOf(css)
    .map(({ head, body }) => {
      if (body === undefined) return statements ? `${head};` : '';
      const inner = GROUP.test(head)
        ? changeRules(body, change, statements)
        : change({ head, body });
      return inner === '' ? '' : `${head}{${inner}}`;
    })
    .join('');
}

/** The sheet with only those rules. */
export const keepRules = (css: string, keep: (rule: Rule) => boolean, statements = true): string =>
  changeRules(css, rule => (keep(rule) ? rule.body : ''), statements);
