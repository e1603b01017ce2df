// Words that a reader would see and that stand in an .astro file itself. Its markup is nearly JSX, so the
// TypeScript compiler's parser reads it; what is code, a class, a selector or an error for whoever builds
// the site is no word for readers.
import { join } from 'node:path';
import {
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isJsxAttribute,
  isJsxElement,
  isJsxExpression,
  isJsxText,
  isNewExpression,
  isParenthesizedExpression,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

/** Attributes that are read out or shown. */
const SAID = new Set([
  'aria-label',
  'aria-valuetext',
  'title',
  'alt',
  'placeholder',
  'label',
  'text',
]);
const WORD = /\p{L}{2,}/u;
/** A literal that is no identifier: two words, or one with a capital. */
const SENTENCE = /\p{L}{2,}[,:;.]? \p{L}|^\p{Lu}\p{Ll}{2,}[.!?]?$/u;
const CODE = new Set(['code', 'pre', 'style', 'script']);
/** Calls whose texts are for the browser or for whoever builds. */
const QUIET =
  /(?:querySelector|querySelectorAll|closest|matches|define|addEventListener|test|exec)$/;

/** Calls that draw a text, and which of their arguments is that text. */
const DRAWS: Readonly<Record<string, number>> = { label: 0, word: 0, bottomAxis: 3, leftAxis: 3 };

/** The file as two programs: frontmatter with markup, and what runs in the browser. */
export function programsOf(astro: string): { readonly page: string; readonly script: string } {
  const [, front = '', body = astro] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(astro) ?? [];
  const scripts: string[] = [];
  const markup = body
    .replace(/<script>([\s\S]*?)<\/script>/g, (_, code: string) => {
      scripts.push(code);
      return '';
    })
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    // Astro's shorthand for an attribute of a variable's name.
    .replace(/\s\{(\w+)\}(?=\s*\/?>|\s+[\w:-]+[={]|(?:\s+\{\w+\})+\s*\/?>)/g, ' $1={$1}');
  return { page: `${front}\nconst __markup = (<>${markup}</>);\n`, script: scripts.join('\n') };
}

/** One line per text, with its file. */
export function wordsIn(files: ReadonlyMap<string, string>): string[] {
  const root = '/words';
  const texts = new Map<string, string>();
  for (const [name, astro] of files) {
    const { page, script } = programsOf(astro);
    texts.set(join(root, `${name}.tsx`), page);
    texts.set(join(root, `${name}.script.tsx`), script);
  }
  const config = join(root, 'tsconfig.json');
  const compilerOptions = { noResolve: true, noLib: true, types: [], jsx: 'preserve' };
  texts.set(config, JSON.stringify({ compilerOptions, files: [...texts.keys()] }));
  const api = new API({
    fs: {
      readFile: path => texts.get(path) ?? (path.startsWith(root) ? null : undefined),
      fileExists: path => (path.startsWith(root) ? texts.has(path) : undefined),
    },
  });
  try {
    const project = api.updateSnapshot({ openProject: config }).getProject(config);
    return [...texts.keys()].flatMap(path => {
      if (path === config) return [];
      const source = project?.program.getSourceFile(path);
      if (source === undefined) throw new Error(`${path} was not parsed`);
      const faults = project!.program.getSyntacticDiagnostics(path);
      if (faults.length > 0) {
        const fault = faults[0] as unknown as { text: string };
        throw new Error(`${path} cannot be read as JSX (${fault.text}): mend programsOf`);
      }
      const name = path.slice(root.length + 1).replace(/(?:\.script)?\.tsx$/, '');
      return wordsOf(source, source.text).map(word => `${name}: ${word}`);
    });
  } finally {
    api.close();
  }
}

/** `within` tells whether a literal here would be shown as it is: `child`. */
function wordsOf(node: Node, text: string, within = ''): string[] {
  const words = own(node, text, within);
  if (words === undefined) return [];
  const passes = passesTo(node, within);
  node.forEachChild(child => {
    words.push(...wordsOf(child, text, passes(child)));
    return undefined;
  });
  return words;
}

/** What a node makes of the texts beneath it: a choice and an `and` hand them on to where they stand. */
function passesTo(node: Node, within: string): (child: Node) => string {
  if (isJsxExpression(node)) return () => (within === 'attribute' ? '' : 'child');
  if (isJsxAttribute(node)) return () => (SAID.has(node.name.getText()) ? '' : 'attribute');
  if (isParenthesizedExpression(node)) return () => within;
  if (isCallExpression(node)) {
    const drawn = node.arguments[DRAWS[node.expression.getText()] ?? -1];
    return child => (child === drawn ? 'child' : '');
  }
  if (isConditionalExpression(node)) return child => (child === node.condition ? '' : within);
  if (isBinaryExpression(node)) {
    const chooses = /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText());
    return () => (chooses ? within : '');
  }
  return () => '';
}

/** The words of this node itself; undefined where nothing beneath it is for readers. */
function own(node: Node, text: string, within: string): string[] | undefined {
  const here = text.slice(node.pos, node.end).trim();
  if (isJsxText(node)) return WORD.test(plain(here)) ? [here] : [];
  if (isJsxElement(node)) {
    const name = text
      .slice(node.openingElement.tagName.pos, node.openingElement.tagName.end)
      .trim();
    return CODE.has(name) ? undefined : [];
  }
  if (isJsxAttribute(node)) {
    const name = node.name.getText();
    const literal = /^"([^"]*)"$|^\{`([\s\S]*)`\}$/.exec(node.initializer?.getText() ?? '');
    const said = (literal?.[1] ?? literal?.[2] ?? '').replace(/\$\{[^{}]*\}/g, '');
    if (!SAID.has(name)) return literal ? undefined : [];
    return WORD.test(plain(said)) ? [`${name}="${said}"`] : [];
  }
  if (node.kind === SyntaxKind.ImportDeclaration || node.kind === SyntaxKind.TypeAliasDeclaration) {
    return undefined;
  }
  if (node.kind === SyntaxKind.InterfaceDeclaration || node.kind === SyntaxKind.LiteralType) {
    return undefined;
  }
  if (isNewExpression(node) && /^(?:\w*Error|RegExp)$/.test(node.expression.getText()))
    return undefined;
  if (isCallExpression(node) && QUIET.test(node.expression.getText())) return undefined;
  if (LITERALS.has(node.kind)) {
    const said = here.replace(/^['"`}]|['"`]$|\$\{$/g, '').trim();
    const word = within === 'child' ? WORD.test(said) : SENTENCE.test(said);
    return word && !/^[a-z-]+(?: [a-z]+-[a-z-]+)+$/.test(said) ? [said] : [];
  }
  return [];
}

const LITERALS = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
]);

/** Without entities and paths. */
const plain = (text: string): string => text.replace(/&[a-z]+;|\S*\/\S*/g, ' ');
