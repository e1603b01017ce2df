// Runs the examples on completion ports one after the other in one process under Wine; each prints a line.
for (const name of ['by-hand', 'pool-callbacks', 'completion-callbacks']) {
  await import(new URL(`../../../lab/examples/ports/${name}.ts`, import.meta.url).href);
}
process.exit(0);
