/** How a registry says that it has no audits. One that is silent, or fails, has not said so. */
const NOT_THERE = [404, 405, 501]

/**
 * Reads what `npm audit --json` writes.
 *
 * @param {string} text
 * @returns {string[] | null} one line per finding; null when the registry answers no audit
 * @throws {Error} when nobody can tell whether there are findings
 */
export function readAudit(text) {
  /**
   * @type {{
   *   vulnerabilities?: Record<string, { severity: string, range: string }>,
   *   statusCode?: number, message?: string,
   * }}
   */
  const { vulnerabilities, statusCode = 0, message } = JSON.parse(text)
  if (vulnerabilities !== undefined) {
    return Object.entries(vulnerabilities).map(
      ([name, { severity, range }]) => `${name} ${range} (${severity})`,
    )
  }
  if (NOT_THERE.includes(statusCode)) return null
  throw new Error(message ?? text)
}
