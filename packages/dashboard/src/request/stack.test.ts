import { expect, test } from 'vitest'
import { foldStack, parseStack, splitPath } from './stack.ts'

const STACK = `TypeError: at least (one) message
that has two lines
    at renderReport (file:///srv/my%20shop/src/report.ts:48:22)
    at Layer.handle (/srv/shop/node_modules/express/lib/router/layer.js:95:5)
    at C:\\shop\\node_modules\\a\\b.js:1:2
    at async Promise.all (index 0)
    at new Report (C:\\shop\\src\\report.js:3:4)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at <anonymous>`

test('frames are read as V8 writes them, on every system', () => {
  const frames = parseStack(STACK)
  expect(frames.map(({ owner }) => owner)).toEqual([
    'app',
    'package',
    'package',
    'node',
    'app',
    'node',
    'node',
  ])
  expect(frames[0]).toMatchObject({
    call: 'renderReport',
    file: { path: '/srv/my shop/src/report.ts', position: '48:22' },
  })
  expect(frames[4]?.file?.path).toBe('C:\\shop\\src\\report.js')
})

test('frames of packages and of Node are folded, those of the app are not', () => {
  const parts = foldStack(parseStack(STACK))
  expect(
    parts.map((part) => (part.kind === 'frame' ? part.frame.call : part.frames.length)),
  ).toEqual(['renderReport', 3, 'new Report', 2])
})

test('where no frame is of the app none is folded', () => {
  const parts = foldStack(parseStack('Error: x\n    at a (node:fs:1:2)\n    at b (node:net:1:2)'))
  expect(parts.map(({ kind }) => kind)).toEqual(['frame', 'frame'])
})

test('no stack has no frames', () => {
  expect(parseStack('')).toEqual([])
  expect(parseStack('Error: nothing else')).toEqual([])
})

test('the end of a path is what matters of it', () => {
  expect(splitPath('/srv/shop/src/report.ts')).toEqual(['/srv/shop/', 'src/report.ts'])
  expect(splitPath('report.ts')).toEqual(['', 'report.ts'])
  expect(splitPath('C:\\shop\\src\\report.js')).toEqual(['C:\\shop\\', 'src\\report.js'])
})
