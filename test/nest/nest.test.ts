import 'reflect-metadata'
import {
  Catch,
  Controller,
  Get,
  Module,
  Param,
  type ArgumentsHost,
  type INestApplication,
} from '@nestjs/common'
import { BaseExceptionFilter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { mtaioExpress } from '@mtaio/express'
import { createMtaio, mtaioFastify, noteError, type Mtaio } from '@mtaio/fastify'
import { describe, expect, it } from 'vitest'
import { until } from '../support/raw-http.ts'

class Users {
  find(id: string): string {
    if (id === 'broken') throw new Error('broken')
    return id
  }
}
class Notes extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<{ readonly raw?: object }>()
    noteError(request.raw ?? request, exception)
    // oxlint-disable-next-line promise/valid-params -- A filter of Nest, not a promise.
    super.catch(exception, host)
  }
}
class App {
  readonly name = 'app'
}

// The decorators of Nest, put on by hand: what runs these tests does not compile them.
const { prototype } = Users
Param('id')(prototype, 'find', 0)
Get(':id')(prototype, 'find', Object.getOwnPropertyDescriptor(prototype, 'find') as never)
Controller('users')(Users)
Catch()(Notes)
Module({ controllers: [Users] })(App)

const quiet = { logger: false } as const

const platforms: readonly {
  readonly name: string
  readonly create: (mtaio: Mtaio) => Promise<INestApplication>
}[] = [
  {
    name: 'Express',
    create: async (mtaio) => {
      const app = await NestFactory.create(App, new ExpressAdapter(), quiet)
      return app.use(mtaioExpress({ mtaio }))
    },
  },
  {
    name: 'Fastify',
    create: async (mtaio) => {
      const app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), quiet)
      await app.register(mtaioFastify, { mtaio })
      return app
    },
  },
]

describe.each(platforms)('NestJS on $name', ({ create }) => {
  it('is followed: labels, outcomes, errors that a filter notes, the page', async () => {
    await using mtaio = createMtaio()
    const app = await create(mtaio)
    try {
      app.useGlobalFilters(new Notes(app.getHttpAdapter()))
      await app.listen(0, '127.0.0.1')
      const { port } = app.getHttpServer().address() as { port: number }
      const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`)
      for (const path of ['/users/7', '/users/8', '/users/broken', '/nowhere/bob']) {
        await ask(`${path}?token=SECRET`)
      }
      await until('all are counted', () => mtaio.http.statistics.requests === 4)
      const counted = [...mtaio.http.log.recent].map(({ status, outcome, entry, error }) => [
        entry?.route,
        status,
        outcome,
        error?.message,
      ])
      expect(counted).toEqual([
        ['/users/:id', 200, 'ok', undefined],
        ['/users/:id', 200, 'ok', undefined],
        ['/users/:id', 500, 'error', 'broken'],
        ['(unmatched)', 404, 'ok', 'Cannot GET /nowhere/bob?[query]'],
      ])
      for (const { id } of mtaio.http.log.recent) {
        const kept = await (await ask(`/_monitor/api/requests/${id}`)).text()
        expect(kept).toContain(id)
        expect(kept).not.toContain('SECRET')
      }
      expect((await ask('/_monitor/api/snapshot')).status).toBe(200)
    } finally {
      await app.close()
    }
  })
})
