/**
 * The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as far
 * as Prometheus' metrics need it. A message is a string of bytes, one character each: V8 joins
 * strings without copying them, and the length of what is inside is known when it is needed.
 */
export type Message = string

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2

const float = Buffer.alloc(8)

/** 7 bits a byte, the lowest first; the high bit says that more follow. Exact up to 2^53. */
export function varint(value: number): Message {
  let bytes = ''
  while (value > 127) {
    bytes += String.fromCharCode((value % 128) + 128)
    value = Math.floor(value / 128)
  }
  return bytes + String.fromCharCode(value)
}

/** A signed number as an unsigned one: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

/** A field of an unsigned integer or an enum. */
export function integerField(field: number, value: number): Message {
  return tag(field, VARINT) + varint(value)
}

/** A field of `sint32` or `sint64`. */
export function signedField(field: number, value: number): Message {
  return integerField(field, zigzag(value))
}

export function doubleField(field: number, value: number): Message {
  float.writeDoubleLE(value)
  return tag(field, FIXED64) + float.toString('latin1')
}

export function textField(field: number, text: string): Message {
  return messageField(field, Buffer.from(text).toString('latin1'))
}

/** A field of a message, or of packed numbers. */
export function messageField(field: number, message: Message): Message {
  return tag(field, LENGTH_DELIMITED) + varint(message.length) + message
}

function tag(field: number, type: number): Message {
  return varint(field * 8 + type)
}
