// Numbers of seven bits a byte (LEB128) and texts of a length that is said, written and read. Exact up to 2^53, which is the year
// 2255 in microseconds; what is larger is refused, not rounded.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Malformed extends Error {}

export const textOf = (text) => [...encoder.encode(text)];

export function number(value) {
  const bytes = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** Small numbers are short, also those below zero. */
export function signed(value) {
  return number(value < 0 ? -2 * value - 1 : 2 * value);
}

export function counted(bytes) {
  return [...number(bytes.length), ...bytes];
}

export class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  isEmpty() {
    return this.#at >= this.#bytes.length;
  }

  byte() {
    if (this.isEmpty()) throw new Malformed("the message ends too early");
    return this.#bytes[this.#at++];
  }

  bytes(length) {
    if (this.#at + length > this.#bytes.length) throw new Malformed("the message ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #wide() {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed("a number is too long");
  }

  number() {
    return exact(this.#wide());
  }

  signed() {
    const folded = this.#wide();
    return exact(folded & 1n ? -(folded >> 1n) - 1n : folded >> 1n);
  }

  counted() {
    return this.bytes(this.number());
  }

  countedText() {
    return decoder.decode(this.counted());
  }

  countedJson() {
    return JSON.parse(this.countedText());
  }

  restAsJson() {
    return JSON.parse(decoder.decode(this.bytes(this.#bytes.length - this.#at)));
  }
}

function exact(value) {
  const plain = Number(value);
  if (!Number.isSafeInteger(plain)) throw new Malformed("a number is too large");
  return plain;
}
