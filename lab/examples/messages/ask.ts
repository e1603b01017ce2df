// A program that talks to another one by registered messages, and shares nothing with it but their names:
//   node lab/examples/messages/ask.ts NAME COUNT
// The other half is serve.ts; whichever is started first.
import { WrongUsage } from '../../errors.ts';
import { ask } from './asking.ts';
import { main } from './names.ts';

await main(desk => {
  const [name, count = ''] = process.argv.slice(2);
  const wanted = Number(count);
  if (!name || !Number.isInteger(wanted) || wanted < 1) throw new WrongUsage('ask.ts NAME COUNT');
  process.stdout.write(`${JSON.stringify(ask(desk, name, wanted))}\n`);
});
