import { conform } from './harness/conform.ts'
import { koaSubjects } from './subjects/koa-subject.ts'

conform(koaSubjects)
