import { conform } from './harness/conform.ts'
import { expressSubjects } from './subjects/express-subject.ts'

conform(expressSubjects)
