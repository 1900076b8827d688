import { mtaioExpress } from '@mtaio/express'
import express from 'express'

const app = express()
app.use(mtaioExpress())

app.get('/users/:id', (req, res) => {
  res.json({ id: req.params.id })
})

const port = Number(process.env['PORT'] ?? 3000)
app.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${port}/_monitor`)
})
