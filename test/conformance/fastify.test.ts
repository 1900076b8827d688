import { conform } from './harness/conform.ts'
import { fastifySubjects } from './subjects/fastify-subject.ts'

conform(fastifySubjects)
