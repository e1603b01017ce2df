// The public names of the lab's files with their doc comments, by the TypeScript compiler's own parser
// (`typescript/unstable/sync`; the version is pinned). Only syntax is asked for: no type is inferred,
// because exported names here say their types.
import { join } from 'node:path';
import {
  type ClassDeclaration,
  type InterfaceDeclaration,
  isAsExpression,
  isCallExpression,
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionTypeNode,
  isGetAccessorDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
  isVariableStatement,
  type Node,
  type ObjectLiteralExpression,
  type SourceFile,
  SyntaxKind,
  type TypeLiteralNode,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import type { ReferenceFile, ReferenceItem, ReferenceMember } from './types.ts';
import { unitOf } from './units.ts';

/** A project of just these files that resolves nothing: parsing is all that is wanted. */
const CONFIG = 'reference.tsconfig.json';

/** Throws Error where a file is missing. Paths are below the project's folder `root`. */
export function readReference(root: string, files: readonly string[]): ReferenceFile[] {
  const config = join(root, CONFIG);
  const text = JSON.stringify({
    compilerOptions: { noResolve: true, noLib: true, types: [], noEmit: true },
    files,
  });
  const api = new API({
    cwd: root,
    fs: {
      readFile: path => (path === config ? text : undefined),
      fileExists: path => (path === config ? true : undefined),
    },
  });
  try {
    const project = api.updateSnapshot({ openProject: config }).getProject(config);
    return files.map(file => {
      const source = project?.program.getSourceFile(join(root, file));
      if (source === undefined) throw new Error(`The reference shows ${file}, which is not there`);
      return readFile(file, source);
    });
  } finally {
    api.close();
  }
}

function readFile(file: string, source: SourceFile): ReferenceFile {
  const items = source.statements.flatMap(statement => itemsOf(statement, file, source));
  return { file, about: headOf(source.text), items };
}

/** The comment of two or three lines that every file begins with. */
function headOf(text: string): string {
  return (/^(?:#!.*\n)?((?:\/\/.*\n)+)/.exec(text)?.[1] ?? '')
    .split('\n')
    .map(line => line.replace(/^\/\/ ?/, ''))
    .join(' ')
    .trim();
}

function itemsOf(statement: Node, file: string, source: SourceFile): ReferenceItem[] {
  if (!isExported(statement)) return [];
  const start = statement.getStart(source);
  const common = {
    file,
    line: source.text.slice(0, start).split('\n').length,
    ...docOf(statement, source),
  };
  const item = (
    name: string,
    kind: ReferenceItem['kind'],
    signature: string,
    members: readonly ReferenceMember[] = [],
  ): ReferenceItem => ({ name, kind, signature, members, units: unitsIn(signature), ...common });

  if (isFunctionDeclaration(statement)) {
    const end = statement.body?.getStart(source) ?? statement.end;
    return [item(statement.name?.text ?? 'default', 'function', plain(source, start, end))];
  }
  if (isInterfaceDeclaration(statement)) {
    const head = plain(source, start, statement.members.pos).replace(/\s*\{$/, '');
    return [item(statement.name.text, 'interface', head, membersOf(statement, source))];
  }
  if (isClassDeclaration(statement)) {
    const head = plain(source, start, statement.members.pos).replace(/\s*\{$/, '');
    return [item(statement.name?.text ?? 'default', 'class', head, membersOf(statement, source))];
  }
  if (isTypeAliasDeclaration(statement)) {
    const inner = literalIn(statement.type);
    const found = inner === undefined ? [] : membersOf(inner, source);
    // The declaration shows them all; they are listed where they say more than it.
    const members = found.some(one => one.doc !== '') ? found : [];
    return [item(statement.name.text, 'type', plain(source, start, statement.end), members)];
  }
  if (isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(declaration => {
      const { initializer, name, type } = declaration;
      const words = name.getText(source);
      const object = objectIn(initializer);
      const shown =
        type !== undefined || object !== undefined || initializer === undefined
          ? `export const ${words}${type ? `: ${plain(source, type.getStart(source), type.end)}` : ''}`
          : plain(source, start, bodyOf(initializer, source) ?? statement.end).replace(/ =>$/, '');
      return item(words, 'constant', shown, object ? propertiesOf(object, source) : []);
    });
  }
  return [];
}

function isExported(node: Node): boolean {
  const { modifiers } = node as { modifiers?: readonly Node[] };
  return modifiers?.some(one => one.kind === SyntaxKind.ExportKeyword) ?? false;
}

/** The properties that a constant names: a schema's in its call, or an object's `as const`. */
function objectIn(initializer: Node | undefined): ObjectLiteralExpression | undefined {
  if (initializer === undefined) return undefined;
  if (isCallExpression(initializer)) return initializer.arguments.find(isObjectLiteralExpression);
  if (!isAsExpression(initializer)) return undefined;
  return isObjectLiteralExpression(initializer.expression) ? initializer.expression : undefined;
}

/** Where the body of an arrow function begins. */
function bodyOf(node: Node, source: SourceFile): number | undefined {
  if (node.kind !== SyntaxKind.ArrowFunction) return undefined;
  return (node as unknown as { readonly body: Node }).body.getStart(source);
}

type Holder = InterfaceDeclaration | ClassDeclaration | TypeLiteralNode;

function membersOf(holder: Holder, source: SourceFile, before = ''): ReferenceMember[] {
  return holder.members.flatMap(member => {
    if (isHidden(member) || isConstructorDeclaration(member)) return [];
    const { doc, errors } = docOf(member, source);
    if (isMethodSignatureDeclaration(member) || isMethodDeclaration(member)) {
      const name = before + member.name.getText(source);
      const end = isMethodDeclaration(member)
        ? (member.body?.getStart(source) ?? member.end)
        : member.end;
      const type = plain(source, member.name.end, end).replace(/^\?/, '').replace(/;$/, '');
      const optional = source.text[member.name.end] === '?';
      return [{ name, type, optional, callable: true, doc, errors, unit: unitOf(name) }];
    }
    if (isGetAccessorDeclaration(member)) {
      const name = before + member.name.getText(source);
      const type = member.type ? plain(source, member.type.getStart(source), member.type.end) : '';
      return [{ name, type, optional: false, callable: false, doc, errors, unit: unitOf(name) }];
    }
    if (isPropertySignatureDeclaration(member) || isPropertyDeclaration(member)) {
      const name = before + member.name.getText(source);
      const { type } = member;
      const inner = type === undefined ? undefined : literalIn(type);
      const optional = source.text[member.name.end] === '?';
      const words = type === undefined ? '' : typeWords(type, inner, source);
      const callable = type !== undefined && isFunctionTypeNode(type);
      const own = { name, type: words, optional, callable, doc, errors, unit: unitOf(name) };
      return [own, ...(inner === undefined ? [] : membersOf(inner, source, `${name}.`))];
    }
    return [];
  });
}

/** The properties of a schema, each with the comment above it. */
function propertiesOf(object: ObjectLiteralExpression, source: SourceFile): ReferenceMember[] {
  return object.properties.filter(isPropertyAssignment).map(property => {
    const name = property.name.getText(source);
    const { initializer } = property;
    const type = plain(source, initializer.getStart(source), initializer.end);
    const optional = type.startsWith('Type.Optional(');
    return {
      name,
      type,
      optional,
      callable: false,
      unit: unitOf(name),
      ...docOf(property, source),
    };
  });
}

/** Private by `#` or by word: no part of what is public. */
function isHidden(member: Node): boolean {
  const { name, modifiers } = member as Partial<{ name: Node; modifiers: readonly Node[] }>;
  if (name?.kind === SyntaxKind.PrivateIdentifier) return true;
  return modifiers?.some(one => one.kind === SyntaxKind.PrivateKeyword) ?? false;
}

/** The first set of named properties inside a type: its members are listed, not repeated. */
function literalIn(type: Node): TypeLiteralNode | undefined {
  if (isTypeLiteralNode(type)) return type;
  if (isFunctionTypeNode(type)) return undefined;
  return type.forEachChild(literalIn);
}

function typeWords(type: Node, inner: TypeLiteralNode | undefined, source: SourceFile): string {
  const start = type.getStart(source);
  if (inner === undefined) return plain(source, start, type.end);
  const before = plain(source, start, inner.getStart(source));
  return `${before}{ … }${plain(source, inner.end, type.end)}`;
}

/** A piece of source on one line: without comments, without the layout's spaces. */
function plain(source: SourceFile, start: number, end: number): string {
  return source.text
    .slice(start, end)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/([([<]) /g, '$1')
    .replace(/,? ([)\]>])/g, (whole, bracket: string) => (whole === ' >' ? whole : bracket))
    .replace(/: \| /g, ': ')
    .replace(/= \| /g, '= ')
    .replace(/^export declare /, 'export ')
    .trim();
}

/** The comment right above, as text; what it says of errors stands apart. */
function docOf(node: Node, source: SourceFile): { doc: string; errors: string } {
  const comment = node.jsDoc?.at(-1);
  if (comment === undefined) return { doc: '', errors: '' };
  const raw = source.text.slice(comment.pos, comment.end);
  const text = raw
    .slice(raw.lastIndexOf('/**') + 3)
    .replace(/\*\/$/, '')
    .split('\n')
    .map(line => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim()
    .split(/\n\s*\n/)
    .map(paragraph => paragraph.replace(/\s*\n\s*/g, ' '))
    .join('\n\n');
  return apart(text);
}

/** Sentences that say what is thrown, or that nothing is, apart from the rest. */
export function apart(text: string): { doc: string; errors: string } {
  const errors: string[] = [];
  const doc = text
    .split('\n\n')
    .map(paragraph =>
      sentences(paragraph)
        .filter(sentence => !(THROWS.test(sentence) && errors.push(sentence)))
        .join(' '),
    )
    .filter(Boolean)
    .join('\n\n');
  return { doc, errors: errors.join(' ') };
}

const THROWS = /^(?:Never t|T)hrows\b/;

function sentences(paragraph: string): string[] {
  return paragraph.split(/(?<=[.?!]) (?=[A-Z`])/);
}

/** Names with a unit among a signature's words. */
function unitsIn(signature: string): [string, string][] {
  const names = new Set(signature.match(/\b[a-z]\w*_[a-z]\w*(?=\??:|\()/g) ?? []);
  return [...names].flatMap(name => {
    const unit = unitOf(name);
    return unit === '' ? [] : [[name, unit] as [string, string]];
  });
}
