import { createServer, type Server, Socket } from "node:net";

/** What happens to what is sent. */
type Mode =
  | "pass"
  /** A cable that is pulled: nothing arrives and nothing breaks; what was sent arrives later. */
  | "hold"
  /** A host that is gone: connections break, new ones are refused. */
  | "refuse";

/** A TCP connection between two processes that can be cut and delayed. */
export class TcpProxy {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #mode: Mode = "pass";
  #delayMs = 0;
  readonly #watched = new Map<() => void, string>();
  readonly port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port of `host` and connects through to `target`. */
  static async start(
    target: { readonly host: string; readonly port: number },
    host = "127.0.0.1",
  ): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, host, resolve);
    });
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
    const proxy = new TcpProxy(server, address.port);
    server.on("connection", (client) => proxy.#accept(client, target));
    return proxy;
  }

  pass(): void {
    this.#mode = "pass";
    for (const { toServer, toClient } of this.#connections) {
      toServer.setHeld(false);
      toClient.setHeld(false);
    }
  }

  hold(): void {
    this.#mode = "hold";
    for (const { toServer, toClient } of this.#connections) {
      toServer.setHeld(true);
      toClient.setHeld(true);
    }
  }

  refuse(): void {
    this.#mode = "refuse";
    for (const connection of [...this.#connections]) connection.break();
  }

  /** Lets every piece arrive `ms` later, in both directions. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /**
   * Resolves in the moment when a client sends `text`, which is held with all that follows; never,
   * when `signal` aborts before.
   */
  heldAt(text: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#watched.set(resolve, text);
      signal.addEventListener("abort", () => this.#watched.delete(resolve), { once: true });
    });
  }

  async stop(): Promise<void> {
    this.refuse();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket, target: { readonly host: string; readonly port: number }): void {
    if (this.#mode === "refuse") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = new Socket();
    server.connect(target);
    const connection = new Connection(client, server, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    for (const lane of [connection.toServer, connection.toClient]) {
      lane.setHeld(this.#mode === "hold");
      lane.delayMs = () => this.#delayMs;
    }
    connection.toServer.onPiece = (piece) => this.#look(piece);
  }

  #look(piece: Buffer): void {
    for (const [onSeen, text] of this.#watched) {
      if (!piece.includes(text)) continue;
      this.#watched.delete(onSeen);
      this.hold();
      onSeen();
    }
  }
}

/** Both directions of one connection. */
class Connection {
  readonly toServer: Lane;
  readonly toClient: Lane;
  readonly #sockets: readonly Socket[];

  constructor(client: Socket, server: Socket, onClosed: () => void) {
    this.#sockets = [client, server];
    this.toServer = new Lane(client, server);
    this.toClient = new Lane(server, client);
    let open = this.#sockets.length;
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open -= 1;
        if (open === 0) onClosed();
      });
    }
  }

  break(): void {
    for (const socket of this.#sockets) {
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

/** Pieces on their way from one socket to the other, in order; the end of one is the last piece. */
class Lane {
  delayMs: () => number = () => 0;
  onPiece: (piece: Buffer) => void = () => undefined;
  readonly #to: Socket;
  readonly #pieces: { readonly bytes: Buffer | "end"; readonly dueAt: number }[] = [];
  #isHeld = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on("data", (bytes) => {
      this.onPiece(bytes);
      this.#push(bytes);
    });
    from.on("close", () => this.#push("end"));
  }

  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) this.#flush();
  }

  #push(bytes: Buffer | "end"): void {
    this.#pieces.push({ bytes, dueAt: performance.now() + this.delayMs() });
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    for (let piece = this.#pieces[0]; piece && !this.#isHeld; piece = this.#pieces[0]) {
      const waitMs = piece.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flush(), waitMs);
        return;
      }
      this.#pieces.shift();
      if (piece.bytes === "end") this.#to.destroy();
      else if (this.#to.writable) this.#to.write(piece.bytes);
    }
  }
}
