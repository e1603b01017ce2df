// One line of assembler source cut into label, operation, operands and comment, by the rules of IBM's
// High Level Assembler: a label begins in the first column, the operands end at the first blank that
// is not inside quotes, and a line with * in the first column is a comment.

export interface Statement {
  /** Counted from 1. */
  readonly line: number;
  readonly source: string;
  readonly label: string | undefined;
  /** Undefined where the line is blank, a comment, or a label alone. */
  readonly operation: string | undefined;
  readonly operands: readonly string[];
}

const LABEL = /^[A-Z@#$_][A-Z0-9@#$_]*$/i;

/** Throws Error with the reason; the caller knows the line. */
export function readStatement(source: string, line: number): Statement {
  const nothing = { line, source, label: undefined, operation: undefined, operands: [] };
  if (source.startsWith('*') || source.trim() === '') return nothing;
  const [, label = '', operation, rest = ''] = /^(\S*)(?:\s+(\S+))?(?:\s+(.*))?$/.exec(source)!;
  if (label !== '' && !LABEL.test(label)) {
    throw new Error(`"${label}" is no label: letters, digits, @ # $ _, and a letter first`);
  }
  return {
    line,
    source,
    label: label === '' ? undefined : label.toUpperCase(),
    operation: operation?.toUpperCase(),
    operands: splitOutside(upToBlank(rest), ','),
  };
}

/** The pieces between separators that stand outside quotes and parentheses. */
export function splitOutside(text: string, separator: string): string[] {
  if (text === '') return [];
  const pieces = [''];
  let quoted = false;
  let depth = 0;
  for (const one of text) {
    if (one === "'") quoted = !quoted;
    else if (!quoted && one === '(') depth++;
    else if (!quoted && one === ')') depth--;
    if (one === separator && !quoted && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += one;
  }
  if (quoted) throw new Error(`a quote is not closed in ${text}`);
  if (depth !== 0) throw new Error(`a parenthesis is not matched in ${text}`);
  return pieces;
}

function upToBlank(text: string): string {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "'") quoted = !quoted;
    else if (!quoted && /\s/.test(text[i]!)) return text.slice(0, i);
  }
  return text;
}

/** `LABEL+4(2,R5)` as the expression before the parentheses and the entries inside them. */
export function readStorage(text: string): { expression: string; inside: string[] } {
  const match = /^(.*?[^+*-])\(([^()']*)\)$/.exec(text);
  if (!match) return { expression: text, inside: [] };
  return { expression: match[1]!, inside: match[2]!.split(',') };
}
