// A GUID as it lies in memory: the first three groups are numbers, the rest are bytes (guiddef.h).

export function guidBytes(text: string): Uint8Array {
  const digits = Buffer.from(text.replaceAll('-', ''), 'hex');
  digits.subarray(0, 4).reverse();
  digits.subarray(4, 6).reverse();
  digits.subarray(6, 8).reverse();
  return digits;
}
