// Types of what Astro provides: import.meta.env, astro:content; and what Starlight puts into a page's locals.
/// <reference types="astro/client" />
declare namespace App {
  interface Locals {
    starlightRoute: import('@astrojs/starlight/route-data').StarlightRouteData;
  }
}
