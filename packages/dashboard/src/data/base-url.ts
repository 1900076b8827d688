/**
 * Where the page is mounted, with its trailing slash. Read once: the address of the page changes
 * when a request is opened, what its links are relative to does not.
 */
export const BASE: URL = new URL('.', document.baseURI)

/** An address below the mount path. */
export function below(path: string): string {
  return new URL(path, BASE).href
}
