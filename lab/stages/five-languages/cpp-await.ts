// C++: the compiler cuts the function into pieces and takes a frame for it from the heap; whether the call
// begins it, who goes on and how it is cancelled is for the task's type to say, and that the program brings.
import type { Stage } from '../stage.ts';
import { measureLanguage } from './parts/measure.ts';
import { LANGUAGES } from './parts/toolchains.ts';

export const stage: Stage = {
  id: 'cpp-await',
  title: 'C++: coroutine and a task of our own',
  experiment: 'five-languages',
  mechanism: 'interrupt',
  about: 'a frame from the heap for each call, resumed by a loop of our own that sleeps in epoll',
  source: 'https://eel.is/c++draft/dcl.fct.def.coroutine',
  run: context => measureLanguage(context, LANGUAGES.cpp),
};
