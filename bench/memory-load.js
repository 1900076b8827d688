import { Duplex } from 'node:stream'

/** A socket without a network: what is pushed is the request, what is written the response. */
class MemorySocket extends Duplex {
  remoteAddress = '127.0.0.1'
  remotePort = 50_000
  localAddress = '127.0.0.1'
  localPort = 80
  encrypted = false
  /** @readonly */ #onResponse
  #missing = 0

  constructor(onResponse) {
    super({ decodeStrings: false })
    this.#onResponse = onResponse
  }

  _read() {}

  _write(chunk, encoding, callback) {
    const text = typeof chunk === 'string' ? chunk : chunk.latin1Slice()
    callback()
    // Node 20 ends a response with an empty write.
    if (text === '') return
    if (this.#missing === 0) this.#missing = lengthOf(text)
    this.#missing -= text.length
    if (this.#missing === 0) this.#onResponse(this)
  }
}

/** The bytes of a whole response, from its head; the apps answer in ASCII. */
function lengthOf(head) {
  const end = head.indexOf('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(head)
  if (!head.startsWith('HTTP/1.1 200 ') || end < 0 || length === null) {
    // Not thrown here, where the app would answer the error with one more such response.
    setImmediate(() => {
      throw new Error(`Not a response of the bench: ${head.slice(0, 200)}`)
    })
    return Infinity
  }
  return end + 4 + Number(length[1])
}

/** As many as the processes of the bench are loaded with. */
export const CONNECTIONS = 16

/** Sends requests to a server over a few kept connections, each one at a time. */
export class MemoryLoad {
  /** @readonly */ #sockets
  /** @readonly */ #requests
  #next = 0
  #sent = 0
  #answered = 0
  #wanted = 0
  #resolve

  constructor(server, paths, connections) {
    this.#requests = paths.map((path) =>
      Buffer.from(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
      ),
    )
    const onResponse = (socket) => {
      this.#answered++
      // The next request comes in a turn of its own, as it would from a network.
      if (this.#sent < this.#wanted) this.#push(socket)
      else if (this.#answered === this.#wanted) setImmediate(this.#resolve)
    }
    this.#sockets = Array.from({ length: connections }, () => new MemorySocket(onResponse))
    for (const socket of this.#sockets) server.emit('connection', socket)
  }

  /** Resolves when `requests` requests have been answered and their events are through. */
  run(requests) {
    this.#sent = this.#answered = 0
    this.#wanted = requests
    return new Promise((resolve) => {
      this.#resolve = () => setImmediate(resolve)
      for (const socket of this.#sockets.slice(0, requests)) this.#push(socket)
    })
  }

  #push(socket) {
    this.#sent++
    setImmediate(send, socket, this.#requests[this.#next++ % this.#requests.length])
  }
}

function send(socket, request) {
  socket.push(request)
}
