import { createRequire } from 'node:module'
import { loadItem } from './work.js'

// By require and only when asked, since OpenTelemetry patches what is required after it began.
const require = createRequire(import.meta.url)

export async function build(variant) {
  const express = require('express')
  const app = express()
  await variant.express?.(app)
  const work = variant.around?.(loadItem) ?? loadItem
  app.get('/items/:id', async (req, res) => {
    res.json(await work(req.params.id))
  })
  return require('node:http').createServer(app)
}
