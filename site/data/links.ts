// Links that components make, under whatever base path the site is served.

/** A page or file of this site; `path` without a leading slash. */
export function siteHref(path: string): string {
  return `${import.meta.env.BASE_URL.replace(/\/+$/, '')}/${path}`;
}

export function recordHref(path: string): string {
  return siteHref(`records/${path.split('/').map(encodeURIComponent).join('/')}`);
}

/** The machine's own page. */
export function machineHref(machine: string): string {
  return siteHref(`machines/${machineId(machine)}/`);
}

export function machineId(machine: string): string {
  return `${machine.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}

/** A line of the sources where they are published; undefined where nobody said where that is. */
export function sourceHref(file: string, line: number): string | undefined {
  const repository = process.env.IOLAB_REPOSITORY;
  if (repository === undefined || repository === '') return undefined;
  return `${repository.replace(/\/+$/, '')}/blob/main/${file}#L${line}`;
}
