// The published course in Chromium, for the tests of a suite: built once for all (build-site.ts), served, and
// closed behind the last of them.
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { publishedSite } from './build-site.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';

/** There once the suite's tests begin. */
export interface Course {
  readonly folder: string;
  readonly browser: Browser;
  /** Of the server; the course lies at its root. */
  readonly origin: string;
}

/** To be called within a suite, which is skipped where there is no Chromium. */
export function publishedCourse(): Course {
  const course = {} as { -readonly [key in keyof Course]: Course[key] };
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    course.folder = await publishedSite();
    const site = await serve(course.folder, '/');
    close = () => site.close();
    course.origin = site.origin;
    const executablePath = chromiumPath()!;
    course.browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await course.browser?.close();
    await close?.();
  });
  return course;
}
