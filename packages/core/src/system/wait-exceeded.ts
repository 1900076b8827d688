/**
 * The wait of somebody who comes at a random moment: the x for which the moments that have to wait
 * longer add up to `momentsMs`. Who comes into a block waits for the rest of it, so a block of 10 ms
 * has 4 ms of moments that wait longer than 6.
 *
 * @param longestFirst The lengths of blocks in milliseconds.
 * @param counts How many blocks have each length. Default: one each.
 */
export function waitExceededBy(
  momentsMs: number,
  longestFirst: readonly number[],
  counts?: readonly number[],
): number {
  let sum = 0
  let count = 0
  for (const [index, block] of longestFirst.entries()) {
    const same = counts?.[index] ?? 1
    sum += same * block
    count += same
    const next = longestFirst[index + 1] ?? 0
    // Between this block's length and the next one's, `count` blocks are longer than x.
    if (sum - count * next >= momentsMs) return (sum - momentsMs) / count
  }
  return 0
}
