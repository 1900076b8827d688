/**
 * What the handler of every app does: three awaits, no input or output. The awaits are there
 * because a tool that enters AsyncLocalStorage makes each of them slower on Node 20 and 22.
 */
const items = new Map()
for (let id = 0; id < 100; id++) items.set(String(id), { id, name: `Item ${id}`, cents: 100 * id })

async function fromCache(id) {
  return items.get(id)
}

async function withPrice(item) {
  return { ...item, price: (item.cents / 100).toFixed(2) }
}

export async function loadItem(id) {
  return withPrice(await fromCache(id))
}

/** The path of the nth request: 100 addresses of one route. */
export const paths = Array.from(items.keys(), (id) => `/items/${id}`)
