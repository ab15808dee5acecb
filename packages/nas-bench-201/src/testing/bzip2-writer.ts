/**
 * Packs bytes as bzip2, for tests: the smallest set of features that a reader must take. Blocks are
 * short, so that sorting rotations is cheap, and both code tables give every symbol the same length.
 */
export function encodeBzip2(bytes: Uint8Array): Buffer {
  const bits = new BitWriter();
  for (const byte of Buffer.from("BZh1")) bits.write(byte, 8);
  let allCrc = 0;
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const piece = bytes.subarray(start, start + blockBytes);
    const crc = checksum(piece);
    allCrc = (((allCrc << 1) | (allCrc >>> 31)) ^ crc) >>> 0;
    bits.write(0x314159, 24);
    bits.write(0x265359, 24);
    bits.write(crc >>> 16, 16);
    bits.write(crc & 0xffff, 16);
    bits.write(0, 1);
    writeBlock(bits, withRuns(piece));
  }
  bits.write(0x177245, 24);
  bits.write(0x385090, 24);
  bits.write(allCrc >>> 16, 16);
  bits.write(allCrc & 0xffff, 16);
  return bits.end();
}

const blockBytes = 2048;
const groupSymbols = 50;

function writeBlock(bits: BitWriter, text: Uint8Array): void {
  const { last, origin } = transform(text);
  bits.write(origin, 24);
  const used = [...new Set(last)].sort((a, b) => a - b);
  const groups = Array.from({ length: 16 }, (_, group) =>
    Array.from({ length: 16 }, (_, i) => used.includes(group * 16 + i)),
  );
  for (const group of groups) bits.write(group.includes(true) ? 1 : 0, 1);
  for (const group of groups.filter((members) => members.includes(true))) {
    for (const isUsed of group) bits.write(isUsed ? 1 : 0, 1);
  }
  const symbols = toSymbols(last, used);
  const alphabet = used.length + 2;
  const length = Math.max(1, Math.ceil(Math.log2(alphabet)));
  bits.write(2, 3);
  const selectors = Math.ceil(symbols.length / groupSymbols);
  bits.write(selectors, 15);
  // Each selector takes the table that was not used last.
  for (let i = 0; i < selectors; i += 1) bits.write(i === 0 ? 0 : 0b10, i === 0 ? 1 : 2);
  for (let table = 0; table < 2; table += 1) {
    bits.write(length, 5);
    for (let symbol = 0; symbol < alphabet; symbol += 1) bits.write(0, 1);
  }
  for (const symbol of symbols) bits.write(symbol, length);
}

/** Four equal bytes are followed by how many more there are. */
function withRuns(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    let run = 1;
    while (run < 259 && bytes[at + run] === byte) run += 1;
    out.push(...Array<number>(Math.min(run, 4)).fill(byte));
    if (run >= 4) out.push(run - 4);
    at += run;
  }
  return Uint8Array.from(out);
}

/** Last bytes of the sorted rotations, and which rotation is the text. */
function transform(text: Uint8Array): { readonly last: Uint8Array; readonly origin: number } {
  const twice = Buffer.concat([text, text]);
  const { length } = text;
  const order = Array.from(text, (_, i) => i).sort((a, b) =>
    twice.compare(twice, b, b + length, a, a + length),
  );
  const last = Uint8Array.from(order, (start) => twice[start + length - 1] as number);
  return { last, origin: order.indexOf(0) };
}

/** Move-to-front positions plus one; runs of the front byte as digits 1 and 2 of base 2; the end. */
function toSymbols(last: Uint8Array, used: readonly number[]): number[] {
  const recent = [...used];
  const symbols: number[] = [];
  let run = 0;
  const endRun = (): void => {
    for (; run > 0; run = Math.floor((run - 1) / 2)) symbols.push((run - 1) % 2);
  };
  for (const byte of last) {
    const position = recent.indexOf(byte);
    if (position === 0) {
      run += 1;
      continue;
    }
    endRun();
    symbols.push(position + 1);
    recent.splice(position, 1);
    recent.unshift(byte);
  }
  endRun();
  symbols.push(used.length + 1);
  return symbols;
}

function checksum(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;
  #count = 0;

  /** At most 24 bits, the highest first. */
  write(value: number, length: number): void {
    this.#bits = (this.#bits << length) | value;
    this.#count += length;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#bytes.push((this.#bits >>> this.#count) & 0xff);
    }
  }

  end(): Buffer {
    if (this.#count > 0) this.write(0, 8 - this.#count);
    return Buffer.from(this.#bytes);
  }
}
