import type { RequestsDocument } from '@core/status/api-types.ts'
import type { Window } from '../data/api.ts'

export type View = RequestsDocument['view']

/** A column to sort by, and whether the largest come first. */
export interface Sort {
  readonly by: string
  readonly descending: boolean
}

/** All that is chosen on the page, as it stands in the address. */
export interface Place {
  /** Seconds that the charts show. */
  readonly range: Window
  /** A stretch of time that was dragged out, epoch seconds; null while the charts follow. */
  readonly selection: { readonly from: number; readonly to: number } | null
  readonly routeSort: Sort
  readonly profileSort: Sort
  readonly metricSort: Sort
  /** Text that the routes shown contain. */
  readonly find: string
  /** The route that is opened, and that the request list is filtered by. */
  readonly route: { readonly method: string; readonly pattern: string } | null
  readonly view: View
  readonly method: string
  /** A status (500) or a class of them (5xx). */
  readonly status: string
  /** Seconds that a request took at least. */
  readonly least: number
  /** Text that the requests shown contain. */
  readonly text: string
  /** The request that is opened. */
  readonly request: string | null
}

export const RANGES: readonly Window[] = [60, 300, 900, 3600]
/** The range in which what fails or is slow counts as wrong now. */
export const VERDICT_RANGE: Window = 300
export const VIEWS: readonly View[] = ['slowest', 'errors', 'in-flight', 'recent']

export const HOME: Place = {
  range: 300,
  selection: null,
  routeSort: { by: 'share', descending: true },
  profileSort: { by: 'totalTime', descending: true },
  metricSort: { by: 'metric', descending: false },
  find: '',
  route: null,
  view: 'slowest',
  method: '',
  status: '',
  least: 0,
  text: '',
  request: null,
}

const REQUEST_PATH = /^r\/([^/]+)$/

/** Reads a place from the part of the address below the mount path; what it does not know it leaves. */
export function parsePlace(path: string, search: string): Place {
  const query = new URLSearchParams(search)
  const text = (name: string): string => query.get(name) ?? ''
  const from = seconds(query.get('from'))
  const to = seconds(query.get('to'))
  const pattern = query.get('route')
  return {
    range: RANGES.find((range) => String(range) === query.get('range')) ?? HOME.range,
    selection: from !== null && to !== null && to > from ? { from, to } : null,
    routeSort: parseSort(query.get('sort'), HOME.routeSort),
    profileSort: parseSort(query.get('psort'), HOME.profileSort),
    metricSort: parseSort(query.get('msort'), HOME.metricSort),
    find: text('find'),
    route: pattern === null ? null : { method: text('of'), pattern },
    view: VIEWS.find((view) => view === query.get('view')) ?? HOME.view,
    method: text('method'),
    status: text('status'),
    least: seconds(query.get('least')) ?? 0,
    text: text('text'),
    request: decoded(REQUEST_PATH.exec(path)?.[1]),
  }
}

/** The address of a place, below the mount path; what is as at first is left out. */
export function placeAddress(place: Place): string {
  const query = new URLSearchParams()
  const put = (name: string, value: string, initial: string): void => {
    if (value !== initial) query.set(name, value)
  }
  put('range', String(place.range), String(HOME.range))
  if (place.selection !== null) {
    query.set('from', place.selection.from.toFixed(1))
    query.set('to', place.selection.to.toFixed(1))
  }
  put('sort', formatSort(place.routeSort), formatSort(HOME.routeSort))
  put('psort', formatSort(place.profileSort), formatSort(HOME.profileSort))
  put('msort', formatSort(place.metricSort), formatSort(HOME.metricSort))
  put('find', place.find, '')
  if (place.route !== null) {
    query.set('of', place.route.method)
    query.set('route', place.route.pattern)
  }
  put('view', place.view, HOME.view)
  put('method', place.method, '')
  put('status', place.status, '')
  put('least', String(place.least), '0')
  put('text', place.text, '')
  const path = place.request === null ? '' : `r/${encodeURIComponent(place.request)}`
  const search = query.toString()
  return search === '' ? path : `${path}?${search}`
}

function parseSort(text: string | null, initial: Sort): Sort {
  const match = /^(-?)(\w{1,32})$/.exec(text ?? '')
  return match === null ? initial : { by: match[2] ?? '', descending: match[1] === '-' }
}

function formatSort(sort: Sort): string {
  return `${sort.descending ? '-' : ''}${sort.by}`
}

function seconds(text: string | null): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}

function decoded(text: string | undefined): string | null {
  if (text === undefined) return null
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
