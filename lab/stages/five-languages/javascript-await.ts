// JavaScript: calling an async function runs it up to its first await, and a promise cannot be cancelled;
// what can be is the wait for the stream's event. Node's loop sleeps in epoll.
import type { Stage } from '../stage.ts';
import { measureLanguage } from './parts/measure.ts';
import { LANGUAGES } from './parts/toolchains.ts';

export const stage: Stage = {
  id: 'javascript-await',
  title: 'JavaScript: Promise and Node’s loop',
  experiment: 'five-languages',
  mechanism: 'interrupt',
  about: 'the call runs up to the first await, and Node’s loop, which sleeps in epoll, goes on',
  source: 'https://tc39.es/ecma262/#sec-async-function-definitions',
  run: context => measureLanguage(context, LANGUAGES.javascript),
};
