// A hidden window that serves messages: no place on the screen, a name that others find it by, and a loop.
//   node lab/examples/messages/serve.ts NAME [SECONDS]
// Ends when somebody sends STOP, or after so many seconds. The other half is ask.ts.
import { WrongUsage } from '../../errors.ts';
import { MessageLoop } from '../../messages/loop.ts';
import { MESSAGE_ONLY, WindowClass } from '../../messages/window.ts';
import { ASK, COUNT, main, registered, STOP } from './names.ts';

await main(desk => {
  const [name, seconds = '30'] = process.argv.slice(2);
  if (!name || !(Number(seconds) > 0)) throw new WrongUsage('serve.ts NAME [SECONDS]');
  const [ask, count, stop] = [ASK, COUNT, STOP].map(one => registered(desk, one));
  let asked = 0;
  const windows = new WindowClass(desk, name, (_hwnd, message, number) => {
    if (message === ask) {
      asked++;
      return 2 * number;
    }
    if (message === count) return asked;
    if (message === stop) {
      desk.user.PostQuitMessage(0);
      return 0;
    }
    // Everything else: DefWindowProc knows what to do.
    return undefined;
  });
  const loop = new MessageLoop(desk);
  try {
    windows.create(MESSAGE_ONLY);
    loop.run(1000 * Number(seconds));
  } finally {
    loop.close();
    windows.close();
  }
});
