// Types of what Astro provides: import.meta.env, astro:content.
/// <reference types="astro/client" />
