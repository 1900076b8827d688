/** Any function; `never[]` takes every parameter list. */
export type AnyFunction = (...args: never[]) => unknown
