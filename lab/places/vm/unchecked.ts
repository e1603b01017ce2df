// In the virtual machine records are written without being checked against the schema: the package that
// checks them is 683 files, whose loading takes longer there than an experiment, and the host checks every
// record that comes back anyway (lab/run/elsewhere.ts). This is what stands in the package's place.
import type { Tree } from './tree.ts';

/** Of what is built, `Type.Object({…})`, only the properties are looked at; whatever is checked is right. */
const TYPE = `const type = properties => ({ properties });
export default new Proxy({}, { get: () => type });
`;
const COMPILE = `export const Compile = () => ({ Check: () => true, Errors: () => [] });
`;

export const CHECKER = 'typebox';

/** Put it into `folder`, which stands for the package's. */
export function addUnchecked(tree: Tree, folder: string): void {
  const exports = { '.': './type.mjs', './compile': './compile.mjs' };
  tree.text(`${folder}/package.json`, JSON.stringify({ name: CHECKER, type: 'module', exports }));
  tree.text(`${folder}/type.mjs`, TYPE);
  tree.text(`${folder}/compile.mjs`, COMPILE);
}
