// What the files of words share.

/** `1 minute`, `2 minutes`. */
export const many = (n: number | string, one: string, more: string): string =>
  `${n} ${String(n) === '1' ? one : more}`;
