// Reads Intel HEX, the text form in which compilers hand over firmware (Intel, "Hexadecimal Object
// File Format Specification", 1988). Every line carries its own checksum; an error names the line.

export class BadHex extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'BadHex';
    this.line = line;
  }
}

const DATA = 0;
const END = 1;
const SEGMENT = 2;
const START_SEGMENT = 3;
const LINEAR = 4;
const START_LINEAR = 5;

/**
 * The image as it lies in flash from address 0; gaps read as erased flash (FF). Throws BadHex for a
 * wrong checksum or length, a missing end record, data beyond `flash_bytes` or an empty file.
 */
export function parseHex(text: string, flash_bytes = 32_768): Uint8Array {
  const flash = new Uint8Array(flash_bytes).fill(0xff);
  let base = 0;
  let end = 0;
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.trim();
    if (line === '') continue;
    const record = parseRecord(line, number);
    const { address, data } = record;
    switch (record.type) {
      case DATA: {
        const at = base + address;
        if (at + data.length > flash_bytes) {
          throw new BadHex(number, `address ${at} lies beyond ${flash_bytes} bytes of flash`);
        }
        flash.set(data, at);
        end = Math.max(end, at + data.length);
        break;
      }
      case END:
        if (end === 0) throw new BadHex(number, 'the file holds no data');
        return flash.slice(0, end);
      case SEGMENT:
        base = word(data, number) * 16;
        break;
      case LINEAR:
        base = word(data, number) * 65_536;
        break;
      case START_SEGMENT:
      case START_LINEAR:
        break; // where a PC would start; a microcontroller starts at its reset vector
      default:
        throw new BadHex(number, `unknown record type ${record.type}`);
    }
  }
  throw new BadHex(number, 'no end record: the file is cut short');
}

function parseRecord(line: string, number: number) {
  if (!/^:(?:[0-9A-Fa-f]{2}){5,}$/.test(line)) {
    throw new BadHex(number, 'not a record: a colon and pairs of hexadecimal digits are expected');
  }
  const bytes = Uint8Array.from(line.slice(1).match(/../g)!, pair => Number.parseInt(pair, 16));
  const length = bytes[0]!;
  if (bytes.length !== length + 5) {
    throw new BadHex(number, `the record says ${length} data bytes and has ${bytes.length - 5}`);
  }
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  if (sum !== 0) throw new BadHex(number, 'checksum is wrong: the file is damaged');
  return {
    address: (bytes[1]! << 8) | bytes[2]!,
    type: bytes[3]!,
    data: bytes.subarray(4, 4 + length),
  };
}

function word(data: Uint8Array, number: number): number {
  if (data.length !== 2) throw new BadHex(number, 'an address record needs two bytes');
  return (data[0]! << 8) | data[1]!;
}
