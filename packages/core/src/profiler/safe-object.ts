// Objects of the app may be proxies or have getters that throw. These never do.

/** The names of own enumerable properties; none when asking throws. */
export function ownNames(object: object): string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

/** A property, or a text that says that reading it threw. */
export function valueOf(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name]
  } catch {
    return '[threw]'
  }
}

/** A property that is a string, or `null`. */
export function stringOf(object: object, name: string): string | null {
  try {
    const value = (object as Record<string, unknown>)[name]
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

/** Sets a property of our own plain object. `__proto__` is a name like any other. */
export function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') {
    target[name] = value
    return
  }
  Object.defineProperty(target, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}
