import { JSON_TYPE } from './answer.ts'
import type { Answer } from './answer.ts'
import type { HistoryDocument } from './api-types.ts'
import { Pacer } from './pacer.ts'

/**
 * The history is the one large document, an hour of some forty figures. It is written figure by
 * figure, with the app's own work in between, and with six digits, more than a chart can show.
 */
export async function historyAnswer(document: HistoryDocument): Promise<Answer> {
  const pacer = new Pacer()
  const pieces: Buffer[] = []
  for (const [name, values] of Object.entries(document)) {
    const rounded = name === 't' ? values : values.map(sixDigits)
    const mark = pieces.length === 0 ? '{' : ','
    pieces.push(Buffer.from(`${mark}${JSON.stringify(name)}:${JSON.stringify(rounded)}`))
    if (pacer.isDue) await pacer.pause()
  }
  pieces.push(Buffer.from(pieces.length === 0 ? '{}' : '}'))
  return { status: 200, type: JSON_TYPE, body: pieces }
}

function sixDigits(value: number | null): number | null {
  if (value === null || Number.isInteger(value)) return value
  return Number(value.toPrecision(6))
}
