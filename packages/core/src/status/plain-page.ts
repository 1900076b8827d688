import { HTML_TYPE } from './answer.ts'
import type { Answer } from './answer.ts'

/** A page of text without script or style of its own. `body` is HTML; nothing of a client is in it. */
function plainPage(status: number, base: string, body: string): Answer {
  return {
    status,
    type: HTML_TYPE,
    body:
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><base href="${base}">` +
      `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">` +
      // Without one the browser asks the app for its icon, in vain as often as not.
      `<link rel="icon" href="data:,">` +
      `<title>Monitor</title></head><body><main>${body}</main></body></html>\n`,
  }
}

/** Shown when the package @mtaio/dashboard cannot be loaded, for instance from a bundle. */
export function pageWithoutAssets(base: string): Answer {
  const links = [
    'api/snapshot',
    'api/routes',
    'api/requests',
    'api/metrics',
    'api/alerts',
    'metrics',
    'health',
  ]
  const items = links.map((link) => `<li><a href="${link}">${link}</a></li>`)
  return plainPage(
    200,
    base,
    `<h1>Monitor</h1><p>The package @mtaio/dashboard could not be loaded. The figures are here:</p>` +
      `<ul>${items.join('')}</ul>`,
  )
}

/** What a browser gets that may not see the page. The log says why; a stranger is told nothing. */
export function refusalPage(status: 401 | 403, base: string): Answer {
  return plainPage(status, base, '<h1>Refused</h1><p>The log of the app says why.</p>')
}

/**
 * Asks for the token. It is sent in the body of a POST, never in an address: addresses stay in
 * histories, in the logs of the app and of every proxy.
 *
 * @param next Where to go afterwards, below the mount path: `''` or `r/<id>`.
 */
export function signInPage(base: string, next: string, isWrong: boolean): Answer {
  const page = plainPage(
    401,
    base,
    `<h1>Monitor</h1>${isWrong ? '<p role="alert">That is not the token.</p>' : ''}` +
      `<form method="post" action="session"><input type="hidden" name="next" value="${next}">` +
      `<p><label>Token <input name="token" type="password" required autofocus ` +
      `autocomplete="current-password" maxlength="1000"></label> <button>Sign in</button></p></form>` +
      // A link from elsewhere comes without the cookie (SameSite=Strict); this one has it.
      `<p><a href="${next === '' ? './' : next}">Signed in already? Open it again.</a></p>`,
  )
  return { ...page, headers: { 'www-authenticate': 'Bearer' } }
}
