// Rust: a future does nothing until it is polled, lies where its owner puts it, and is cancelled by being
// dropped. The executor is a library's, here one of our own on epoll.
import type { Stage } from '../stage.ts';
import { measureLanguage } from './parts/measure.ts';
import { LANGUAGES } from './parts/toolchains.ts';

export const stage: Stage = {
  id: 'rust-await',
  title: 'Rust: Future and an executor of our own',
  experiment: 'five-languages',
  mechanism: 'interrupt',
  about: 'a future is polled by an executor that sleeps in epoll, and takes nothing from the heap',
  source: 'https://doc.rust-lang.org/std/future/trait.Future.html',
  run: context => measureLanguage(context, LANGUAGES.rust),
};
