import type express from 'express'
import { createRequire } from 'node:module'

// By require: the packages have no types under these names.
const load = createRequire(import.meta.url)

/** The two majors under one type: the tests use what they have in common. */
export const majors: readonly { readonly name: string; readonly express: typeof express }[] = [
  { name: 'Express 4', express: load('express4') as typeof express },
  { name: 'Express 5', express: load('express5') as typeof express },
]

/** The majors, and Express 5 as older lock files have it: its router keeps no path of a mount. */
export const versions: typeof majors = [
  ...majors,
  { name: 'Express 5.1 with router 2.2', express: load('express51') as typeof express },
]
