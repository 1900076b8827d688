import { HTML_TYPE } from './answer.ts'
import type { Answer } from './answer.ts'

/** A page of text without script or style of its own. `body` and `head` are HTML. */
function plainPage(status: number, base: string, body: string, head = ''): Answer {
  return {
    status,
    type: HTML_TYPE,
    body:
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><base href="${base}">` +
      `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">` +
      // Without one the browser asks the app for its icon, in vain as often as not.
      `<link rel="icon" href="data:,">${head}` +
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

/** Where the style of the form is, below the mount path. */
export const SIGN_IN_STYLE = 'session.css'

/** The form looks like the page that it leads to, which a stranger gets no file of. */
export function signInStyle(): Answer {
  return {
    status: 200,
    type: 'text/css; charset=utf-8',
    caching: 'no-cache',
    body:
      ':root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif;' +
      'background:light-dark(#f6f7f9,#14161a);color:light-dark(#1c2026,#e4e7ec)}' +
      'main{max-width:22rem;margin:18vh auto 0;padding:1.5rem;border-radius:10px;' +
      'background:light-dark(#fff,#1c1f25);border:1px solid light-dark(#dfe3e8,#2c3139)}' +
      'h1{margin:0;font-size:1.25rem}label{display:grid;gap:.35rem}' +
      'input,button{box-sizing:border-box;width:100%;padding:.5rem .7rem;border-radius:6px;' +
      'border:1px solid light-dark(#aeb6c1,#4a515c);font:inherit}' +
      'button{margin-top:.7rem;border:0;background:#2563eb;color:#fff;cursor:pointer}' +
      'a{color:inherit}[role=alert]{color:light-dark(#b42318,#ff8a80)}',
  }
}

/**
 * Asks for the token. It is sent in the body of a POST, never in an address: addresses stay in
 * histories, in the logs of the app and of every proxy.
 *
 * @param next Where to go afterwards, below the mount path, as {@link placeBelow} gives it.
 */
export function signInPage(base: string, next: string, isWrong: boolean): Answer {
  const place = next.replaceAll('&', '&amp;')
  const page = plainPage(
    401,
    base,
    `<h1>Monitor</h1>${isWrong ? '<p role="alert">That is not the token.</p>' : ''}` +
      `<form method="post" action="session"><input type="hidden" name="next" value="${place}">` +
      `<p><label>Token <input name="token" type="password" required autofocus ` +
      `autocomplete="current-password" maxlength="1000"></label> <button>Sign in</button></p></form>` +
      // A link from elsewhere comes without the cookie (SameSite=Strict); this one has it.
      `<p><a href="${place === '' ? './' : place}">Signed in already? Open it again.</a></p>`,
    `<link rel="stylesheet" href="${SIGN_IN_STYLE}">`,
  )
  return { ...page, headers: { 'www-authenticate': 'Bearer' } }
}
