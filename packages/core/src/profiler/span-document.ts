/** What an error says of itself: strings, never the object, which may hold on to half the app. */
export interface ErrorTexts {
  readonly name: string
  readonly message: string
  readonly stack: string | null
}

/** An error as it is kept. */
export interface ErrorDocument extends ErrorTexts {
  /**
   * What is behind it, the nearest first: its `cause`, what is behind that, and the errors of an
   * `AggregateError`. Absent where there is nothing.
   */
  readonly causes?: readonly ErrorTexts[]
}

/** One operation as JSON. Durations are seconds, timestamps epoch seconds, sizes bytes. */
export interface TraceDocument {
  readonly id: string
  readonly parentId: string | null
  readonly name: string
  readonly startTime: number
  /** null while it runs. */
  readonly endTime: number | null
  readonly duration: number | null
  readonly metadata: Readonly<Record<string, unknown>>
  /** Heap and external memory of the whole process, in bytes. */
  readonly memoryStart: number
  readonly memoryEnd: number | null
  readonly memoryDelta: number | null
  readonly stackTrace: string | null
  readonly error: ErrorDocument | null
}

/** One operation in the tree of a trace. */
export interface SpanDocument extends TraceDocument {
  readonly children: readonly SpanDocument[]
}
