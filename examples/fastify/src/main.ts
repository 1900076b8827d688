import { mtaioFastify } from '@mtaio/fastify'
import fastify from 'fastify'

const app = fastify()
await app.register(mtaioFastify)

app.get<{ Params: { id: string } }>('/users/:id', (request) => ({ id: request.params.id }))

const port = Number(process.env['PORT'] ?? 3000)
await app.listen({ port, host: '127.0.0.1' })
console.log(`http://127.0.0.1:${port}/_monitor`)
